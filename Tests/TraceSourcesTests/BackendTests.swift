import Foundation
import Synchronization
import Testing
import TraceModel
import TraceTestSupport

@testable import TraceSources

/// Back ends that answer as real ones did.
@Suite struct BackendTests {
  private static func recorded(_ path: String) -> StubServer.Reply {
    let bytes = try? Fixture.load("back-ends/" + path).bytes
    return StubServer.Reply(body: bytes ?? Array("no fixture \(path)".utf8))
  }

  private static func fixture(_ path: String) -> StubServer.Reply {
    StubServer.Reply(body: (try? Fixture.load(path).bytes) ?? [])
  }

  private func poll(
    _ url: String, _ change: (inout PollOptions) -> Void = { _ in }
  ) throws -> LiveRun {
    var options = PollOptions()
    options.interval = DurationNanos(20_000_000)
    change(&options)
    return LiveRun(try PollSource(id: SourceID(0), url: url, options: options))
  }

  /// What one poll gives.
  private func once(
    _ url: String, sourceLocation: SourceLocation = #_sourceLocation,
    _ change: (inout PollOptions) -> Void = { _ in }
  ) throws -> LiveRun.Heard {
    let run = try poll(url) { options in
      options.once = true
      change(&options)
    }
    #expect(!run.source.isLive)
    return run.until("the end", sourceLocation: sourceLocation) { $0.hasEnded }
  }

  private static let jaegerTrace = "37dc76fb0f17a3007e62aa0a1df9fd78"

