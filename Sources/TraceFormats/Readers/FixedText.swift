import CVectors
import TraceModel

/// Numbers of a known length, read sixteen digits at a time.
enum FixedText {
  /// The number that sixteen hexadecimal digits at `index` are, of either case; nil if they are
  /// none, or the bytes end before.
  @inline(__always)
  static func hexadecimal16(_ bytes: Span<UInt8>, at index: Int) -> UInt64? {
    guard index &+ 16 <= bytes.count else { return nil }
    let number = cv_hexadecimal(bytes.vector(at: index))
    return number.is_number ? number.value : nil
  }

  /// The number that nineteen decimal digits at `index` are, as nanoseconds since the epoch have;
  /// nil if they are none, or the bytes end before.
  @inline(__always)
  static func decimal19(_ bytes: Span<UInt8>, at index: Int) -> UInt64? {
    guard index &+ 19 <= bytes.count else { return nil }
    let number = cv_decimal(bytes.vector(at: index))
    let first = bytes[index &+ 16] &- 0x30
    let second = bytes[index &+ 17] &- 0x30
    let third = bytes[index &+ 18] &- 0x30
    guard number.is_number, first < 10, second < 10, third < 10 else { return nil }
    // Nineteen digits are less than 2^64.
    let rest = UInt64(first) &* 100 &+ UInt64(second) &* 10 &+ UInt64(third)
    return number.value &* 1_000 &+ rest
  }
}
