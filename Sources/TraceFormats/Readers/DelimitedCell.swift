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
      while index < end {
        let byte = bytes[index]
        index += 1
        if byte == UInt8(ascii: "\"") {
          // The first of two is one; else what follows is outside.
          if isOpen, index < end, bytes[index] == byte {
            output.append(byte)
            index += 1
          } else {
            isOpen.toggle()
          }
        } else {
          output.append(byte)
        }
      }
    } else if dialect.hasEscapes {
      while index < end {
        let byte = bytes[index]
        index += 1
        guard byte == UInt8(ascii: "\\"), index < end else {
          output.append(byte)
          continue
        }
        output.append(unescaped(bytes[index]))
        index += 1
      }
    } else {
      output.append(bytes, cell.range)
    }
  }

  /// Appends the contents as a JSON value: a number, true or false as such, JSON and ClickHouse's
  /// maps and arrays as what they are, all else as a string. False if there is no value: nothing, or
  /// `\N`.
  static func appendValue(
    _ bytes: Span<UInt8>, _ cell: DelimitedSplitter.Cell, _ dialect: DelimitedDialect,
    isText: Bool, to json: inout [UInt8]
  ) -> Bool {
    let first = bytes[cell.range.lowerBound]
    if bytes.matches(cell.range, "\\N") || cell.isQuoted && cell.range.count == 2 { return false }
    if !cell.isQuoted {
      if !isText, isBareWord(bytes, cell.range) {
        json.append(bytes, cell.range)
        return true
      }
      if !dialect.hasEscapes, first != UInt8(ascii: "{"), first != UInt8(ascii: "[") {
        appendString(bytes.extracting(cell.range), to: &json)
        return true
      }
    }
    var text: [UInt8] = []
    append(bytes, cell, dialect, to: &text)
    if text.first == UInt8(ascii: "{") || text.first == UInt8(ascii: "[") {
      let start = json.count
      json += text
      if isValue(json.span, from: start) { return true }
      json.removeLast(json.count - start)
      appendLiteral(text.span, to: &json)
      if isValue(json.span, from: start) { return true }
      json.removeLast(json.count - start)
    }
    appendString(text.span, to: &json)
    return true
  }

  /// Appends bytes as a JSON string.
  static func appendString(_ bytes: Span<UInt8>, to json: inout [UInt8]) {
    json.append(UInt8(ascii: "\""))
    var start = 0
    for index in bytes.indices {
      let byte = bytes[index]
      guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else {
        continue
      }
      json.append(bytes, start..<index)
      appendEscaped(byte, to: &json)
      start = index + 1
    }
    json.append(bytes, start..<bytes.count)
    json.append(UInt8(ascii: "\""))
  }

  private static func appendEscaped(_ byte: UInt8, to json: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): json += [UInt8(ascii: "\\"), byte]
    case 0..<0x20:
      let digits = Array("0123456789abcdef".utf8)
      json += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    default: json.append(byte)
    }
  }

  /// Appends a literal of ClickHouse as JSON: strings are in single quotes there, with escapes, and
  /// tuples in parentheses.
  private static func appendLiteral(_ bytes: Span<UInt8>, to json: inout [UInt8]) {
    var isString = false
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      switch byte {
      case UInt8(ascii: "'"):
        isString.toggle()
        json.append(UInt8(ascii: "\""))
      case UInt8(ascii: "\\") where isString && index < bytes.count:
        appendEscaped(unescaped(bytes[index]), to: &json)
        index += 1
      case UInt8(ascii: "(") where !isString: json.append(UInt8(ascii: "["))
      case UInt8(ascii: ")") where !isString: json.append(UInt8(ascii: "]"))
      default:
        if isString { appendEscaped(byte, to: &json) } else { json.append(byte) }
      }
    }
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
    func skip(_ accepted: [UInt8]) -> Bool {
      guard index < range.upperBound, accepted.contains(bytes[index]) else { return false }
      index += 1
      return true
    }
    _ = skip([UInt8(ascii: "-")])
    let startsWithZero = index < range.upperBound && bytes[index] == UInt8(ascii: "0")
    let whole = digits()
    guard whole > 0, whole == 1 || !startsWithZero else { return false }
    if skip([UInt8(ascii: ".")]), digits() == 0 { return false }
    if skip([UInt8(ascii: "e"), UInt8(ascii: "E")]) {
      _ = skip([UInt8(ascii: "+"), UInt8(ascii: "-")])
      if digits() == 0 { return false }
    }
    return index == range.upperBound
  }
}
