"""Memory, and how time and memory grow with the number of spans."""

import os
import statistics

from load import listing
from runs import Failure, Run
from session import Session, is_loaded


def resident(program, path):
    """The program's own memory with a file loaded and on the screen, and the most that it had."""
    with Session([program, path]) as session:
        session.until(is_loaded, 600)
        session.rest()
        return session.memory()


def run(table, program, data):
    table.group("memory: all spans kept, on the screen")
    names = {"json": "OTLP JSON", "jsonl": "OTLP JSON Lines", "pbf": "OTLP protobuf"}
    for kind, name in names.items():
        path = data.file(kind)
        what = f"of its own (RssAnon), {name}"
        try:
            own, peak = resident(program, path)
        except Failure as error:
            table.failure(what, error)
            continue
        size = os.path.getsize(data.file("json"))
        if kind == "pbf":
            table.figure(what, f"{own / 1e6:,.0f} MB  {own / size:.2f} x the JSON")
        else:
            table.ratio(what, f"{own / 1e6:,.0f} MB", own / size, 0.4, "the file")
        table.note(f"{own / data.spans:,.0f} bytes a span; peak (VmHWM) {peak / 1e6:,.0f} MB")


def growth(table, program, data):
    """Per span, the time and the memory of a hundred times as many spans."""
    few, many = max(1, data.spans // 100), data.spans
    table.group(f"growth: from {few:,} to {many:,} spans, JSON Lines")
    try:
        empty = data.file("jsonl", "single", 1, seed=2)
        paths = [data.file("jsonl", spans=few), data.file("jsonl", spans=many)]
        # What a start takes without data is no part of it.
        start = statistics.median(Run(listing(program, empty)).wall for _ in range(11))
        walls = [
            statistics.median(Run(listing(program, path)).wall for _ in range(runs)) - start
            for path, runs in zip(paths, (21, 3))
        ]
        base = resident(program, empty)[0]
        sizes = [resident(program, path)[0] - base for path in paths]
    except Failure as error:
        return table.failure("growth", error)
    for what, (one, other), unit in [
        ("time a span", [value * 1e6 for value in walls], "µs"), ("memory a span", sizes, "bytes")
    ]:
        one, other = one / few, other / many
        if one <= 0:
            table.failure(what, f"{few:,} spans take no more than one does")
            continue
        figure = f"{other:,.2f} {unit}"
        table.ratio(f"{what}: {one:,.2f} {unit}, then", figure, other / one, 1.2, "it")
    table.note(
        f"without the {start * 1000:.1f} ms and {base / 1e6:.1f} MB that a file of one span takes")
