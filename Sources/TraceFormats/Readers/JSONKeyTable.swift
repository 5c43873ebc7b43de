import TraceModel

/// Which keys of a `JSONKeyTable` followed which in the objects that were read, and where in one the
/// reader is. Keys that are not in the table are passed over.
struct JSONKeyOrder: Sendable {
  /// Whether no member of the object was read yet.
  var isFirst = true
  /// By the number of a key plus one, 0 for the beginning: the number plus one of what came next.
  private var followers: [UInt8] = [0]
  /// The number of the last key plus one.
  private var last = 0

  /// Begins the next object.
  @inline(__always)
  mutating func begin() {
    isFirst = true
    last = 0
  }

  /// What the next key is most likely.
  @inline(__always)
  fileprivate var guess: Int? {
    let number = Int(followers[last])
    return number == 0 ? nil : number &- 1
  }

  /// Goes on behind a key that was guessed.
  @inline(__always)
  fileprivate mutating func pass(_ number: Int) { last = number &+ 1 }

  /// Goes on behind a key that was not.
  fileprivate mutating func learn(_ number: Int) {
    followers[last] = UInt8(truncatingIfNeeded: number &+ 1)
    last = number &+ 1
    while followers.count <= last { followers.append(0) }
  }
}

/// Finds which of a fixed set of object keys some bytes are, without making a string.
///
/// Keys are compared as up to four 8-byte words, so they are at most 32 bytes long.
struct JSONKeyTable<Key: Sendable>: Sendable {
  private struct Entry: Sendable {
    var words: Words
    var key: Key
  }
  private struct Words: Hashable, Sendable {
    var length: Int
    var first: UInt64 = 0
    var second: UInt64 = 0
    var third: UInt64 = 0
    var last: UInt64 = 0

    /// The words of `range`, which is at most 32 bytes long; they overlap where it is shorter.
    @inline(__always)
    init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
      length = range.count
      let start = range.lowerBound
      if length >= 8 {
        first = bytes.word(at: start)
        last = bytes.word(at: range.upperBound &- 8)
        if length > 16 { second = bytes.word(at: start &+ 8) }
        if length > 24 { third = bytes.word(at: start &+ 16) }
      } else if start &+ 8 <= bytes.count {
        first = bytes.word(at: start) & (1 &<< UInt64(length &* 8) &- 1)
      } else {
        for index in range.reversed() { first = first &<< 8 | UInt64(bytes[index]) }
      }
    }

    /// Whether the length and the first and the last word are those of `other`.
    @inline(__always)
    func hasEnds(of other: Words) -> Bool {
      length == other.length && first == other.first && last == other.last
    }

    @inline(__always)
    var hash: Int {
      let mixed = (first ^ (last &<< 17 | last &>> 47) ^ UInt64(length)) &* 0x9e37_79b9_7f4a_7c15
      return Int(truncatingIfNeeded: mixed &>> 48)
    }
  }

  private var entries: [Entry] = []
  /// The names as they stand before their values, `"traceId":`, behind one another.
  private var texts: [UInt8] = []
  /// Where the text of each entry ends.
  private var textEnds: [Int] = []
  /// Open addressing: the number of an entry plus one, or 0.
  private var slots: [UInt8]

  /// A table of `names`, at most 100 of up to 32 bytes.
  init(_ names: [(String, Key)]) {
    slots = Array(repeating: 0, count: 512)
    for (name, key) in names {
      let bytes = Array(name.utf8)
      precondition(bytes.count <= 32 && entries.count < 100, "too many or too long keys")
      let words = Words(bytes.span, 0..<bytes.count)
      var slot = words.hash & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      entries.append(Entry(words: words, key: key))
      slots[slot] = UInt8(entries.count)
      texts += [UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\""), UInt8(ascii: ":")]
      textEnds.append(texts.count)
    }
  }

  /// A table of camelCase names, each also found in snake_case.
  init(camelCase names: [(String, Key)]) {
    var both: [(String, Key)] = []
    for (name, key) in names {
      both.append((name, key))
      let snake = Self.snakeCase(name)
      if snake != name { both.append((snake, key)) }
    }
    self.init(both)
  }

  /// The key that the bytes of `range` are.
  @inline(__always)
  func find(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Key? {
    number(bytes, range).map { entries[$0].key }
  }

  /// The number of the entry whose name the bytes of `range` are.
  @inline(__always)
  private func number(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
    guard range.count <= 32 else { return nil }
    let words = Words(bytes, range)
    var slot = words.hash & (slots.count &- 1)
    while true {
      let number = Int(slots[slot])
      if number == 0 { return nil }
      // The ends tell nearly all keys apart; of short ones they are all there is.
      if entries[number &- 1].words.hasEnds(of: words),
        words.length <= 16 || entries[number &- 1].words == words
      {
        return number &- 1
      }
      slot = (slot &+ 1) & (slots.count &- 1)
    }
  }

  /// The key that `text` is, also if it is written with escapes.
  @inline(__always)
  func find(_ bytes: Span<UInt8>, _ text: JSONReader.Text) -> Key? {
    number(bytes, text).map { entries[$0].key }
  }

  @inline(__always)
  private func number(_ bytes: Span<UInt8>, _ text: JSONReader.Text) -> Int? {
    if !text.hasEscapes { return number(bytes, text.range) }
    var plain: [UInt8] = []
    JSONText.unescape(bytes, text.range, into: &plain)
    return number(plain.span, 0..<plain.count)
  }

  /// The next member of the object that the reader is in: which key it has, and how that is written;
  /// nil at the object's end. The colon is consumed.
  ///
  /// What `order` knows of the objects before is tried first: one comparison then replaces finding the
  /// end of the key and looking it up.
  @inline(__always)
  func next(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ order: inout JSONKeyOrder
  ) throws(JSONError) -> (key: Key?, text: JSONReader.Text)? {
    guard try reader.nextMember(bytes, isFirst: &order.isFirst) else { return nil }
    if let guess = order.guess {
      let start = reader.position
      let textStart = guess == 0 ? 0 : textEnds[guess &- 1]
      let end = start &+ textEnds[guess] &- textStart
      if end <= bytes.count, bytes.equals(start..<end, texts.span, from: textStart) {
        reader.position = end
        order.pass(guess)
        return (entries[guess].key, JSONReader.Text(range: start &+ 1..<end &- 2))
      }
    }
    let text = try reader.key(bytes)
    let number = number(bytes, text)
    if let number { order.learn(number) }
    return (number.map { entries[$0].key }, text)
  }

  /// `droppedLinksCount` as `dropped_links_count`.
  private static func snakeCase(_ name: String) -> String {
    var snake = ""
    for character in name {
      if character.isUppercase { snake += "_" }
      snake += character.lowercased()
    }
    return snake
  }
}
