import Cells
import Testing

@Suite struct FrameTextTests {
  private static let error = Role(rawValue: 1)
  private static let lit = Role(rawValue: 2)
  private let palette = Palette(entries: [
    error: .init(ink: Color(203, basic: 9), inkAttributes: .bold),
    lit: .init(ground: Color(4, basic: 4), groundAttributes: .underline),
  ])
  private var frame: Frame {
    var frame = Frame(size: Size(width: 8, height: 3))
    frame.put("ok ", x: 0, y: 0)
    frame.put("bad", x: 3, y: 0, style: Style(Self.error))
    frame.put("漢", x: 0, y: 1, style: Style(Self.error, on: Self.lit))
    return frame
  }

  @Test func plainText() {
    #expect(frame.text == "ok bad\n漢\n\n")
  }

  @Test func ansiTextByDepth() {
    #expect(
      frame.ansiText(palette: palette, colors: .indexed256)
        == "ok \u{1B}[0;1;38;5;203mbad\u{1B}[m\n\u{1B}[0;1;4;38;5;203;44m漢\u{1B}[m\n\n")
    #expect(
      frame.ansiText(palette: palette, colors: .basic16)
        == "ok \u{1B}[0;1;91mbad\u{1B}[m\n\u{1B}[0;1;4;91;44m漢\u{1B}[m\n\n")
    #expect(
      frame.ansiText(palette: palette, colors: .none)
        == "ok \u{1B}[0;1mbad\u{1B}[m\n\u{1B}[0;1;4m漢\u{1B}[m\n\n")
  }

  @Test func blanksCountWhereTheyShow() {
    var frame = Frame(size: Size(width: 3, height: 2))
    frame.fill(x: 0..<3, y: 0..<1, style: Style(.plain, on: .plain, .reverse))
    frame.fill(x: 0..<3, y: 1..<2, style: Style(Self.error))
    #expect(frame.ansiText(palette: palette, colors: .none) == "\u{1B}[0;7m   \u{1B}[m\n\n")
  }

  @Test func rolesTextHasALetterForEachCell() {
    let roles = frame.rolesText { style in
      style.ground == Self.lit ? "L" : style.ink == Self.error ? "e" : " "
    }
    #expect(roles == "   eee\nLL\n\n")
  }

  @Test(arguments: [
    ("│ ├ └ ─ ┬ ┐", "| | ` - + +"), ("█▉▌▏ ▒░▓", "###| %:#"), ("▾▸▴→←↑↓", "v>^><^v"),
    ("✗○●¦…µ·×", "xo*!~u.x"), ("漢é😀ф", "???" + "???"), ("plain", "plain"),
  ])
  func asciiKeepsColumns(text: String, expected: String) {
    var frame = Frame(size: Size(width: 12, height: 1))
    frame.put(text, x: 0, y: 0, style: Style(Self.error))
    let ascii = frame.ascii()
    #expect(ascii.text == expected + "\n")
    #expect(ascii.text.utf8.allSatisfy { $0 < 0x80 })
    #expect(ascii.cells.map(\.style) == frame.cells.map(\.style))
    #expect(ascii.cells.allSatisfy { $0.width == 1 })
  }
}
