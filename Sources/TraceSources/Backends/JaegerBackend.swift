import TraceFormats
import TraceModel

/// Jaeger's query API: v3, which gives OTLP; v1 where there is no v3, as in old versions.
struct JaegerBackend: Backend {
  private var classic = JaegerClassicAPI(prefix: "")
  /// What the server has, as far as it is known.
  private var hasV3 = true
  private var hasSummaries = true

  static func isThere(_ session: PollSession) throws(HTTPFailure) -> Bool {
    if let body = try session.find(HTTPRequest(path: "/api/v3/services", isProbe: true)),
      BackendAnswers.texts(body.span, in: "services") != nil
    {
      return true
    }
    return try JaegerClassicAPI(prefix: "").services(session) != nil
  }

  mutating func poll(_ session: PollSession, _ window: PollWindow) throws(HTTPFailure) {
    let services = try services(session)
    if let id = session.query.traceID {
      guard services != nil else { return try classic.fetch(id, session) }
      guard let body = try session.find(HTTPRequest(path: "/api/v3/traces/\(id)")) else {
        throw HTTPFailure(text: "no trace \(id) there")
      }
      return try session.deliver(body, as: "otlp-json")
    }
    guard let services else { return try classic.poll(session, window) }
    for service in session.query.service.map({ [$0] }) ?? services {
      try poll(service, session, window)
    }
  }

  /// The services of v3; nil if there is no v3.
  private mutating func services(_ session: PollSession) throws(HTTPFailure) -> [String]? {
    guard hasV3 else { return nil }
    // An old version answers what it does not know with a page for people.
    let services = try session.find(HTTPRequest(path: "/api/v3/services", isProbe: true))
      .flatMap { BackendAnswers.texts($0.span, in: "services") }
    hasV3 = services != nil
    return services
  }

  private mutating func poll(
    _ service: String, _ session: PollSession, _ window: PollWindow
  ) throws(HTTPFailure) {
    let query = session.query
    // Names that old versions take too.
    var parameters = [
      ("query.service_name", service), ("query.start_time_min", TimeFormat.rfc3339(window.from)),
      ("query.start_time_max", TimeFormat.rfc3339(window.to)),
      ("query.search_depth", "\(query.limit)"), ("query.num_traces", "\(query.limit)"),
    ]
    if let operation = query.operation { parameters.append(("query.operation_name", operation)) }
    if let least = query.minDuration {
      parameters.append(("query.duration_min", "\(least.rawValue / 1_000)us"))
    }
    if let tags = query.query { parameters.append(("query.attributes", JaegerTags.json(tags))) }
    if hasSummaries {
      let answer = try session.ask(
        HTTPRequest(path: "/api/v3/trace-summaries", query: parameters))
      // Nothing found is told apart from no such question by JSON.
      hasSummaries = answer.body.first == UInt8(ascii: "{")
      if hasSummaries {
        guard answer.status != 404 else { return }
        let body = try session.body(of: answer)
        guard let found = BackendAnswers.traces(body.span, in: "summaries", idKey: "traceId")
        else { throw session.garbage(body) }
        return try session.fetch(found, as: "otlp-json") { (id) throws(HTTPFailure) in
          try session.find(HTTPRequest(path: "/api/v3/traces/\(id)"))
        }
      }
    }
    if let body = try session.find(HTTPRequest(path: "/api/v3/traces", query: parameters)) {
      try session.deliver(body, as: "otlp-json")
    }
  }
}

/// VictoriaTraces, which answers as Jaeger's v1 does.
struct VictoriaTracesBackend: Backend {
  private var api = JaegerClassicAPI(prefix: "/select/jaeger")

  static func isThere(_ session: PollSession) throws(HTTPFailure) -> Bool {
    try JaegerClassicAPI(prefix: "/select/jaeger").services(session) != nil
  }

  mutating func poll(_ session: PollSession, _ window: PollWindow) throws(HTTPFailure) {
    if let id = session.query.traceID { return try api.fetch(id, session) }
    try api.poll(session, window)
  }
}

/// Jaeger's API v1, below some path: times in microseconds, and no search without a service.
struct JaegerClassicAPI {
  let prefix: String

  /// Nil if there is no such API.
  func services(_ session: PollSession) throws(HTTPFailure) -> [String]? {
    try session.find(HTTPRequest(path: prefix + "/api/services", isProbe: true))
      .flatMap { BackendAnswers.texts($0.span, in: "data") }
  }

  func fetch(_ id: TraceID, _ session: PollSession) throws(HTTPFailure) {
    guard let body = try session.find(HTTPRequest(path: prefix + "/api/traces/\(id)")) else {
      throw HTTPFailure(text: "no trace \(id) there")
    }
    try session.deliver(body, as: "jaeger-json")
  }

  func poll(_ session: PollSession, _ window: PollWindow) throws(HTTPFailure) {
    let query = session.query
    var services = query.service.map { [$0] }
    if services == nil { services = try self.services(session) }
    guard let services else {
      throw HTTPFailure(text: "there is no search of Jaeger's there")
    }
    for service in services {
      var parameters = [
        ("service", service), ("start", "\(window.from.rawValue / 1_000)"),
        ("end", "\(window.to.rawValue / 1_000)"), ("limit", "\(query.limit)"),
      ]
      if let operation = query.operation { parameters.append(("operation", operation)) }
      if let least = query.minDuration {
        parameters.append(("minDuration", "\(least.rawValue / 1_000)us"))
      }
      if let tags = query.query { parameters.append(("tags", JaegerTags.json(tags))) }
      guard
        let body = try session.find(HTTPRequest(path: prefix + "/api/traces", query: parameters))
      else { continue }
      try session.deliver(body, as: "jaeger-json")
    }
  }
}

/// The tags of a search in Jaeger.
enum JaegerTags {
  /// As JSON, which the API takes: of JSON, or of `key=value key=value`.
  static func json(_ text: String) -> String {
    guard text.first(where: { $0 != " " }) != "{" else { return text }
    let pairs = text.split(separator: " ").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return quoted(parts[0]) + ":" + quoted(parts.count > 1 ? parts[1] : "")
    }
    return "{\(pairs.joined(separator: ","))}"
  }

  private static func quoted(_ text: Substring) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" || scalar == "\\" { result.unicodeScalars.append("\\") }
      // No other control character comes in a word of a command line that matters in a tag.
      if scalar.value >= 0x20 { result.unicodeScalars.append(scalar) }
    }
    return result + "\""
  }
}
