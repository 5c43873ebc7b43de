import TraceFormats
import TraceModel

/// Zipkin's API v2: times in milliseconds, durations in microseconds.
struct ZipkinBackend: Backend {
  static func isThere(_ session: PollSession) throws(HTTPFailure) -> Bool {
    try session.find(HTTPRequest(path: "/api/v2/services", isProbe: true))
      .flatMap { BackendAnswers.texts($0.span) } != nil
  }

  mutating func poll(_ session: PollSession, _ window: PollWindow) throws(HTTPFailure) {
    let query = session.query
    if let id = query.traceID {
      guard let body = try session.find(HTTPRequest(path: "/api/v2/trace/\(id)")) else {
        throw HTTPFailure(text: "no trace \(id) there")
      }
      return try session.deliver(body, as: "zipkin-json")
    }
    let milliseconds = (window.from.rawValue / 1_000_000, window.to.rawValue / 1_000_000)
    var parameters = [
      ("endTs", "\(milliseconds.1)"), ("lookback", "\(milliseconds.1 - milliseconds.0)"),
      ("limit", "\(query.limit)"),
    ]
    if let service = query.service { parameters.append(("serviceName", service)) }
    if let operation = query.operation { parameters.append(("spanName", operation)) }
    if let least = query.minDuration {
      parameters.append(("minDuration", "\(max(1, least.rawValue / 1_000))"))
    }
    if let text = query.query { parameters.append(("annotationQuery", text)) }
    if let body = try session.find(HTTPRequest(path: "/api/v2/traces", query: parameters)) {
      try session.deliver(body, as: "zipkin-json")
    }
  }
}
