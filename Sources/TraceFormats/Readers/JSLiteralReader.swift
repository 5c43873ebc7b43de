import TraceModel

/// Reads an object that Node.js has printed where it stands, member by member, as far as it is printed
/// as usual. Values that JSON writes otherwise are turned into JSON, each on its own.
///
/// Reads what `JSLiteralScanner` and `JSLiteralText` together do, or throws `Unusual`, which says
/// nothing of the object but that these have to read it.
struct JSLiteralReader: Sendable {
  struct Unusual: Error {}

  enum Value {
    /// A string that stands as in JSON, but for its quotes: where it lies in the bytes.
    case text(JSONReader.Text)
    /// What begins as a number does: where it lies in the bytes.
    case number(Range<Int>)
    case bool(Bool)
    /// `null` or `undefined`.
    case null
    /// Anything else: `json` has it.
    case converted
  }

  /// The next byte to look at.
  var position = 0
  private var converter = JSLiteralText()

  init() {}

  /// The JSON text of the last value that was converted.
  var json: [UInt8] { converter.output }

  /// Enters the object or array that is next.
  mutating func enter(_ bracket: UInt8, _ bytes: Span<UInt8>) throws(Unusual) {
    guard try peek(bytes) == bracket, position > 0, bytes[position &- 1] != 0x0a else {
      throw Unusual()
    }
    position &+= 1
  }

  /// Where the key of the object's next member lies, with the colon consumed; or nil with the brace
  /// consumed.
  mutating func nextKey(
    _ bytes: Span<UInt8>, isFirst: inout Bool
  ) throws(Unusual) -> Range<Int>? {
    var byte = try peek(bytes)
    if byte == UInt8(ascii: "}") {
      position &+= 1
      return nil
    }
    if !isFirst {
      guard byte == UInt8(ascii: ",") else { throw Unusual() }
      position &+= 1
      byte = try peek(bytes)
    }
    isFirst = false
    let key: Range<Int>
    if JSLiteralText.isQuote(byte) {
      let start = position &+ 1
      let end = bytes.endOfJSONText(from: start, before: byte)
      guard end < bytes.count, bytes[end] == byte else { throw Unusual() }
      key = start..<end
      position = end &+ 1
    } else {
      let start = position
      var end = bytes.endOfWord(from: start)
      while end < bytes.count, bytes[end] == UInt8(ascii: "_") || bytes[end] == UInt8(ascii: "$") {
        end = bytes.endOfWord(from: end &+ 1)
      }
      guard end > start else { throw Unusual() }
      key = start..<end
      position = end
    }
    guard position < bytes.count, bytes[position] == UInt8(ascii: ":") else { throw Unusual() }
    position &+= 1
    return key
  }

  /// Whether the array has another element, which then is next; or false with the bracket consumed.
  mutating func nextElement(_ bytes: Span<UInt8>, isFirst: inout Bool) throws(Unusual) -> Bool {
    let byte = try peek(bytes)
    if byte == UInt8(ascii: "]") {
      position &+= 1
      return false
    }
    if !isFirst {
      guard byte == UInt8(ascii: ",") else { throw Unusual() }
      position &+= 1
    }
    isFirst = false
    return true
  }

  /// Consumes the value that is next.
  @inline(__always)
  mutating func value(_ bytes: Span<UInt8>) throws(Unusual) -> Value {
    switch try peek(bytes) {
    case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"):
      if let text = string(bytes) { return .text(text) }
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
      let start = position
      let end = bytes.endOfWord(from: start)
      if endsValue(bytes, at: end) {
        position = end
        return .number(start..<end)
      }
    case UInt8(ascii: "u") where word("undefined", bytes): return .null
    case UInt8(ascii: "n") where word("null", bytes): return .null
    case UInt8(ascii: "t") where word("true", bytes): return .bool(true)
    case UInt8(ascii: "f") where word("false", bytes): return .bool(false)
    default: break
    }
    try convert(bytes)
    return .converted
  }

  /// Consumes `undefined` or `null`, if that is next.
  mutating func skipNull(_ bytes: Span<UInt8>) throws(Unusual) -> Bool {
    let byte = try peek(bytes)
    guard byte == UInt8(ascii: "u") || byte == UInt8(ascii: "n") else { return false }
    return word("undefined", bytes) || word("null", bytes)
  }

  /// Consumes the value that is next and makes JSON of it.
  mutating func convert(_ bytes: Span<UInt8>) throws(Unusual) {
    guard let end = converter.convertValue(bytes, at: position) else { throw Unusual() }
    position = end
  }

  /// The next byte that is not white space; it is not consumed.
  @inline(__always)
  mutating func peek(_ bytes: Span<UInt8>) throws(Unusual) -> UInt8 {
    position = bytes.endOfSpace(from: position)
    guard position < bytes.count else { throw Unusual() }
    return bytes[position]
  }

  /// Consumes the string that is next; nil, with nothing consumed, if it has escapes that JSON has not,
  /// or goes on behind its quote.
  @inline(__always)
  private mutating func string(_ bytes: Span<UInt8>) -> JSONReader.Text? {
    let quote = bytes[position]
    var text = JSONReader.Text(range: position &+ 1..<position &+ 1, isASCII: false)
    var index = position &+ 1
    while true {
      index = bytes.endOfJSONText(from: index, before: quote)
      guard index < bytes.count else { return nil }
      let byte = bytes[index]
      if byte == quote { break }
      if byte == UInt8(ascii: "\\") {
        index &+= 1
        guard index < bytes.count else { return nil }
        switch bytes[index] {
        case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"), UInt8(ascii: "b"),
          UInt8(ascii: "f"), UInt8(ascii: "\\"), UInt8(ascii: "\""):
          text.hasEscapes = true
        default: return nil
        }
      } else if byte == 0x0a {
        return nil
      }
      index &+= 1
    }
    guard endsValue(bytes, at: index &+ 1) else { return nil }
    text.range = text.range.lowerBound..<index
    position = index &+ 1
    return text
  }

  /// Consumes a word, if it is the value that is next.
  @inline(__always)
  private mutating func word(_ word: StaticString, _ bytes: Span<UInt8>) -> Bool {
    let end = position &+ word.utf8CodeUnitCount
    guard bytes.stands(word, at: position), endsValue(bytes, at: end) else { return false }
    position = end
    return true
  }

  /// Whether a value ends at `index`.
  @inline(__always)
  private func endsValue(_ bytes: Span<UInt8>, at index: Int) -> Bool {
    guard index < bytes.count else { return false }
    if JSLiteralText.endsValue(bytes[index]) { return true }
    let next = bytes.endOfSpace(from: index)
    return next < bytes.count && JSLiteralText.endsValue(bytes[next])
  }
}
