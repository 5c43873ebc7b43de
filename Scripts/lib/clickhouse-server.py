"""ClickHouse's engine (PyPI's chdb) behind as much of its HTTP interface as traceview uses.

Makes the table of the Collector's exporter in the database otel, prints the port and serves until
standard input ends.
"""

import http.server
import os
import re
import sys
import threading
import urllib.parse

from chdb import session

MAP = "Map(LowCardinality(String), String)"
TABLE = f"""CREATE TABLE otel.otel_traces (
  Timestamp DateTime64(9), TraceId String, SpanId String, ParentSpanId String, TraceState String,
  SpanName LowCardinality(String), SpanKind LowCardinality(String),
  ServiceName LowCardinality(String), ResourceAttributes {MAP}, ScopeName String,
  ScopeVersion String, SpanAttributes {MAP}, Duration UInt64, StatusCode LowCardinality(String),
  StatusMessage String,
  Events Nested (Timestamp DateTime64(9), Name LowCardinality(String), Attributes {MAP}),
  Links Nested (TraceId String, SpanId String, TraceState String, Attributes {MAP})
) ENGINE = MergeTree PARTITION BY toDate(Timestamp)
ORDER BY (ServiceName, SpanName, toDateTime(Timestamp))"""

engine = session.Session()
one_at_a_time = threading.Lock()


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, status, body, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == "/ping":
            self.answer(200, b"Ok.\n")
        else:
            self.answer(404, b"There is no handle " + self.path.encode())

    def do_POST(self):
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        prefix = "param_"
        parameters = {
            name.removeprefix(prefix): value
            for name, value in query.items()
            if name.startswith(prefix)
        }
        sql = self.rfile.read(int(self.headers["Content-Length"])).decode()
        try:
            with one_at_a_time:
                rows = engine.query(
                    sql, query.get("default_format", "TabSeparated"), params=parameters
                ).bytes()
            self.answer(200, rows)
        except Exception as error:  # Whatever the engine says is the answer.
            code = (re.findall(r"Code: (\d+)", str(error)) or ["0"])[0]
            self.answer(400, str(error).encode(), [("X-ClickHouse-Exception-Code", code)])

    def log_message(self, *_):
        pass


engine.query("CREATE DATABASE otel")
engine.query(TABLE)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
version = engine.query("SELECT version()").bytes().decode().strip().strip('"')
print(server.server_port, version, flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
os._exit(0)  # Without what the engine says of being shut down.
