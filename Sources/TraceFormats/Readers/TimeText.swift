import TraceModel

/// Moments written as ISO 8601 text.
enum TimeText {
  /// `2026-11-22T15:42:57.340354Z`, with any number of digits behind the point, `Z` or an offset
  /// such as `+01:00`, seconds left out or not; nil if it is not that, or outside 1970 to 2554.
  static func iso8601(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UnixNanos? {
    usual(bytes, range) ?? any(bytes, range)
  }

  /// The time of `2026-11-22T15:42:57Z`, with any digits behind a point; nil if it is something else.
  private static func usual(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UnixNanos? {
    let start = range.lowerBound
    guard range.count >= 20, bytes[start &+ 4] == 0x2d, bytes[start &+ 7] == 0x2d,
      bytes[start &+ 10] == 0x54, bytes[start &+ 13] == 0x3a, bytes[start &+ 16] == 0x3a,
      bytes[range.upperBound &- 1] == 0x5a
    else { return nil }
    var isNumber = true
    func pair(_ offset: Int) -> Int {
      let tens = bytes[start &+ offset] &- UInt8(ascii: "0")
      let ones = bytes[start &+ offset &+ 1] &- UInt8(ascii: "0")
      if tens > 9 || ones > 9 { isNumber = false }
      return Int(tens) &* 10 &+ Int(ones)
    }
    let year = pair(0) &* 100 &+ pair(2)
    let (month, day) = (pair(5), pair(8))
    let (hour, minute, second) = (pair(11), pair(14), pair(17))
    // All times of those years fit.
    guard isNumber, year >= 1970, year < 2554, (1...12).contains(month), (1...31).contains(day),
      hour < 24, minute < 60, second <= 60
    else { return nil }
    var nanos = 0
    var index = start &+ 19
    if bytes[index] == 0x2e {
      index &+= 1
      guard index < range.upperBound &- 1 else { return nil }
      var scale = 100_000_000
      while index < range.upperBound &- 1 {
        let digit = bytes[index] &- UInt8(ascii: "0")
        guard digit < 10 else { return nil }
        nanos &+= Int(digit) &* scale
        scale /= 10
        index &+= 1
      }
    }
    guard index == range.upperBound &- 1 else { return nil }
    let minutes = (daysSinceEpoch(year, month, day) &* 24 &+ hour) &* 60 &+ minute
    let seconds = UInt64(minutes &* 60 &+ second)
    return UnixNanos(seconds &* 1_000_000_000 &+ UInt64(nanos))
  }

  /// The time of any of those texts.
  private static func any(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UnixNanos? {
    var index = range.lowerBound
    let end = range.upperBound
    func digits(_ count: Int) -> Int? {
      guard index + count <= end else { return nil }
      var value = 0
      for position in index..<index + count {
        let digit = bytes[position] &- UInt8(ascii: "0")
        guard digit < 10 else { return nil }
        value = value * 10 + Int(digit)
      }
      index += count
      return value
    }
    func skip(_ accepted: [UInt8]) -> Bool {
      guard index < end, accepted.contains(bytes[index]) else { return false }
      index += 1
      return true
    }
    guard let year = digits(4), skip([0x2d]), let month = digits(2), skip([0x2d]),
      let day = digits(2), skip([0x54, 0x74, 0x20]), let hour = digits(2), skip([0x3a]),
      let minute = digits(2), let second = skip([0x3a]) ? digits(2) : 0,
      (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
    else { return nil }
    var nanos = 0
    if skip([0x2e, 0x2c]) {
      var scale = 100_000_000
      guard index < end, bytes[index] &- UInt8(ascii: "0") < 10 else { return nil }
      while let digit = digits(1) {
        nanos += digit * scale
        scale /= 10
      }
    }
    var offset = 0
    if index < end, !skip([0x5a, 0x7a]) {
      let isWest = bytes[index] == UInt8(ascii: "-")
      guard skip([0x2b, 0x2d]), let hours = digits(2) else { return nil }
      _ = skip([0x3a])
      guard let minutes = index < end ? digits(2) : 0 else { return nil }
      offset = (hours * 60 + minutes) * (isWest ? -60 : 60)
    }
    guard index == end else { return nil }
    let seconds =
      daysSinceEpoch(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset
    guard let whole = UInt64(exactly: seconds) else { return nil }
    let (product, overflow) = whole.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, overflow2) = product.addingReportingOverflow(UInt64(nanos))
    return overflow || overflow2 ? nil : UnixNanos(sum)
  }

  /// Days from 1970-01-01 in the Gregorian calendar: years are taken to begin in March, so that the
  /// day that leap years add is the last one.
  private static func daysSinceEpoch(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }
}
