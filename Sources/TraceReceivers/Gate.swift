import TraceSources

/// Decides by a request's head whether its body is wanted.
///
/// A receiver on a loopback address is open to every program of this machine, which is meant, and to
/// every web page in a browser of this machine, which is not: a page must have an allowed origin, and
/// may not come by a name of its own that leads here.
struct Gate {
  /// Whether the receiver can be reached from this machine only.
  var isLoopback: Bool
  /// The origin whose pages may send spans; `*` is all of them.
  var cors: String?
  var bodyLimit: Int

  /// What becomes of a request.
  enum Verdict {
    case wanted(Route, BodyFormat, BodyCoding?)
    case answered(Answer)
  }

  func verdict(on head: RequestHead) -> Verdict {
    if let answer = refusal(of: head) { return .answered(answer) }
    if head.method == "OPTIONS" { return .answered(preflight(head)) }
    let path = RequestHead.shown(head.path)
    if head.mediaType.hasPrefix("application/grpc"),
      !head.mediaType.hasPrefix("application/grpc-web")
    {
      return .answered(.trouble(400, "gRPC by HTTP/1.1 to \(path): gRPC needs HTTP/2"))
    }
    guard let route = Route(method: head.method, path: head.path) else {
      return .answered(Self.notFound(head))
    }
    guard route.methods.contains(head.method) else {
      var answer = Answer.text(
        405,
        "\(path) takes \(route.methods.joined(separator: " or ")), not \(RequestHead.shown(head.method))"
      )
      // A browser is no client that needs help.
      if head.method != "GET" { answer.trouble = "\(RequestHead.shown(head.method)) \(path): 405" }
      answer.headers.append(("Allow", route.methods.joined(separator: ", ")))
      return .answered(answer)
    }
    switch route {
    case .home: return .answered(.text(200, Self.page))
    case .datadogInfo:
      return .answered(
        Answer(200, contentType: "application/json", body: Array(Self.datadogInfo.utf8)))
    default: return body(of: route, head)
    }
  }

  /// The answer to a request that comes from where none may come from; nil if it may.
  func refusal(of head: RequestHead) -> Answer? {
    if isLoopback, let host = head.host, !Self.isLocal(host) {
      return .trouble(
        403, "a request for the host \(RequestHead.shown(host)), which is not this machine's name")
    }
    if let origin = head.origin, !allows(origin, host: head.host) {
      return .trouble(
        403,
        "a web page of \(RequestHead.shown(origin)) may not send spans here unless traceview is told so with --cors"
      )
    }
    return nil
  }

  /// The verdict on a request with a body.
  private func body(of route: Route, _ head: RequestHead) -> Verdict {
    let path = RequestHead.shown(head.path)
    guard var format = route.format(mediaType: head.mediaType) else {
      let type =
        head.mediaType.isEmpty ? "no media type" : "media type \(RequestHead.shown(head.mediaType))"
      return .answered(
        .trouble(415, "a request with \(type) to \(path), which takes \(route.mediaTypes): 415"))
    }
    if route == .newRelic, head.dataFormat == "zipkin" { format = .zipkin }
    let coding = BodyCoding(rawValue: head.coding)
    guard head.coding.isEmpty || coding != nil else {
      var answer = Answer.trouble(
        415,
        "a request to \(path) with content encoding \(RequestHead.shown(head.coding)); gzip and zstd are taken: 415"
      )
      answer.headers.append(("Accept-Encoding", "gzip, zstd"))
      return .answered(answer)
    }
    if let length = head.contentLength, length > bodyLimit {
      return .answered(Self.tooLarge(format, limit: bodyLimit))
    }
    return .wanted(route, format, coding)
  }

  /// The headers that let an allowed page read an answer.
  func corsHeaders(_ head: RequestHead) -> [(name: String, value: String)] {
    guard cors != nil, let origin = head.origin, allows(origin, host: head.host) else { return [] }
    return [("Access-Control-Allow-Origin", origin), ("Vary", "Origin")]
  }

  // MARK: Web pages

