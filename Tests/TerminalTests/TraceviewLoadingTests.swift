import Foundation
import SpanGenerator
import Testing

/// Keys are answered whatever is being read.
@Suite(.serialized, .enabled(if: TmuxSession.tmux != nil, "tmux is missing"))
struct TraceviewLoadingTests {
  private static let spanCount = 13_000
  private static let all = "13,000 traces · 13,000 spans"

  /// Some 20 MB.
  private func writeSpans(into folder: URL) throws {
    var bytes: [UInt8] = []
    var generator = SpanGenerator(
      GeneratorOptions(spans: Self.spanCount, shape: .single, attributes: 24))
    generator.run { bytes += $0 }
    #expect(bytes.count > 18 << 20, "\(bytes.count)")
    try Data(bytes).write(to: folder.appendingPathComponent("spans.jsonl"))
  }

  /// Goes somewhere and back.
  private func useKeys(_ session: TmuxSession) throws {
    try session.send("?")
    try session.waitUntil(contains: "Next row")
    try session.send("Escape", "!")
    try session.waitUntil("problems") { $0.hasPrefix(" Problems") }
    try session.send("q", "Enter")
    try session.waitUntil("a trace") { $0.contains("1 span ") }
    try session.send("q")
    try session.waitUntil("traces") { $0.hasPrefix(" traceview") }
  }

  @Test func aLargeFileIsUsedWhileItIsRead() throws {
    let terminal = try TraceviewSession(size: (120, 24))
    let session = terminal.session
    try writeSpans(into: session.folder)
    try terminal.start("spans.jsonl", showing: "1/")
    try useKeys(session)
    try session.waitUntil("the end", seconds: 120) {
      $0.contains(Self.all) && !$0.contains("reading")
    }
    try useKeys(session)
    try session.send("q")
    try terminal.expectLeft(status: 0)
    // Leaving need not wait for the rest.
    try session.type(line: "clear; echo first")
    try session.waitUntil("an empty screen") { $0.hasPrefix("first\n") }
    try terminal.start("spans.jsonl", showing: " traceview  spans.jsonl")
    try session.send("q")
    try terminal.expectLeft(status: 0)
  }

  @Test func aPipeThatStaysOpenIsUsedToo() throws {
    let terminal = try TraceviewSession(size: (120, 24))
    let session = terminal.session
    try writeSpans(into: session.folder)
    let pipe = session.folder.appendingPathComponent("pipe").path
    #expect(mkfifo(pipe, 0o600) == 0)
    // It has no end as long as somebody could write into it.
    let writer = open(pipe, O_RDWR | O_CLOEXEC)
    #expect(writer >= 0)
    try terminal.start("", before: "cat spans.jsonl pipe | ", showing: "1/")
    try useKeys(session)
    try session.waitUntil("all but the end", seconds: 120) {
      $0.contains(Self.all) && $0.contains("reading")
    }
    try useKeys(session)
    close(writer)
    try session.waitUntil("the end", seconds: 120) {
      $0.contains(Self.all) && !$0.contains("reading")
    }
    try session.send("q")
    try terminal.expectLeft(status: 0)
  }

  @Test func quittingDoesNotWaitForAPipe() throws {
    let terminal = try TraceviewSession()
    try terminal.start("<>pipe", before: "mkfifo pipe; ", showing: "reading")
    try terminal.session.send("q")
    try terminal.expectLeft(status: 0)
  }
}
