"""Search as one types: the first match, all of them, keys meanwhile, and giving up."""

import json
import os
import re
import time

from keys import axis, open_trace, row
from runs import Failure
from session import Session

# The count at the foot, while the prompt is there: `3 of 1,234`.
COUNT = re.compile(r"([\d,]+) of ([\d,]+)")
# A name that many spans have, and a word that none has.
COMMON, ABSENT = "checkout", "no-such-word"


def rare_value(path):
    """The value of an attribute that only one span has, from the middle of a file of lines."""
    with open(path, "rb") as file:
        file.seek(os.path.getsize(path) // 2)
        file.readline()
        for span in spans_of(json.loads(file.readline())):
            for attribute in span["attributes"]:
                value = attribute["value"].get("stringValue", "")
                if re.fullmatch(r"(req|user|order)-[0-9a-f]{12,16}", value):
                    return value
    raise Failure("no span there has such a value")


def spans_of(document):
    for resource in document["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            yield from scope["spans"]


def matches(screen):
    """How many matches the foot tells of, or None."""
    found = COUNT.search(screen.foot)
    return int(found[2].replace(",", "")) if found else None


def typed(session, text):
    """Types a search as held keys come, each replacing a search; how long each took to be shown."""
    times = []
    for index in range(len(text) + 1):
        shown = "/" + text[:index]
        times.append(session.answer(shown[-1], lambda screen: shown in screen.foot))
    return times


def search(session, text):
    """Seconds from a whole search to the first match, to the final count, to the end of all work for
    it; and that count."""
    session.answer("/", lambda screen: screen.foot.startswith(" /"))
    session.rest()
    # All at once: a count can only be that of the whole, not of a beginning.
    sent = worked = session.press(text)
    first = final = None
    before = session.screen.foot
    used = session.processor_time()
    while (now := time.perf_counter()) < sent + 60 and now < worked + 0.3:
        last = session.frame(0.01)
        if session.processor_time() - used > 0.001:
            used, worked = session.processor_time(), time.perf_counter()
        if last is None:
            continue
        foot = session.screen.foot
        if first is None and matches(session.screen):
            first = last - sent
        if foot != before:
            final, before = last - sent, foot
    return first, final, worked - sent, matches(session.screen)


def leave(session):
    session.answer("\x1b", lambda screen: not screen.foot.startswith(" /"))
    session.answer("g", lambda screen: axis(screen) is not None, 1)
    session.rest()


def give_up(session):
    """Leaves the search: until the prompt is gone, and until no thread works any more."""
    sent = session.press("\x1b")
    gone = session.shown_since(sent, lambda screen: not screen.foot.startswith(" /"))
    while True:
        used = session.processor_time()
        last = session.frame(0.02)
        if last is None and session.processor_time() - used < 0.002:
            return gone, time.perf_counter() - sent - 0.02
        if time.perf_counter() - sent > 30:
            return gone, None


def run(table, program, data):
    table.group(f"search: / typed in one trace of {data.spans:,} spans")
    small = data.file("jsonl", "single", 1, seed=2)
    try:
        rare = rare_value(data.file("jsonl", "one-trace"))
        with Session([program, data.file("pbf", "one-trace"), small]) as session:
            open_trace(session)
            searches(table, session, rare)
    except Failure as error:
        table.failure("search", error)


def searches(table, session, rare):
    for text, what in [(COMMON, "a name of many"), (rare, "a value of one span")]:
        session.rest()
        first, final, _, count = search(session, text)
        leave(session)
        if first is None or not count:
            table.failure(f"first match of {what}", "none was shown")
            continue
        label = f"{what} ({count:,} found)"
        table.row(f"first match of {label}", first * 1000, "ms", 50)
        table.row(f"all counted of {label}", final * 1000, "ms", 500)
    session.rest()
    _, _, worked, count = search(session, ABSENT)
    leave(session)
    # Its count is 0 from the beginning, so that only the end of the work tells.
    table.row(f"all looked through for a word of none ({count} found)", worked * 1000, "ms", 500)
    times = []
    for text in (COMMON, rare, ABSENT):
        times += typed(session, text)
        leave(session)
    row(table, "keys of a search that is typed, each shown", times)
    # Given up at once, while it is at work.
    session.press("/")
    session.press(ABSENT)
    gone, quiet = give_up(session)
    if gone is None or quiet is None:
        return table.failure("search given up (Esc)", "it goes on")
    table.row("search given up (Esc): the prompt is gone", gone * 1000, "ms", 50)
    table.row("search given up (Esc): no thread works any more", quiet * 1000, "ms", 100)
    table.note("25 ms of it are for telling Esc from the sequences of other keys")
