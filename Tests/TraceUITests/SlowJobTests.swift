import Cells
import Testing
import TraceModel
import TraceTestSupport
import TraceUI

/// What happens between asking for work and getting its result.
@Suite struct SlowJobTests {
  private let checkout = DemoSpans.dataSet(DemoSpans.checkout)

  private func part(_ count: Int) -> DataSet {
    DemoSpans.dataSet(Array(DemoSpans.checkout.prefix(count)))
  }

  @Test func sortingAndSearchingDoNotReplaceOneAnother() {
    var session = Session(DemoSpans.dataSet(DemoSpans.unjoined + DemoSpans.checkout))
    session.holdsJobs = true
    session.press("s", "/")
    session.type("subtract")
    session.runJobs()
    #expect(session.lines[2].contains("POST /checkout"))
    #expect(session.text.contains("1 of 3 traces"), "\(session.text)")
  }

  @Test func spansThatComeWhileATraceOpensAreShown() {
    var session = Session(
      DemoSpans.dataSet(DemoSpans.unjoined + DemoSpans.checkout.prefix(1)),
      size: Size(width: 120, height: 40), load: LoadStatus())
    session.holdsJobs = true
    session.press("s", .enter)
    session.show(DemoSpans.dataSet(DemoSpans.unjoined + DemoSpans.checkout))
    session.runJobs()
    #expect(session.lines[0].contains("14 spans"))
  }

  @Test func snapshotsDoNotStopTheJobThatShowsTheLastOne() {
    var session = Session(DataSet(), load: LoadStatus())
    session.runJobs()
    session.holdsJobs = true
    for count in 1...14 { session.show(part(count), load: LoadStatus()) }
    #expect(session.jobs.count == 1)
    session.runJobs()
    #expect(session.lines[2].contains(" 14 "))
  }

  @Test func escapeEndsASearchThatIsStillRunning() {
    var session = Session(checkout, size: Size(width: 120, height: 40))
    session.holdsJobs = true
    session.press("/")
    session.type("zones")
    session.press(.escape)
    #expect(session.stopped == [.search])
    session.runJobs()
    session.press("n")
    #expect(session.text.contains("nothing was searched"))
  }

  @Test func whatIsNotWantedAnyMoreIsStopped() {
    var session = Session(DemoSpans.dataSet(DemoSpans.unjoined + DemoSpans.checkout))
    session.press("/")
    session.type("a")
    session.press(.escape)
    #expect(session.stopped == [], "it had ended")
    session.holdsJobs = true
    session.press("/")
    session.type("a")
    session.press(.backspace)
    #expect(session.stopped == [.listSearch])
    session.holdsJobs = false
    session.press(.enter, .enter)
    session.holdsJobs = true
    session.press("/")
    session.type("b")
    session.press(.enter, "]")
    #expect(session.stopped == [.listSearch, .search])
  }

  @Test func firstMatchIsShownBeforeAllAreCounted() {
    var session = Session(checkout, size: Size(width: 120, height: 40))
    session.holdsJobs = true
    session.press("/")
    session.type("sel")
    session.reportJobs()
    #expect(session.text.contains("1 of 1…"), "\(session.text)")
    let shown = session.lines
    session.press(.enter)
    #expect(!session.text.contains("no match"))
    session.runJobs()
    #expect(session.lines.prefix(38) == shown.prefix(38))
    session.press("/")
    session.type("sel")
    #expect(session.text.contains("1 of 2\n"), "\(session.text)")
  }

  @Test func cursorThatWasMovedWhileMatchesAreCountedStays() {
    func cursor(counted: Bool) -> [String] {
      var session = Session(checkout, size: Size(width: 120, height: 40))
      session.holdsJobs = true
      session.press("/")
      session.type("sel")
      session.reportJobs()
      session.press(.enter, "j")
      if counted { session.runJobs() }
      session.press("m")
      // The detail pane and the foot follow the cursor.
      return session.lines.map { String($0.suffix(60)) }
    }
    #expect(cursor(counted: true) == cursor(counted: false))
  }

  @Test func firstTraceIsShownBeforeAllAreCounted() {
    var session = Session(DemoSpans.dataSet(DemoSpans.unjoined + DemoSpans.checkout))
    session.holdsJobs = true
    session.press("/")
    session.type("add")
    session.reportJobs()
    #expect(session.text.contains("1 of 1 trace…"), "\(session.text)")
    session.runJobs()
    #expect(session.text.contains("1 of 4 traces\n"), "\(session.text)")
  }

  @Test func nothingIsSaidToBeMissingBeforeAllIsSearched() {
    var session = Session(checkout, size: Size(width: 120, height: 40))
    session.holdsJobs = true
    session.press("/")
    session.type("sel")
    session.press(.enter)
    #expect(session.text.contains("searching for sel…"))
    session.runJobs()
    #expect(!session.text.contains("searching"))
    session.holdsJobs = true
    session.press("/")
    session.type("nowhere")
    session.press(.enter)
    session.runJobs()
    #expect(session.text.contains("no match for nowhere"), "\(session.text)")
  }

