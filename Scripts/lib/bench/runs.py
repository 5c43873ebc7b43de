"""Programs that run to their end, timed."""

import os
import select
import statistics
import subprocess
import tempfile
import time


class Failure(Exception):
    """Why something could not be measured."""


class Run:
    """One run: `wall` and `processor` time in seconds, `peak` memory in bytes, and its `output`."""

    def __init__(self, command, limit=600.0):
        with tempfile.TemporaryFile() as output:
            began = time.perf_counter()
            process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            )
            try:
                # Waits without reaping, so that what it used can still be asked for.
                self._wait(process.pid, began + limit)
                self.wall = time.perf_counter() - began
            except TimeoutError:
                process.kill()
                process.wait()
                raise Failure(f"> {limit:g} s") from None
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            output.seek(0)
            self.output = output.read(1 << 16).decode("utf-8", "replace").strip()
        self.processor = usage.ru_utime + usage.ru_stime
        self.peak = usage.ru_maxrss * 1024
        if process.returncode != 0:
            raise Failure(f"exit status {process.returncode}: {self.output[-200:]}")

    @staticmethod
    def _wait(pid, deadline):
        descriptor = os.pidfd_open(pid)
        try:
            left = max(0.0, deadline - time.perf_counter())
            if not select.select([descriptor], [], [], left)[0]:
                raise TimeoutError
        finally:
            os.close(descriptor)


def side_by_side(one, other, pairs):
    """Runs two commands in turn; the medians of both, and the median of their ratios pair by pair.

    What else the machine does then falls on both.
    """
    ones, others = [], []
    for _ in range(pairs):
        ones.append(Run(one))
        others.append(Run(other))
    ratios = [a.wall / b.wall for a, b in zip(ones, others)]
    return median(ones), median(others), statistics.median(ratios)


def median(runs):
    """The run of the median wall time."""
    return sorted(runs, key=lambda run: run.wall)[(len(runs) - 1) // 2]
