import Foundation
import Testing
import TraceModel
import TraceTestSupport

@testable import TraceSources

/// The questions to ClickHouse, answered by its engine.
@Suite struct ClickHouseEngineTests {
  private static let root = Fixture.folder.deletingLastPathComponent()
  private static let python = root.appending(path: ".build/chdb-venv/bin/python")

  /// The engine behind a server that ends with this.
  private final class Server {
    let url: String
    private let process = Process()
    private let input = Pipe()

    init() throws {
      let output = Pipe()
      process.executableURL = ClickHouseEngineTests.python
      process.arguments = [root.appending(path: "Scripts/lib/clickhouse-server.py").path]
      process.standardInput = input
      process.standardOutput = output
      try process.run()
      var text = ""
      while !text.contains("\n") {
        let more = output.fileHandleForReading.availableData
        try #require(!more.isEmpty, "the server ended")
        text += String(decoding: more, as: UTF8.self)
      }
      let words = text.split(whereSeparator: \.isWhitespace)
      url = "http://127.0.0.1:\(words.first ?? "")"
      print("RAN: ClickHouse \(words.last ?? ""), by PyPI's chdb")
    }

    deinit {
      try? input.fileHandleForWriting.close()
      process.waitUntilExit()
    }

    func insert(_ rows: ArraySlice<ArraySlice<UInt8>>) throws {
      let server = try #require(ServerURL(url))
      let client = try HTTPClient(server, stop: StopSignal())
      let text = rows.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
      let sql = "INSERT INTO otel.otel_traces FORMAT JSONEachRow \(text)"
      let answer = try client.ask(HTTPRequest(path: "/", body: sql))
      #expect(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
    }
  }

  private func poll(
    _ server: Server, _ change: (inout PollOptions) -> Void = { _ in }
  ) throws -> LiveRun {
    var options = PollOptions()
    options.interval = DurationNanos(20_000_000)
    options.query.database = "otel"
    // The rows are as old as the fixture.
    options.query.since = DurationNanos(Int64.max / 4)
    change(&options)
    return LiveRun(try PollSource(id: SourceID(0), url: server.url, options: options))
  }

  @Test func theEngineAnswers() throws {
    guard FileManager.default.fileExists(atPath: Self.python.path) else {
      print("SKIPPED: ClickHouse's engine is not there: Scripts/test installs it (PyPI's chdb)")
      return
    }
    let server = try Server()
    let fixture = "clickhouse-json/generated/trace.jsonl"
    let lines = try Fixture.load(fixture).bytes.split(separator: UInt8(ascii: "\n"))
    let file = LiveRun(
      try FileSource(id: SourceID(0), path: Fixture.folder.appending(path: fixture).path))
    let expected = file.until("the fixture") { $0.hasEnded }.spans

    // A trace that grows.
    let run = try poll(server)
    run.until("an empty table") { $0.status?.state == .waiting }
    try server.insert(lines.prefix(20))
    run.until("20 spans") { $0.spans.count == 20 }
    try server.insert(lines.dropFirst(20))
    run.until("all spans") { $0.spans.count == expected.count }
    let heard = run.stop()
    #expect(heard.statuses.allSatisfy { $0.state != .troubled })
    #expect(Set(heard.spans.map(\.spanID)).count == expected.count)
    // All of each span, but for the time zone that the fixture does not say and the server does.
    func byID(_ spans: [SpanRecord]) -> [SpanRecord] { spans.sorted { $0.spanID < $1.spanID } }
    for (span, wanted) in zip(byID(heard.spans), byID(expected)) {
      #expect(span.name == wanted.name && span.resource == wanted.resource)
      #expect(span.attributes == wanted.attributes && span.events.count == wanted.events.count)
      #expect(span.start == wanted.start && span.end == wanted.end)
    }

    // What each option finds: a whole trace, or none.
    let service = try #require(expected.first?.resource.serviceName)
    let found: [(inout BackendQuery) -> Void] = [
      { $0.service = service }, { [name = expected[0].name] in $0.operation = name },
      { $0.minDuration = DurationNanos(1) }, { $0.query = "StatusCode = 'Error'" },
      { [id = expected[0].traceID] in $0.traceID = id }, { $0.limit = 1 },
    ]
    for change in found { #expect(try once(server, change).spans.count == expected.count) }
    let missed: [(inout BackendQuery) -> Void] = [
      { $0.service = "it's not" }, { $0.operation = "\\" },
      { $0.minDuration = DurationNanos(Int64.max / 2) }, { $0.query = "SpanName = ''" },
      { $0.traceID = TraceID(high: 0, low: 1) }, { $0.since = DurationNanos(1) },
    ]
    for change in missed {
      let heard = try once(server, change)
      #expect(heard.spans.isEmpty && heard.failure == nil, "\(heard.failure?.reason ?? "")")
    }
    let wrong: [((inout BackendQuery) -> Void, String)] = [
      ({ $0.table = "nosuch" }, "nosuch"), ({ $0.query = "1 +" }, "Syntax error"),
      ({ $0.query = "Nothing = 1" }, "Nothing"),
    ]
    for (change, text) in wrong {
      let reason = try once(server, change).failure?.reason ?? ""
      #expect(reason.hasPrefix("400: Code: ") && reason.contains(text), "\(reason)")
    }
  }

  private func once(
    _ server: Server, _ change: (inout BackendQuery) -> Void
  ) throws
    -> LiveRun.Heard
  {
    try poll(server) { options in
      options.once = true
      change(&options.query)
    }.until("the end") { $0.hasEnded }
  }
}
