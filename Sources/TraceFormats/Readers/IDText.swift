import TraceModel

/// Trace and span IDs written as text: hexadecimal, or base64 as plain protobuf JSON writes them.
///
/// Which of the two is decided by the length of each value, so that files that mix them are read.
enum IDText {
  /// An ID with the way it was written.
  struct Parsed<ID> {
    var id: ID
    var isBase64 = false
  }

  /// A trace ID: 32 or 16 hexadecimal digits (64-bit IDs stand in the low half), or base64 of 16 or
  /// 8 bytes; nil if it is neither.
  static func traceID(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Parsed<TraceID>? {
    let range = withoutPrefix(bytes, range)
    switch range.count {
    case 32, 16:
      return number(bytes, range).map { Parsed(id: TraceID(high: $0.high, low: $0.low)) }
    case 24, 22:
      guard let (high, low) = base64(bytes, range, byteCount: 16) else { return nil }
      return Parsed(id: TraceID(high: high, low: low), isBase64: true)
    case 12, 11:
      guard let (_, low) = base64(bytes, range, byteCount: 8) else { return nil }
      return Parsed(id: TraceID(high: 0, low: low), isBase64: true)
    default: return nil
    }
  }

  /// A span ID: 16 hexadecimal digits or base64 of 8 bytes; nil if it is neither.
  static func spanID(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Parsed<SpanID>? {
    let range = withoutPrefix(bytes, range)
    switch range.count {
    case 16: return number(bytes, range).map { Parsed(id: SpanID($0.low)) }
    case 12, 11:
      guard let (_, low) = base64(bytes, range, byteCount: 8) else { return nil }
      return Parsed(id: SpanID(low), isBase64: true)
    default: return nil
    }
  }

  /// The value of a hexadecimal digit of either case.
  @inline(__always)
  static func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte &- UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte &- UInt8(ascii: "a") &+ 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte &- UInt8(ascii: "A") &+ 10
    default: nil
    }
  }

  /// The bytes that base64 text stands for, of either alphabet, with or without padding; nil if it
  /// is none.
  static func base64(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt8]? {
    var end = range.upperBound
    while end > range.lowerBound, range.upperBound - end < 2, bytes[end - 1] == UInt8(ascii: "=") {
      end -= 1
    }
    var output: [UInt8] = []
    output.reserveCapacity((end - range.lowerBound) / 4 * 3 + 3)
    var bits: UInt32 = 0
    var count = 0
    for index in range.lowerBound..<end {
      guard let digit = base64Digit(bytes[index]) else { return nil }
      bits = bits << 6 | UInt32(digit)
      count += 6
      if count >= 8 {
        count -= 8
        output.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    return count < 6 ? output : nil
  }

  /// Old exporters and debuggers write `0x` before the digits.
  private static func withoutPrefix(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
    guard range.count > 2, bytes[range.lowerBound] == UInt8(ascii: "0"),
      bytes[range.lowerBound + 1] | 0x20 == UInt8(ascii: "x")
    else { return range }
    return range.lowerBound + 2..<range.upperBound
  }

  /// Up to 32 hexadecimal digits as a number of 128 bits.
  @inline(__always)
  static func number(
    _ bytes: Span<UInt8>, _ range: Range<Int>
  ) -> (high: UInt64, low: UInt64)? {
    if range.count == 16 {
      return FixedText.hexadecimal16(bytes, at: range.lowerBound).map { (0, $0) }
    }
    if range.count == 32 {
      guard let high = FixedText.hexadecimal16(bytes, at: range.lowerBound),
        let low = FixedText.hexadecimal16(bytes, at: range.lowerBound + 16)
      else { return nil }
      return (high, low)
    }
    var high: UInt64 = 0
    var low: UInt64 = 0
    for index in range {
      guard let digit = hexDigit(bytes[index]) else { return nil }
      high = high &<< 4 | low &>> 60
      low = low &<< 4 | UInt64(digit)
    }
    return (high, low)
  }

  private static func base64(
    _ bytes: Span<UInt8>, _ range: Range<Int>, byteCount: Int
  ) -> (high: UInt64, low: UInt64)? {
    guard let decoded = base64(bytes, range), decoded.count == byteCount else { return nil }
    var high: UInt64 = 0
    var low: UInt64 = 0
    for byte in decoded {
      high = high << 8 | low >> 56
      low = low << 8 | UInt64(byte)
    }
    return (high, low)
  }

  private static func base64Digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
    case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
    default: nil
    }
  }
}
