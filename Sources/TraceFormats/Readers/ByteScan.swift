import CVectors
import TraceModel

/// Looking at many bytes at a time.
extension Span where Element == UInt8 {
  /// The first `"`, `\` or line feed from `start` on, or the end. `sum` collects all bytes passed
  /// (or more): it is not zero if any is beyond ASCII.
  @inline(__always)
  func endOfPlainText(from start: Int, sum: inout UInt64) -> Int {
    var index = start
    let end = count
    while index &+ 16 <= end {
      let vector = vector(at: index)
      sum |= UInt64(cv_high_bits(vector))
      let length = Int(cv_plain_text(vector))
      if length < 16 { return index &+ length }
      index &+= 16
    }
    while index < end {
      let byte = self[index]
      if byte == 0x22 || byte == 0x5c || byte == 0x0a { return index }
      sum |= UInt64(byte & 0x80)
      index &+= 1
    }
    return end
  }

  /// The first byte from `start` on that JSON's strings need an escape for, or the end.
  func endOfJSONText(from start: Int) -> Int {
    var index = start
    while index &+ 16 <= count {
      let length = Int(cv_json_text(vector(at: index)))
      if length < 16 { return index &+ length }
      index &+= 16
    }
    while index < count {
      let byte = self[index]
      if byte < 0x20 || byte == 0x22 || byte == 0x5c { return index }
      index &+= 1
    }
    return index
  }

  /// The first byte from `start` on that JSON's strings need an escape for, or `stop`, or the end.
  /// `sum` collects all bytes passed (or more): it is not zero if any is beyond ASCII.
  @inline(__always)
  func endOfJSONText(from start: Int, before stop: UInt8, sum: inout UInt64) -> Int {
    var index = start
    while index &+ 16 <= count {
      let vector = vector(at: index)
      sum |= UInt64(cv_high_bits(vector))
      let length = Int(cv_json_text_before(vector, stop))
      if length < 16 { return index &+ length }
      index &+= 16
    }
    while index < count {
      let byte = self[index]
      if byte < 0x20 || byte == 0x22 || byte == 0x5c || byte == stop { return index }
      sum |= UInt64(byte & 0x80)
      index &+= 1
    }
    return index
  }

  /// The first byte from `start` on that JSON's strings need an escape for, or `stop`, or the end.
  func endOfJSONText(from start: Int, before stop: UInt8) -> Int {
    var sum: UInt64 = 0
    return endOfJSONText(from: start, before: stop, sum: &sum)
  }

  /// The first line feed, carriage return or `delimiter` from `start` on, or the end.
  func endOfPlainCell(from start: Int, _ delimiter: UInt8) -> Int {
    var index = start
    while index &+ 16 <= count {
      let length = Int(cv_plain_cell(vector(at: index), delimiter))
      if length < 16 { return index &+ length }
      index &+= 16
    }
    while index < count {
      let byte = self[index]
      if byte == delimiter || byte == 0x0a || byte == 0x0d { return index }
      index &+= 1
    }
    return index
  }

  /// How many bytes stand before the first quote; all of them if there is none.
  var firstQuote: Int {
    var index = 0
    while index &+ 16 <= count {
      let length = Int(cv_before(vector(at: index), 0x22))
      if length < 16 { return index &+ length }
      index &+= 16
    }
    while index < count, self[index] != 0x22 { index &+= 1 }
    return index
  }

