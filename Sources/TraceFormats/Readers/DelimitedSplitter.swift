import TraceModel

/// How the cells of a table are written.
struct DelimitedDialect: Sendable, Hashable {
  /// What stands between cells; 0 before it is known: all of the line is a cell.
  var delimiter: UInt8 = 0
  /// Whether `\` takes its meaning from the next byte, as ClickHouse writes TSV; else cells that need
  /// it are in double quotes, and line feeds may be in these. (RFC 4180.)
  var hasEscapes = false
}

/// Finds the end of a row and its cells, a piece at a time.
struct DelimitedSplitter: Sendable {
  /// A cell that is not empty.
  struct Cell: Sendable {
    /// How many cells stand before it.
    var column: Int
    /// Where it is in the row, with its quotes.
    var range: Range<Int>
    var isQuoted = false
    /// Whether its contents are all of it, or all in its quotes, and no byte of them needs an escape in
    /// JSON. Known of most cells for which that is so.
    var isPlain = false
    /// Whether all bytes are ASCII. Known of most plain cells for which that is so.
    var isASCII = false
  }

  private enum State {
    case cellStart, plain, quoted
    /// Behind a quote in a quoted cell: the end of it, or the first of two.
    case quote
  }

  var dialect = DelimitedDialect()
  /// Room for cells: the first ones are those of the row that are not empty.
  private(set) var cells: [Cell] = []
  /// How many cells of the row are not empty.
  private(set) var filledCount = 0
  /// How many cells the row has.
  private(set) var cellCount = 0
  /// The line feeds of the row, with that at its end.
  private(set) var lineFeeds = 0
  private var state = State.cellStart
  private var cellStart = 0
  private var isQuoted = false
  private var endsWithReturn = false

  /// Begins the next row.
  mutating func begin() {
    filledCount = 0
    cellCount = 0
    lineFeeds = 0
    state = .cellStart
    cellStart = 0
    isQuoted = false
    endsWithReturn = false
  }

  /// Gives up the row: its end is the next line feed.
  mutating func skip() {
    filledCount = 0
    state = .plain
  }

  /// Goes on from `start`, where `carried` bytes of the row were given before; the position behind
  /// its line feed, or nil if there is none.
  mutating func split(_ bytes: Span<UInt8>, from start: Int, carried: Int) -> Int? {
    let base = carried - start
    var next = start
    while next < bytes.count {
      switch state {
      case .cellStart:
        makeRoom()
        next = usualCells(bytes, from: next, base: base)
      case .plain:
        let plain = bytes.endOfPlainCell(from: next, dialect.delimiter)
        if plain > next { endsWithReturn = false }
        next = plain
      case .quoted:
        var sum: UInt64 = 0
        next = bytes.endOfPlainText(from: next, sum: &sum)
      case .quote: break
      }
      guard next < bytes.count else { break }
      let index = next
      next &+= 1
      let byte = bytes[index]
      if state == .quoted {
        if byte == UInt8(ascii: "\"") { state = .quote }
        if byte == 0x0a { lineFeeds += 1 }
        continue
      }
      if byte == 0x0a {
        lineFeeds += 1
        endCell(at: base + index - (endsWithReturn ? 1 : 0))
        return index + 1
      }
      endsWithReturn = byte == 0x0d
      if byte == dialect.delimiter, byte != 0 {
        endCell(at: base + index)
      } else if byte == UInt8(ascii: "\""), !dialect.hasEscapes, state != .plain {
        // At the beginning it opens, behind another one it stands for itself.
        isQuoted = true
        state = .quoted
      } else if byte != 0x0d || state != .quote {
        state = .plain
      }
    }
    return nil
  }

  /// Ends the cells from `start` on that are whole and as most are: nothing, or plain text with quotes
  /// around it or without; the position behind the last one's delimiter.
  private mutating func usualCells(_ bytes: Span<UInt8>, from start: Int, base: Int) -> Int {
    let delimiter = dialect.delimiter
    if delimiter == 0 { return start }
    let quote = dialect.hasEscapes ? delimiter : UInt8(ascii: "\"")
    var column = cellCount
    var index = start
    var filled = filledCount
    var room = cells.mutableSpan
    while index < bytes.count {
      let byte = bytes[index]
      if byte == delimiter {
        index &+= 1
        column &+= 1
        continue
      }
      let isQuoted = byte == quote
      var sum: UInt64 = 0
      var end = bytes.endOfJSONText(
        from: isQuoted ? index &+ 1 : index, before: isQuoted ? quote : delimiter, sum: &sum)
      if isQuoted {
        guard end < bytes.count, bytes[end] == quote else { break }
        end &+= 1
      }
      guard end < bytes.count, bytes[end] == delimiter, filled < room.count else { break }
      room[filled] = Cell(
        column: column, range: base &+ index..<base &+ end, isQuoted: isQuoted, isPlain: true,
        isASCII: sum == 0)
      filled &+= 1
      index = end &+ 1
      column &+= 1
    }
    if index > start {
      cellCount = column
      cellStart = base + index
      endsWithReturn = false
      filledCount = filled
    }
    return index
  }

  /// Makes room for more cells if there is none.
  private mutating func makeRoom() {
    guard filledCount == cells.count else { return }
    cells += repeatElement(Cell(column: 0, range: 0..<0), count: max(32, cells.count))
  }

  /// Ends the last row, which has no line feed; true if it ends in quotes.
  mutating func finish(at count: Int) -> Bool {
    let isCut = state == .quoted
    endCell(at: count - (endsWithReturn && !isCut ? 1 : 0))
    return isCut
  }

  private mutating func endCell(at end: Int) {
    if cellStart < end {
      makeRoom()
      cells[filledCount] = Cell(column: cellCount, range: cellStart..<end, isQuoted: isQuoted)
      filledCount += 1
    }
    cellCount += 1
    cellStart = end + 1
    state = .cellStart
    isQuoted = false
  }
}
