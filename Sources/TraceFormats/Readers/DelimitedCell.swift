import TraceModel

/// The contents of a cell, as they are and as a JSON value.
enum DelimitedCell {
  /// Appends the contents without quotes or escapes.
  static func append(
    _ bytes: Span<UInt8>, _ cell: DelimitedSplitter.Cell, _ dialect: DelimitedDialect,
    to output: inout [UInt8]
  ) {
    var index = cell.range.lowerBound
    let end = cell.range.upperBound
    if cell.isQuoted {
      index += 1
      var isOpen = true
      var start = index
      while index < end {
        var sum: UInt64 = 0
        index = min(bytes.endOfPlainText(from: index, sum: &sum), end)
        guard index < end else { break }
        guard bytes[index] == UInt8(ascii: "\"") else {
          index &+= 1
          continue
        }
        output.append(bytes, start..<index)
        index += 1
        start = index
        // The first of two is one; else what follows is outside.
        if isOpen, index < end, bytes[index] == UInt8(ascii: "\"") {
          index += 1
        } else {
          isOpen.toggle()
        }
      }
      output.append(bytes, start..<end)
    } else if dialect.hasEscapes {
      var start = index
      while index < end {
        guard bytes[index] == UInt8(ascii: "\\"), index + 1 < end else {
          index &+= 1
          continue
        }
        output.append(bytes, start..<index)
        output.append(unescaped(bytes[index + 1]))
        index += 2
        start = index
      }
      output.append(bytes, start..<end)
    } else {
      output.append(bytes, cell.range)
    }
  }

  /// How a cell can be read as JSON.
  enum Form {
    /// It has no value: nothing, or `\N`.
    case none
    /// As it stands: a number, true or false, or a string in quotes.
    case json
    /// As a string, if quotes are put around it.
    case text
    /// It has to be written anew.
    case other
  }

  /// How a cell that is not empty can be read: numbers, true and false as such unless it `isText`, JSON
  /// and ClickHouse's maps and arrays as what they are, all else as a string.
  static func form(
    _ bytes: Span<UInt8>, _ cell: DelimitedSplitter.Cell, _ dialect: DelimitedDialect,
    isText: Bool
  ) -> Form {
    let range = cell.range
    let first = bytes[range.lowerBound]
    if cell.isQuoted {
      if range.count == 2 { return .none }
      return cell.isPlain && !opensLiteral(bytes[range.lowerBound + 1]) ? .json : .other
    }
    if first == UInt8(ascii: "\\"), bytes.matches(range, "\\N") { return .none }
    if !isText, isBareWord(bytes, range) { return .json }
    if opensLiteral(first) { return .other }
    if cell.isPlain { return .text }
    return bytes.endOfJSONText(from: range.lowerBound) >= range.upperBound ? .text : .other
  }

