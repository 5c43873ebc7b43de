import Cells
import Testing
import TraceModel
import TraceTestSupport

@testable import TraceUI

/// Key sessions: what is pressed, and what the screen then says.
@Suite struct KeyTests {
  private func checkout(_ width: Int = 120) -> Session {
    Session(DemoSpans.dataSet(DemoSpans.checkout), size: Size(width: width, height: 40))
  }

  private func selectedLine(_ session: Session) -> String {
    let frame = session.frame
    for y in 0..<frame.size.height {
      let ground = frame[1, y].style.ground
      if ground == .selection || ground == .faintSelection { return session.lines[y] }
    }
    return ""
  }

  @Test func everyCommandHasOneRowAndEveryKeyOneCommand() {
    let bindings = KeyMap.standard.bindings
    for command in Command.allCases {
      #expect(bindings.count { $0.command == command } == 1, "\(command)")
    }
    let keys = bindings.flatMap(\.keys)
    #expect(Set(keys).count == keys.count)
    // Terminals send these as other keys.
    for letter: Character in ["h", "j", "m", "i", "s", "q"] {
      #expect(!keys.contains(.control(letter)))
    }
  }

  @Test func stepsTurnHalfAPageWherePagesTurnAWholeOne() {
    var session = checkout()
    session.resize(120, 12)
    let height = session.state.waterfallLayout.tree.y.count
    #expect(height > 4)
    session.press(.home)
    for _ in 1..<height { session.press("j") }
    #expect(session.state.waterfall.scroll.top == 0)
    session.press("j")
    #expect(session.state.waterfall.scroll.cursor == height)
    #expect(session.state.waterfall.scroll.top == height - height / 2)
    while session.state.waterfall.scroll.top > 0 { session.press("k") }
    #expect(session.state.waterfall.scroll.cursor > 0)
    session.press(.home, .pageDown)
    #expect(
      session.state.waterfall.scroll.top == session.state.waterfall.scroll.cursor - height + 1)
    session.press(.end)
    let count = session.state.waterfall.visible.count
    #expect(session.state.waterfall.scroll.top == count - height)
  }

  @Test func helpListsEveryKey() {
    var session = checkout()
    session.press("?")
    session.resize(120, 100)
    for binding in KeyMap.standard.bindings {
      #expect(session.text.contains(binding.summary), "\(binding.command)")
    }
  }

  @Test func cursorMovesAndStopsAtBothEnds() {
    var session = checkout()
    session.press("k")
    #expect(selectedLine(session).contains("POST /checkout"))
    session.press("j", "j")
    #expect(selectedLine(session).contains("verify token"))
    session.press("G", "j")
    #expect(selectedLine(session).contains("SELECT zones"))
    session.press("g")
    #expect(selectedLine(session).contains("POST /checkout"))
  }

  @Test func foldingHidesDescendantsAndSaysHowMany() {
    var session = checkout()
    session.press("j", "h")
    #expect(!session.text.contains("verify token"))
    #expect(selectedLine(session).contains("+9"))
    session.press("l")
    #expect(session.text.contains("verify token"))
    session.press("*")
    #expect(!session.text.contains("api"))
    session.press("*", "z", "2")
    #expect(session.text.contains("verify token"))
    #expect(!session.text.contains("fraud score"))
  }

  @Test func parentAndSiblings() {
    var session = checkout()
    session.press("j", "j", "}")
    #expect(selectedLine(session).contains("GET /carts/{id}"))
    session.press("}", "{", "{")
    #expect(selectedLine(session).contains("verify token"))
    session.press(",")
    #expect(selectedLine(session).contains("/api/v1/checkout"))
  }

  @Test func jumpsToErrorsUnfoldAndWrap() {
    var session = checkout()
    session.press("j", "h", "e")
    #expect(selectedLine(session).contains("POST /charges"))
    session.press("e")
    #expect(selectedLine(session).contains("INSERT charge"))
    session.press("e")
    #expect(selectedLine(session).contains("POST /charges"))
    #expect(session.text.contains("1 of 2, from the start"))
    session.press(.control("o"))
    #expect(selectedLine(session).contains("INSERT charge"))
  }

  @Test func jumpsToOrphans() {
    var session = checkout()
    session.press("o")
    #expect(selectedLine(session).contains("POST /quotes"))
    session.press("O")
    #expect(selectedLine(session).contains("SELECT zones"))
  }

  @Test func searchGoesAsTypedAndEscapeClears() {
    var session = checkout()
    session.press("/")
    session.type("sel")
    #expect(selectedLine(session).contains("SELECT account"))
    #expect(session.text.contains("1 of 2"))
    session.press(.enter, "n")
    #expect(selectedLine(session).contains("SELECT zones"))
    session.press("N")
    #expect(selectedLine(session).contains("SELECT account"))
    session.press(.escape, "n")
    #expect(session.text.contains("nothing was searched"))
  }

  @Test func filterKeepsMatchesAndTheirAncestors() {
    var session = checkout()
    session.press("&")
    session.type("account")
    session.press(.enter)
    #expect(session.text.contains("POST /charges"))
    #expect(!session.text.contains("verify token"))
    session.press(.escape)
    #expect(session.text.contains("verify token"))
  }

  @Test func attributeValuesAreFound() {
    var session = checkout()
    session.press("/")
    session.type("redis")
    #expect(selectedLine(session).contains("HGETALL"))
  }

  @Test func zoomAndBack() {
    var session = checkout()
    session.press("+")
    #expect(session.text.contains("whole trace"))
    session.press("0")
    #expect(!session.text.contains("whole trace"))
  }

  @Test func copies() {
    var session = checkout()
    session.press("y", "t")
    #expect(session.copied == "5b8efff798038103d269b633813fc60c")
    session.press("y", "s")
    #expect(session.copied == "7ad6b71692033301")
    session.press("y", "y")
    #expect(session.copied?.hasPrefix("▾ frontend POST /checkout") == true)
    session.press("y", "j")
    #expect(session.copied?.contains(#""name":"POST /checkout""#) == true)
  }

  @Test func marks() {
    var session = checkout()
    session.press("j", "j", "m", "a", "g", "'", "a")
    #expect(selectedLine(session).contains("verify token"))
    session.press("'", "b")
    #expect(session.text.contains("no mark b"))
  }

  @Test func linksAreFollowedAndCtrlOComesBack() {
    var session = Session(
      DemoSpans.dataSet(DemoSpans.checkout + DemoSpans.unjoined),
      size: Size(width: 120, height: 60))
    session.press(.enter, "/")
    session.type("receipt")
    session.press(.enter, .tab)
    for _ in 0..<40 where !selectedDetail(session).contains("add1") { session.press("j") }
    session.press(.enter)
    #expect(session.lines[0].contains("add"))
    session.press(.control("o"))
    #expect(session.lines[0].contains("POST /checkout"))
    #expect(selectedLine(session).contains("publish receipt"))
  }

  private func selectedDetail(_ session: Session) -> String {
    let frame = session.frame
    for y in 0..<frame.size.height where frame[frame.size.width - 2, y].style.ground == .selection {
      return session.lines[y]
    }
    return ""
  }

  @Test func listSortsSlowestFirstWithOneKey() {
    var session = Session(DemoSpans.dataSet(DemoSpans.unjoined + DemoSpans.checkout))
    session.press("s")
    #expect(session.lines[0].contains("by duration ▼"))
    #expect(session.lines[2].contains("POST /checkout"))
    session.press("S")
    #expect(session.lines[2].contains("7 µs"))
  }

  @Test func listFiltersByServiceAndTime() {
    var session = Session(DemoSpans.dataSet(DemoSpans.unjoined + DemoSpans.checkout))
    session.press(":")
    session.type("service frontend")
    session.press(.enter)
    #expect(session.lines[0].contains("1 of 4 traces"))
    session.press(":")
    session.type("service")
    session.press(.enter, ":")
    session.type("last 10s")
    session.press(.enter)
    #expect(session.lines[0].contains("3 of 4 traces"))
  }

  @Test func joinedAndApartAgain() {
    var session = Session(DemoSpans.dataSet(DemoSpans.unjoined))
    session.press("J")
    #expect(session.text.contains("proposed span"))
    #expect(session.text.contains("3 traces joined"))
    session.press("J")
    #expect(!session.text.contains("proposed span"))
  }

  @Test func tutorialsUnjoinedTracesAreExplainedOnTheFirstScreen() {
    let session = Session(DemoSpans.dataSet(DemoSpans.unjoined))
    #expect(session.text.contains("3 traces look like one"))
    #expect(session.text.contains("start_as_current_span"))
  }

  @Test func quitGoesBackThenQuits() {
    var session = Session(DemoSpans.dataSet(DemoSpans.unjoined))
    session.press(.enter, "q")
    #expect(!session.hasQuit)
    session.press("q")
    #expect(session.hasQuit)
  }

  @Test func singleTraceOpensAtOnceAndQQuits() {
    var session = checkout()
    #expect(session.text.contains("SPAN"))
    session.press("q")
    #expect(session.hasQuit)
  }

  @Test func cursorStaysOnItsSpanWhenMoreArrives() {
    let spans = DemoSpans.checkout
    var session = Session(
      DemoSpans.dataSet(Array(spans.dropFirst(3))), load: LoadStatus(isDone: false))
    session.press(.enter, "/")
    session.type("fraud")
    session.press(.enter)
    #expect(selectedLine(session).contains("fraud score"))
    var batch = SpanBatch(source: SourceID(0))
    for span in Array(spans.dropFirst(3)) + Array(spans.prefix(3)) { batch.append(span) }
    var database = SpanDatabase()
    database.append(batch)
    session.show(database.dataSet)
    #expect(selectedLine(session).contains("fraud score"))
    #expect(session.text.contains("verify token"))
  }

  @Test func commandLineCompletesAndRecalls() {
    var session = checkout()
    session.press(":")
    session.type("crit")
    session.press(.tab)
    #expect(session.lines.contains { $0.contains(":critical-path") })
    session.press(.enter, ":", .up)
    #expect(session.lines.contains { $0.contains(":critical-path") })
    session.press(.escape, ":")
    session.type("nonsense")
    session.press(.enter)
    #expect(session.text.contains("no command nonsense"))
  }

  @Test func mouseSelectsScrollsAndOpens() {
    var session = Session(DemoSpans.dataSet(DemoSpans.unjoined + DemoSpans.checkout))
    session.press(.mouse(.press, x: 5, y: 3))
    #expect(selectedLine(session).contains("add"))
    session.press(.mouse(.press, x: 5, y: 2), .mouse(.doubleClick, x: 5, y: 2))
    #expect(session.lines[0].contains("POST /checkout"))
    session.press(.mouse(.wheelDown, x: 5, y: 8))
    #expect(selectedLine(session).contains("GET /carts/{id}"))
    session.press(.mouse(.press, x: 40, y: 5), .mouse(.drag, x: 50, y: 5))
    session.press(.mouse(.release, x: 60, y: 5))
    #expect(session.text.contains("whole trace"))
  }

  @Test func noKeyTrapsOnAnyScreen() {
    let keys: [Key] =
      KeyMap.standard.bindings.flatMap(\.keys).filter { $0 != "Q" && $0 != .control("c") }
      + [.escape, .backspace, .delete, .mouse(.press, x: 3, y: 3), .mouse(.drag, x: 99, y: 1)]
    var random = SplitMix64(seed: 7)
    for size in [
      Size(width: 80, height: 24), Size(width: 12, height: 4), Size(width: 130, height: 50),
    ] {
      for data in [
        DemoSpans.dataSet(DemoSpans.checkout + DemoSpans.unjoined), DataSet(),
        DemoSpans.dataSet(DemoSpans.checkout),
      ] {
        var session = Session(data, size: size)
        for _ in 0..<1_500 {
          session.press(random.pick(keys))
          if random.happens(12) { _ = session.frame }
        }
      }
    }
  }
}

