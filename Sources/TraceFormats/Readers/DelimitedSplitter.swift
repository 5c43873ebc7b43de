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
  struct Cell: Sendable {
    /// Where it is in the row, with its quotes.
    var range: Range<Int>
    var isQuoted = false
    /// Whether anything follows a quote in it: then the contents are not just what is in the quotes.
    var hasQuotes = false
  }

  private enum State {
    case cellStart, plain, quoted
    /// Behind a quote in a quoted cell: the end of it, or the first of two.
    case quote
  }

  var dialect = DelimitedDialect()
  private(set) var cells: [Cell] = []
  /// The line feeds of the row, with that at its end.
  private(set) var lineFeeds = 0
  private var state = State.cellStart
  private var cellStart = 0
  private var isQuoted = false
  private var hasQuotes = false
  private var endsWithReturn = false

  /// Begins the next row.
  mutating func begin() {
    cells.removeAll(keepingCapacity: true)
    lineFeeds = 0
    state = .cellStart
    cellStart = 0
    isQuoted = false
    hasQuotes = false
    endsWithReturn = false
  }

  /// Gives up the row: its end is the next line feed.
  mutating func skip() {
    cells = []
    state = .plain
  }

  /// Goes on from `start`, where `carried` bytes of the row were given before; the position behind
  /// its line feed, or nil if there is none.
  mutating func split(_ bytes: Span<UInt8>, from start: Int, carried: Int) -> Int? {
    let base = carried - start
    var next = start
    while next < bytes.count {
      if state == .quoted {
        var sum: UInt64 = 0
        next = bytes.endOfPlainText(from: next, sum: &sum)
      } else if state == .plain {
        let plain = bytes.endOfPlainCell(from: next, dialect.delimiter)
        if plain > next { endsWithReturn = false }
        next = plain
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
        hasQuotes = isQuoted
        isQuoted = true
        state = .quoted
      } else if byte != 0x0d || state != .quote {
        hasQuotes = true
        state = .plain
      }
    }
    return nil
  }

  /// Ends the last row, which has no line feed; true if it ends in quotes.
  mutating func finish(at count: Int) -> Bool {
    let isCut = state == .quoted
    endCell(at: count - (endsWithReturn && !isCut ? 1 : 0))
    return isCut
  }

  private mutating func endCell(at end: Int) {
    cells.append(
      Cell(range: cellStart..<max(cellStart, end), isQuoted: isQuoted, hasQuotes: hasQuotes))
    cellStart = end + 1
    state = .cellStart
    isQuoted = false
    hasQuotes = false
  }
}