  @Test func filterStaysWhenMoreArrives() {
    var session = Session(part(12), size: Size(width: 120, height: 40), load: LoadStatus())
    session.press(.enter, "&")
    session.type("account")
    session.press(.enter)
    #expect(!session.text.contains("verify token"))
    session.show(checkout)
    #expect(session.lines[0].contains("14 spans"))
    #expect(!session.text.contains("verify token"))
  }

  @Test func keysCountWhileATraceOpens() {
    var session = Session(DemoSpans.dataSet(DemoSpans.checkout + DemoSpans.unjoined))
    session.press(.enter)
    session.holdsJobs = true
    session.press("]", "]", "]")
    session.runJobs()
    #expect(session.lines[0].contains(" add"))
    session.press("q")
    #expect(session.text.contains("4/4"))
  }

  @Test func cursorGoesOnWhileATraceThatGrewIsOpenedAgain() {
    var session = Session(part(12), size: Size(width: 120, height: 40), load: LoadStatus())
    session.press(.enter)
    session.holdsJobs = true
    session.show(checkout)
    session.press("j", "j", "j")
    let selected = session.lines[1].suffix(30)
    session.runJobs()
    #expect(session.lines[0].contains("14 spans"))
    #expect(session.lines[1].suffix(30) == selected)
  }

  // MARK: Opening ahead

  /// A large trace at the top of the list, and two more spans of it.
  private func large(_ count: Int = 20_000) -> [SpanRecord] {
    var spans = RandomSpans(seed: 1)
    var records = spans.soundTrace(20_002)
    records[0].name = "large root"
    return Array(records.prefix(count))
  }

  @Test func largeTraceUnderTheCursorIsOpenBeforeItIsAskedFor() {
    var session = Session(DemoSpans.dataSet(large() + DemoSpans.checkout))
    session.holdsJobs = true
    session.press(.enter)
    #expect(session.lines[0].contains("20,000 spans"))
    session.press("q", "j", .enter)
    #expect(session.text.contains("Opening the trace"))
    session.runJobs()
    #expect(session.lines[0].contains("14 spans"))
  }

  @Test func largeTraceThatIsBeingOpenedAheadIsNotOpenedTwice() {
    var session = Session(DataSet(), load: LoadStatus())
    session.show(DemoSpans.dataSet(large() + DemoSpans.checkout), load: LoadStatus())
    session.holdsJobs = true
    session.show(DemoSpans.dataSet(large() + DemoSpans.checkout))
    #expect(session.jobs.map(\.purpose) == [.ahead])
    session.press(.enter)
    #expect(session.jobs.count == 1)
    session.runJobs()
    #expect(session.lines[0].contains("20,000 spans"))
  }

  @Test func traceThatGrewIsNotShownAsItWasOpenedAhead() {
    var session = Session(DemoSpans.dataSet(large() + DemoSpans.checkout))
    session.show(DemoSpans.dataSet(large(20_002) + DemoSpans.checkout))
    session.press(.enter)
    #expect(session.lines[0].contains("20,002 spans"))
  }

  @Test func foldsAreKeptWhenATraceGrows() {
    var session = Session(part(12), size: Size(width: 120, height: 40), load: LoadStatus())
    session.press(.enter, "*")
    #expect(session.text.contains("1/1"))
    session.show(checkout)
    #expect(session.lines[0].contains("14 spans"))
    // The two that came are orphans, and their parent has a row.
    #expect(session.text.contains("1/4"))
  }

  @Test func jumpThatFindsNothingKeepsThePlaceBefore() {
    let one = DemoSpans.dataSet(Array(DemoSpans.checkout.prefix(5)))
    var session = Session(one, size: Size(width: 120, height: 40))
    session.press("j", "j", "x")
    session.press("o")
    #expect(session.text.contains("no defect"))
    session.press(.control("o"))
    #expect(!session.text.contains("nowhere to go back to"))
  }

  @Test func paneThatHasTheKeysIsKeptOnANarrowScreen() {
    var session = Session(checkout, size: Size(width: 120, height: 40))
    session.press(.tab)
    session.resize(80, 24)
    #expect(session.text.contains("frontend: POST /checkout"))
  }

  @Test func manyEventsAndLongValuesAreBoundedAndSaid() {
    var span = SpanRecord()
    span.traceID = TraceID(high: 1, low: 1)
    span.spanID = SpanID(1)
    span.name = String(repeating: "é · ", count: 50_000)
    span.start = UnixNanos(1)
    span.end = UnixNanos(1_000_000)
    span.events = (0..<20_000).map { SpanEvent(time: UnixNanos($0), name: "e") }
    span.attributes = [
      Attribute("tabs", .string(String(repeating: "\t", count: 100_000))),
      Attribute("json", .string("[" + String(repeating: "[1],", count: 100_000) + "1]")),
    ]
    var session = Session(DemoSpans.dataSet([span]), size: Size(width: 120, height: 40))
    session.press(.tab, "G")
    for _ in 0..<20 where !session.text.contains("19,000 events more") { session.press(.pageUp) }
    #expect(session.text.contains("19,000 events more"))
  }
}
