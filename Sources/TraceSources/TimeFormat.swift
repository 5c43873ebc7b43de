import Glibc
import TraceModel

/// Times in texts that are sent to servers, and now.
enum TimeFormat {
  static var now: UnixNanos {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return UnixNanos(UInt64(max(0, time.tv_sec)) * 1_000_000_000 + UInt64(time.tv_nsec))
  }

  /// `2026-11-24T16:47:56.000000001Z`
  static func rfc3339(_ time: UnixNanos) -> String {
    var seconds = time_t(time.rawValue / 1_000_000_000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func digits(_ number: some BinaryInteger, _ count: Int) -> String {
      let text = String(number)
      return String(repeating: "0", count: max(0, count - text.count)) + text
    }
    return "\(digits(parts.tm_year + 1_900, 4))-\(digits(parts.tm_mon + 1, 2))"
      + "-\(digits(parts.tm_mday, 2))T\(digits(parts.tm_hour, 2)):\(digits(parts.tm_min, 2))"
      + ":\(digits(parts.tm_sec, 2)).\(digits(time.rawValue % 1_000_000_000, 9))Z"
  }
}
