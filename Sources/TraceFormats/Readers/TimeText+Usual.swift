import TraceModel

// Times as most programs write them, with all digits of a part read at once.
extension TimeText {
  /// `2026-11-22T15:42:57.340354Z`, from 1970 to 2500, with a space in the place of the `T` or not, up
  /// to nine digits behind the point, or none, and `Z` or not; nil if it is anything else.
  static func usualISO8601(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UnixNanos? {
    let start = range.lowerBound
    guard range.count >= 19,
      let date = digits(bytes.word(at: start), in: 0x2d30_302d_3030_3030),
      let middle = digits(
        bytes.word(at: start &+ 8) & ~(0xff &<< 16), in: 0x3030_3a30_3000_3030),
      let last = digits(
        UInt64(bytes.half(at: start &+ 15)) &>> 8, in: 0x30_303a)
    else { return nil }
    let separator = bytes[start &+ 10]
    guard separator == UInt8(ascii: "T") || separator == 0x20 else { return nil }
    let year = pair(date, 0) &* 100 &+ pair(date, 2)
    let (month, day, hour) = (pair(date, 5), pair(middle, 0), pair(middle, 3))
    let (minute, second) = (pair(middle, 6), pair(last, 1))
    guard year >= 1970, year <= 2500, month >= 1, month <= 12, day >= 1, day <= 31, hour < 24,
      minute < 60, second <= 60, let nanos = fraction(bytes, start &+ 19..<range.upperBound)
    else { return nil }
    let seconds =
      daysSinceEpoch(year, month, day) &* 86_400 &+ hour &* 3_600 &+ minute &* 60 &+ second
    // Less than 2^64 up to the year 2554.
    return UnixNanos(UInt64(seconds) &* 1_000_000_000 &+ nanos)
  }

  /// The digits of `text`, each in its byte, where `pattern` has zeros; nil if there are none, or if
  /// other bytes are not the pattern's.
  @inline(__always)
  private static func digits(_ text: UInt64, in pattern: UInt64) -> UInt64? {
    let digits = text ^ pattern
    let others = pattern ^ 0x3030_3030_3030_3030
    // The high bit of each byte that is no digit's.
    let high =
      ((others & 0x7f7f_7f7f_7f7f_7f7f) &+ 0x7f7f_7f7f_7f7f_7f7f | others) & 0x8080_8080_8080_8080
    // What is added makes a high bit of what is beyond 9, or beyond 0 where no digit belongs.
    let limits = 0x7676_7676_7676_7676 | (high &>> 7) &* 9
    return (digits &+ limits | digits) & 0x8080_8080_8080_8080 == 0 ? digits : nil
  }

  /// The number of two digits that stand one behind the other.
  @inline(__always)
  private static func pair(_ digits: UInt64, _ index: UInt64) -> Int {
    let first = digits &>> (index &* 8) & 0xff
    let second = digits &>> (index &* 8 &+ 8) & 0xff
    return Int(truncatingIfNeeded: first &* 10 &+ second)
  }

  /// The nanoseconds that a point and up to nine digits are, with `Z` behind them or not; nil if it is
  /// not that.
  @inline(__always)
  private static func fraction(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
    var end = range.upperBound
    if end > range.lowerBound, bytes[end &- 1] == UInt8(ascii: "Z") { end &-= 1 }
    if end == range.lowerBound { return 0 }
    let count = end &- range.lowerBound &- 1
    guard bytes[range.lowerBound] == UInt8(ascii: "."), count >= 1, count <= 9 else { return nil }
    var nanos: UInt64 = 0
    for index in range.lowerBound &+ 1..<end {
      let digit = bytes[index] &- UInt8(ascii: "0")
      guard digit < 10 else { return nil }
      nanos = nanos &* 10 &+ UInt64(digit)
    }
    for _ in count..<9 { nanos = nanos &* 10 }
    return nanos
  }
}
