import TraceModel

/// The header line of a table, by which its rows become members whose values are JSON.
struct DelimitedHeader: Sendable {
  let dialect: DelimitedDialect
  /// The names of the columns.
  let names: [[UInt8]]
  /// The names as JSON strings behind one another: what the text of each row begins with.
  let text: [UInt8]
  /// Where the name of each column is in `text`.
  let keys: [JSONReader.Text]
  /// Whether the cells of a column are text whatever they look like: IDs may be all digits, and
  /// what describes a process is text (a version is no number).
  private let areText: [Bool]

  init(_ line: Span<UInt8>, _ map: ColumnMap) {
    let (dialect, names) = Self.columns(line)
    self.dialect = dialect
    self.names = names
    var text: [UInt8] = []
    keys = names.map { name in
      let start = text.count
      DelimitedCell.appendString(name.span, to: &text)
      var reader = JSONReader(at: start)
      return (try? reader.string(text.span)) ?? JSONReader.Text(range: start..<start)
    }
    self.text = text
    areText = names.map { name in
      let column = map.meaning(name.span, name.indices)?.column
      let plain = SpanColumnNames.plain(String(decoding: name, as: UTF8.self))
      return column == .traceID || column == .spanID || column == .parentID
        || plain.suffix(2).elementsEqual([0x69, 0x64])
        || ResourceKeys.contain(name.span, name.indices)
    }
  }

  /// Whether the text begins with a line of column names that are a span's. Where the line is cut,
  /// some of them are enough.
  static func isHeader(_ prefix: Span<UInt8>) -> Bool {
    var start = 0
    if prefix.count >= 3, prefix[0] == 0xef { start = 3 }
    guard start < prefix.count, prefix[start] != UInt8(ascii: "{"),
      prefix[start] != UInt8(ascii: "[")
    else { return false }
    var splitter = DelimitedSplitter()
    let end = splitter.split(prefix, from: 0, carried: 0)
    var names = columns(prefix.extracting(0..<(end ?? prefix.count))).names
    // The last name may be cut as well.
    if end == nil, names.count > 1 { names.removeLast() }
    guard names.count > 1 else { return false }
    var found: Set<SpanColumn> = []
    for name in names {
      if let column = SpanColumnNames.find(name.span, name.indices)?.column { found.insert(column) }
    }
    let hasTime = found.contains { $0.isTime }
    if end == nil { return found.count > 2 && (found.contains(.traceID) || hasTime) }
    return found.contains(.traceID) && found.contains(.spanID) && hasTime
  }

  /// How the cells are written, and their names: what stands between them is the tab, else the
  /// semicolon if there are more of them, else the comma.
  private static func columns(
    _ line: Span<UInt8>
  ) -> (dialect: DelimitedDialect, names: [[UInt8]]) {
    let start = line.count >= 3 && line[0] == 0xef && line[1] == 0xbb && line[2] == 0xbf ? 3 : 0
    let line = line.extracting(start..<line.count)
    var counts = (tab: 0, semicolon: 0, comma: 0)
    var hasQuotes = false
    for index in line.indices {
      switch line[index] {
      case 0x09: counts.tab += 1
      case UInt8(ascii: ";"): counts.semicolon += 1
      case UInt8(ascii: ","): counts.comma += 1
      case UInt8(ascii: "\""): hasQuotes = true
      default: break
      }
    }
    var dialect = DelimitedDialect(
      delimiter: counts.tab > 0
        ? 0x09
        : counts.semicolon > counts.comma ? UInt8(ascii: ";") : UInt8(ascii: ","))
    var splitter = DelimitedSplitter()
    splitter.dialect = dialect
    if splitter.split(line, from: 0, carried: 0) == nil { _ = splitter.finish(at: line.count) }
    var names = [[UInt8]](repeating: [], count: splitter.cellCount)
    for cell in splitter.cells.prefix(splitter.filledCount) {
      DelimitedCell.append(line, cell, dialect, to: &names[cell.column])
    }
    // The names that the Collector gives to the columns of ClickHouse.
    dialect.hasEscapes =
      dialect.delimiter == 0x09 && !hasQuotes && names.contains(Array("TraceId".utf8))
      && names.contains(Array("SpanId".utf8))
    return (dialect, names)
  }

  /// Whether the row says the types of the columns, as TSVWithNamesAndTypes does.
  func isTypes(_ bytes: Span<UInt8>, _ cells: ArraySlice<DelimitedSplitter.Cell>) -> Bool {
    guard let column = names.firstIndex(of: Array("TraceId".utf8)),
      let cell = cells.first(where: { $0.column == column })
    else { return false }
    let range = cell.isQuoted ? cell.range.dropFirst().dropLast() : cell.range
    return ["String", "FixedString(", "LowCardinality(", "Nullable("].contains {
      bytes.hasPrefix($0, range)
    }
  }

  /// The columns as members without values in `text`, for the codecs to claim.
  var shape: JSONShape {
    var shape = JSONShape()
    shape.members = keys.map { .init(key: $0.range, value: text.count) }
    return shape
  }

  /// The names, for a message.
  var excerpt: String {
    var text: [UInt8] = []
    for name in names { text += (text.isEmpty ? [] : [UInt8(ascii: ","), 0x20]) + name }
    return Excerpt.text(text.span, text.indices)
  }

