"""Sends a trace of three spans with one of OpenTelemetry's exporters, which argv[1] names."""
import sys

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

kind, endpoint = sys.argv[1], sys.argv[2]
if kind == "http":
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    exporter = OTLPSpanExporter(endpoint + "/v1/traces", compression=Compression.Gzip)
elif kind == "grpc":
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

    exporter = OTLPSpanExporter(endpoint, insecure=True)
else:
    from opentelemetry.exporter.zipkin.json import ZipkinExporter

    exporter = ZipkinExporter(endpoint=endpoint + "/api/v2/spans")
provider = TracerProvider(resource=Resource.create({"service.name": "shop"}))
provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=100))
tracer = provider.get_tracer("client")
with tracer.start_as_current_span("checkout"):
    with tracer.start_as_current_span("reserve"):
        pass
    with tracer.start_as_current_span("charge"):
        pass
provider.shutdown()
