/// Bytes to look for, with or without regard to ASCII case.
///
/// Linear whatever the text, so that no file can make a search slow: places are tried where the
/// first two bytes are right, and where that turns out to be much work the pattern is looked for by
/// the way of Knuth, Morris and Pratt (1977).
struct BytePattern: Sendable, Equatable {
  /// In lower case where case does not count.
  let bytes: [UInt8]
  let ignoresCase: Bool
  /// For each prefix of the pattern, how much of its head is also its tail.
  private let fallback: [Int]
  private let start: Pair

  init(_ bytes: [UInt8], ignoresCase: Bool) {
    self.bytes = bytes
    self.ignoresCase = ignoresCase
    var fallback = [Int](repeating: 0, count: bytes.count)
    var length = 0
    for index in bytes.indices.dropFirst() {
      while length > 0, bytes[index] != bytes[length] { length = fallback[length - 1] }
      if bytes[index] == bytes[length] { length += 1 }
      fallback[index] = length
    }
    self.fallback = fallback
    start = Pair(bytes, ignoresCase: ignoresCase)
  }

  var isEmpty: Bool { bytes.isEmpty }

  /// Whether the pattern stands anywhere in `text`.
  func occurs(in text: Span<UInt8>) -> Bool {
    if bytes.isEmpty { return true }
    var index = 0
    var compared = 0
    while let place = start.first(in: text, from: index), place &+ bytes.count <= text.count {
      if let isHere = stands(in: text, from: place, to: text.count, &compared) { return isHere }
      index = place &+ 1
    }
    return false
  }

  /// Calls `body` with the number of each string that has the pattern. The strings stand behind one
  /// another in `text`, and `ends` says where each ends.
  func forEachString(of ends: Span<UInt32>, in text: Span<UInt8>, _ body: (Int) -> Void) {
    guard !bytes.isEmpty else { return }
    var number = 0
    var index = 0
    var compared = 0
    while let place = start.first(in: text, from: index), place &+ bytes.count <= text.count {
      while Int(ends[number]) <= place { number &+= 1 }
      let end = Int(ends[number])
      // Behind a place without room for it the string has none either.
      let isThere =
        place &+ bytes.count <= end ? stands(in: text, from: place, to: end, &compared) : false
      if isThere == true { body(number) }
      index = isThere == nil ? place &+ 1 : end
    }
  }

  /// Whether the pattern stands between a place where it may begin and the end of a string; `nil` if
  /// it is not at the place, and was not looked for behind it.
  @inline(__always)
  private func stands(
    in text: Span<UInt8>, from place: Int, to end: Int, _ compared: inout Int
  ) -> Bool? {
    // All comparisons together may be a few times as much as what was read.
    if compared > 8 &* place &+ 4_096 { return isFoundSlowly(in: text, place..<end) }
    let length = matchLength(text, at: place)
    compared &+= length
    return length == bytes.count ? true : nil
  }

  /// How many bytes of the pattern stand at a place that has room for all of them.
  private func matchLength(_ text: Span<UInt8>, at place: Int) -> Int {
    for offset in bytes.indices where fold(text[place &+ offset]) != bytes[offset] {
      return offset
    }
    return bytes.count
  }

  private func isFoundSlowly(in text: Span<UInt8>, _ range: Range<Int>) -> Bool {
    var matched = 0
    for index in range {
      let byte = fold(text[index])
      while matched > 0, byte != bytes[matched] { matched = fallback[matched - 1] }
      if byte == bytes[matched] { matched += 1 }
      if matched == bytes.count { return true }
    }
    return false
  }

  /// Whether `text` begins with the pattern.
  func begins(_ text: Span<UInt8>) -> Bool {
    text.count >= bytes.count && matchLength(text, at: 0) == bytes.count
  }

  /// Whether `text` ends with the pattern.
  func ends(_ text: Span<UInt8>) -> Bool {
    text.count >= bytes.count && matchLength(text, at: text.count - bytes.count) == bytes.count
  }

  @inline(__always)
  private func fold(_ byte: UInt8) -> UInt8 {
    ignoresCase && byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
  }
}

/// The first two bytes of a pattern (or its only one), and where they may stand: eight places are
/// looked at together.
private struct Pair: Sendable, Equatable {
  /// Each byte eight times, and the bit in which its cases differ. For a single byte the second is
  /// ignored: no bit of it differs.
  private var first: UInt64 = 0
  private var firstCase: UInt64 = 0
  private var second: UInt64 = 0
  private var secondCase: UInt64 = 0
  private let count: Int

  init(_ bytes: [UInt8], ignoresCase: Bool) {
    count = min(bytes.count, 2)
    func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte) }
    if let byte = bytes.first {
      first = UInt64(byte) &* .lowBits
      if ignoresCase, isLetter(byte) { firstCase = 0x20 &* .lowBits }
    }
    if bytes.count > 1 {
      second = UInt64(bytes[1]) &* .lowBits
      if ignoresCase, isLetter(bytes[1]) { secondCase = 0x20 &* .lowBits }
    } else {
      (second, secondCase) = (.max, .max)
    }
  }

  /// The first place from `index` on where both may stand, and where both do if case counts.
  @inline(__always)
  func first(in text: Span<UInt8>, from index: Int) -> Int? {
    var index = index
    while index &+ 9 <= text.count {
      let word = text.word(at: index)
      let next = word &>> 8 | UInt64(text[index &+ 8]) &<< 56
      // Zero where both are right.
      let found = Self.zeroBytes(((word | firstCase) ^ first) | ((next | secondCase) ^ second))
      if found != 0 { return index &+ found.trailingZeroBitCount &>> 3 }
      index &+= 8
    }
    while index &+ count <= text.count {
      let byte = UInt64(text[index])
      let isNext =
        count < 2 || (UInt64(text[index &+ 1]) | secondCase & 0xff) == second & 0xff
      if byte | firstCase & 0xff == first & 0xff, isNext { return index }
      index &+= 1
    }
    return nil
  }

  /// Has the high bit set in the first byte that is zero (and perhaps in later ones).
  @inline(__always)
  private static func zeroBytes(_ word: UInt64) -> UInt64 {
    (word &- .lowBits) & ~word & .highBits
  }
}

extension UInt64 {
  /// The lowest bit of each byte.
  static var lowBits: UInt64 { 0x0101_0101_0101_0101 }
  /// The highest bit of each byte.
  static var highBits: UInt64 { 0x8080_8080_8080_8080 }
}

extension Span where Element == UInt8 {
  /// The eight bytes from `index` on as a little-endian number: the optimiser makes one load of it.
  @inline(__always)
  func word(at index: Int) -> UInt64 {
    var word: UInt64 = 0
    for offset in 0..<8 { word |= UInt64(self[index &+ offset]) &<< UInt64(offset &* 8) }
    return word
  }

  /// The first byte from `start` on that is not ASCII.
  func firstBeyondASCII(from start: Int) -> Int? {
    var index = start
    while index &+ 8 <= count {
      let found = word(at: index) & .highBits
      if found != 0 { return index &+ found.trailingZeroBitCount &>> 3 }
      index &+= 8
    }
    while index < count {
      if self[index] >= 0x80 { return index }
      index &+= 1
    }
    return nil
  }
}
