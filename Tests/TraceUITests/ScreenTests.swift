import Cells
import Testing
import TraceModel
import TraceTestSupport
import TraceUI

/// Every screen at every size, against its golden file.
@Suite struct ScreenTests {
  static let sizes = [(80, 24), (120, 40), (40, 10), (10, 3)]

  private func expectAtAllSizes(_ session: Session, _ name: String) {
    var session = session
    for (width, height) in Self.sizes {
      session.resize(width, height)
      expectScreen(session.frame, "\(name)-\(width)x\(height)")
    }
  }

  @Test func unjoinedTraces() {
    expectAtAllSizes(Session(DemoSpans.dataSet(DemoSpans.unjoined)), "unjoined")
  }

  @Test func traces() {
    expectAtAllSizes(
      Session(DemoSpans.dataSet(DemoSpans.checkout + DemoSpans.unjoined)), "traces")
  }

  @Test func waterfall() {
    expectAtAllSizes(Session(DemoSpans.dataSet(DemoSpans.checkout)), "waterfall")
  }

  @Test func joined() {
    var session = Session(DemoSpans.dataSet(DemoSpans.unjoined))
    session.press("J")
    expectAtAllSizes(session, "joined")
  }

  @Test func detail() {
    var session = Session(DemoSpans.dataSet(DemoSpans.checkout))
    session.press("j", "j", "j", "j", .enter)
    expectAtAllSizes(session, "detail")
  }

  @Test func problems() {
    var session = Session(DemoSpans.dataSet(DemoSpans.checkout + DemoSpans.unjoined))
    session.press("!")
    expectAtAllSizes(session, "problems")
  }

  @Test func help() {
    var session = Session(DemoSpans.dataSet(DemoSpans.checkout))
    session.press("?")
    expectAtAllSizes(session, "help")
  }

  @Test func search() {
    var session = Session(DemoSpans.dataSet(DemoSpans.checkout))
    session.press("/")
    session.type("select")
    expectAtAllSizes(session, "search")
  }

  @Test func zoomed() {
    var session = Session(DemoSpans.dataSet(DemoSpans.checkout))
    session.press("j", "j", "j", "f")
    expectAtAllSizes(session, "zoomed")
  }

  @Test func nothingRead() {
    expectAtAllSizes(Session(DataSet()), "nothing")
  }

  @Test func noScreenShowsControlCharacters() {
    var session = Session(DemoSpans.dataSet(DemoSpans.checkout))
    session.press("j", "j", "j", "j", .enter)
    for (width, height) in Self.sizes + [(200, 80), (1, 1), (0, 0)] {
      session.resize(width, height)
      for scalar in session.text.unicodeScalars where scalar != "\n" {
        #expect(scalar.value >= 0x20 && scalar.value != 0x7f && scalar != "\u{202E}")
      }
    }
  }
}
