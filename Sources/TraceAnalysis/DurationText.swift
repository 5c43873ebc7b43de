public import TraceModel

/// Lengths of time as short text: "25 µs", "1.25 ms", "2 min 5 s".
public enum DurationText {
  /// A length of time with three significant digits and a unit of ns, µs, ms, s, min or h.
  ///
  /// Total and exact: integers only, so the greatest and the least length have a text too. What does
  /// not fit three digits is rounded half up. From a minute on there are two units, and the smaller
  /// one is left out where it is zero. O(1).
  ///
  ///     999 ns   1 µs   1.25 ms   61.2 ms   59.9 s   2 min 5 s   1 h   27 h 46 min   -25 µs
  public static func short(_ duration: DurationNanos) -> String {
    let text = unsigned(duration.rawValue.magnitude)
    return duration.rawValue < 0 ? "-" + text : text
  }

  private static func unsigned(_ nanos: UInt64) -> String {
    if nanos < 1_000 { return "\(nanos) ns" }
    // Each limit is where rounding would give 1000 of the unit.
    if nanos < 999_500 { return scaled(nanos, unit: 1_000) + " µs" }
    if nanos < 999_500_000 { return scaled(nanos, unit: 1_000_000) + " ms" }
    if nanos < 59_950_000_000 { return scaled(nanos, unit: 1_000_000_000) + " s" }
    let seconds = nanos / 1_000_000_000 + (nanos % 1_000_000_000 >= 500_000_000 ? 1 : 0)
    if seconds < 3_600 { return pair(seconds / 60, "min", seconds % 60, "s") }
    let minutes = seconds / 60 + (seconds % 60 >= 30 ? 1 : 0)
    return pair(minutes / 60, "h", minutes % 60, "min")
  }

  /// `nanos` in `unit` with three significant digits and no zeros behind the point.
  private static func scaled(_ nanos: UInt64, unit: UInt64) -> String {
    let whole = nanos / unit
    // How much one step of the last digit is worth: 1.23, 12.3, 123.
    let hundredths: (Int, UInt64) =
      if nanos < unit * 10 - unit / 200 {
        (2, unit / 100)
      } else if nanos < unit * 100 - unit / 20 {
        (1, unit / 10)
      } else {
        (0, unit)
      }
    let (digits, step) = hundredths
    let steps = (nanos + step / 2) / step
    if digits == 0 { return "\(steps)" }
    let scale: UInt64 = digits == 2 ? 100 : 10
    var fraction = String(steps % scale)
    if whole < 10, fraction.utf8.count < digits {
      fraction = String(repeating: "0", count: digits - fraction.utf8.count) + fraction
    }
    while fraction.hasSuffix("0") { fraction.removeLast() }
    return fraction.isEmpty ? "\(steps / scale)" : "\(steps / scale).\(fraction)"
  }

  private static func pair(
    _ major: UInt64, _ unit: String, _ minor: UInt64, _ small: String
  )
    -> String
  {
    minor == 0 ? "\(major) \(unit)" : "\(major) \(unit) \(minor) \(small)"
  }
}
