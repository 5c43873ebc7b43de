public import TraceModel

/// A moment as a date and a time of day.
public struct TimestampText: Sendable {
  /// Seconds east of UTC at a moment given in seconds since the epoch: an input, because pure
  /// code knows no time zone.
  public typealias Zone = @Sendable (_ unixSeconds: Int64) -> Int

  public var year: Int
  public var month: Int
  public var day: Int
  public var hour: Int
  public var minute: Int
  public var second: Int
  public var nanosecond: Int

  public init(_ moment: UnixNanos, zone: Zone) {
    nanosecond = Int(moment.rawValue % 1_000_000_000)
    let utc = Int64(moment.rawValue / 1_000_000_000)
    let local = Int(utc) + zone(utc)
    let days = local >= 0 ? local / 86_400 : (local - 86_399) / 86_400
    let inDay = local - days * 86_400
    hour = inDay / 3_600
    minute = inDay / 60 % 60
    second = inDay % 60
    (year, month, day) = Self.date(days)
  }

  /// The Gregorian date of a day counted from 1970-01-01, by eras of 400 years that begin in March
  /// so that the leap day is a year's last.
  private static func date(_ days: Int) -> (Int, Int, Int) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  /// `2026-11-22`
  public var dateText: String { "\(year)-\(Self.two(month))-\(Self.two(day))" }

  /// `15:42:27.574`, with as many digits of the second's fraction as asked for.
  public func timeText(digits: Int = 3) -> String {
    let fraction = String(nanosecond)
    let padded = String(repeating: "0", count: 9 - fraction.count) + fraction
    let head = "\(Self.two(hour)):\(Self.two(minute)):\(Self.two(second))"
    return digits > 0 ? head + "." + padded.prefix(digits) : head
  }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
