"""Sends a trace of three spans with newrelic-telemetry-sdk.

It speaks HTTPS only: its pool of connections is replaced by one of plain HTTP."""
import sys

import urllib3
from newrelic_telemetry_sdk import Span, SpanClient

SpanClient.POOL_CLS = urllib3.HTTPConnectionPool
host, port = sys.argv[1].removeprefix("http://").split(":")
client = SpanClient("key", host=host, port=int(port))
tags = {"service.name": "shop"}
with Span(name="checkout", tags=tags) as root:
    with Span(name="reserve", trace_id=root["trace.id"], parent_id=root["id"], tags=tags) as one:
        pass
    with Span(name="charge", trace_id=root["trace.id"], parent_id=root["id"], tags=tags) as two:
        pass
answer = client.send_batch([root, one, two])
assert answer.status == 202, answer.status
client.close()
