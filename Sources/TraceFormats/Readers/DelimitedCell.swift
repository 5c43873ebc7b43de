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
    /// As it stands: a number, true or false.
    case bare(JSONReader.Kind)
    /// As it stands: a string in quotes.
    case quoted
    /// As a string, if quotes are put around it.
    case text
    /// As its contents stand: an array or object without elements.
    case brackets(JSONReader.Kind)
    /// It has to be written anew.
    case other
  }

  /// How a cell that is not empty can be read: numbers, true and false as such unless it `isText`, JSON
  /// and ClickHouse's maps and arrays as what they are, all else as a string.
  @inline(__always)
  static func form(
    _ bytes: Span<UInt8>, _ cell: DelimitedSplitter.Cell, _ dialect: DelimitedDialect,
    isText: Bool
  ) -> Form {
    let range = cell.range
    let first = bytes[range.lowerBound]
    if cell.isQuoted {
      if range.count == 2 { return .none }
      if opensLiteral(bytes[range.lowerBound + 1]) {
        return range.count == 4 ? brackets(bytes, at: range.lowerBound + 1) : .other
      }
      return cell.isPlain ? .quoted : .other
    }
    if first == UInt8(ascii: "\\"), bytes.matches(range, "\\N") { return .none }
    if !isText, let kind = bareWord(bytes, range, first) { return .bare(kind) }
    if opensLiteral(first) {
      return range.count == 2 ? brackets(bytes, at: range.lowerBound) : .other
    }
    if cell.isPlain { return .text }
    return bytes.endOfJSONText(from: range.lowerBound) >= range.upperBound ? .text : .other
  }

  /// How two bytes can be read that begin with a brace or a bracket.
  private static func brackets(_ bytes: Span<UInt8>, at index: Int) -> Form {
    if bytes.matches(index..<index + 2, "[]") { return .brackets(.array) }
    return bytes.matches(index..<index + 2, "{}") ? .brackets(.object) : .other
  }

  @inline(__always)
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
    var index = 0
    while index < bytes.count {
      // Copied as it is, since most is replaced by as many bytes; not too much, since what follows
      // other bytes is copied again.
      let end = min(bytes.count, index &+ 256)
      let offset = json.count &- index
      json.append(bytes, index..<end)
      replace(bytes.extracting(0..<end), from: &index, &quote, in: &json, at: offset)
      guard index < end else { continue }
      json.removeLast(end &- index)
      let byte = bytes[index]
      index &+= 1
      let next = index < bytes.count ? bytes[index] : nil
      if quote == UInt8(ascii: "\"") {
        // A backslash, behind which the copy ended.
        json.append(byte)
        if let next { json.append(next) }
        index &+= 1
      } else if byte == UInt8(ascii: "\\"), let next {
        append(escaped: unescaped(next), to: &json)
        index &+= 1
      } else {
        append(escaped: byte, to: &json)
      }
    }
  }

  /// Makes JSON of a literal whose copy stands in `json`, `offset` bytes further on, up to a byte or an
  /// escape that takes more or less room there.
  private static func replace(
    _ bytes: Span<UInt8>, from index: inout Int, _ quote: inout UInt8, in json: inout [UInt8],
    at offset: Int
  ) {
    var copy = json.mutableSpan
    while index < bytes.count {
      if quote == UInt8(ascii: "'") {
        index = bytes.endOfJSONText(from: index, before: quote)
        guard index < bytes.count, bytes[index] == quote else { return }
        quote = 0
        copy[offset &+ index] = UInt8(ascii: "\"")
      } else if quote == UInt8(ascii: "\"") {
        var sum: UInt64 = 0
        index = bytes.endOfPlainText(from: index, sum: &sum)
        guard index < bytes.count else { return }
        if bytes[index] == UInt8(ascii: "\\") {
          // What it stands before may not be copied yet.
          guard index &+ 1 < bytes.count else { return }
          index &+= 1
        } else if bytes[index] == quote {
          quote = 0
        }
      } else {
        switch bytes[index] {
        case UInt8(ascii: "\""): quote = UInt8(ascii: "\"")
        case UInt8(ascii: "'"):
          quote = UInt8(ascii: "'")
          copy[offset &+ index] = UInt8(ascii: "\"")
        case UInt8(ascii: "("): copy[offset &+ index] = UInt8(ascii: "[")
        case UInt8(ascii: ")"): copy[offset &+ index] = UInt8(ascii: "]")
        default: break
        }
      }
      index &+= 1
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

  /// What the bytes are, of which `first` is the first one: a number as JSON writes it, true or false;
  /// nil if they are none of these.
  @inline(__always)
  private static func bareWord(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ first: UInt8
  ) -> JSONReader.Kind? {
    switch first {
    case UInt8(ascii: "t"): return bytes.matches(range, "true") ? .bool : nil
    case UInt8(ascii: "f"): return bytes.matches(range, "false") ? .bool : nil
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      return isNumber(bytes, range, first) ? .number : nil
    default: return nil
    }
  }

  private static func isNumber(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ first: UInt8
  ) -> Bool {
    let end = range.upperBound
    let whole = first == UInt8(ascii: "-") ? range.lowerBound &+ 1 : range.lowerBound
    var index = bytes.endOfDigits(in: whole..<end)
    guard index > whole, index == whole &+ 1 || bytes[whole] != UInt8(ascii: "0") else {
      return false
    }
    if index < end, bytes[index] == UInt8(ascii: ".") {
      let fraction = index &+ 1
      index = bytes.endOfDigits(in: fraction..<end)
      if index == fraction { return false }
    }
    if index < end, bytes[index] | 0x20 == UInt8(ascii: "e") {
      index &+= 1
      if index < end, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") {
        index &+= 1
      }
      let exponent = index
      index = bytes.endOfDigits(in: exponent..<end)
      if index == exponent { return false }
    }
    return index == end
  }
}
