#!/usr/bin/env python3
"""Times traceview and prints a table: bench.py TRACEVIEW FILE SPANS.

The exit status is 1 if a figure is over its limit or could not be taken.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

import pty_bench


def run(command):
    """Wall time in seconds, peak memory in bytes, and what the command printed."""
    with tempfile.TemporaryFile() as output:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode("utf-8", "replace").strip()
    if process.returncode != 0:
        raise RuntimeError(f"exit status {process.returncode}: {text[-200:]}")
    if not text:
        raise RuntimeError("it printed nothing")
    return wall, usage.ru_maxrss * 1024, text


class Table:
    """Rows of a figure each; with a limit also a bar and whether it is kept."""

    def __init__(self):
        self.failed = False

    def row(self, name, value, unit, limit=None, digits=1):
        line = f"{name:44} {value:10,.{digits}f} {unit:8}"
        if limit is not None:
            kept = value < limit
            self.failed |= not kept
            inked = min(10, max(1, round(value / limit * 10)))
            bar = "█" * inked + "░" * (10 - inked)
            line += f" {bar} limit {limit:,g} {unit}: {'pass' if kept else 'FAIL'}"
        print(line.rstrip())

    def failure(self, name, error):
        self.failed = True
        print(f"{name:44} not measured: {error}")


def main():
    program, path, spans = sys.argv[1], sys.argv[2], int(sys.argv[3])
    size = os.path.getsize(path)
    table = Table()
    print(f"{spans:,} spans, {size / 1e6:,.1f} MB, {os.cpu_count()} processors")

    name = "start (--version)"
    try:
        runs = [run([program, "--version"])[0] for _ in range(21)]
        table.row(name, statistics.median(runs) * 1000, "ms", 50)
    except RuntimeError as error:
        table.failure(name, error)

    name = f"{spans:,} spans loaded"
    try:
        runs = [run([program, "--print", "list", "--limit", "1", path]) for _ in range(5)]
        wall = statistics.median(result[0] for result in runs)
        # The limit is one second for 100,000 spans.
        table.row(name, wall, "s", spans / 100_000, digits=3)
        table.row("  spans", spans / wall, "/s", digits=0)
        table.row("  bytes", size / wall / 1e6, "MB/s")
        table.row("  peak memory", max(result[1] for result in runs) / 2**20, "MiB")
    except RuntimeError as error:
        table.failure(name, error)

    name = "first screen"
    try:
        firsts = [pty_bench.measure([program, path], count=0)["first"] for _ in range(5)]
        table.row(name, statistics.median(firsts) * 1000, "ms", 150)
    except (TimeoutError, OSError) as error:
        table.failure(name, error)

    for while_loading in (True, False):
        moment = "while loading" if while_loading else "all loaded"
        try:
            result = pty_bench.measure([program, path], while_loading=while_loading)
        except (TimeoutError, OSError) as error:
            table.failure(f"in a terminal, {moment}", error)
            continue
        if result["median"] is None:
            table.failure(f"key to screen, {moment}", "no key had an answer")
            continue
        table.row(f"key to screen, {moment}, median", result["median"] * 1000, "ms", digits=2)
        table.row(f"key to screen, {moment}, 99 of 100", result["p99"] * 1000, "ms", 16, digits=2)
        if result["unanswered"]:
            table.row("  keys without an answer", result["unanswered"], "of 200", digits=0)
    sys.exit(1 if table.failed else 0)


if __name__ == "__main__":
    main()