  private func allows(_ origin: String, host: String?) -> Bool {
    cors == "*" || cors == origin || host.map { origin.lowercased() == "http://\($0)" } ?? false
  }

  private func preflight(_ head: RequestHead) -> Answer {
    guard cors != nil, head.origin != nil else {
      return .text(405, "OPTIONS is asked by web pages only")
    }
    var answer = Answer(204)
    answer.headers = [
      ("Access-Control-Allow-Methods", "POST, PUT"), ("Access-Control-Max-Age", "600"),
    ]
    if let headers = head.requestedHeaders {
      answer.headers.append(("Access-Control-Allow-Headers", RequestHead.shownLine(headers)))
    }
    if head.asksForPrivateNetwork {
      answer.headers.append(("Access-Control-Allow-Private-Network", "true"))
    }
    return answer
  }

  /// Whether a `Host` names this machine: by an address, or by a name that nobody can register, so that
  /// it cannot be a page's own name that leads here.
  static func isLocal(_ host: String) -> Bool {
    if host.hasPrefix("[") { return true }
    var name = host.prefix { $0 != ":" }
    if name.hasSuffix(".") { name.removeLast() }
    return !name.contains(".") || name.hasSuffix(".localhost") || name.hasSuffix(".internal")
      || name.allSatisfy { $0.isNumber || $0 == "." }
  }

  // MARK: Answers

  static func tooLarge(_ format: BodyFormat, limit: Int) -> Answer {
    let text = "a request with more than \(limit >> 20) MiB, also after decompressing: 413"
    return error(413, code: 3, text, format, isTrouble: true)
  }

  /// Says that there is no room for what a client sends, which should send it again.
  static func noRoom(_ format: BodyFormat) -> Answer {
    var answer = error(429, code: 8, "no room at the moment: try again", format, isTrouble: false)
    answer.askForRetry()
    return answer
  }

  /// An error in the form that the client of that format expects. `code` is gRPC's.
  static func error(
    _ status: Int, code: Int, _ text: String, _ format: BodyFormat, isTrouble: Bool
  ) -> Answer {
    var answer: Answer
    switch format {
    case .otlpProtobuf:
      answer = Answer(
        status, contentType: "application/x-protobuf",
        body: OTLPAnswer.status(code: code, message: text, isJSON: false))
    case .otlpJSON:
      answer = Answer(
        status, contentType: "application/json",
        body: OTLPAnswer.status(code: code, message: text, isJSON: true))
    default: answer = .text(status, text)
    }
    if isTrouble { answer.trouble = text }
    return answer
  }

  private static func notFound(_ head: RequestHead) -> Answer {
    let path = RequestHead.shown(head.path)
    var answer = Answer.text(404, "traceview takes no \(path). Spans go to:\n\n\(paths)")
    // Of Datadog's clients, which ask for more than traces, and browsers, which want an icon.
    let isUsual =
      head.method == "GET"
      || ["/telemetry/", "/v0.6/", "/v0.7/", "/profiling/", "/evp_proxy/", "/debugger/"].contains {
        head.path.hasPrefix($0)
      }
    if !isUsual { answer.trouble = "\(RequestHead.shown(head.method)) \(path): 404" }
    return answer
  }

  private static let paths = """
    OTLP        POST /v1/traces, or gRPC      OTEL_EXPORTER_OTLP_ENDPOINT
    Zipkin      POST /api/v2/spans
    Datadog     PUT  /v0.5/traces             DD_TRACE_AGENT_URL
    Honeycomb   POST /1/batch/DATASET
    New Relic   POST /trace/v1
    Lightstep   POST /api/v2/reports
    """

  private static let page = """
    This is traceview, which shows the spans that programs send here. There is nothing to see in a
    browser: look at the terminal that it runs in. Spans go to:

    \(paths)
    """

  private static let datadogInfo =
    "{\"endpoints\":[\"/v0.3/traces\",\"/v0.4/traces\",\"/v0.5/traces\"],\"span_events\":true,"
    + "\"span_meta_structs\":true,\"client_drop_p0s\":false,\"config\":{}}"
}
