"""Sends a trace of three spans with ddtrace; DD_TRACE_AGENT_URL says where."""
from ddtrace.trace import tracer

with tracer.trace("checkout", service="shop"):
    with tracer.trace("reserve"):
        pass
    with tracer.trace("charge"):
        pass
tracer.flush()
tracer.shutdown()
