public import CVectors

/// Bytes several at a time.
///
/// The only unsafe code of the pure targets. What it relies on: `unsafeLoadUnaligned` checks that all
/// bytes that it reads lie in the span, and is called unsafe because it can read any type; the types
/// here are numbers, which every pattern of bits is one of. `ByteWordsTests` compares all of it with
/// loops over single bytes, in buffers that end where the read does.
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

  /// Whether the bytes of `range` are those of `other` from `start` on. Traps beyond the end of either.
  @inline(__always) @inlinable
  public func equals(_ range: Range<Int>, _ other: Span<UInt8>, from start: Int) -> Bool {
    let count = range.count
    let first = range.lowerBound
    if count >= 16 {
      var index = 0
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

extension [UInt8] {
  /// Appends bytes, as one copy.
  @inline(__always) @inlinable
  public mutating func append(copying bytes: Span<UInt8>) {
    // Adding nothing would write the count of the empty array, which all threads share.
    guard !bytes.isEmpty else { return }
    unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }
}
