"""Keys: how long they take to be answered, in large traces and while data is being read."""

import statistics

from runs import Failure
from session import Session, is_loaded, is_loading, place
from table import milliseconds, percentile

FRAME = 16
# What is pressed, and what of the screen it changes: the place of the cursor, or the axis of time.
KEYS = [
    ("move (j k)", "j" * 60 + "k" * 40, "place"),
    ("page (PgDn PgUp)", ["\x1b[6~"] * 40 + ["\x1b[5~"] * 30, "place"),
    ("end and home (G g)", "Gg" * 20, "place"),
    ("next error (e)", "e" * 60, "place"),
    ("zoom and pan (+ - H L)", "g" + "+" * 6 + "LH" * 15 + "-" * 6 + "++--" * 5, "axis"),
]
BIG_SHAPES = ["deep", "wide", "one-trace"]


def axis(screen):
    """The row of times above the bars."""
    return next((screen.row(y) for y in range(4) if screen.row(y).startswith(" SPAN")), None)


def changes(session, what):
    """Whether the place, or the axis, is another than now; a check for `Session.answer`."""
    look = place if what == "place" else axis
    before = look(session.screen)
    return lambda screen: look(screen) not in (None, before)


def row(table, what, times, limit=FRAME):
    """Prints the row of some keys: the bar is for the 99th percentile."""
    answered = [time for time in times if time is not None]
    if not answered:
        return table.failure(what, "no key had an answer")
    missing = len(times) - len(answered)
    table.row(
        f"{what}: p99 of {len(times)}", percentile(answered, 99) * 1000, "ms", limit, digits=2)
    middle = milliseconds(statistics.median(answered))
    table.note(f"{what}: median {middle}, most {milliseconds(max(answered))}")
    if missing:
        table.failure(what, f"{missing} of {len(times)} keys had no answer")


def open_trace(session):
    """Opens the longest trace of the list; the time it took from Enter."""
    session.until(is_loaded, 300)
    session.rest()
    # Its bar is the longest.
    rows = [y for y in range(2, 12) if "█" in session.screen.row(y)]
    if not rows:
        raise Failure(f"no trace is in the list: {session.screen.excerpt}")
    for _ in range(rows[0] - 2):
        session.answer("j", changes(session, "place"))
    session.rest()
    opened = session.answer("\r", lambda screen: axis(screen) is not None, 60)
    if opened is None:
        raise Failure(f"the trace does not open: {session.screen.excerpt}")
    session.rest()
    return opened


def big_trace(table, program, data, shape):
    """All keys in one trace."""
    # A second trace makes the program begin with the list.
    small = data.file("jsonl", "single", 1, seed=2)
    with Session([program, data.file("pbf", shape), small]) as session:
        table.row(f"{shape}: first open (Enter)", open_trace(session) * 1000, "ms", 150)
        for name, keys, what in KEYS:
            times = []
            for key in keys:
                # `g` before the zoom: the middle of the whole trace is what stays in place.
                checks = what if key != "g" or what == "place" else "place"
                time = session.answer(key, changes(session, checks))
                if checks == what:
                    times.append(time)
            row(table, f"{shape}: {name}", times)
        session.answer("g", changes(session, "place"), 1)
        session.rest()
        times = []
        for _ in range(4):
            times.append(session.answer("*", changes(session, "place"), 30))
            session.rest()
        if None in times:
            return table.failure(f"{shape}: fold and unfold all (*)", "no answer")
        table.row(f"{shape}: fold all (*), most of 2", max(times[0::2]) * 1000, "ms", 150)
        table.row(f"{shape}: unfold all (*), most of 2", max(times[1::2]) * 1000, "ms", 150)


def while_loading(table, program, path, name, opens, wanted=200, sessions=10):
    """Keys while a file is being read, in the list or in the trace that grows."""
    times = []
    for _ in range(sessions):
        with Session([program, path]) as session:
            session.until(lambda screen: place(screen) is not None, 60)
            if opens:
                session.answer("\r", lambda screen: axis(screen) is not None)
            for key in "jjjjjkkGgjjj" * 20:
                if not is_loading(session.screen) or len(times) >= wanted:
                    break
                time = session.answer(key, changes(session, "place"))
                if is_loading(session.screen):
                    times.append(time)
        if len(times) >= wanted:
            break
    row(table, f"while loading, {name}", times)


def step_bytes(table, program, data, steps=200):
    """Bytes that a step of the cursor sends, with all that follows from it."""
    path = data.file("jsonl", "one-trace", min(data.spans, 10_000))
    counts = []
    with Session([program, path]) as session:
        session.until(lambda screen: is_loaded(screen) and axis(screen) is not None, 60)
        session.rest()
        for _ in range(steps):
            before = session.received
            session.press("j")
            session.settle(0.06)
            counts.append(session.received - before)
    what = f"bytes of one step (j), median of {steps}"
    table.row(what, statistics.median(counts), "bytes", 1_500, digits=0)
    table.note(f"p99 {percentile(counts, 99):,} bytes, most {max(counts):,}")


def run(table, program, data):
    table.group("keys: from a key to the last byte of the repaint, 120x40")
    for shape in BIG_SHAPES:
        try:
            big_trace(table, program, data, shape)
        except Failure as error:
            table.failure(shape, error)
    for name, shape, kind, opens in [
        ("list of many traces", "mixed", "json", False),
        ("one trace that grows", "one-trace", "pbf", True),
    ]:
        try:
            while_loading(table, program, data.file(kind, shape), name, opens)
        except Failure as error:
            table.failure(f"while loading, {name}", error)
    try:
        step_bytes(table, program, data)
    except Failure as error:
        table.failure("bytes of one step", error)
