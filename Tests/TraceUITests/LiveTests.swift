import Cells
import Testing
import TraceAnalysis
import TraceModel
import TraceTestSupport

@testable import TraceUI

/// What comes from live sources while the user looks.
@Suite struct LiveTests {
  private static let listening = LoadStatus(
    live: [SourceID(0): SourceStatus(.active, "listening", receivedSpans: 3)])

  private func record(_ trace: UInt64, _ span: UInt64, parent: UInt64 = 0) -> SpanRecord {
    var record = SpanRecord()
    record.traceID = TraceID(high: 1, low: trace)
    record.spanID = SpanID(span)
    record.parentSpanID = SpanID(parent)
    record.name = "operation-\(span)"
    record.start = UnixNanos(1_700_000_000_000_000_000 + span * 1_000)
    record.end = UnixNanos(1_700_000_000_000_000_500 + span * 1_000)
    return record
  }

  private func append(_ records: [SpanRecord], to database: inout SpanDatabase, second: Int32 = 0) {
    var batch = SpanBatch(source: SourceID(0))
    for record in records { batch.append(record) }
    database.append(batch, second: second)
  }

  private func session(_ database: SpanDatabase) -> Session {
    Session(
      database.dataSet, size: Size(width: 100, height: 24), sourceNames: ["OTLP/HTTP"],
      load: Self.listening)
  }

  private func selected(_ session: Session) -> String {
    let frame = session.frame
    let y = (0..<frame.size.height).first { frame[1, $0].style.ground == .selection }
    return y.map { session.lines[$0] } ?? ""
  }

  @Test func waitingSaysWhereSpansAreWaitedFor() {
    let session = session(SpanDatabase())
    #expect(session.text.contains("Waiting for spans."))
    #expect(session.text.contains("OTLP/HTTP: listening"))
    #expect(session.lines[0].contains("● live"))
  }

  @Test func troubleIsShownInEveryState() {
    var database = SpanDatabase()
    var session = session(database)
    let load = LoadStatus(
      live: [SourceID(0): SourceStatus(.troubled, "connection refused; again in 4 s")])
    session.show(database.dataSet, load: load)
    #expect(session.text.contains("OTLP/HTTP: connection refused; again in 4 s"))
    append([record(1, 1)], to: &database)
    session.show(database.dataSet, load: load)
    #expect(session.text.contains("! OTLP/HTTP: connection refused; again in 4 s"))
    session.press("!")
    #expect(session.text.contains("connection refused; again in 4 s"))
  }

  @Test func theCursorFollowsTheNewestTraceUntilItIsMoved() {
    var database = SpanDatabase()
    append([record(1, 1), record(2, 2)], to: &database)
    var session = session(database)
    #expect(selected(session).contains("operation-2"))
    append([record(3, 3)], to: &database)
    session.show(database.dataSet, load: Self.listening)
    #expect(selected(session).contains("operation-3"))
    session.press("k")
    append([record(4, 4)], to: &database)
    session.show(database.dataSet, load: Self.listening)
    #expect(selected(session).contains("operation-2"))
    session.press("F")
    #expect(selected(session).contains("operation-4"))
  }

  @Test func pausingHoldsBackWhatComes() {
    var database = SpanDatabase()
    append([record(1, 1), record(2, 2)], to: &database)
    var session = session(database)
    session.press("P")
    append([record(3, 3)], to: &database)
    session.show(database.dataSet, load: Self.listening)
    #expect(session.lines[0].contains("‖ paused") && session.lines[0].contains("2 traces"))
    session.press("P")
    #expect(session.lines[0].contains("3 traces") && session.lines[0].contains("● live"))
  }

