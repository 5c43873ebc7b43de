import TraceAnalysis
import TraceReceivers

/// Why no span came of a command, as far as its connections tell.
enum NothingArrived {
  static func lines(_ seen: ReceiverActivity, _ environment: RunEnvironment) -> [String] {
    var lines = ["No span came."]
    let exporter = environment.value("OTEL_TRACES_EXPORTER") ?? ""
    if let trouble = seen.troubles.max(by: { ($0.value, $1.key) < ($1.value, $0.key) })?.key {
      lines.append("A client did something else: \(trouble).")
    } else if seen.logRequests + seen.metricRequests > 0 {
      lines.append(
        "Logs or metrics came, so the program does export: are spans started, and ended, and is a span processor with an exporter added to the tracer provider?"
      )
    } else if seen.connections > 0 {
      lines.append(
        "\(CountText.counted(seen.connections, "connection")) came without a request: was the program killed before it could send, or does it use TLS (https://)?"
      )
    } else if environment.value("OTEL_SDK_DISABLED")?.lowercased() == "true" {
      lines.append("OTEL_SDK_DISABLED is true: unset it.")
    } else if !exporter.split(separator: ",").contains("otlp") {
      lines.append(
        "OTEL_TRACES_EXPORTER is \(exporter), so spans go there: unset it, or pipe what is printed into traceview."
      )
    } else {
      lines += [
        "The program made no connection. It may be that",
        "- it has no OpenTelemetry SDK: opentelemetry-instrument python3 app.py adds one;",
        "- its exporter has an endpoint in the code, which the environment does not change;",
        "- it prints its spans (console exporter): pipe them, python3 app.py | traceview;",
        "- it ended before a batch was sent: shut the tracer provider down at the end.",
      ]
    }
    return lines
  }
}
