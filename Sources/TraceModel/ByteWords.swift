public import CVectors

/// Bytes several at a time.
///
/// The only unsafe code of the pure targets. What it relies on: `unsafeLoadUnaligned` checks that all
/// bytes that it reads lie in the span, and is called unsafe because it can read any type; the types
/// here are numbers, which every pattern of bits is one of; and a `StaticString` is never freed.
/// `ByteWordsTests` compares all of it with loops over single bytes, in buffers that end where the
/// read does.
extension Span where Element == UInt8 {
  /// The eight bytes from `index` on, the first one lowest. Traps beyond the end.
  @inline(__always) @inlinable
  public func word(at index: Int) -> UInt64 {
    unsafe UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
  }

  /// The four bytes from `index` on, the first one lowest. Traps beyond the end.
  @inline(__always) @inlinable
  public func half(at index: Int) -> UInt32 {
    unsafe UInt32(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt32.self))
  }

  /// The sixteen bytes from `index` on. Traps beyond the end.
  @inline(__always) @inlinable
  public func vector(at index: Int) -> CVBytes {
    unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index, as: CVBytes.self)
  }

  /// The 64 bytes from `index` on. Traps beyond the end.
  @inline(__always) @inlinable
  public func vectors(at index: Int) -> (CVBytes, CVBytes, CVBytes, CVBytes) {
    unsafe bytes.unsafeLoadUnaligned(
      fromByteOffset: index, as: (CVBytes, CVBytes, CVBytes, CVBytes).self)
  }

  /// Whether the bytes of `range` are those of `other` from `start` on. Traps beyond the end of either.
  @inline(__always) @inlinable
  public func equals(_ range: Range<Int>, _ other: Span<UInt8>, from start: Int) -> Bool {
    let count = range.count
    let first = range.lowerBound
    if count >= 16 {
      if count <= 32 {
        // Two vectors that overlap.
        let (last, otherLast) = (first &+ count &- 16, start &+ count &- 16)
        return cv_equal(vector(at: first), other.vector(at: start))
          && cv_equal(vector(at: last), other.vector(at: otherLast))
      }
      var index = 16
      if !cv_equal(vector(at: first), other.vector(at: start)) { return false }
      while index &+ 16 <= count {
        if !cv_equal(vector(at: first &+ index), other.vector(at: start &+ index)) { return false }
        index &+= 16
      }
      // The last sixteen overlap what was compared before.
      let last = count &- 16
      return cv_equal(vector(at: first &+ last), other.vector(at: start &+ last))
    }
    if count >= 8 {
      return word(at: first) == other.word(at: start)
        && word(at: first &+ count &- 8) == other.word(at: start &+ count &- 8)
    }
    if count >= 4 {
      return half(at: first) == other.half(at: start)
        && half(at: first &+ count &- 4) == other.half(at: start &+ count &- 4)
    }
    var index = 0
    while index < count {
      if self[first &+ index] != other[start &+ index] { return false }
      index &+= 1
    }
    return true
  }
}

extension Span where Element == UInt8 {
  /// Whether the bytes of `range` are those of `text`, a constant: what is compared then is known
  /// when this is compiled. Traps beyond the end.
  @inline(__always) @inlinable
  public func matches(_ range: Range<Int>, _ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard range.count == count else { return false }
    return hasText(text, count, at: range.lowerBound)
  }

  /// Whether the bytes of `range` begin with those of `text`, a constant. Traps beyond the end.
  @inline(__always) @inlinable
  public func hasPrefix(_ text: StaticString, _ range: Range<Int>) -> Bool {
    let count = text.utf8CodeUnitCount
    return range.count >= count && hasText(text, count, at: range.lowerBound)
  }

  /// Whether all `count` bytes of `text` stand at `start`.
  @inline(__always) @inlinable
  func hasText(_ text: StaticString, _ count: Int, at start: Int) -> Bool {
    // All bytes that are read lie in the text: `count` is its length.
    let other = unsafe UnsafeRawPointer(text.utf8Start)
    if count >= 8 {
      var index = 0
      while index &+ 8 < count {
        let word = unsafe other.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        if self.word(at: start &+ index) != UInt64(littleEndian: word) { return false }
        index &+= 8
      }
      let last = unsafe other.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
      return word(at: start &+ count &- 8) == UInt64(littleEndian: last)
    }
    if count >= 4 {
      let first = unsafe other.loadUnaligned(fromByteOffset: 0, as: UInt32.self)
      let last = unsafe other.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
      return half(at: start) == UInt32(littleEndian: first)
        && half(at: start &+ count &- 4) == UInt32(littleEndian: last)
    }
    var index = 0
    while index < count {
      let byte = unsafe other.load(fromByteOffset: index, as: UInt8.self)
      if self[start &+ index] != byte { return false }
      index &+= 1
    }
    return true
  }
}

extension [UInt8] {
  /// Appends bytes, as one copy.
  @inline(__always) @inlinable
  public mutating func append(copying bytes: Span<UInt8>) {
    // Adding nothing would write the count of the empty array, which all threads share.
    guard !bytes.isEmpty else { return }
    unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }
}
