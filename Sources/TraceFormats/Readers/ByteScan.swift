import CVectors
import TraceModel

/// Looking at many bytes at a time.
extension Span where Element == UInt8 {
  /// The first `"`, `\` or line feed from `start` on, or the end. `sum` collects all bytes passed
  /// (or more), so that its high bits say whether any is beyond ASCII.
  @inline(__always)
  func endOfPlainText(from start: Int, sum: inout UInt64) -> Int {
    var index = start
    let end = count
    while index &+ 16 <= end {
      let vector = vector(at: index)
      if !cv_is_ascii(vector) { sum |= 0x80 }
      let length = Int(cv_plain_text(vector))
      if length < 16 { return index &+ length }
      index &+= 16
    }
    while index < end {
      let byte = self[index]
      if byte == 0x22 || byte == 0x5c || byte == 0x0a { return index }
      sum |= UInt64(byte)
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
  func endOfJSONText(from start: Int, before stop: UInt8) -> Int {
    var index = start
    while index &+ 16 <= count {
      let length = Int(cv_json_text_before(vector(at: index), stop))
      if length < 16 { return index &+ length }
      index &+= 16
    }
    while index < count {
      let byte = self[index]
      if byte < 0x20 || byte == 0x22 || byte == 0x5c || byte == stop { return index }
      index &+= 1
    }
    return index
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
    var last: Int?
    var index = range.lowerBound
    while index &+ 16 <= range.upperBound {
      // Two branches, so that the next load need not wait for this one.
      let length = Int(cv_before(vector(at: index), 0x0a))
      if length == 16 {
        index &+= 16
      } else {
        found &+= 1
        last = index &+ length
        index &+= length &+ 1
      }
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

  /// Whether the bytes of `range` are those of `text`.
  func matches(_ range: Range<Int>, _ text: String) -> Bool {
    // Most are told apart by their length, which costs less to ask for than the bytes.
    guard range.count == text.utf8.count else { return false }
    let other = text.utf8Span.span
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
      if index &+ 16 <= end, cv_is_ascii(vector(at: index)) {
        index &+= 16
        continue
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
