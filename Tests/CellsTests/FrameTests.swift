import Cells
import Testing

@Suite struct FrameTests {
  private let error = Style(Role(rawValue: 1))

  @Test func putClipsOnEverySide() {
    var frame = Frame(size: Size(width: 4, height: 2))
    #expect(frame.put("abcdef", x: -2, y: 0) == 4)
    #expect(frame.put("xy", x: 1, y: 1) == 3)
    frame.put("no", x: 0, y: 2)
    frame.put("no", x: 0, y: -1)
    frame.put("no", x: 9, y: 0)
    #expect(frame.text == "cdef\n xy\n")
  }

  @Test func putStaysInsideItsLimit() {
    var frame = Frame(size: Size(width: 8, height: 1))
    frame.put("abcdefgh", x: 0, y: 0, limit: 2..<5)
    #expect(frame.text == "  cde\n")
    frame.put("漢漢", x: 0, y: 0, limit: 0..<3)
    #expect(frame.text == "漢cde\n")
  }

  @Test func wideGraphemesAreNeverHalf() {
    // Every way to overwrite a row of wide graphemes with one or two cells.
    for x in 0..<6 {
      for text in ["a", "漢", "aa", "漢a"] {
        for fills in [false, true] {
          var frame = Frame(size: Size(width: 6, height: 1))
          frame.put("漢字漢", x: 0, y: 0)
          if fills {
            frame.fill(x: x..<(x + text.count), y: 0..<1, with: "-")
          } else {
            frame.put(text, x: x, y: 0)
          }
          expectConsistent(frame)
        }
      }
    }
  }

  @Test func fillAndRestyle() {
    var frame = Frame(size: Size(width: 4, height: 3))
    frame.fill(x: 1..<9, y: 1..<9, with: "#", style: error)
    frame.restyle(x: -5..<2, y: 0..<2) { $0.attributes.insert(.reverse) }
    #expect(frame.text == "\n ###\n ###\n")
    #expect(frame[0, 0].style == Style(.plain, on: .plain, .reverse))
    #expect(frame[1, 1].style == Style(error.ink, on: .plain, .reverse))
    #expect(frame[2, 1].style == error)
    #expect(frame[9, 9] == .blank)
    frame.fill(x: 0..<0, y: 0..<3)
    frame.fill(x: 7..<9, y: 0..<3)
    #expect(frame[3, 2].character == "#")
  }

  @Test func emptyFramesTakeEverything() {
    for size in [Size(width: 0, height: 0), Size(width: 0, height: 3), Size(width: -1, height: 2)] {
      var frame = Frame(size: size)
      frame.put("text", x: 0, y: 0)
      frame.fill(x: 0..<5, y: 0..<5, with: "x")
      frame.restyle(x: 0..<5, y: 0..<5) { $0.attributes = .bold }
      #expect(frame.text == String(repeating: "\n", count: size.height))
    }
  }

  private func expectConsistent(_ frame: Frame) {
    for x in 0..<frame.size.width {
      let cell = frame[x, 0]
      if cell.width == 0 { #expect(frame[x - 1, 0].width == 2, "column \(x)") }
      if cell.width == 2 { #expect(frame[x + 1, 0].width == 0, "column \(x)") }
      if cell.width != 0 { #expect(CellWidth.of(cell.character) == Int(cell.width)) }
    }
  }
}
