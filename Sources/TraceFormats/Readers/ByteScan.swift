/// Looking at bytes eight at a time.
///
/// Written with checked subscripts only: the optimiser makes one load of the eight, which was
/// measured at 2 to 3 GB/s where a loop over bytes makes 1.7.
extension Span where Element == UInt8 {
  /// The eight bytes from `index` on as a little-endian number.
  @inline(__always)
  func word(at index: Int) -> UInt64 {
    var word: UInt64 = 0
    for offset in 0..<8 { word |= UInt64(self[index &+ offset]) &<< UInt64(offset &* 8) }
    return word
  }

  /// The first `"`, `\` or line feed from `start` on, or the end. `sum` collects all bytes passed
  /// (or more), so that its high bits say whether any is beyond ASCII.
  @inline(__always)
  func endOfPlainText(from start: Int, sum: inout UInt64) -> Int {
    var index = start
    let end = count
    while index &+ 8 <= end {
      let word = word(at: index)
      sum |= word
      let found =
        Self.zeroBytes(word ^ 0x2222_2222_2222_2222) | Self.zeroBytes(word ^ 0x5c5c_5c5c_5c5c_5c5c)
        | Self.zeroBytes(word ^ 0x0a0a_0a0a_0a0a_0a0a)
      if found != 0 { return index &+ found.trailingZeroBitCount &>> 3 }
      index &+= 8
    }
    while index < end {
      let byte = self[index]
      if byte == 0x22 || byte == 0x5c || byte == 0x0a { return index }
      sum |= UInt64(byte)
      index &+= 1
    }
    return end
  }

  /// How many line feeds are in `range`, and where the last one is.
  func lineFeeds(in range: Range<Int>) -> (count: Int, last: Int?) {
    var found = 0
    var last: Int?
    var index = range.lowerBound
    while index &+ 8 <= range.upperBound {
      let word = word(at: index) ^ 0x0a0a_0a0a_0a0a_0a0a
      // Exact in every byte, unlike `zeroBytes`, which is so only up to the first.
      let low = 0x7f7f_7f7f_7f7f_7f7f as UInt64
      let zeros = ~(((word & low) &+ low) | word | low)
      if zeros != 0 {
        found &+= zeros.nonzeroBitCount
        last = index &+ 7 &- zeros.leadingZeroBitCount &>> 3
      }
      index &+= 8
    }
    while index < range.upperBound {
      if self[index] == 0x0a {
        found &+= 1
        last = index
      }
      index &+= 1
    }
    return (found, last)
  }

  /// The first line feed from `start` on.
  func firstLineFeed(from start: Int) -> Int? {
    var index = start
    while index &+ 8 <= count {
      let found = Self.zeroBytes(word(at: index) ^ 0x0a0a_0a0a_0a0a_0a0a)
      if found != 0 { return index &+ found.trailingZeroBitCount &>> 3 }
      index &+= 8
    }
    while index < count {
      if self[index] == 0x0a { return index }
      index &+= 1
    }
    return nil
  }

  /// Whether the bytes of `range` are those of `text`.
  func matches(_ range: Range<Int>, _ text: String) -> Bool {
    let other = text.utf8Span.span
    guard range.count == other.count else { return false }
    for offset in other.indices where self[range.lowerBound &+ offset] != other[offset] {
      return false
    }
    return true
  }

  /// Whether the bytes of `range` begin with those of `text`.
  func hasPrefix(_ text: String, _ range: Range<Int>) -> Bool {
    let length = text.utf8.count
    return range.count >= length
      && matches(range.lowerBound..<range.lowerBound &+ length, text)
  }

  /// Whether the bytes of `range` are well-formed UTF-8. (Unicode, table 3-7.)
  func isValidUTF8(_ range: Range<Int>) -> Bool {
    var index = range.lowerBound
    let end = range.upperBound
    while index < end {
      let lead = self[index]
      index &+= 1
      if lead < 0x80 { continue }
      let more: Int
      var first: ClosedRange<UInt8> = 0x80...0xbf
      switch lead {
      case 0xc2...0xdf: more = 1
      case 0xe0: (more, first) = (2, 0xa0...0xbf)
      case 0xed: (more, first) = (2, 0x80...0x9f)
      case 0xe1...0xef: more = 2
      case 0xf0: (more, first) = (3, 0x90...0xbf)
      case 0xf1...0xf3: more = 3
      case 0xf4: (more, first) = (3, 0x80...0x8f)
      default: return false
      }
      guard index &+ more <= end, first.contains(self[index]) else { return false }
      for offset in 1..<max(more, 1) where !(0x80...0xbf).contains(self[index &+ offset]) {
        return false
      }
      index &+= more
    }
    return true
  }

  /// Has the high bit set in the first byte that is zero (and perhaps in later ones).
  @inline(__always)
  private static func zeroBytes(_ word: UInt64) -> UInt64 {
    (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
  }
}

extension [UInt8] {
  /// Appends a part of a span.
  mutating func append(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    // Adding nothing would write the count of the empty array, which all threads share.
    guard !range.isEmpty else { return }
    if capacity < count + range.count {
      reserveCapacity(Swift.max(count + range.count, capacity * 2))
    }
    append(addingCapacity: range.count) { output in
      for index in range { output.append(bytes[index]) }
    }
  }
}