  /// Reads a row into members; cells without contents are left out. The first `count` of `cells` are
  /// the row's.
  ///
  /// The text of the row is copied as a whole, and most cells are JSON where they stand then: in
  /// their quotes, or in what stands around them, which is made quotes. Others follow behind.
  func read(
    _ bytes: Span<UInt8>, _ cells: [DelimitedSplitter.Cell], count: Int,
    into row: inout DelimitedRow
  ) {
    row.begin(self, bytes, cellCount: count)
    let start = text.count + 1
    /// Members whose value is to be written.
    var others: [(member: Int, cell: DelimitedSplitter.Cell)] = []
    var members = row.members
    row.members = []
    var filled = 0
    do {
      var room = members.mutableSpan
      var copy = row.text.mutableSpan
      for index in 0..<count {
        let cell = cells[index]
        let range = start &+ cell.range.lowerBound..<start &+ cell.range.upperBound
        switch DelimitedCell.form(bytes, cell, dialect, isText: areText[cell.column]) {
        case .none: continue
        case .bare(let kind):
          room[filled] = RowMember(column: cell.column, value: RowValue(kind, .init(range: range)))
        case .quoted:
          let inner = range.lowerBound &+ 1..<range.upperBound &- 1
          room[filled] = RowMember(
            column: cell.column,
            value: RowValue(.string, .init(range: inner, isASCII: cell.isASCII)))
        case .text:
          copy[range.lowerBound &- 1] = UInt8(ascii: "\"")
          copy[range.upperBound] = UInt8(ascii: "\"")
          room[filled] = RowMember(
            column: cell.column,
            value: RowValue(.string, .init(range: range, isASCII: cell.isASCII)))
        case .brackets(let kind):
          let inner = cell.isQuoted ? range.lowerBound &+ 1..<range.upperBound &- 1 : range
          room[filled] = RowMember(column: cell.column, value: RowValue(kind, .init(range: inner)))
        case .other:
          others.append((filled, cell))
          room[filled] = RowMember(column: cell.column, value: RowValue(.null, .init(range: 0..<0)))
        }
        filled &+= 1
      }
    }
    for (member, cell) in others { members[member].value = row.append(bytes, cell, dialect) }
    members.removeLast(members.count - filled)
    row.members = members
  }
}

/// A row of a table as members whose values are JSON.
struct DelimitedRow: Sendable {
  /// A cell that had to be written as JSON.
  private struct Written {
    var cell: [UInt8] = []
    var json: [UInt8] = []
    /// What is written in `json`, with its place there.
    var value = RowValue(.null, .init(range: 0..<0))
  }

  /// What the members are written in: names, the row, and what was made of cells.
  fileprivate(set) var text: [UInt8] = []
  fileprivate(set) var members: [RowMember] = []
  /// What was last written in each column: rows of one process have the same resource.
  private var written: [Written] = []

  /// Longer cells are not remembered.
  private static let rememberedLength = 4_096

  fileprivate mutating func begin(
    _ header: DelimitedHeader, _ bytes: Span<UInt8>, cellCount: Int
  ) {
    if text.isEmpty {
      text = header.text + [UInt8(ascii: "\"")]
      written = Array(repeating: Written(), count: header.names.count)
    }
    text.removeLast(text.count - header.text.count - 1)
    text.append(copying: bytes)
    // The last line may lack its end.
    text.append(UInt8(ascii: "\""))
    // Most rows have as many members as the one before.
    if members.count < cellCount {
      let none = RowMember(column: 0, value: RowValue(.null, .init(range: 0..<0)))
      members += repeatElement(none, count: cellCount - members.count)
    }
  }

  /// Appends the contents of a cell as JSON; what and where that is.
  fileprivate mutating func append(
    _ bytes: Span<UInt8>, _ cell: DelimitedSplitter.Cell, _ dialect: DelimitedDialect
  ) -> RowValue {
    let start = text.count
    guard cell.range.count <= Self.rememberedLength else {
      DelimitedCell.appendContents(bytes, cell, dialect, to: &text)
      return value(from: start)
    }
    // Lent, so that it is changed where it lies.
    var last = Written()
    swap(&last, &written[cell.column])
    defer { swap(&last, &written[cell.column]) }
    if last.cell.count == cell.range.count, bytes.equals(cell.range, last.cell.span, from: 0) {
      text.append(copying: last.json.span)
      return last.value.moved(by: start)
    }
    DelimitedCell.appendContents(bytes, cell, dialect, to: &text)
    last.cell.removeAll(keepingCapacity: true)
    last.cell.append(bytes, cell.range)
    last.json.removeAll(keepingCapacity: true)
    last.json.append(text.span, start..<text.count)
    let value = value(from: start)
    last.value = value.moved(by: -start)
    return value
  }

  /// The value that was written from `start` on.
  private func value(from start: Int) -> RowValue {
    var reader = JSONReader(at: start)
    // What is written is JSON.
    var value =
      (try? RowValue(text.span, &reader)) ?? RowValue(.null, .init(range: start..<text.count))
    if value.kind == .object || value.kind == .array { value.text.range = start..<text.count }
    return value
  }
}
