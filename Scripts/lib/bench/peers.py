"""Programs that read the same, if they are installed. No bar: they do less, or something else."""

import importlib.util
import json
import shutil
import subprocess
import sys

from data import megabytes
from load import listing
from runs import Failure, Run

COUNT = "[.resourceSpans[].scopeSpans[].spans | length] | add"
PYTHON = """
import sys
count = 0
for line in open(sys.argv[1], "rb"):
    for resource in loads(line)["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            count += len(scope["spans"])
print(count)
"""


def write_log(program, source):
    """A function that writes spans as a log, one a line behind its time."""

    def write(path):
        command = [program, "--print", "json", source]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process, open(path, "wb") as file:
            for line in process.stdout:
                nanos = int(json.loads(line)["startUnixNano"])
                file.write(b"%d.%06d " % (nanos // 10**9, nanos % 10**9 // 1000) + line)

    return write


def run(table, program, data, simdjson, limit):
    spans = max(1, data.spans // 10)
    path = data.file("jsonl", spans=spans)
    table.group(f"peers: all spans counted, {spans:,} in {megabytes(path):,.0f} MB of JSON Lines")
    peers = [("traceview, all kept and indexed", listing(program, path))]
    if simdjson:
        peers.append(("simdjson On-Demand, one thread", [simdjson, path, "lines"]))
    if shutil.which("jq"):
        peers.append(("jq -c", ["jq", "-c", COUNT, path]))
    for module in ("json", "orjson"):
        if importlib.util.find_spec(module):
            script = f"from {module} import loads{PYTHON}"
            peers.append((f"Python's {module}", [sys.executable, "-c", script, path]))
        else:
            table.note(f"Python has no {module}: skipped")
    for name in ("jq", "lnav"):
        if not shutil.which(name):
            table.note(f"{name} is not installed: skipped")
    if shutil.which("lnav"):
        log = data.made(f"mixed-{spans}.log", write_log(program, path))
        what = f"lnav -n -q, {megabytes(log):,.0f} MB, a span a line"
        peers.append((what, ["lnav", "-n", "-q", log]))
        table.note("lnav has no format for OTLP: it gets a log with the same spans, one a line")
    own = None
    for what, command in peers:
        try:
            result = Run(command, limit)
            own = own or result.wall
            table.figure(
                what, f"{result.wall:.3f} s  {result.wall / own:6.2f} x traceview"
                f"  peak {result.peak / 1e6:,.0f} MB")
        except Failure as error:
            table.figure(what, str(error))
