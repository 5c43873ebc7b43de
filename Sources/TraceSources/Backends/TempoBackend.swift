import TraceFormats
import TraceModel

/// Grafana Tempo: a search in TraceQL, then the traces by their IDs, in protobuf, which takes it a
/// fourth of the time that JSON does.
struct TempoBackend: Backend {
  /// Whether it has v2 of the question for a trace.
  private var hasV2 = true

  static func isThere(_ session: PollSession) throws(HTTPFailure) -> Bool {
    try session.find(
      HTTPRequest(path: "/api/search", query: [("limit", "1"), ("q", "{}")], isProbe: true)
    )
    .flatMap { BackendAnswers.traces($0.span, in: "traces", idKey: "traceID") } != nil
  }

  mutating func poll(_ session: PollSession, _ window: PollWindow) throws(HTTPFailure) {
    let query = session.query
    var hasV2 = hasV2
    defer { self.hasV2 = hasV2 }
    if let id = query.traceID {
      guard let body = try Self.trace("\(id)", session, &hasV2) else {
        throw HTTPFailure(text: "no trace \(id) there")
      }
      return try session.deliver(body, as: "otlp-protobuf")
    }
    let parameters = [
      ("q", Self.traceQL(query)), ("limit", "\(query.limit)"), ("spss", "1"),
      // Both, since otherwise only what is recent is searched. In seconds.
      ("start", "\(window.from.rawValue / 1_000_000_000)"),
      ("end", "\(window.to.rawValue / 1_000_000_000 + 1)"),
    ]
    let body = try session.body(
      of: session.ask(HTTPRequest(path: "/api/search", query: parameters)))
    guard let found = BackendAnswers.traces(body.span, in: "traces", idKey: "traceID") else {
      throw session.garbage(body)
    }
    try session.fetch(found, as: "otlp-protobuf") { (id) throws(HTTPFailure) in
      try Self.trace(id, session, &hasV2)
    }
  }

  /// A trace as an OTLP message; nil if there is none.
  private static func trace(
    _ id: String, _ session: PollSession, _ hasV2: inout Bool
  ) throws(HTTPFailure) -> [UInt8]? {
    let accept = "application/protobuf"
    if hasV2 {
      if let body = try session.find(HTTPRequest(path: "/api/v2/traces/\(id)", accept: accept)) {
        guard let (trace, isPartial) = BackendAnswers.tempoTrace(body.span) else {
          throw session.garbage(body)
        }
        if isPartial { session.note("Tempo gave only a part of trace \(id)") }
        return Array(body[trace])
      }
    }
    let body = try session.find(HTTPRequest(path: "/api/traces/\(id)", accept: accept))
    // What v1 has and v2 has not: v2 is not there.
    if body != nil { hasV2 = false }
    return body
  }

  /// The query, with what other options ask for.
  static func traceQL(_ query: BackendQuery) -> String {
    var conditions: [String] = []
    if let service = query.service {
      conditions.append("resource.service.name = \(quoted(service))")
    }
    if let operation = query.operation { conditions.append("name = \(quoted(operation))") }
    if let least = query.minDuration {
      conditions.append("traceDuration >= \(least.rawValue / 1_000)us")
    }
    let own = conditions.isEmpty ? nil : "{ \(conditions.joined(separator: " && ")) }"
    guard let asked = query.query else { return own ?? "{}" }
    return own.map { "\($0) && \(asked)" } ?? asked
  }

  private static func quoted(_ text: String) -> String {
    "\"" + text.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] } + "\""
  }
}
