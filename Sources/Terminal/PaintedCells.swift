import Cells

/// The cells of a frame as the terminal is told of them: with colours in the place of roles.
///
/// A blank takes over the ink of what stands before it on the same ground, which nobody sees. Else
/// each gap between two pieces of one colour would switch it off and on again, and that is half of
/// what a row of guides sends. Behind the last of a row there is nothing to save.
struct PaintedCells: Equatable {
  struct Painted: Equatable {
    var character: Character
    var width: UInt8
    var look: Palette.Look
  }

  let size: Size
  let palette: Palette
  let cells: [Painted]

  init(_ frame: Frame, palette: Palette, colors: ColorDepth) {
    size = frame.size
    self.palette = palette
    var looks: [Style: Palette.Look] = [:]
    var cells: [Painted] = []
    cells.reserveCapacity(frame.cells.count)
    for cell in frame.cells {
      let look = looks[cell.style] ?? palette.look(of: cell.style, colors: colors)
      looks[cell.style] = look
      cells.append(Painted(character: cell.character, width: cell.width, look: look))
    }
    for y in 0..<frame.size.height {
      let row = (y * frame.size.width)..<((y + 1) * frame.size.width)
      guard let last = cells[row].lastIndex(where: { $0.character != " " }) else { continue }
      for index in row.dropFirst() where index < last && cells[index].character == " " {
        let (before, look) = (cells[index - 1].look, cells[index].look)
        if before.ground == look.ground, !Self.showsOnBlanks(before), !Self.showsOnBlanks(look) {
          cells[index].look = before
        }
      }
    }
    self.cells = cells
  }

  /// Whether more is seen of a blank than its ground.
  private static func showsOnBlanks(_ look: Palette.Look) -> Bool {
    !look.attributes.isDisjoint(with: [.underline, .reverse])
  }
}
