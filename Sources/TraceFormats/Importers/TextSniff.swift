/// Whether bytes are text, and which kind of text we cannot read.
enum TextSniff {
  /// Whether the bytes can be text with JSON in it: UTF-8 or another extension of ASCII, with few
  /// control characters. White space alone is text as well. A NUL is no more than another control
  /// character: a disk that was full leaves some in a log, and UTF-16 has half of them.
  static func isText(_ prefix: Span<UInt8>) -> Bool {
    var first: UInt8?
    var control = 0
    for index in prefix.indices {
      let byte = prefix[index]
      if JSONReader.isSpace(byte) || byte == 0x0c || byte == 0x08 || byte == 0x1b { continue }
      if first == nil, byte != 0xef, byte != 0xbb, byte != 0xbf { first = byte }
      if byte < 0x20 || byte == 0x7f { control += 1 }
    }
    // What begins like an object is text even if somebody put control characters into strings.
    if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
      return control * 4 <= prefix.count
    }
    return control * 64 <= prefix.count
  }

  /// Whether the bytes are text in UTF-16.
  static func isUTF16(_ prefix: Span<UInt8>) -> Bool {
    guard prefix.count >= 2 else { return false }
    if prefix[0] == 0xff && prefix[1] == 0xfe || prefix[0] == 0xfe && prefix[1] == 0xff {
      return true
    }
    guard prefix.count >= 8 else { return false }
    var zeros = [0, 0]
    for index in prefix.indices where prefix[index] == 0 { zeros[index & 1] += 1 }
    return max(zeros[0], zeros[1]) * 3 > prefix.count && min(zeros[0], zeros[1]) == 0
  }
}
