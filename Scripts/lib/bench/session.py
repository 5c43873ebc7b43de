"""A program in a terminal of its own: what it shows, and how long it takes to answer keys."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

from runs import Failure
from screen import Screen

WIDTH, HEIGHT = 120, 40
# A frame is whole when the thread that draws sleeps and nothing has come for this long. The time of
# the frame is that of its last byte: the pause is not part of it.
PAUSE = 0.001
# A key that has no answer by then has none.
PATIENCE = 5.0
# As fast as a keyboard repeats a key that is held down.
KEY_INTERVAL = 0.033
PLACE = re.compile(r"([\d,]+)/([\d,]+)$")


class Session:
    """A program in a pseudoterminal that, like many, answers no question about its colours."""

    def __init__(self, command):
        self.began = time.perf_counter()
        self.process, self._terminal = pty.fork()
        if self.process == 0:
            try:
                size = struct.pack("HHHH", HEIGHT, WIDTH, 0, 0)
                fcntl.ioctl(0, termios.TIOCSWINSZ, size)
                os.environ.update(TERM="xterm-256color", LANG="C.UTF-8", LC_ALL="C.UTF-8")
                for name in ("COLUMNS", "LINES", "NO_COLOR", "COLORFGBG", "TMUX"):
                    os.environ.pop(name, None)
                os.execv(str(command[0]), [str(part) for part in command])
            finally:
                os._exit(127)
        self.screen = Screen(WIDTH, HEIGHT)
        self.received = 0
        self._sent = 0.0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Asks the program to quit, and ends it if it does not."""
        try:
            os.write(self._terminal, b"Q")
            deadline = time.perf_counter() + 2
            while time.perf_counter() < deadline and self._read(0.1) is not None:
                pass
            os.kill(self.process, signal.SIGKILL)
        except (OSError, ProcessLookupError):
            pass
        os.close(self._terminal)
        os.waitpid(self.process, 0)

    def _read(self, seconds):
        """The bytes that come within that time: b'' if none do, None at the end."""
        if not select.select([self._terminal], [], [], max(0.0, seconds))[0]:
            return b""
        try:
            return os.read(self._terminal, 1 << 16) or None
        except OSError:  # EIO: the program has ended.
            return None

    def _sleeps(self):
        """Whether the thread that draws, which is the first, waits for something."""
        try:
            with open(f"/proc/{self.process}/task/{self.process}/stat", "rb") as file:
                return file.read().rpartition(b")")[2].split()[0] in (b"S", b"Z")
        except OSError:
            return True

    def frame(self, seconds):
        """Takes the next frame onto the screen; the time of its last byte, None if none comes."""
        pieces, last = [], None
        deadline = time.perf_counter() + seconds
        while True:
            left = deadline - time.perf_counter()
            piece = self._read(left if last is None else PAUSE)
            if piece:
                last = time.perf_counter()
                pieces.append(piece)
            elif piece is None and not pieces:
                raise Failure(f"it ended; it had shown: {self.screen.excerpt}")
            elif last is None:
                return None
            elif piece is None or self._sleeps() or left < 0:
                break
        data = b"".join(pieces)
        self.received += len(data)
        self.screen.feed(data)
        return last

    def until(self, shows, seconds):
        """The time of the last byte of the first frame that `shows(screen)`."""
        deadline = time.perf_counter() + seconds
        while True:
            left = deadline - time.perf_counter()
            last = self.frame(left) if left > 0 else None
            if last is None:
                raise Failure(f"not shown in {seconds} s; what was: {self.screen.excerpt}")
            if shows(self.screen):
                return last

    def settle(self, quiet):
        """Takes all frames until nothing comes for `quiet` seconds; the time of the last byte."""
        last = None
        while (next_frame := self.frame(quiet)) is not None:
            last = next_frame
        return last

    def settle_for(self, seconds):
        """Takes all frames that come in that time."""
        deadline = time.perf_counter() + seconds
        while (left := deadline - time.perf_counter()) > 0:
            self.frame(left)

    def press(self, key):
        """Sends a key and gives the time, after the least time between two keys."""
        while (left := self._sent + KEY_INTERVAL - time.perf_counter()) > 0:
            self.frame(left)
        self._sent = time.perf_counter()
        os.write(self._terminal, key.encode())
        return self._sent

    def answer(self, key, shows, patience=PATIENCE):
        """From a key to the last byte of the first frame that `shows(screen)`, or None."""
        return self.shown_since(self.press(key), shows, patience)

    def shown_since(self, sent, shows, patience=PATIENCE):
        """From a time to the last byte of the first frame that `shows(screen)`, or None."""
        while (left := sent + patience - time.perf_counter()) > 0:
            last = self.frame(left)
            if last is not None and shows(self.screen):
                return last - sent
        return None

    # What the program is at

    def processor_time(self):
        """Seconds that its threads have run, those included that have ended."""
        # The number of a process's clock, as clock_getcpuclockid makes it.
        return time.clock_gettime((~self.process << 3) | 2)

    def rest(self, quiet=0.3, seconds=120.0):
        """Waits until the program neither works nor shows anything for that long."""
        deadline = time.perf_counter() + seconds
        while time.perf_counter() < deadline:
            before = self.processor_time()
            if self.settle(quiet) is None and self.processor_time() - before < quiet / 50:
                return
        raise Failure(f"it does not come to rest in {seconds} s")

    def memory(self):
        """Bytes of memory that are its own now, and the most that it had, files included."""
        with open(f"/proc/{self.process}/status") as file:
            fields = dict(line.split(":", 1) for line in file)
        return tuple(int(fields[name].split()[0]) * 1024 for name in ("RssAnon", "VmHWM"))


def place(screen):
    """Where the cursor is, of how many rows: `3/1,234` at the foot; None if there is no row."""
    match = PLACE.search(screen.foot)
    return match.groups() if match else None


def is_loading(screen):
    return "reading " in screen.row(0)


def is_loaded(screen):
    return place(screen) is not None and not is_loading(screen)
