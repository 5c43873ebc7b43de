import TraceModel

/// Moments written as ISO 8601 text.
enum TimeText {
  /// `2026-11-22T15:42:57.340354Z`, with any number of digits behind the point, `Z` or an offset
  /// such as `+01:00`, seconds left out or not; nil if it is not that, or outside 1970 to 2554.
  static func iso8601(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UnixNanos? {
    usualISO8601(bytes, range) ?? anyISO8601(bytes, range)
  }

  /// The same, part by part, so that all of the parts may be written otherwise than usual.
  static func anyISO8601(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UnixNanos? {
    var cursor = Cursor(index: range.lowerBound, end: range.upperBound)
    guard let year = cursor.digits(4, bytes), cursor.skip("-", bytes),
      let month = cursor.digits(2, bytes), cursor.skip("-", bytes),
      let day = cursor.digits(2, bytes),
      cursor.skip("T", bytes) || cursor.skip(" ", bytes) || cursor.skip("t", bytes),
      let hour = cursor.digits(2, bytes), cursor.skip(":", bytes),
      let minute = cursor.digits(2, bytes),
      let second = cursor.skip(":", bytes) ? cursor.digits(2, bytes) : 0,
      (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
    else { return nil }
    var nanos = 0
    if cursor.skip(".", bytes) || cursor.skip(",", bytes) {
      var scale = 100_000_000
      guard let first = cursor.digits(1, bytes) else { return nil }
      nanos = first * scale
      while let digit = cursor.digits(1, bytes) {
        scale /= 10
        nanos += digit * scale
      }
    }
    var offset = 0
    if !cursor.isAtEnd, !cursor.skip("Z", bytes), !cursor.skip("z", bytes) {
      let isWest = cursor.skip("-", bytes)
      guard isWest || cursor.skip("+", bytes), let hours = cursor.digits(2, bytes) else {
        return nil
      }
      _ = cursor.skip(":", bytes)
      guard let minutes = cursor.isAtEnd ? 0 : cursor.digits(2, bytes) else { return nil }
      offset = (hours * 60 + minutes) * (isWest ? -60 : 60)
    }
    guard cursor.isAtEnd else { return nil }
    let seconds =
      daysSinceEpoch(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset
    guard let whole = UInt64(exactly: seconds) else { return nil }
    let (product, overflow) = whole.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, overflow2) = product.addingReportingOverflow(UInt64(nanos))
    return overflow || overflow2 ? nil : UnixNanos(sum)
  }

  /// Where in the text the next part is.
  private struct Cursor {
    var index: Int
    let end: Int

    var isAtEnd: Bool { index == end }

    /// The number that is written as the next `count` digits.
    @inline(__always)
    mutating func digits(_ count: Int, _ bytes: Span<UInt8>) -> Int? {
      guard index &+ count <= end else { return nil }
      var value = 0
      for position in index..<index &+ count {
        let digit = bytes[position] &- UInt8(ascii: "0")
        guard digit < 10 else { return nil }
        value = value &* 10 &+ Int(digit)
      }
      index &+= count
      return value
    }

    @inline(__always)
    mutating func skip(_ accepted: Unicode.Scalar, _ bytes: Span<UInt8>) -> Bool {
      guard index < end, bytes[index] == UInt8(ascii: accepted) else { return false }
      index &+= 1
      return true
    }
  }

  /// Days from 1970-01-01 in the Gregorian calendar: years are taken to begin in March, so that the
  /// day that leap years add is the last one.
  static func daysSinceEpoch(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }
}