  private static func opensLiteral(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[")
  }

  /// Appends the contents, which are no number, as a JSON value.
  static func appendContents(
    _ bytes: Span<UInt8>, _ cell: DelimitedSplitter.Cell, _ dialect: DelimitedDialect,
    to json: inout [UInt8]
  ) {
    let first = bytes[cell.range.lowerBound]
    if !cell.isQuoted, !dialect.hasEscapes, !opensLiteral(first) {
      appendString(bytes.extracting(cell.range), to: &json)
    } else if let contents = plainContents(bytes, cell, dialect) {
      appendContents(bytes.extracting(contents), to: &json)
    } else {
      var text: [UInt8] = []
      append(bytes, cell, dialect, to: &text)
      appendContents(text.span, to: &json)
    }
  }

  /// Where the contents stand in the cell as they are; nil if they have to be made.
  private static func plainContents(
    _ bytes: Span<UInt8>, _ cell: DelimitedSplitter.Cell, _ dialect: DelimitedDialect
  ) -> Range<Int>? {
    if !cell.isQuoted { return dialect.hasEscapes ? nil : cell.range }
    guard cell.range.count >= 2 else { return nil }
    let contents = cell.range.lowerBound + 1..<cell.range.upperBound - 1
    let quote = bytes.extracting(contents.lowerBound..<cell.range.upperBound).firstQuote
    return contents.lowerBound + quote == contents.upperBound ? contents : nil
  }

  /// Appends contents that are no number as a JSON value.
  private static func appendContents(_ text: Span<UInt8>, to json: inout [UInt8]) {
    if !text.isEmpty, opensLiteral(text[0]) {
      let start = json.count
      appendLiteral(text, to: &json)
      if isValue(json.span, from: start) { return }
      json.removeLast(json.count - start)
    }
    appendString(text, to: &json)
  }

  /// Appends bytes as a JSON string.
  static func appendString(_ bytes: Span<UInt8>, to json: inout [UInt8]) {
    json.append(UInt8(ascii: "\""))
    var start = 0
    var index = 0
    while index < bytes.count {
      index = bytes.endOfJSONText(from: index)
      guard index < bytes.count else { break }
      json.append(bytes, start..<index)
      append(escaped: bytes[index], to: &json)
      index += 1
      start = index
    }
    json.append(bytes, start..<bytes.count)
    json.append(UInt8(ascii: "\""))
  }

  /// Appends a byte of a JSON string, with an escape if it needs one.
  private static func append(escaped byte: UInt8, to json: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): json.append(UInt8(ascii: "\\"))
    case 0..<0x20:
      let digit = byte & 15
      json += "\\u00".utf8
      json.append(UInt8(ascii: "0") + byte >> 4)
      json.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      return
    default: break
    }
    json.append(byte)
  }

  /// Appends JSON as it is, and a literal of ClickHouse as JSON: strings are in single quotes there,
  /// with escapes, and tuples in parentheses.
  private static func appendLiteral(_ bytes: Span<UInt8>, to json: inout [UInt8]) {
    /// The quote that ends the string; 0 outside.
    var quote: UInt8 = 0
    var start = 0
    var index = 0
    while index < bytes.count {
      if quote == UInt8(ascii: "'") {
        index = bytes.endOfJSONText(from: index, before: quote)
        guard index < bytes.count else { break }
      }
      let byte = bytes[index]
      // Most bytes are letters and digits.
      if byte > UInt8(ascii: ")"), byte != UInt8(ascii: "\\") {
        index &+= 1
        continue
      }
      var length = 1
      /// Puts another byte in the place of this one.
      func replace(by other: UInt8) {
        json.append(bytes, start..<index)
        json.append(other)
        start = index + 1
      }
      func replace(byEscaped other: UInt8) {
        json.append(bytes, start..<index)
        append(escaped: other, to: &json)
        start = index + length
      }
      if quote == UInt8(ascii: "\"") {
        if byte == UInt8(ascii: "\\") { index = min(index + 1, bytes.count - 1) }
        if byte == quote { quote = 0 }
      } else if quote == UInt8(ascii: "'") {
        if byte == quote {
          quote = 0
          replace(by: UInt8(ascii: "\""))
        } else if byte == UInt8(ascii: "\\"), index + 1 < bytes.count {
          length = 2
          replace(byEscaped: unescaped(bytes[index + 1]))
        } else if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
          replace(byEscaped: byte)
        }
      } else {
        switch byte {
        case UInt8(ascii: "\""): quote = byte
        case UInt8(ascii: "'"):
          quote = byte
          replace(by: UInt8(ascii: "\""))
        case UInt8(ascii: "("): replace(by: UInt8(ascii: "["))
        case UInt8(ascii: ")"): replace(by: UInt8(ascii: "]"))
        default: break
        }
      }
      index += length
    }
    json.append(bytes, start..<bytes.count)
  }

  /// The byte that is meant by one behind `\`.
  private static func unescaped(_ byte: UInt8) -> UInt8 {
    switch byte {
    case UInt8(ascii: "n"): 0x0a
    case UInt8(ascii: "t"): 0x09
    case UInt8(ascii: "r"): 0x0d
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0c
    case UInt8(ascii: "0"): 0
    default: byte
    }
  }

  /// Whether the bytes from `start` on are one JSON value.
  private static func isValue(_ bytes: Span<UInt8>, from start: Int) -> Bool {
    var reader = JSONReader(at: start)
    guard let range = try? reader.skipValue(bytes) else { return false }
    return range.upperBound == bytes.count
  }

  /// Whether the bytes are a number as JSON writes it, true or false.
  private static func isBareWord(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    switch bytes[range.lowerBound] {
    case UInt8(ascii: "t"): return bytes.matches(range, "true")
    case UInt8(ascii: "f"): return bytes.matches(range, "false")
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): break
    default: return false
    }
    var index = range.lowerBound
    func digits() -> Int {
      let start = index
      while index < range.upperBound, bytes[index] &- UInt8(ascii: "0") < 10 { index += 1 }
      return index - start
    }
    func skip(_ accepted: UInt8, _ other: UInt8) -> Bool {
      guard index < range.upperBound, bytes[index] == accepted || bytes[index] == other else {
        return false
      }
      index += 1
      return true
    }
    _ = skip(UInt8(ascii: "-"), UInt8(ascii: "-"))
    let startsWithZero = index < range.upperBound && bytes[index] == UInt8(ascii: "0")
    let whole = digits()
    guard whole > 0, whole == 1 || !startsWithZero else { return false }
    if skip(UInt8(ascii: "."), UInt8(ascii: ".")), digits() == 0 { return false }
    if skip(UInt8(ascii: "e"), UInt8(ascii: "E")) {
      _ = skip(UInt8(ascii: "+"), UInt8(ascii: "-"))
      if digits() == 0 { return false }
    }
    return index == range.upperBound
  }
}