  /// Jaeger 2.20.0: API v3 with summaries.
  private static func jaeger(_ request: StubServer.Request) -> StubServer.Reply {
    switch request.path {
    case "/api/v3/services": .json(#"{"services":["frontend","checkout"]}"#)
    case "/api/v3/trace-summaries":
      request.query["query.service_name"] == "frontend"
        && request.query["query.start_time_min"] ?? "" < request.query["query.start_time_max"] ?? ""
        ? .json(#"{"summaries":[{"traceId":"\#(jaegerTrace)","spanCount":7}]}"#)
        : StubServer.Reply(
          status: 404, body: Array(#"{"error":{"httpCode":404,"message":"No traces found"}}"#.utf8))
    case "/api/v3/traces/\(jaegerTrace)": recorded("jaeger-2.20.0/v3_trace.json")
    default: .notFound
    }
  }

  @Test func jaegerIsFoundAndItsTracesFetchedOnce() throws {
    let server = StubServer(Self.jaeger)
    let run = try poll(server.url + "/")
    let heard = run.until("three polls") { _ in
      server.requests.filter { $0.path == "/api/v3/trace-summaries" }.count >= 6
    }
    #expect(heard.spans.count == 7)
    #expect(Set(heard.spans.map(\.traceID.description)) == [Self.jaegerTrace])
    #expect(server.requests.filter { $0.path.hasPrefix("/api/v3/traces/") }.count == 1)
    let end = run.stop()
    #expect(end.spans.count == 7 && end.issues.isEmpty)
    #expect(end.statuses.contains { $0.state == .active && $0.receivedSpans == 7 })
    #expect(end.statuses.allSatisfy { $0.state != .troubled })
  }

  /// Of a trace that has grown only what is new comes.
  @Test func aTraceThatGrowsIsFetchedAgain() throws {
    func span(_ number: Int) -> String {
      #"{"traceId":"\#(Self.jaegerTrace)","spanId":"000000000000000\#(number)","name":"\#(number)"}"#
    }
    let spans = (1...5).map(span)
    let counter = Counter()
    let server = StubServer { request in
      switch request.path {
      case "/api/v3/services": return .json(#"{"services":["a"]}"#)
      case "/api/v3/trace-summaries":
        let count = min(5, counter.next())
        return .json(#"{"summaries":[{"traceId":"\#(Self.jaegerTrace)","spanCount":\#(count)}]}"#)
      case "/api/v3/traces/\(Self.jaegerTrace)":
        let found = spans.prefix(min(5, counter.last)).joined(separator: ",")
        return .json(#"{"result":{"resourceSpans":[{"scopeSpans":[{"spans":[\#(found)]}]}]}}"#)
      default: return .notFound
      }
    }
    let run = try poll("jaeger+" + server.url)
    run.until("all five") { $0.spans.count >= 5 }
    run.until("more polls") { _ in counter.last > 8 }
    #expect(run.stop().names == ["1", "2", "3", "4", "5"])
    #expect(server.requests.filter { $0.path.hasSuffix(Self.jaegerTrace) }.count == 5)
  }

  @Test func jaegerWithoutSummariesGivesWholeTraces() throws {
    let server = StubServer { request in
      switch request.path {
      case "/api/v3/services": .json(#"{"services":["frontend"]}"#)
      case "/api/v3/traces": Self.recorded("jaeger-2.20.0/v3_trace.json")
      default: .notFound
      }
    }
    let heard = try once("jaeger+" + server.url) {
      $0.query.operation = "op"
      $0.query.minDuration = DurationNanos(1_500_000)
      $0.query.query = "error=true a=b=\"c"
      $0.query.limit = 7
    }
    #expect(heard.spans.count == 7 && heard.failure == nil)
    let query = try #require(server.requests.last { $0.path == "/api/v3/traces" }).query
    #expect(query["query.operation_name"] == "op" && query["query.duration_min"] == "1500us")
    #expect(query["query.attributes"] == #"{"error":"true","a":"b=\"c"}"#)
    #expect(query["query.search_depth"] == "7")
  }

  /// An old Jaeger answers what it does not know with its page.
  @Test func oldJaegersHaveV1() throws {
    let server = StubServer { request in
      switch request.path {
      case "/api/services": .json(#"{"data":["frontend"],"total":1,"errors":null}"#)
      case "/api/traces":
        request.query["service"] == nil
          ? StubServer.Reply(
            status: 400, body: Self.recorded("jaeger-2.20.0/traces_noservice.json").body)
          : Self.recorded("jaeger-2.20.0/traces_mindur.json")
      default:
        StubServer.Reply(headers: ["Content-Type: text/html"], body: Array("<!doctype html>".utf8))
      }
    }
    let heard = try once(server.url)
    #expect(heard.spans.count == 16 + 24 + 47 && heard.failure == nil)
    let query = try #require(server.requests.last).query
    let (start, end) = (Int(query["start"] ?? "") ?? 0, Int(query["end"] ?? "") ?? 0)
    #expect(end - start == 3_660 * 1_000_000 && query["limit"] == "100")
  }

  @Test func oneTraceIsFetchedByItsID() throws {
    let server = StubServer(Self.jaeger)
    let heard = try once(server.url) {
      $0.query.traceID = (try? PollOptions(traceID: Self.jaegerTrace))?.query.traceID
    }
    #expect(heard.spans.count == 7)
    let missing = try once(server.url) { $0.query.traceID = TraceID(high: 0, low: 1) }
    #expect(missing.failure?.reason == "no trace 00000000000000000000000000000001 there")
  }

  @Test func victoriaTracesAnswersBelowItsPath() throws {
    let server = StubServer { request in
      switch request.path {
      case "/select/jaeger/api/services": Self.recorded("victoriatraces/services.json")
      case "/select/jaeger/api/traces":
        request.query["service"] == "frontend"
          ? Self.recorded("victoriatraces/traces_mindur.json")
          : Self.recorded("victoriatraces/trace_missing.json")
      default: StubServer.Reply(status: 400, body: Array("unsupported path requested".utf8))
      }
    }
    for url in [server.url, "victoriatraces+" + server.url, server.url + "/select/jaeger"] {
      let heard = try once(url)
      #expect(heard.spans.count == 21 && heard.issues.isEmpty && heard.failure == nil, "\(url)")
    }
  }

  @Test func zipkin() throws {
    let server = StubServer { request in
      switch request.path {
      case "/api/v2/services": .json(#"["frontend","backend"]"#)
      case "/api/v2/traces": Self.fixture("zipkin-json/server-answers/traces.json")
      default: .notFound
      }
    }
    let expected = try Fixture.load("zipkin-json/server-answers/traces.json")
    let count =
      String(decoding: expected.bytes, as: UTF8.self).components(separatedBy: #""id":"#).count - 1
    let run = try poll(server.url) {
      $0.query.service = "frontend"
      $0.query.minDuration = DurationNanos(2_000_000)
      $0.query.query = "error"
      $0.query.since = DurationNanos(600_000_000_000)
    }
    run.until("three polls") { _ in
      server.requests.filter { $0.path == "/api/v2/traces" }.count >= 3
    }
    // Both halves of a call have the same ID; all come, and none of them twice.
    #expect(run.stop().spans.count == count)
    let query = try #require(server.requests.first { $0.path == "/api/v2/traces" }).query
    #expect(query["serviceName"] == "frontend" && query["annotationQuery"] == "error")
    #expect(query["minDuration"] == "2000" && query["lookback"] == "660000")
    #expect(query["spanName"] == nil)
  }

  @Test(arguments: [true, false])
  func tempoGivesTracesInProtobuf(_ hasV2: Bool) throws {
    let server = StubServer { request in
      let isWanted = request.path.hasSuffix(Self.jaegerTrace)
      switch request.path {
      case "/api/search": return Self.recorded("tempo/search_traceql.json")
      case _ where request.headers["accept"] != "application/protobuf": return .notFound
      case _ where request.path.hasPrefix("/api/v2/traces/") && hasV2 && isWanted:
        return Self.recorded("tempo/trace_v2.pb")
      case _ where request.path.hasPrefix("/api/traces/") && isWanted:
        return Self.recorded("tempo/trace_v1.pb")
      default: return StubServer.Reply(status: 404)
      }
    }
    let run = try poll(server.url) {
      $0.query.service = "a\"b"
      $0.query.minDuration = DurationNanos(1_000_000)
      $0.query.query = "{ status = error }"
    }
    run.until("three polls") { _ in
      server.requests.filter { $0.path == "/api/search" }.count >= 4
    }
    let heard = run.stop()
    #expect(heard.spans.count == 7 && heard.issues.isEmpty)
    let queries = server.requests.filter { $0.path == "/api/search" }.map(\.query)
    #expect(
      queries.last?["q"]
        == #"{ resource.service.name = "a\"b" && traceDuration >= 1000us } && { status = error }"#)
    // Seconds.
    #expect(queries.last?["start"]?.count == 10 && queries.last?["end"]?.count == 10)
    let fetched = server.requests.filter { $0.path.hasSuffix("/" + Self.jaegerTrace) }
    #expect(fetched.count == (hasV2 ? 1 : 2))
  }

  @Test func tempoSaysWhatIsWrongWithAQuery() throws {
    let server = StubServer { _ in
      StubServer.Reply(status: 400, body: Self.recorded("tempo/search_bad.json").body)
    }
    let heard = try once("tempo+" + server.url) { $0.query.query = "{ nonsense }" }
    #expect(heard.failure?.reason.contains("invalid TraceQL query: parse error") == true)
  }

  @Test func clickHouseTakesSQL() throws {
    let server = StubServer { request in
      switch request.path {
      case "/ping": StubServer.Reply(body: Array("Ok.\n".utf8))
      case "/" where request.query["param_table"] == "nosuch":
        StubServer.Reply(status: 404, body: Self.recorded("clickhouse-26.9/err_table.txt").body)
      case "/" where request.query["param_table"] == "late":
        StubServer.Reply(
          body: Self.fixture("clickhouse-json/clickhouse-26.9/ts-ns.jsonl").body
            + Array("\nCode: 241. DB::Exception: Memory limit exceeded\n".utf8))
      case "/": Self.fixture("clickhouse-json/clickhouse-26.9/ts-ns.jsonl")
      default: StubServer.Reply(status: 404, body: Array("There is no handle".utf8))
      }
    }
    let heard = try once("http://me:secret-word@127.0.0.1:\(server.port)") {
      $0.query.service = "it's"
      $0.query.query = "StatusCode = 'Error'"
    }
    #expect(heard.spans.count == 1 && heard.failure == nil)
    let asked = try #require(server.requests.last)
    #expect(asked.method == "POST" && asked.query["default_format"] == "JSONEachRow")
    #expect(asked.query["param_service"] == "it's" && !asked.body.contains("it's"))
    #expect(asked.body.contains("(StatusCode = 'Error')"))
    let wrong = try once(server.url) { $0.query.table = "nosuch" }
    #expect(wrong.failure?.reason.contains("Unknown table expression identifier") == true)
    let late = try once(server.url) { $0.query.table = "late" }
    #expect(late.spans.count == 1)
    #expect(late.failure?.reason == "Code: 241. DB::Exception: Memory limit exceeded")
  }

  @Test func whatIsNoBackEndIsSaid() throws {
    let server = StubServer { _ in StubServer.Reply(body: Array("<html>welcome</html>".utf8)) }
    #expect(try once(server.url).failure?.reason.contains("nothing that is known") == true)
  }
}

/// Counts what a server is asked.
final class Counter: Sendable {
  private let count = Mutex(0)
  func next() -> Int {
    count.withLock { count in
      count += 1
      return count
    }
  }
  var last: Int { count.withLock { $0 } }
}