  @Test func aTraceOnTheScreenStaysWhenItIsEvicted() {
    var database = SpanDatabase()
    append([record(1, 1), record(1, 2, parent: 1), record(1, 3, parent: 2)], to: &database)
    append([record(2, 4)], to: &database)
    var session = session(database)
    session.press("k", .enter)
    #expect(session.lines[0].contains("3 spans"))
    for round: UInt64 in 0..<20 {
      database.evict(bytes: .max)
      append([record(10 + round, 100 + round), record(30 + round, 200 + round)], to: &database)
      session.show(database.dataSet, load: Self.listening)
      #expect(session.lines[0].contains("evicted"))
      #expect(session.text.contains("operation-3"))
      session.press("j", "/")
      session.type("operation-3")
      #expect(session.text.contains("1 of 1"))
      session.press(.enter, .escape, "G", "g", "c", "t")
    }
    session.press("y", "j")
    #expect(session.copied?.contains("operation-1") == true)
    session.press("q")
    #expect(session.lines[0].contains("2 traces · 2 spans · 42 evicted"))
    #expect(!session.text.contains("operation-3"))
    session.press("G", .enter)
    #expect(session.text.contains("operation-219"))
  }

  @Test func whatIsOpenedWhileItGoesLeavesNoHole() {
    var database = SpanDatabase()
    append([record(1, 1), record(2, 2)], to: &database)
    var session = session(database)
    session.press("g")
    session.holdsJobs = true
    session.press(.enter)
    database.evict(bytes: .max)
    append([record(3, 3)], to: &database)
    session.show(database.dataSet, load: Self.listening)
    session.runJobs()
    #expect(session.text.contains("that trace was evicted"))
    #expect(session.text.contains("operation-3"))
  }

  @Test func problemsOfEvictedTracesGo() {
    var database = SpanDatabase()
    append([record(1, 1, parent: 9), record(2, 2, parent: 8)], to: &database)
    var session = session(database)
    let quality =
      DataQuality.analyze(database.dataSet, sourceNames: ["s"], isCancelled: { false })
      ?? DataQuality()
    #expect(!quality.problems.isEmpty)
    database.evict(bytes: .max)
    append([record(3, 3)], to: &database)
    let rest = quality.remaining(in: database.dataSet)
    #expect(rest.problems.isEmpty)
    session.apply(.data(database.dataSet, rest, Self.listening))
    session.press("!")
    #expect(session.text.contains("Nothing was found so far."))
  }

  @Test func aParentIsWaitedForBeforeItIsMissing() {
    var database = SpanDatabase()
    append([record(1, 1, parent: 9)], to: &database, second: 100)
    var session = Session(
      database.dataSet(settled: 95), size: Size(width: 100, height: 24), load: Self.listening)
    session.press(.enter)
    #expect(session.text.contains("waiting for parent"))
    #expect(!session.text.contains("1 problem"))
    session.show(database.dataSet(settled: 101), load: Self.listening)
    #expect(session.text.contains("missing parent"))
    session.press("!")
    #expect(session.text.contains("1 problem"))
  }

  @Test func outputIsLinesAndTheLastOfThem() {
    func lines(_ pieces: String...) -> [String] {
      var output = CommandOutput()
      for piece in pieces { output.take(.output(Array(piece.utf8)), height: 10) }
      return (0..<output.count).map { output[$0] }
    }
    #expect(lines("one\ntw", "o\nthr") == ["one", "two", "thr"])
    #expect(lines("\u{1B}[31mred\u{1B}[0m\r\n\u{7}") == ["red", "\\x07"])
    // A progress bar, however long it goes on.
    #expect(lines("10 %\r50 %", "\r100", " %\r") == ["100 %"])
    let steps = (0..<2_000).map { "\r\($0) of 2000" }.joined()
    #expect(lines(steps, "\rdone\n") == ["done"])
    let many = (0..<CommandOutput.lineLimit + 5).map { "\($0)\n" }.joined()
    #expect(lines(many).count == CommandOutput.lineLimit && lines(many).first == "5")
    #expect(lines(String(repeating: "x", count: 100_000), "\nnext").map(\.count) == [4_096, 4])
  }
}
