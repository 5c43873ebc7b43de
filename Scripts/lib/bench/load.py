"""Loading: the whole of files in three formats and many shapes, and the first screen of one."""

import statistics

from data import megabytes
from runs import Failure, Run, median, side_by_side
from session import Session, is_loading, place
from table import milliseconds

# Shapes of a tenth of the spans: what is read is more, or hangs together in another way.
SHAPES = [
    ("one trace", "one-trace", {}),
    ("deep: a chain", "deep", {}),
    ("wide: a fan", "wide", {}),
    ("unjoined roots", "unjoined", {}),
    ("traces scattered over batches", "scattered", {}),
    ("100 attributes a span", "mixed", {"attributes": 100}),
    ("20 events a span", "mixed", {"events": 20}),
]


def listing(program, path):
    return [program, "--print", "list", "--limit", "1", path]


def run(table, program, data, simdjson, pairs):
    table.group("load: to the end of --print list --limit 1")
    whole(table, program, data, simdjson, pairs)
    table.group("load: other shapes, a tenth of the spans, JSON Lines")
    for name, shape, options in SHAPES:
        file = "-".join([shape, *(f"{value}-{option}" for option, value in options.items())])
        path = data.file("jsonl", shape, max(1, data.spans // 10), name=file, **options)
        try:
            result = median([Run(listing(program, path)) for _ in range(3)])
            table.figure(
                f"{name} ({megabytes(path):,.0f} MB)",
                f"{result.wall:.3f} s  {megabytes(path) / result.wall:,.0f} MB/s"
                f"  peak {result.peak / 1e6:,.0f} MB")
        except Failure as error:
            table.failure(name, error)


def whole(table, program, data, simdjson, pairs):
    json = data.file("json")
    for kind, name in [("json", "OTLP JSON"), ("jsonl", "OTLP JSON Lines")]:
        path = data.file(kind)
        what = f"{name}, {data.spans:,} spans, {megabytes(path):,.0f} MB"
        try:
            if simdjson is None:
                table.figure(what, f"{Run(listing(program, path)).wall:.3f} s")
                continue
            peer = [simdjson, path] + (["lines"] if kind == "jsonl" else [])
            ours, theirs, ratio = side_by_side(listing(program, path), peer, pairs)
            table.ratio(what, f"{ours.wall:.3f} s", ratio, 0.6, "simdjson")
            table.note(
                f"{megabytes(path) / ours.wall:,.0f} MB/s, {ours.processor:.2f} s of processors; "
                f"simdjson {theirs.wall:.3f} s, {theirs.processor:.2f} s; "
                f"medians of {pairs} alternating pairs")
        except Failure as error:
            table.failure(what, error)
    path = data.file("pbf")
    what = f"OTLP protobuf, the same spans, {megabytes(path):,.0f} MB"
    try:
        slow, fast, ratio = side_by_side(listing(program, json), listing(program, path), pairs)
        table.ratio(what, f"{fast.wall:.3f} s", ratio, 2, "JSON's spans/s", least=True)
        table.note(
            f"{data.spans / fast.wall:,.0f} spans/s, {megabytes(path) / fast.wall:,.0f} MB/s, "
            f"{fast.processor:.2f} s of processors; JSON {data.spans / slow.wall:,.0f} spans/s")
    except Failure as error:
        table.failure(what, error)
    try:
        first_screen(table, program, json)
    except Failure as error:
        table.failure("first useful screen", error)


def first_screen(table, program, path, sessions=7):
    """From the start to the last byte of the first frame with a row of data on it."""
    times, was_loading = [], 0
    for _ in range(sessions):
        with Session([program, path]) as session:
            shown = session.until(lambda screen: place(screen) is not None, 60)
            times.append(shown - session.began)
            was_loading += is_loading(session.screen)
    what = f"first useful screen of that JSON, median of {sessions}"
    table.row(what, statistics.median(times) * 1000, "ms", 100)
    table.note(
        f"most {milliseconds(max(times))}; still reading then in {was_loading} of {sessions} runs;"
        " the terminal never tells its colours")
