/// Finds the end of an object that Node.js has printed (`util.inspect`), in bytes that come in pieces.
///
///     {
///       resource: { attributes: { 'service.name': 'shop' } },
///       name: "it's",
///
/// It is no JSON: keys are bare, strings have any of three quotes. Braces in text are many, so it must
/// begin with a key that a span has, and its strings end on their line.
struct JSLiteralScanner: Sendable {
  private static let firstKeys = ["resource", "traceId"]

  /// Whether the first key is one of a span: text otherwise.
  private(set) var isKnown = false
  /// How many bytes were scanned so far.
  private(set) var consumed = 0

  private var key: [UInt8] = []
  private var depth = 0
  private var quote: UInt8 = 0
  private var isEscaped = false
  private var isLineStart = false

  init() {}

  /// Whether the object that begins with `head` (its brace, and white space) and `next` may be one.
  static func mayBegin(_ head: Span<UInt8>, next: UInt8) -> Bool {
    guard head.count >= 2, firstKeys.contains(where: { $0.utf8.first == next }) else {
      return false
    }
    for index in 1..<head.count where !JSONReader.isSpace(head[index]) { return false }
    return true
  }

  /// Scans on; the first byte ever must be the opening brace.
  mutating func scan(_ bytes: Span<UInt8>, from start: Int) -> JSONScanner.Step {
    var position = start
    defer { consumed &+= position &- start }
    while position < bytes.count {
      if quote != 0, !isEscaped {
        position = bytes.endOfJSONText(from: position, before: quote)
        if position == bytes.count { return .more }
      }
      if quote == 0, isKnown {
        let next = bytes.endOfLiteralText(from: position)
        if next > position { isLineStart = bytes[next &- 1] == 0x0a }
        position = next
        if position == bytes.count { return .more }
      }
      let byte = bytes[position]
      if quote != 0 {
        if byte == 0x0a { return .bad(JSONError(.quoteOnLine, at: position)) }
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == quote {
          quote = 0
        }
        position &+= 1
        continue
      }
      if !isKnown, depth == 1 {
        switch byte {
        case UInt8(ascii: ":"):
          isKnown = Self.firstKeys.contains { Array($0.utf8) == key }
          guard isKnown else { return .bad(JSONError(.key, at: position)) }
        case _ where JSONReader.isSpace(byte) && key.isEmpty: break
        case _ where JSONReader.isWord(byte) && key.count < 16: key.append(byte)
        default: return .bad(JSONError(.key, at: position))
        }
      }
      switch byte {
      case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"): quote = byte
      case UInt8(ascii: "{") where isLineStart: return .bad(JSONError(.newObject, at: position))
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth &+= 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth &-= 1
        if depth == 0 {
          position &+= 1
          return .end(position)
        }
      default: break
      }
      isLineStart = byte == 0x0a
      position &+= 1
    }
    return .more
  }
}
