import TraceModel

/// The text of a search.
///
/// Smart case: upper and lower case are the same unless the text has an upper-case letter. ASCII is
/// folded byte by byte; other text is compared in lower case, scalar by scalar, and is not
/// normalized.
///
/// A span matches when the text occurs in its name, its service, its status message, or in a key,
/// in a value, or in "key=value" of an attribute of the span or of an event, or in an event's name.
/// "key=value" also finds attributes of the resource. The words of a kind or a status ("server",
/// "error", or "kind=server", "status=error") match when they are the whole text. Hexadecimal text
/// of 4 digits or more, with or without 0x, matches trace and span IDs that begin with it, and of 8
/// or more those that have it anywhere: shorter pieces occur in random IDs by chance.
public struct SpanQuery: Sendable, Equatable {
  /// The text as it was given.
  public let text: String
  /// Whether case does not count.
  public let ignoresCase: Bool
  let pattern: BytePattern
  /// The text cut at each `=` of the first `splitLimit`: "key=value" is found by a key that ends
  /// with the left part and a value that begins with the right.
  let splits: [Split]
  let hexadecimal: Hexadecimal?

  struct Split: Sendable, Equatable {
    var key: BytePattern
    var value: BytePattern
  }

  /// Digits of an ID.
  struct Hexadecimal: Sendable, Equatable {
    var value: UInt128
    var digits: Int
  }

  static let splitLimit = 8

  /// Reads the text. Linear in its length.
  public init(_ text: String) {
    self.text = text
    let ignoresCase = !text.unicodeScalars.contains { $0.properties.isUppercase }
    self.ignoresCase = ignoresCase
    let bytes = Array((ignoresCase ? text.lowercased() : text).utf8)
    pattern = BytePattern(bytes, ignoresCase: ignoresCase)
    var splits: [Split] = []
    for index in bytes.indices where bytes[index] == 0x3d && splits.count < Self.splitLimit {
      splits.append(
        Split(
          key: BytePattern(Array(bytes[..<index]), ignoresCase: ignoresCase),
          value: BytePattern(Array(bytes[(index + 1)...]), ignoresCase: ignoresCase)))
    }
    self.splits = splits
    hexadecimal = Self.hexadecimal(text.lowercased())
  }

  /// Whether there is no text. Such a query matches no span.
  public var isEmpty: Bool { pattern.isEmpty }

  /// Whether the text occurs in `string`: for marking what a search found. Linear.
  public func matches(_ string: String) -> Bool {
    !isEmpty && facts(of: string).contains(.occurs)
  }

  private static func hexadecimal(_ text: String) -> Hexadecimal? {
    let digits = text.hasPrefix("0x") ? text.dropFirst(2) : text[...]
    guard (4...32).contains(digits.utf8.count), digits.utf8.first != 0x2b,
      let value = UInt128(digits, radix: 16)
    else { return nil }
    return Hexadecimal(value: value, digits: digits.utf8.count)
  }

  public static func == (one: SpanQuery, other: SpanQuery) -> Bool { one.text == other.text }
}

extension SpanQuery {
  /// What is known of one string.
  struct Facts: OptionSet, Sendable {
    var rawValue: UInt32
    /// The string was tested.
    static let known = Facts(rawValue: 1)
    static let occurs = Facts(rawValue: 2)

    /// Which splits' left parts the string ends with.
    var ends: UInt32 {
      get { rawValue >> 8 & 0xff }
      set { rawValue |= newValue << 8 }
    }
    /// Which splits' right parts the string begins with.
    var begins: UInt32 {
      get { rawValue >> 16 & 0xff }
      set { rawValue |= newValue << 16 }
    }

    /// Whether an attribute with this key and that value matches.
    func matches(value: Facts) -> Bool {
      (rawValue | value.rawValue) & Facts.occurs.rawValue != 0 || ends & value.begins != 0
    }
  }

