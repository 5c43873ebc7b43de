#!/usr/bin/env python3
"""Times a program in a terminal of its own: the first screen, and the answers to keys.

Usage: pty_bench.py [--text TEXT] [--key KEY] [--count N] [--while-loading] PROGRAM [ARGUMENT ...]

Only the standard library is used. `measure` is what Scripts/lib/bench.py calls.
"""

import argparse
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

ESCAPES = re.compile(
    rb"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]|[\x00-\x08\x0e-\x1f]"
)
QUIET = 0.005  # No byte for this long: the answer is whole.
PATIENCE = 0.25  # A key that has no answer by then has none.


class Session:
    """A program in a pseudoterminal."""

    def __init__(self, command, width=120, height=40):
        self.began = time.perf_counter()
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            size = struct.pack("HHHH", height, width, 0, 0)
            fcntl.ioctl(0, termios.TIOCSWINSZ, size)
            os.environ.update(TERM="xterm-256color", LANG="C.UTF-8", LC_ALL="C.UTF-8")
            for name in ("COLUMNS", "LINES", "NO_COLOR"):
                os.environ.pop(name, None)
            try:
                os.execvp(command[0], command)
            finally:
                os._exit(127)

    def read(self, seconds):
        """The bytes that come within that time: b'' if none do, None at the end."""
        if not select.select([self.terminal], [], [], max(0, seconds))[0]:
            return b""
        try:
            return os.read(self.terminal, 1 << 16) or None
        except OSError:  # EIO: the program has ended.
            return None

    def until(self, text, seconds):
        """How long after its start the program shows `text`; raises if it does not."""
        seen = b""
        deadline = self.began + seconds
        while time.perf_counter() < deadline:
            piece = self.read(deadline - time.perf_counter())
            if piece is None:
                break
            seen += piece
            if text in ESCAPES.sub(b"", seen):
                return time.perf_counter() - self.began
        shown = ESCAPES.sub(b" ", seen).decode("utf-8", "replace").strip()
        raise TimeoutError(f"{text.decode()!r} was not shown; what was: {shown[-300:]!r}")

    def settle(self, quiet, seconds):
        """Waits until nothing has come for `quiet` seconds."""
        deadline = time.perf_counter() + seconds
        while time.perf_counter() < deadline:
            if not self.read(quiet):
                return

    def answer(self, key):
        """From the key to the last byte of the answer, or None if there is none."""
        sent = time.perf_counter()
        os.write(self.terminal, key)
        last = None
        while True:
            piece = self.read(PATIENCE if last is None else QUIET)
            if not piece:
                return None if last is None else last - sent
            last = time.perf_counter()
            if last - sent > PATIENCE:  # Data keeps redrawing the screen.
                return last - sent

    def end(self, key=b"Q"):
        """Asks the program to quit, and ends it if it does not."""
        try:
            os.write(self.terminal, key)
            deadline = time.perf_counter() + 2
            while time.perf_counter() < deadline and self.read(0.1) is not None:
                pass
            os.kill(self.process, signal.SIGKILL)
        except (OSError, ProcessLookupError):
            pass
        os.close(self.terminal)
        os.waitpid(self.process, 0)


def percentile(values, percent):
    """The smallest of the values that at least `percent` percent do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def measure(command, text="SPAN", key="j", count=200, while_loading=False, seconds=60):
    """Times in seconds: `first`, `median`, `p99`, and `unanswered`, how many keys had no answer."""
    session = Session(command)
    try:
        first = session.until(text.encode(), seconds)
        if count and not while_loading:
            session.settle(0.3, seconds)
        times = [session.answer(key.encode()) for _ in range(count)]
    finally:
        session.end()
    answered = [value for value in times if value is not None]
    return {
        "first": first,
        "median": percentile(answered, 50) if answered else None,
        "p99": percentile(answered, 99) if answered else None,
        "unanswered": count - len(answered),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--text", default="SPAN", help="what the first screen shows")
    parser.add_argument("--key", default="j")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--while-loading", action="store_true", help="do not wait for the data")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    if not options.command:
        parser.error("which program?")
    try:
        result = measure(
            options.command, options.text, options.key, options.count, options.while_loading
        )
    except (TimeoutError, OSError) as error:
        sys.exit(f"pty_bench.py: {error}")
    for name in ("first", "median", "p99"):
        value = result[name]
        print(f"{name:11} {'none' if value is None else f'{value * 1000:8.2f} ms'}")
    print(f"{'unanswered':11} {result['unanswered']:8}")


if __name__ == "__main__":
    main()
