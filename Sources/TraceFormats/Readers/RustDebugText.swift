import TraceModel

/// Values as Rust's `Debug` shows those of OpenTelemetry: `String(Owned("a"))`, `I64(3)`,
/// `Array(F64([1.0, 2.5]))`. (opentelemetry-rust, opentelemetry/src/common.rs, `Value`.)
enum RustDebugText {
  /// The value that is written in `range`; of another kind its text.
  static func value(_ bytes: Span<UInt8>, _ range: Range<Int>) -> AttributeValue {
    if let inner = inside("String", bytes, range), let text = quoted(bytes, inner) {
      return .string(text)
    }
    if let inner = inside("I64", bytes, range), let int = NumberText.int64(bytes, inner) {
      return .int(int)
    }
    if let inner = inside("F64", bytes, range), let double = double(bytes, inner) {
      return .double(double)
    }
    if let inner = inside("Bool", bytes, range), let bool = bool(bytes, inner) {
      return .bool(bool)
    }
    if let inner = inside("Array", bytes, range), let list = array(bytes, inner) {
      return .array(list)
    }
    return .string(text(bytes, range))
  }

  /// The bytes of the string in `range` that stand between quotes, if it has no escapes:
  /// `String(Static("a"))`, `"a"`.
  static func plainString(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int>? {
    guard let text = betweenQuotes(bytes, inside("String", bytes, range) ?? range),
      bytes.firstIndex(of: UInt8(ascii: "\\"), in: text) == text.upperBound,
      bytes.firstIndex(of: UInt8(ascii: "\""), in: text) == text.upperBound
    else { return nil }
    return text
  }

  /// The string in quotes, which may stand in parentheses that say who owns it; nil if it is none.
  static func quoted(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String? {
    betweenQuotes(bytes, range).flatMap { unescaped(bytes, $0) }
  }

  /// What stands between the first quote and the last, if nothing else does but `Owned(…)` or the like.
  private static func betweenQuotes(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int>? {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, bytes[start] != UInt8(ascii: "\"") {
      guard isWord(bytes[start]) || bytes[start] == UInt8(ascii: "(") else { return nil }
      start += 1
    }
    while end > start, bytes[end - 1] == UInt8(ascii: ")") { end -= 1 }
    guard end - start >= 2, bytes[end - 1] == UInt8(ascii: "\"") else { return nil }
    return start + 1..<end - 1
  }

  /// What stands in `Name(…)`.
  @inline(__always)
  private static func inside(
    _ name: StaticString, _ bytes: Span<UInt8>, _ range: Range<Int>
  ) -> Range<Int>? {
    let start = range.lowerBound + name.utf8CodeUnitCount
    guard bytes.hasPrefix(name, range), start + 1 < range.upperBound,
      bytes[start] == UInt8(ascii: "("), bytes[range.upperBound - 1] == UInt8(ascii: ")")
    else { return nil }
    return start + 1..<range.upperBound - 1
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private static func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
    String(decoding: range.map { bytes[$0] }, as: UTF8.self)
  }

  private static func bool(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool? {
    if bytes.matches(range, "true") { return true }
    return bytes.matches(range, "false") ? false : nil
  }

  private static func double(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Double? {
    if bytes.matches(range, "inf") { return .infinity }
    if bytes.matches(range, "-inf") { return -.infinity }
    if bytes.matches(range, "NaN") { return .nan }
    return NumberText.double(bytes, range)
  }

  /// `I64([1, 2])` as a list of values.
  private static func array(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [AttributeValue]? {
    guard let bracket = range.first(where: { bytes[$0] == UInt8(ascii: "[") }),
      range.count >= 2, bytes[range.upperBound - 1] == UInt8(ascii: ")"),
      bytes[range.upperBound - 2] == UInt8(ascii: "]")
    else { return nil }
    let name = range.lowerBound..<bracket
    let isText = bytes.matches(name, "String(")
    let isInt = bytes.matches(name, "I64(")
    let isDouble = bytes.matches(name, "F64(")
    guard isText || isInt || isDouble || bytes.matches(name, "Bool(") else { return nil }
    var values: [AttributeValue] = []
    for item in items(bytes, bracket + 1..<range.upperBound - 2) {
      let value: AttributeValue? =
        if isText {
          quoted(bytes, item).map { .string($0) }
        } else if isInt {
          NumberText.int64(bytes, item).map { .int($0) }
        } else if isDouble {
          double(bytes, item).map { .double($0) }
        } else {
          bool(bytes, item).map { .bool($0) }
        }
      guard let value else { return nil }
      values.append(value)
    }
    return values
  }

  /// What stands between commas outside of quotes.
  private static func items(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [Range<Int>] {
    if range.isEmpty { return [] }
    var items: [Range<Int>] = []
    var start = range.lowerBound
    var isQuoted = false
    var index = range.lowerBound
    while index < range.upperBound {
      switch bytes[index] {
      case UInt8(ascii: "\\") where isQuoted: index += 1
      case UInt8(ascii: "\""): isQuoted.toggle()
      case UInt8(ascii: ",") where !isQuoted:
        items.append(LineRecord.trimmed(start..<index, bytes))
        start = index + 1
      default: break
      }
      index += 1
    }
    items.append(LineRecord.trimmed(start..<range.upperBound, bytes))
    return items
  }

  /// The text without its escapes; nil if one is none.
  private static func unescaped(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String? {
    var output: [UInt8] = []
    output.reserveCapacity(range.count)
    var index = range.lowerBound
    while index < range.upperBound {
      let byte = bytes[index]
      index += 1
      if byte == UInt8(ascii: "\"") { return nil }
      guard byte == UInt8(ascii: "\\") else {
        output.append(byte)
        continue
      }
      guard index < range.upperBound else { return nil }
      switch bytes[index] {
      case UInt8(ascii: "n"): output.append(0x0a)
      case UInt8(ascii: "r"): output.append(0x0d)
      case UInt8(ascii: "t"): output.append(0x09)
      case UInt8(ascii: "0"): output.append(0)
      case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "\\"): output.append(bytes[index])
      case UInt8(ascii: "u"):
        let brace = bytes.firstIndex(of: UInt8(ascii: "}"), in: index..<range.upperBound)
        guard brace < range.upperBound, let scalar = scalar(bytes, index + 1..<brace) else {
          return nil
        }
        output.append(contentsOf: String(Character(scalar)).utf8)
        index = brace
      default: return nil
      }
      index += 1
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// `{1b}`, without its closing brace.
  private static func scalar(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Unicode.Scalar? {
    guard (2...7).contains(range.count), bytes[range.lowerBound] == UInt8(ascii: "{") else {
      return nil
    }
    var value: UInt32 = 0
    for index in range.dropFirst() {
      guard let digit = IDText.hexDigit(bytes[index]) else { return nil }
      value = value << 4 | UInt32(digit)
    }
    return Unicode.Scalar(value)
  }
}
