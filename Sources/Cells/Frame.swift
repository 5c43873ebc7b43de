/// A screen full of cells: what drawing produces, and all that a terminal or a file is given.
///
/// Drawing outside is clipped, never an error: a screen that is too small shows less.
public struct Frame: Equatable, Sendable {
  public let size: Size
  /// The cells, row after row; always `size.width * size.height` of them.
  public private(set) var cells: [Cell]
  /// Where the terminal's own cursor stands (while the user types), if it is shown.
  public var cursor: Position?

  /// A place in a frame, from the upper left.
  public struct Position: Hashable, Sendable {
    public var x: Int
    public var y: Int

    /// Makes the place at column `x` of row `y`.
    public init(x: Int, y: Int) {
      self.x = x
      self.y = y
    }
  }

  /// Makes a frame of blanks.
  public init(size: Size) {
    self.size = size
    cells = Array(repeating: .blank, count: size.width * size.height)
  }

  /// The cell at column `x` of row `y`; outside there are only blanks.
  public subscript(x: Int, y: Int) -> Cell {
    guard x >= 0, y >= 0, x < size.width, y < size.height else { return .blank }
    return cells[y * size.width + x]
  }

  /// Writes `text` from column `x` of row `y` and returns the column behind it.
  ///
  /// Only columns inside `limit` (by default the frame) are written; a wide grapheme that would be
  /// cut is left out. `text` must be safe (see `SafeText`): control characters are not looked for
  /// here. Overwriting one half of a wide grapheme blanks the other. What lies behind the limit is
  /// not even looked at, so a long text costs no more than a row.
  @discardableResult
  public mutating func put(
    _ text: some StringProtocol, x: Int, y: Int, style: Style = .plain, limit: Range<Int>? = nil
  ) -> Int {
    var column = x
    let limit = (limit ?? 0..<size.width).clamped(to: 0..<size.width)
    guard y >= 0, y < size.height else { return column }
    for character in text {
      let width = CellWidth.of(character)
      guard width > 0 else { continue }
      if column >= limit.upperBound { break }
      if column >= limit.lowerBound, column + width <= limit.upperBound {
        set(Cell(character, width: UInt8(width), style: style), x: column, y: y)
      }
      column += width
    }
    return column
  }

  /// Puts one cell; a wide one takes its right neighbour too, and is left out if it has none.
  public mutating func set(_ cell: Cell, x: Int, y: Int) {
    let columns = cell.width == 2 ? 2 : 1
    guard y >= 0, y < size.height, x >= 0, x + columns <= size.width else { return }
    let index = y * size.width + x
    for offset in index..<(index + columns) { blankOtherHalf(of: offset, row: y) }
    cells[index] = cell
    if cell.width == 2 { cells[index + 1] = Cell(" ", width: 0, style: cell.style) }
  }

  /// Fills a rectangle with one character, which must be of width 1, in one style.
  public mutating func fill(
    x: Range<Int>, y: Range<Int>, with character: Character = " ", style: Style = .plain
  ) {
    let columns = x.clamped(to: 0..<size.width)
    guard let first = columns.first, let last = columns.last else { return }
    let cell = Cell(character, style: style)
    for row in y.clamped(to: 0..<size.height) {
      // Only at its edges can a rectangle cut a wide grapheme in half.
      set(cell, x: first, y: row)
      set(cell, x: last, y: row)
      for column in columns { cells[row * size.width + column] = cell }
    }
  }

  /// Changes the style of every cell of a rectangle and leaves its text.
  public mutating func restyle(x: Range<Int>, y: Range<Int>, _ change: (inout Style) -> Void) {
    for row in y.clamped(to: 0..<size.height) {
      for column in x.clamped(to: 0..<size.width) {
        change(&cells[row * size.width + column].style)
      }
    }
  }

  private mutating func blankOtherHalf(of index: Int, row: Int) {
    let start = row * size.width
    if cells[index].width == 0, index > start {
      cells[index - 1] = Cell(" ", style: cells[index - 1].style)
    } else if cells[index].width == 2, index + 1 < start + size.width {
      cells[index + 1] = Cell(" ", style: cells[index + 1].style)
    }
  }
}