  /// The first quote of any kind, brace or bracket from `start` on, or the end.
  func endOfLiteralText(from start: Int) -> Int {
    var index = start
    while index &+ 16 <= count {
      let length = Int(cv_literal_text(vector(at: index)))
      if length < 16 { return index &+ length }
      index &+= 16
    }
    while index < count {
      switch self[index] {
      case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"), UInt8(ascii: "{"),
        UInt8(ascii: "}"), UInt8(ascii: "["), UInt8(ascii: "]"):
        return index
      default: index &+= 1
      }
    }
    return index
  }

  /// How many line feeds are in `range`, and where the last one is.
  func lineFeeds(in range: Range<Int>) -> (count: Int, last: Int?) {
    var found = 0
    var index = range.lowerBound
    while index &+ 64 <= range.upperBound {
      // A byte counts to 255.
      let stop = Swift.min(range.upperBound, index &+ 64 &* 63)
      var counts = cv_all(0)
      while index &+ 64 <= stop {
        let (first, second, third, fourth) = vectors(at: index)
        counts = cv_counting(counts, first, 0x0a)
        counts = cv_counting(counts, second, 0x0a)
        counts = cv_counting(counts, third, 0x0a)
        counts = cv_counting(counts, fourth, 0x0a)
        index &+= 64
      }
      found &+= Int(cv_sum(counts))
    }
    while index &+ 16 <= range.upperBound {
      found &+= Int(cv_sum(cv_counting(cv_all(0), vector(at: index), 0x0a)))
      index &+= 16
    }
    while index < range.upperBound {
      if self[index] == 0x0a { found &+= 1 }
      index &+= 1
    }
    guard found > 0 else { return (0, nil) }
    // Mostly near: a record ends soon behind the last one.
    var last = range.upperBound &- 1
    while last &- 16 >= range.lowerBound, cv_before(vector(at: last &- 15), 0x0a) == 16 {
      last &-= 16
    }
    while self[last] != 0x0a { last &-= 1 }
    return (found, last)
  }

  /// The first byte from `start` on that belongs to no bare word, or the end.
  @inline(__always)
  func endOfWord(from start: Int) -> Int {
    var index = start
    while index &+ 16 <= count {
      let length = Int(cv_json_word(vector(at: index)))
      index &+= length
      if length < 16 { return index }
    }
    while index < count, JSONReader.isWord(self[index]) { index &+= 1 }
    return index
  }

  /// The first byte in `range` that is no decimal digit, or its end.
  @inline(__always)
  func endOfDigits(in range: Range<Int>) -> Int {
    var index = range.lowerBound
    while index < range.upperBound, self[index] &- UInt8(ascii: "0") < 10 { index &+= 1 }
    return index
  }

  /// The first `byte` in `range`, or its end.
  func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int {
    var index = range.lowerBound
    while index &+ 16 <= range.upperBound {
      let length = Int(cv_before(vector(at: index), byte))
      if length < 16 { return index &+ length }
      index &+= 16
    }
    while index < range.upperBound, self[index] != byte { index &+= 1 }
    return index
  }

  /// The first line feed from `start` on.
  func firstLineFeed(from start: Int) -> Int? {
    var index = start
    while index &+ 16 <= count {
      let length = Int(cv_before(vector(at: index), 0x0a))
      if length < 16 { return index &+ length }
      index &+= 16
    }
    while index < count {
      if self[index] == 0x0a { return index }
      index &+= 1
    }
    return nil
  }

  /// The first byte from `start` on that is no space, tab, line feed or carriage return, or the end.
  @inline(__always)
  func endOfSpace(from start: Int) -> Int {
    var index = start
    // Most often there is none, or one byte; if there are more, it is the indentation of a line.
    if index < count, !JSONReader.isSpace(self[index]) { return index }
    index &+= 1
    if index < count, !JSONReader.isSpace(self[index]) { return index }
    return endOfLongSpace(from: index)
  }

  /// Where the next token begins, if `separator` stands at `index` and at most one space behind it, as
  /// most programs write; nil if it must be looked for.
  @inline(__always)
  func endOfSeparator(_ separator: UInt8, at index: Int) -> Int? {
    guard index &+ 4 <= count else { return nil }
    let next = half(at: index)
    guard UInt8(truncatingIfNeeded: next) == separator else { return nil }
    if UInt8(truncatingIfNeeded: next &>> 8) > 0x20 { return index &+ 1 }
    let isSpace = UInt8(truncatingIfNeeded: next &>> 8) == 0x20
    return isSpace && UInt8(truncatingIfNeeded: next &>> 16) > 0x20 ? index &+ 2 : nil
  }

  private func endOfLongSpace(from start: Int) -> Int {
    var index = start
    while index &+ 16 <= count {
      let length = Int(cv_space(vector(at: index)))
      index &+= length
      if length < 16 { return index }
    }
    while index < count, JSONReader.isSpace(self[index]) { index &+= 1 }
    return Swift.min(index, count)
  }

  /// Whether `text`, a constant, stands at `start`.
  @inline(__always)
  func stands(_ text: StaticString, at start: Int) -> Bool {
    let end = start &+ text.utf8CodeUnitCount
    return end <= count && matches(start..<end, text)
  }

  /// Whether the bytes of `range` are those of `text`, which is no constant.
  func matches(_ range: Range<Int>, text: String) -> Bool {
    let other = text.utf8Span.span
    return range.count == other.count && equals(range, other, from: 0)
  }

  /// Whether the bytes of `range` are well-formed UTF-8. (Unicode, table 3-7.)
  @inline(__always)
  func isValidUTF8(_ range: Range<Int>) -> Bool {
    let (first, count) = (range.lowerBound, range.count)
    // Two words that overlap hold most strings.
    if count >= 8, count <= 16 {
      let both = word(at: first) | word(at: range.upperBound &- 8)
      if both & 0x8080_8080_8080_8080 == 0 { return true }
    } else if count >= 4, count < 8 {
      if (half(at: first) | half(at: range.upperBound &- 4)) & 0x8080_8080 == 0 { return true }
    }
    return isAnyValidUTF8(range)
  }

  private func isAnyValidUTF8(_ range: Range<Int>) -> Bool {
    var index = range.lowerBound
    let end = range.upperBound
    while index < end {
      if index &+ 16 <= end, cv_is_ascii(vector(at: index)) {
        index &+= 16
        continue
      }
      // The last 1 to 15, with some that were looked at before.
      if index &+ 16 > end, end &- range.lowerBound >= 16, cv_is_ascii(vector(at: end &- 16)) {
        return true
      }
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
}

extension [UInt8] {
  /// Appends a part of a span.
  mutating func append(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    append(copying: bytes.extracting(range))
  }
}
