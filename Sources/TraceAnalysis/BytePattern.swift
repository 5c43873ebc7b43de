/// Bytes to look for, with or without regard to ASCII case. (Knuth, Morris, Pratt 1977: linear
/// whatever the text, so that no file can make a search slow.)
struct BytePattern: Sendable, Equatable {
  /// In lower case where case does not count.
  let bytes: [UInt8]
  let ignoresCase: Bool
  /// For each prefix of the pattern, how much of its head is also its tail.
  private let fallback: [Int]

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
  }

  var isEmpty: Bool { bytes.isEmpty }

  /// Whether the pattern stands anywhere in `text`.
  func occurs(in text: ArraySlice<UInt8>) -> Bool {
    if bytes.isEmpty { return true }
    guard text.count >= bytes.count else { return false }
    var matched = 0
    for index in text.indices {
      let byte = fold(text[index])
      while matched > 0, byte != bytes[matched] { matched = fallback[matched - 1] }
      if byte == bytes[matched] { matched += 1 }
      if matched == bytes.count { return true }
    }
    return false
  }

  /// Whether `text` begins with the pattern.
  func begins(_ text: ArraySlice<UInt8>) -> Bool {
    guard text.count >= bytes.count else { return false }
    for (offset, byte) in bytes.enumerated() where fold(text[text.startIndex + offset]) != byte {
      return false
    }
    return true
  }

  /// Whether `text` ends with the pattern.
  func ends(_ text: ArraySlice<UInt8>) -> Bool {
    text.count >= bytes.count && begins(text.suffix(bytes.count))
  }

  private func fold(_ byte: UInt8) -> UInt8 {
    ignoresCase && byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
  }
}
