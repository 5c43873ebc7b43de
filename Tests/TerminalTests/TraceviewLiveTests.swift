import Foundation
import Testing
import TraceTestSupport

/// What users of live commands see while spans come.
@Suite(.serialized, .enabled(if: TmuxSession.tmux != nil, "tmux is missing"))
struct TraceviewLiveTests {
  /// A terminal in whose folder the client is.
  private func terminal() throws -> TraceviewSession {
    let terminal = try TraceviewSession(size: (100, 24))
    _ = try FakeClient.write(into: terminal.session.folder)
    return terminal
  }

  /// Runs the client beside the terminal.
  private func send(_ words: String..., to port: String, in session: TmuxSession) throws {
    let client = try Subprocess(
      "/usr/bin/env", ["python3", session.folder.appendingPathComponent("shop.py").path] + words,
      environment: [
        "PATH": "/usr/local/bin:/usr/bin:/bin", "OTEL_SERVICE_NAME": "shop",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:\(port)",
      ], scratch: session.folder.appendingPathComponent("client-output"))
    #expect(client.status == 0, "\(client.output)")
  }

  // MARK: Run

  @Test func aCommandsSpansAndOutputAreShownAndQuittingEndsIt() throws {
    let terminal = try terminal()
    let session = terminal.session
    try terminal.start(
      "run -- python3 shop.py print=4 send=a/1//checkout send=a/2/1/charge on=15=7 stay",
      showing: " traceview  python3 shop.py", "shop checkout", "running")
    try session.send("Tab")
    try session.waitUntil("the output") {
      $0.hasPrefix(" Output  python3 shop.py") && $0.contains("\n 4\n") && $0.contains("running")
    }
    try session.send("Tab", "Enter")
    try session.waitUntil("the trace") { $0.contains("charge") && $0.contains("2 spans") }
    // The command ends as it does when it is asked to.
    try session.send("Q")
    try terminal.expectLeft(status: 7)
  }

  @Test func whenTheCommandHasEndedTheScreenStays() throws {
    let terminal = try terminal()
    let session = terminal.session
    try terminal.start(
      "run -- python3 shop.py calls=add,subtract,add exit=3", showing: "ended with 3",
      "3 traces look like one")
    try session.send("Tab")
    try session.waitUntil(contains: "Nothing was written so far.")
    try session.send("Q")
    try terminal.expectLeft(status: 3)
  }

  @Test func itIsSaidWhyNothingCame() throws {
    let terminal = try terminal()
    try terminal.start("run -- true", showing: "No span came.", "ended with 0")
    try terminal.session.send("q")
    try terminal.expectLeft(status: 0)
  }

  @Test func muchOutputStopsNoKeyAndAChildNoEnd() throws {
    let terminal = try terminal()
    let session = terminal.session
    // Some 4 MB, a line of 3 MB, and a child that keeps the output open.
    try terminal.start(
      "run -- python3 shop.py send=a/1//checkout child=60 long=3000000 many=200000 print=last",
      showing: "shop checkout")
    try session.send("Tab")
    try session.waitUntil(contains: " Output ")
    try session.send("?")
    try session.waitUntil("help") { $0.contains("Next row") }
    try session.send("Escape")
    try session.waitUntil("the end of it") {
      $0.contains("ended with 0") && $0.contains("\n last\n")
    }
    try session.send("g")
    try session.waitUntil("the first line that is kept") { $0.contains("line 190001 of many") }
    try session.send("Q")
    try terminal.expectLeft(status: 0)
  }

  @Test func aSignalEndsTheCommandToo() throws {
    let terminal = try terminal()
    let pid = try terminal.start(
      "run --record spans.jsonl -- python3 shop.py send=a/1//checkout on=15=7 stay",
      showing: "shop checkout")
    let children = try String(
      contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)
    let child = try #require(Int32(children.trimmingCharacters(in: .whitespacesAndNewlines)))
    kill(pid, SIGTERM)
    try TraceviewSession.waitForEnd(of: child)
    try terminal.expectLeft(status: 143)
    let record = terminal.session.folder.appendingPathComponent("spans.jsonl")
    #expect(try String(contentsOf: record, encoding: .utf8).contains("checkout"))
  }

  // MARK: Listen

  @Test func spansAppearWhileTheScreenIsOpen() throws {
    let terminal = try terminal()
    let session = terminal.session
    try terminal.start(
      "listen --otlp-http 0 --otlp-grpc 0 --zipkin 0 --datadog 0",
      showing: "Waiting for spans.", "● live", "export OTEL_EXPORTER_OTLP_ENDPOINT=")
    let screen = try session.screen()
    let port = try #require(screen.firstMatch(of: /ENDPOINT=http:\/\/localhost:(\d+)/)?.1)
    func send(_ words: String...) throws {
      for word in words { try self.send(word, to: String(port), in: session) }
    }
    try send("send=a/1//checkout")
    try session.waitUntil("a trace") { $0.contains("checkout") && $0.contains("1 trace · 1 span") }
    // The cursor goes with the newest.
    try send("send=b/2//refund")
    try session.waitUntil("the newest is selected") { $0.contains("refund") && $0.contains("2/2") }
    // Nothing changes while it pauses.
    try session.send("P")
    try session.waitUntil(contains: "‖ paused")
    try send("send=c/3//restock")
    try session.send("!")
    try session.waitUntil("problems") { $0.hasPrefix(" Problems") }
    try session.send("q")
    try session.waitUntil("still two") { $0.hasPrefix(" traceview") && $0.contains("2 traces") }
    try session.send("P")
    try session.waitUntil("all of them") {
      $0.contains("restock") && $0.contains("3 traces · 3 spans") && !$0.contains("paused")
    }
    // The trace that is open grows.
    try session.send("F")
    try session.waitUntil(contains: "not following")
    try session.send("g", "Enter")
    try session.waitUntil("a trace") { $0.contains("1 span ") }
    try send("send=a/4/1/charge", "send=b/5/2/pay", "send=c/6/3/order")
    try session.waitUntil("it has grown") { $0.contains("2 spans") }
    try session.send("Q")
    try terminal.expectLeft(status: 0)
  }
}
