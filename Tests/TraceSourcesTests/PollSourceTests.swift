import Foundation
import Testing
import TraceModel
import TraceTestSupport

@testable import TraceSources

/// What polling makes of servers that do not answer as they should, and of options.
@Suite struct PollSourceTests {
  private static let spans =
    #"{"result":{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"00000000000000000000000000000001","#
    + #""spanId":"0000000000000001","name":"one"}]}]}]}}"#

  private static func good(_ request: StubServer.Request) -> StubServer.Reply {
    switch request.path {
    case "/api/v3/services": .json(#"{"services":["a"]}"#)
    case "/api/v3/traces": .json(spans)
    default: .notFound
    }
  }

  private func poll(
    _ url: String, limits: HTTPClient.Limits = .init(),
    _ change: (inout PollOptions) -> Void = { _ in }
  ) throws -> LiveRun {
    var options = PollOptions()
    options.interval = DurationNanos(10_000_000)
    change(&options)
    let pauses = PollSource.Pauses(
      first: .milliseconds(10), longest: .milliseconds(40), longestAsked: .milliseconds(70))
    return LiveRun(
      try PollSource(
        id: SourceID(0), url: url, options: options, limits: limits, pauses: pauses))
  }

  /// A server that answers like that twice, and then as it should.
  private func recovers(
    from reply: StubServer.Reply, saying text: String, limits: HTTPClient.Limits = .init(),
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let counter = Counter()
    let server = StubServer { request in counter.next() <= 2 ? reply : Self.good(request) }
    let run = try poll("jaeger+" + server.url, limits: limits)
    run.until("trouble: \(text)", sourceLocation: sourceLocation) {
      $0.statuses.contains { $0.state == .troubled && $0.text.contains(text + "; again in ") }
    }
    run.until("the span", sourceLocation: sourceLocation) { $0.names == ["one"] }
    run.until("no trouble", sourceLocation: sourceLocation) { $0.status?.state == .active }
    #expect(run.stop().issues.isEmpty, sourceLocation: sourceLocation)
  }

  @Test(arguments: [
    (401, "401: not authorized; give it a header, or user:password@ in the URL"),
    (403, "403: forbidden"), (429, "429: asked too often"), (500, "500: out of order"),
    (503, "503: out of order"),
  ])
  func answersThatAreErrors(_ status: Int, _ text: String) throws {
    try recovers(
      from: .init(status: status, body: Array("out of order\nat line 1".utf8)), saying: text)
  }

  @Test func answersThatAreNoAnswers() throws {
    let body = [UInt8](repeating: UInt8(ascii: "x"), count: 100_000)
    try recovers(from: .init(body: body, fault: .cutShort), saying: "the answer was cut short")
    try recovers(
      from: .init(body: Array("220 mail\r\n".utf8), fault: .noHTTP),
      saying: "what answers does not speak HTTP")
    try recovers(from: .notFound, saying: "there is no search of Jaeger's there")
    var limits = HTTPClient.Limits()
    limits.bodyBytes = 1 << 20
    try recovers(
      from: .init(body: body, fault: .endless),
      saying: "the answer is longer than 1 MiB: ask for less with --limit", limits: limits)
    limits.whole = .milliseconds(300)
    try recovers(from: .init(fault: .silent), saying: "no whole answer in time", limits: limits)
  }

  /// Garbage where traces should be, in an answer that says that all is well.
  @Test(arguments: ["<html>sign in</html>", "", "[[[", #"{"result":{"resourceSpans":[{"scopeSp"#])
  func tracesThatAreNone(_ body: String) throws {
    let counter = Counter()
    let server = StubServer { request in
      request.path == "/api/v3/traces" && counter.next() <= 2 ? .json(body) : Self.good(request)
    }
    let run = try poll("jaeger+" + server.url)
    run.until("trouble") {
      $0.statuses.contains { $0.text.contains("the answer is not what was asked for") }
    }
    run.until("the span") { $0.names == ["one"] }
    _ = run.stop()
  }

  @Test func aServerThatIsNotThereYetIsTriedAgain() throws {
    let port = StubServer.freePort()
    let run = try poll("http://127.0.0.1:\(port)")
    let heard = run.until("longer pauses") {
      $0.statuses.filter { $0.state == .troubled }.count >= 3
    }
    let texts = heard.statuses.filter { $0.state == .troubled }.map(\.text)
    #expect(
      texts.prefix(3) == [
        "connection refused; again in 10 ms", "connection refused; again in 20 ms",
        "connection refused; again in 40 ms",
      ])
    let clock = ContinuousClock()
    #expect(clock.measure { _ = run.stop() } < .seconds(5))
  }

  @Test func aServerSaysWhenToAskAgain() throws {
    let server = StubServer { _ in .init(status: 429, headers: ["Retry-After: 3"]) }
    let run = try poll("zipkin+" + server.url)
    run.until("the longest pause that can be asked for") {
      $0.status?.text == "429: asked too often; again in 70 ms"
    }
    _ = run.stop()
  }

  @Test func onceEndsWithTheReason() throws {
    let run = try poll("tempo+http://127.0.0.1:\(StubServer.freePort())/x?token=secret-word") {
      $0.once = true
    }
    let heard = run.until("the end") { $0.hasEnded }
    #expect(heard.failure?.reason == "connection refused")
    #expect(heard.failure?.source.hasSuffix("/x") == true)
  }

  /// Polls do not overlap: the next one begins when the one before has ended.
  @Test func oneQuestionAtATime() throws {
    let (running, most) = (Counter(), Counter())
    let server = StubServer { request in
      guard request.path == "/api/v3/traces" else { return Self.good(request) }
      if running.next() - most.last > 1 { return .init(status: 500) }
      // Longer than the pause between two polls, so that polls which do not wait would overlap.
      usleep(30_000)
      _ = most.next()
      return Self.good(request)
    }
    let run = try poll("jaeger+" + server.url)
    run.until("five polls") { _ in most.last >= 5 }
    #expect(run.stop().statuses.allSatisfy { $0.state != .troubled })
  }

  @Test func stoppingDoesNotWaitForAnAnswer() throws {
    let server = StubServer { _ in .init(fault: .silent) }
    let run = try poll(server.url)
    run.until("the question") { _ in !server.requests.isEmpty }
    let clock = ContinuousClock()
    #expect(clock.measure { _ = run.stop() } < .seconds(5))
    #expect(run.soFar.failure == nil)
  }

  @Test func secretsAreNotShown() throws {
    let server = StubServer { request in
      let words = request.headers["authorization"] ?? "" + (request.headers["x-key"] ?? "")
      return .init(status: 500, body: Array("who is \(words)? token-1234".utf8))
    }
    let url = "jaeger+http://me:pass-5678@127.0.0.1:\(server.port)/?key=query-9012"
    let run = try poll(url) { $0.headers = [("X-Key", "Bearer token-1234")] }
    #expect(run.source.name == server.url)
    run.until("trouble") { $0.status?.text.hasPrefix("status 500; again") == true }
    let shown = run.stop().statuses.map(\.text).joined()
    for secret in ["pass-5678", "token-1234", "query-9012"] { #expect(!shown.contains(secret)) }
    for url in [
      "ftp://me:pass-5678@h/", "jaeger+http://me:pass-5678@h:x", "what+http://me:pass-5678@h",
      "http://me:pass-5678@",
    ] {
      let error = #expect(throws: SourceError.self) {
        try PollSource(id: SourceID(0), url: url, options: PollOptions())
      }
      #expect(error?.message.contains("pass-5678") == false)
    }
  }

  @Test func aSchemeAndAnOptionThatDisagree() throws {
    var options = PollOptions()
    options.kind = .zipkin
    #expect(throws: SourceError.self) {
      try PollSource(id: SourceID(0), url: "tempo+http://h", options: options)
    }
    #expect(throws: Never.self) {
      try PollSource(id: SourceID(0), url: "Zipkin+HTTP://h", options: options)
    }
  }

