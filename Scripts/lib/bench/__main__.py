"""Measures traceview against its bars and its peers; Scripts/bench says how to call it."""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys

import formats
import keys
import live
import load
import memory
import peers
import search
import start
from data import Data
from table import Table

ROOT = pathlib.Path(__file__).resolve().parents[3]
GROUPS = ["load", "formats", "memory", "keys", "search", "growth", "start", "live", "peers",
          "build"]


def simdjson(table):
    """The program that counts spans with simdjson, built if it can be; else None."""
    source = ROOT / "Benchmarks/SimdjsonPeer/count_spans.cpp"
    program = ROOT / ".build/bench-count-spans"
    if not shutil.which("g++"):
        return table.note("g++ is not installed: simdjson is skipped, with the bar of loading")
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        command = ["g++", "-O3", "-march=native", "-std=c++17", "-o", program, source, "-lsimdjson"]
        if subprocess.run(command, capture_output=True, check=False).returncode != 0:
            return table.note("simdjson's peer cannot be built (libsimdjson-dev?): skipped")
    return program


def main():
    parser = argparse.ArgumentParser(
        prog="Scripts/bench", description="Measures traceview against its bars and its peers.",
        epilog="The exit status is 1 if a bar is missed.")
    parser.add_argument("groups", nargs="*", metavar="group", help=f"of {', '.join(GROUPS)}")
    parser.add_argument(
        "--spans", type=int, default=1_000_000, help="1,000,000 unless told otherwise")
    parser.add_argument("--quick", action="store_true", help="100,000 spans, and fewer runs")
    parser.add_argument("--build", action="store_true", help="time a clean build, too")
    options = parser.parse_args()
    for name in options.groups:
        if name not in GROUPS:
            parser.error(f"no group '{name}'; there are {', '.join(GROUPS)}")
    if options.quick:
        options.spans = min(options.spans, 100_000)
    if options.spans < 1_000:
        parser.error("fewer than 1,000 spans tell nothing")
    groups = options.groups or GROUPS

    program = ROOT / ".build/release/traceview"
    table = Table()
    data = Data(ROOT, options.spans)
    print(f"{options.spans:,} spans, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    peer = simdjson(table) if {"load", "peers"} & set(groups) else None
    if "load" in groups:
        load.run(table, program, data, peer, pairs=3 if options.quick else 5)
    if "formats" in groups:
        size = 20_000_000 if options.quick else 100_000_000
        formats.run(
            table, ROOT / ".build/release/read-spans", program, data, ROOT, size, runs=5)
    if "memory" in groups:
        memory.run(table, program, data)
    if "keys" in groups:
        keys.run(table, program, data)
    if "search" in groups:
        search.run(table, program, data)
    if "growth" in groups:
        memory.growth(table, program, data)
    if "start" in groups:
        start.run(table, program, ROOT)
    if "live" in groups:
        seconds, minutes = (10, 1) if options.quick else (60, 10)
        live.run(table, program, ROOT / ".build/release/generate-load", seconds, minutes * 60)
    if "peers" in groups:
        peers.run(table, program, data, peer, limit=20 if options.quick else 60)
    if "build" in groups:
        start.build(table, ROOT, program, options.build)
    table.summary()
    sys.exit(1 if table.missed else 0)


main()
