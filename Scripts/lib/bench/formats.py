"""Every format: how fast one core reads it."""

import os
import statistics

import records
from data import megabytes
from load import listing
from runs import Failure, Run

TEXT, BINARY = 200, 400

# Format, fixture, how it is repeated, and the bar in MB/s.
FORMATS = [
    ("otlp-json", "jsonl", None, TEXT),
    ("otlp-protobuf-frames", "pbf", None, BINARY),
    ("datadog-msgpack v0.4", "datadog-msgpack/ddtrace-4.16.0/v04-traces.msgpack",
     records.payloads, BINARY),
    ("datadog-msgpack v0.5", "datadog-msgpack/ddtrace-4.16.0/v05-traces.msgpack",
     records.payloads, BINARY),
    ("lightstep-protobuf", "lightstep-protobuf/lightstep-4.4.8/report.pb",
     records.reports, BINARY),
    ("python-console", "python-console/opentelemetry-sdk-1.45.2/one-trace.txt",
     records.whole, TEXT),
    ("go-console", "go-console/opentelemetry-go-736a14f/lines.txt", records.whole, TEXT),
    ("js-console", "js-console/node-20/spans.txt", records.whole, TEXT),
    ("dotnet-console", "dotnet-console/composed/logs-between.txt", records.whole, TEXT),
    ("rust-console", "rust-console/composed/two-exports.txt", records.whole, TEXT),
    ("cpp-console", "cpp-console/composed/one-trace.txt", records.whole, TEXT),
    ("tempo-search", "tempo-search/tempo/traceql.json", records.whole, TEXT),
    ("jaeger-json", "jaeger-json/jaeger-2.20.0/trace_by_id.json", records.inside, TEXT),
    ("zipkin-json", "zipkin-json/opentelemetry-exporter-1.45.1/otel-rich.json",
     records.inside, TEXT),
    ("zipkin-v1-json", "zipkin-v1-json/py_zipkin-1.2.8/64-bit.json", records.inside, TEXT),
    ("datadog-json", "datadog-json/ddtrace-4.16.0/traces.json", records.inside, TEXT),
    ("datadog-spans-json", "datadog-spans-json/spans-api/search.json", records.inside, TEXT),
    ("honeycomb-json", "honeycomb-json/rows/rows.json", records.inside, TEXT),
    ("lightstep-json", "lightstep-json/stored-trace/stored-trace.json", records.whole, TEXT),
    ("new-relic-json", "new-relic-json/nerdgraph/trace.json", records.whole, TEXT),
    ("dynatrace-json", "dynatrace-json/dql/fetch-spans.json", records.whole, TEXT),
    ("clickhouse-json", "clickhouse-json/clickhouse-26.9/each-row.jsonl", records.whole, TEXT),
    ("elastic-apm", "elastic-apm/elastic-apm-6.26.2/intake-v2.ndjson", records.whole, TEXT),
    ("xray-json", "xray-json/aws-xray-sdk-2.15.0/segment.jsonl", records.whole, TEXT),
    ("chrome-trace", "chrome-trace/viztracer-1.1.1/trace.json", records.inside, TEXT),
    ("json-rows", "json-rows/composed/rows.jsonl", records.whole, TEXT),
    ("csv ClickHouse", "csv/clickhouse-26.9/with-names.csv", records.rows, TEXT),
    ("csv Honeycomb", "csv/honeycomb-rows/rows.csv", records.rows, TEXT),
]


def run(table, reader, program, data, root, size, runs):
    table.group("formats: MB of input a second of one core, read into rows")
    core = ["taskset", "-c", str(max(os.sched_getaffinity(0)))]
    for name, fixture, make, bar in FORMATS:
        try:
            path = file(data, root, size, name, fixture, make)
            # In turn, so that what else the machine does falls on both.
            pairs = [
                (Run([*core, reader, path]), Run([*core, *listing(program, path)]))
                for _ in range(runs)]
            size_read = megabytes(path)
            (reading, fastest), (whole, _) = (
                [size_read / of(run.processor for run in runs_of) for of in (statistics.median, min)]
                for runs_of in zip(*pairs))
            table.row(name, reading, "MB/s", bar, digits=0, least=True)
            table.note(
                f"fastest run {fastest:,.0f}; {whole:,.0f} with traces, analysis and "
                "--print list --limit 1")
        except Failure as error:
            table.failure(name, error)
    table.note(f"medians of {runs} runs: user and system time of all threads, and of the start")


def file(data, root, size, name, fixture, make):
    """Copies of a fixture, or generated spans."""
    if make is None:
        return data.file(fixture, spans=size // {"jsonl": 950, "pbf": 400}[fixture])
    source = root / "Fixtures" / fixture
    return data.made(
        f"{name.replace(' ', '-')}-{size}{source.suffix}",
        lambda part: make(part, size, source.read_bytes()))
