import Cells
import Testing

@testable import Terminal

@Suite struct PaintedCellsTests {
  private static let guide = Role(rawValue: 1)
  private static let lit = Role(rawValue: 2)
  private static let link = Role(rawValue: 3)
  private static let palette = Palette(entries: [
    guide: .init(ink: Color(239, basic: 8)), lit: .init(ground: Color(24, basic: 4)),
    link: .init(ink: Color(75, basic: 12), inkAttributes: .underline),
  ])

  /// The inks of a row; `nil` is the default.
  private func inks(_ pieces: [(String, Style)]) -> [UInt8?] {
    var frame = Frame(size: Size(width: 8, height: 1))
    var x = 0
    for (text, style) in pieces { x = frame.put(text, x: x, y: 0, style: style) }
    let painted = PaintedCells(frame, palette: Self.palette, colors: .indexed256)
    let plain = frame.cells.map { Self.palette.look(of: $0.style, colors: .indexed256) }
    // What is seen stays: grounds, attributes that show, and inks of all that is no blank.
    for (cell, look) in zip(painted.cells, plain) {
      #expect(cell.look.ground == look.ground)
      #expect(cell.character == " " || cell.look == look)
      #expect(
        cell.look.attributes.contains(.underline) == look.attributes.contains(.underline))
    }
    return painted.cells.map(\.look.ink)
  }

  @Test func blanksTakeTheInkBeforeThem() {
    let guide = Style(Self.guide)
    #expect(
      inks([("│", guide), ("  ", .plain), ("│", guide), ("  a", .plain)])
        == [239, 239, 239, 239, 239, 239, nil, nil])
    // Not from the row's end on, not on another ground, and not where the ink shows.
    #expect(inks([("│", guide)]) == [239, nil, nil, nil, nil, nil, nil, nil])
    #expect(
      inks([("│", guide), ("  ", Style(.plain, on: Self.lit)), ("a", .plain)]).prefix(4)
        == [239, nil, nil, nil])
    #expect(
      inks([("ab", Style(Self.link)), (" ", .plain), ("a", .plain)]).prefix(4)
        == [75, 75, nil, nil])
    #expect(
      inks([("│", guide), (" ", Style(Self.link)), ("a", .plain)]).prefix(3) == [239, 75, nil])
  }

  @Test func rowsAreApart() {
    var frame = Frame(size: Size(width: 2, height: 2))
    frame.put("ab", x: 0, y: 0, style: Style(Self.guide))
    frame.put(" c", x: 0, y: 1)
    let painted = PaintedCells(frame, palette: Self.palette, colors: .indexed256)
    #expect(painted.cells.map(\.look.ink) == [239, 239, nil, nil])
  }
}
