"""Sends a trace of three spans with libhoney, and checks that each was accepted."""
import sys

import libhoney

libhoney.init(writekey="key", dataset="shop", api_host=sys.argv[1], send_frequency=0.05)


def send(name, span, parent=None):
    event = libhoney.new_event()
    event.add({"trace.trace_id": "a" * 32, "trace.span_id": span, "name": name, "duration_ms": 2.5})
    event.add({"service.name": "shop"})
    if parent:
        event.add_field("trace.parent_id", parent)
    event.send()


send("checkout", "b" * 16)
send("reserve", "c" * 16, parent="b" * 16)
send("charge", "d" * 16, parent="b" * 16)
libhoney.flush()
answers = [libhoney.responses().get(timeout=10) for _ in range(3)]
assert [answer["status_code"] for answer in answers] == [202] * 3, answers
libhoney.close()
