"""Starts, and the build."""

import os
import shutil
import statistics
import subprocess
import time

from runs import Failure, Run
from table import milliseconds


def run(table, program, root):
    table.group("start: median of 41 runs")
    fixture = root / "Fixtures/python-console/opentelemetry-sdk-1.45.2/three-traces.txt"
    for command, what, limit in [
        ([program, "--version"], "traceview --version", 15),
        ([program, "--print", "tree", fixture], "traceview --print tree three-traces.txt", 25),
    ]:
        try:
            walls = [Run(command).wall for _ in range(41)]
            table.row(what, statistics.median(walls) * 1000, "ms", limit)
            table.note(f"least {milliseconds(min(walls))}")
        except Failure as error:
            table.failure(what, error)


def build(table, root, program, does_build):
    """The size of the program; the time of a clean build if asked for."""
    table.group("build")
    table.row("size of the program", os.path.getsize(program) / 1e6, "MB", 30)
    if not does_build:
        return table.note("Scripts/bench --build times a clean build, too")
    scratch = root / ".build-bench"
    shutil.rmtree(scratch, ignore_errors=True)
    options = ["--package-path", root, "--scratch-path", scratch]
    # No network in what is timed.
    subprocess.run(["swift", "package", "resolve", *options], check=True, capture_output=True)
    processors = sorted(os.sched_getaffinity(0))[:2]
    began = time.perf_counter()
    result = subprocess.run(
        ["swift", "build", "-c", "release", "--product", "traceview", *options],
        capture_output=True, preexec_fn=lambda: os.sched_setaffinity(0, processors), check=False)
    wall = time.perf_counter() - began
    shutil.rmtree(scratch, ignore_errors=True)
    if result.returncode != 0:
        return table.failure("clean build", result.stderr.decode()[-500:])
    table.row(f"clean release build on {len(processors)} processors", wall, "s", 180)
