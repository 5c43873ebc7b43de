/// Reads JSON by asking for one token after the other, without building anything.
///
/// The bytes are given with every call, because a stored `Span` would need a language feature that
/// is not final. A string without escapes is a range of the input; whoever asks decides what is
/// made of it. Errors have the offset in the bytes; `endOfInput` among them means that more bytes
/// could help.
///
/// Accepts what `JSONScanner` accepts, with the same notion of strings.
struct JSONReader {
  /// The next byte to look at.
  var position: Int
  /// Whether the bytes end with the value: a word may then end where they end.
  let isWhole: Bool

  /// A string: where it lies in the input, without its quotes.
  struct Text {
    var range: Range<Int>
    var hasEscapes = false
    /// Whether the bytes (not the escapes) are all ASCII, and so valid UTF-8.
    var isASCII = true
  }

  /// What begins at a byte.
  enum Kind {
    case object, array, string, number, bool, null
  }

  init(at position: Int = 0, isWhole: Bool = true) {
    self.position = position
    self.isWhole = isWhole
  }

  /// Space, tab, line feed, carriage return.
  @inline(__always)
  static func isSpace(_ byte: UInt8) -> Bool {
    byte <= 0x20 && (byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09)
  }

  /// Whether a byte belongs to a number or another bare word.
  @inline(__always)
  static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "+"),
      UInt8(ascii: "."):
      true
    default: false
    }
  }

  /// Whether a byte can begin a bare word: a number, `true`, `false`, `null`, `NaN`, `Infinity`.
  @inline(__always)
  static func beginsWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "t"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "I"):
      true
    default: false
    }
  }

  /// The next byte that is not white space; it is not consumed.
  @inline(__always)
  mutating func peek(_ bytes: Span<UInt8>) throws(JSONError) -> UInt8 {
    position = bytes.endOfSpace(from: position)
    guard position < bytes.count else { throw JSONError(.endOfInput, at: bytes.count) }
    return bytes[position]
  }

  /// What the next value is.
  @inline(__always)
  mutating func peekKind(_ bytes: Span<UInt8>) throws(JSONError) -> Kind {
    switch try peek(bytes) {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
    case UInt8(ascii: "n"): return .null
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "N"),
      UInt8(ascii: "I"):
      return .number
    default: throw JSONError(.value, at: position)
    }
  }

  /// Consumes the opening brace.
  @inline(__always)
  mutating func enterObject(_ bytes: Span<UInt8>) throws(JSONError) {
    guard try peek(bytes) == UInt8(ascii: "{") else { throw JSONError(.object, at: position) }
    position &+= 1
  }

  /// Consumes the opening bracket.
  @inline(__always)
  mutating func enterArray(_ bytes: Span<UInt8>) throws(JSONError) {
    guard try peek(bytes) == UInt8(ascii: "[") else { throw JSONError(.array, at: position) }
    position &+= 1
  }

  /// The key of the object's next member, with the colon consumed; or nil with the brace consumed.
  /// `isFirst` must be true at the first call.
  @inline(__always)
  mutating func nextKey(
    _ bytes: Span<UInt8>, isFirst: inout Bool
  ) throws(JSONError) -> Text? {
    try nextMember(bytes, isFirst: &isFirst) ? try key(bytes) : nil
  }

  /// Whether the object has another member, whose quote then is next; or false with the brace consumed.
  /// `isFirst` must be true at the first call.
  @inline(__always)
  mutating func nextMember(
    _ bytes: Span<UInt8>, isFirst: inout Bool
  ) throws(JSONError) -> Bool {
    if !isFirst, let next = bytes.endOfSeparator(UInt8(ascii: ","), at: position) {
      position = next
    } else {
      let byte = try peek(bytes)
      if !isFirst, byte == UInt8(ascii: ",") {
        position = bytes.endOfSpace(from: position &+ 1)
        guard position < bytes.count else { throw JSONError(.endOfInput, at: bytes.count) }
      } else if byte == UInt8(ascii: "}") {
        position &+= 1
        return false
      } else if !isFirst {
        throw JSONError(.commaInObject, at: position)
      }
    }
    isFirst = false
    guard bytes[position] == UInt8(ascii: "\"") else { throw JSONError(.key, at: position) }
    return true
  }

  /// Consumes a key, whose quote must be next, with its colon.
  @inline(__always)
  mutating func key(_ bytes: Span<UInt8>) throws(JSONError) -> Text {
    let key = try string(bytes)
    guard try peek(bytes) == UInt8(ascii: ":") else { throw JSONError(.colon, at: position) }
    position &+= 1
    return key
  }

  /// Whether the array has another element, which then is next; or false with the bracket consumed.
  /// `isFirst` must be true at the first call.
  @inline(__always)
  mutating func nextElement(
    _ bytes: Span<UInt8>, isFirst: inout Bool
  ) throws(JSONError) -> Bool {
    let byte = try peek(bytes)
    if byte == UInt8(ascii: "]") {
      position &+= 1
      return false
    }
    if !isFirst {
      guard byte == UInt8(ascii: ",") else { throw JSONError(.commaInArray, at: position) }
      position &+= 1
      if try peek(bytes) == UInt8(ascii: "]") { throw JSONError(.value, at: position) }
    }
    isFirst = false
    return true
  }

  /// Consumes a string, whose quote must be next.
  @inline(__always)
  mutating func string(_ bytes: Span<UInt8>) throws(JSONError) -> Text {
    let start = position &+ 1
    var hasEscapes = false
    var sum: UInt64 = 0
    var index = start
    while true {
      index = bytes.endOfPlainText(from: index, sum: &sum)
      guard index < bytes.count else { throw JSONError(.endOfInput, at: bytes.count) }
      let byte = bytes[index]
      if byte == UInt8(ascii: "\"") {
        position = index &+ 1
        return Text(
          range: start..<index, hasEscapes: hasEscapes, isASCII: sum == 0)
      }
      if byte == UInt8(ascii: "\\") {
        hasEscapes = true
        index &+= 2
        guard index <= bytes.count else { throw JSONError(.endOfInput, at: bytes.count) }
        // The escaped byte is not looked at here, but may be beyond ASCII.
        sum |= UInt64(bytes[index &- 1] & 0x80)
      } else {
        index &+= 1
        guard index < bytes.count else { throw JSONError(.endOfInput, at: bytes.count) }
        if bytes[index] == UInt8(ascii: "{") { throw JSONError(.quote, at: index) }
      }
    }
  }

  /// Consumes a bare word: a number, `true`, `null`.
  @inline(__always)
  mutating func word(_ bytes: Span<UInt8>) throws(JSONError) -> Range<Int> {
    let start = position
    position = bytes.endOfWord(from: position)
    if position == bytes.count, !isWhole { throw JSONError(.endOfInput, at: position) }
    return start..<position
  }

  /// Consumes a value of any kind and gives the place of its text.
  @discardableResult
  mutating func skipValue(_ bytes: Span<UInt8>) throws(JSONError) -> Range<Int> {
    switch try peekKind(bytes) {
    case .string:
      let start = position
      _ = try string(bytes)
      return start..<position
    case .number, .bool, .null: return try word(bytes)
    case .object, .array:
      let start = position
      if let end = JSONScanner.endOfWhole(bytes, from: start) {
        position = end
        return start..<end
      }
      var scanner = JSONScanner()
      switch scanner.scan(bytes, from: start) {
      case .end(let end):
        position = end
        return start..<end
      case .more, .member: throw JSONError(.endOfInput, at: bytes.count)
      case .bad(let error): throw error
      }
    }
  }
}