  /// Tests one string. Linear in its length and the text's.
  func facts(of bytes: Span<UInt8>) -> Facts {
    if ignoresCase, bytes.firstBeyondASCII(from: 0) != nil {
      let text = bytes.indices.map { bytes[$0] }
      let lower = String(decoding: text, as: UTF8.self).lowercased()
      return exactFacts(of: lower.utf8Span.span)
    }
    return exactFacts(of: bytes)
  }

  private func exactFacts(of bytes: Span<UInt8>) -> Facts {
    var facts = splitFacts(of: bytes)
    if !isEmpty, pattern.occurs(in: bytes) { facts.insert(.occurs) }
    return facts
  }

  /// What the splits say of a string that is in lower case if case does not count.
  private func splitFacts(of bytes: Span<UInt8>) -> Facts {
    var facts = Facts.known
    for (number, split) in splits.enumerated() {
      if split.key.ends(bytes) { facts.ends |= 1 << UInt32(number) }
      if split.value.begins(bytes) { facts.begins |= 1 << UInt32(number) }
    }
    return facts
  }

  func facts(of string: String) -> Facts { facts(of: string.utf8Span.span) }

  /// Tests all strings of a pool together. Linear in their bytes.
  func facts(of strings: StringPool) -> [Facts] {
    var facts = [Facts](repeating: .known, count: strings.count)
    let (bytes, ends) = (strings.bytes.span, strings.ends.span)
    pattern.forEachString(of: ends, in: bytes) { facts[$0].insert(.occurs) }
    if !splits.isEmpty {
      for number in facts.indices {
        facts[number].formUnion(splitFacts(of: bytes.extracting(Self.range(number, ends))))
      }
    }
    // Case beyond ASCII needs a text of each string that has any.
    guard ignoresCase else { return facts }
    var (number, index) = (0, 0)
    while let place = bytes.firstBeyondASCII(from: index) {
      while Int(ends[number]) <= place { number += 1 }
      facts[number] = self.facts(of: bytes.extracting(Self.range(number, ends)))
      index = Int(ends[number])
    }
    return facts
  }

  private static func range(_ number: Int, _ ends: Span<UInt32>) -> Range<Int> {
    (number == 0 ? 0 : Int(ends[number - 1]))..<Int(ends[number])
  }

  /// The kinds of plain values, other than strings, in whose texts the text can occur: most words
  /// occur in none, and then no text of them is needed.
  var plainKinds: AttributeKinds {
    splits.reduce(Self.plainKinds(pattern.bytes)) { $0.union(Self.plainKinds($1.value.bytes)) }
  }

  private static func plainKinds(_ text: [UInt8]) -> AttributeKinds {
    func isPart(of word: String) -> Bool {
      BytePattern(text, ignoresCase: false).occurs(in: word.utf8Span.span)
    }
    func isOf(_ letters: Set<UInt8>) -> Bool { text.allSatisfy(letters.contains) }
    var kinds: AttributeKinds = []
    if isPart(of: "true") || isPart(of: "false") { kinds.insert(.bool) }
    if isOf(digits) { kinds.formUnion([.int, .double, .bytes]) }
    if isOf(digits.union("-".utf8)) { kinds.formUnion([.int, .double]) }
    if isOf(digits.union("abcdef".utf8)) { kinds.insert(.bytes) }
    // What is no number may have more behind "nan", in hexadecimal digits.
    if isOf(digits.union("+-.e".utf8)) || isOf(digits.union("-infsx()abcdef".utf8)) {
      kinds.insert(.double)
    }
    return kinds
  }

  private static let digits = Set("0123456789".utf8)
}

extension SpanQuery.Hexadecimal {
  /// Whether an ID of `width` digits begins with the digits, or has them if they are 8 or more.
  func matches(_ id: UInt128, width: Int) -> Bool {
    guard digits <= width else { return false }
    let mask: UInt128 = digits == 32 ? .max : (1 << UInt128(4 * digits)) - 1
    let last = digits >= 8 ? 0 : width - digits
    for shift in last...(width - digits) where (id >> UInt128(4 * shift)) & mask == value {
      return true
    }
    return false
  }
}
