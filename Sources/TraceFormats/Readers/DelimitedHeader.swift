import TraceModel

/// The header line of a table, and its rows as JSON objects.
struct DelimitedHeader: Sendable {
  let dialect: DelimitedDialect
  /// The names of the columns.
  let names: [[UInt8]]
  /// `"name":` for each column.
  private let keys: [[UInt8]]
  /// Whether the cells of a column are text whatever they look like: IDs may be all digits, and
  /// what describes a process is text (a version is no number).
  private let areText: [Bool]

  init(_ line: Span<UInt8>, _ map: ColumnMap) {
    let (dialect, names) = Self.columns(line)
    self.dialect = dialect
    self.names = names
    keys = names.map { name in
      var key: [UInt8] = []
      DelimitedCell.appendString(name.span, to: &key)
      return key + [UInt8(ascii: ":")]
    }
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
    let names = splitter.cells.map { cell in
      var name: [UInt8] = []
      DelimitedCell.append(line, cell, dialect, to: &name)
      return name
    }
    // The names that the Collector gives to the columns of ClickHouse.
    dialect.hasEscapes =
      dialect.delimiter == 0x09 && !hasQuotes && names.contains(Array("TraceId".utf8))
      && names.contains(Array("SpanId".utf8))
    return (dialect, names)
  }

  /// Whether the row says the types of the columns, as TSVWithNamesAndTypes does.
  func isTypes(_ bytes: Span<UInt8>, _ cells: [DelimitedSplitter.Cell]) -> Bool {
    guard let column = names.firstIndex(of: Array("TraceId".utf8)), column < cells.count else {
      return false
    }
    let cell = cells[column]
    let range = cell.isQuoted ? cell.range.dropFirst().dropLast() : cell.range
    return ["String", "FixedString(", "LowCardinality(", "Nullable("].contains {
      bytes.hasPrefix($0, range)
    }
  }

  /// The columns as an object without values, for the codecs to claim.
  var object: (bytes: [UInt8], shape: JSONShape) {
    var bytes: [UInt8] = [UInt8(ascii: "{")]
    var shape = JSONShape()
    for key in keys {
      if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
      let start = bytes.count
      bytes += key
      shape.members.append(.init(key: start + 1..<bytes.count - 2, value: bytes.count))
      bytes += Array("null".utf8)
    }
    bytes.append(UInt8(ascii: "}"))
    return (bytes, shape)
  }

  /// The names, for a message.
  var excerpt: String {
    var text: [UInt8] = []
    for name in names { text += (text.isEmpty ? [] : [UInt8(ascii: ","), 0x20]) + name }
    return Excerpt.text(text.span, text.indices)
  }

  /// Writes a row as an object; cells without contents are left out.
  func write(_ bytes: Span<UInt8>, _ cells: [DelimitedSplitter.Cell], to json: inout [UInt8]) {
    json.removeAll(keepingCapacity: true)
    json.append(UInt8(ascii: "{"))
    for (index, cell) in cells.enumerated() where !cell.range.isEmpty {
      let start = json.count
      if start > 1 { json.append(UInt8(ascii: ",")) }
      let key = keys[index]
      json.append(copying: key.span)
      let isWritten = DelimitedCell.appendValue(
        bytes, cell, dialect, isText: areText[index], to: &json)
      if !isWritten { json.removeLast(json.count - start) }
    }
    json.append(UInt8(ascii: "}"))
  }
}