  @Test func urlsAreToldFromFiles() {
    for url in ["http://h", "https://h", "jaeger+http://h", "ftp://x"] {
      #expect(PollSource.isURL(url))
    }
    for path in ["http:/h", "a b://c", "dir/x://y", "spans.json", "-", ""] {
      #expect(!PollSource.isURL(path))
    }
  }

  @Test func optionsAreRead() throws {
    let options = try PollOptions(
      service: "s", since: "10m", limit: 5, minDuration: "1.5ms",
      traceID: "cb1e29c658cda1495e60af593bd04cf",
      backend: "Tempo", interval: "500ms",
      headers: ["X-Scope-OrgID: a=b", "Authorization=Bearer x"],
      environmentHeaders: "authorization=Basic%20y,api-key=k%2C1", once: true)
    #expect(options.query.since == DurationNanos(600_000_000_000))
    #expect(options.query.minDuration == DurationNanos(1_500_000))
    #expect(options.query.traceID?.description == "0cb1e29c658cda1495e60af593bd04cf")
    #expect(options.kind == .tempo && options.once && options.query.limit == 5)
    #expect(options.interval == DurationNanos(500_000_000))
    #expect(
      options.headers.map { "\($0.name)|\($0.value)" }
        == ["X-Scope-OrgID|a=b", "Authorization|Bearer x", "api-key|k,1"])
  }

  @Test func optionsThatAreWrongAreSaid() {
    func source(_ make: () throws -> PollOptions) -> String? {
      do {
        _ = try make()
        return nil
      } catch {
        return (error as? SourceError)?.source
      }
    }
    for text in ["", "x", "-1s", "1e9d", "10 m", "nans", "0s", "9999999999999d"] {
      #expect(source { try PollOptions(since: text) } == "--since", "\(text)")
    }
    #expect(source { try PollOptions(limit: 0) } == "--limit")
    #expect(source { try PollOptions(minDuration: "ms") } == "--min-duration")
    for id in ["", "xyz", "0", String(repeating: "1", count: 33)] {
      #expect(source { try PollOptions(traceID: id) } == "--trace")
    }
    #expect(source { try PollOptions(backend: "mysql") } == "--backend")
    #expect(source { try PollOptions(interval: "1ms") } == "--interval")
    for header in ["", "x", "=v", "a b=c", "a: b\r\nEvil: c", "a\n=b"] {
      #expect(source { try PollOptions(headers: [header]) } == "--header", "\(header)")
    }
    #expect(
      source { try PollOptions(environmentHeaders: "a=b%0d%0aEvil: x") }
        == "OTEL_EXPORTER_OTLP_HEADERS")
  }
}