/// IDs that are no hexadecimal numbers, as the view shows and takes them.
@Suite struct NamedIDTests {
  @Test func idsAreShownFoundAndTakenAsTheyAreWritten() throws {
    var batch = SpanBatch(source: SourceID(0))
    for (trace, id, parent) in [
      ("order 6", "x", ""), ("order 7", "a", ""), ("order 7", "b", "gone"),
    ] {
      var draft = SpanDraft()
      draft.traceID = batch.traceID(named: trace.utf8Span.span)
      draft.spanID = batch.spanID(named: id.utf8Span.span)
      draft.parentSpanID = batch.spanID(named: parent.utf8Span.span)
      draft.name = batch.strings.intern("span \(id)")
      draft.start = UnixNanos(UInt64(1_000 + batch.count))
      draft.end = UnixNanos(2_000)
      batch.commit(draft)
    }
    var database = SpanDatabase()
    database.append(batch)
    var session = Session(database.dataSet, size: Size(width: 120, height: 40))
    session.type(":trace order 7")
    session.press(.enter)
    let frame = session.state.draw().text
    #expect(frame.contains("missing parent gone") && frame.contains("order 7"))
    session.press("y", "s")
    #expect(session.effects.contains { if case .copy("a", _) = $0 { true } else { false } })
  }
}
