import TraceModel

/// Which attributes are those of the resource, in formats that mix them with the span's.
///
/// Only what cannot be anything else: names of OpenTelemetry's semantic conventions that describe the
/// process, and are the same in all its spans.
enum ResourceKeys {
  static func contain(_ bytes: Span<UInt8>, _ key: Range<Int>) -> Bool {
    guard !key.isEmpty else { return false }
    // Most keys begin with another letter.
    switch bytes[key.lowerBound] {
    case UInt8(ascii: "c"):
      return bytes.hasPrefix("container.", key) || bytes.hasPrefix("cloud.", key)
    case UInt8(ascii: "d"): return bytes.hasPrefix("deployment.", key)
    case UInt8(ascii: "h"): return bytes.hasPrefix("host.", key)
    case UInt8(ascii: "k"): return bytes.hasPrefix("k8s.", key)
    case UInt8(ascii: "o"): return bytes.hasPrefix("os.", key)
    case UInt8(ascii: "p"):
      return bytes.hasPrefix("process.runtime.", key) || bytes.hasPrefix("process.pid", key)
        || bytes.hasPrefix("process.executable.", key)
    case UInt8(ascii: "s"): return bytes.hasPrefix("service.", key)
    case UInt8(ascii: "t"): return bytes.hasPrefix("telemetry.", key)
    default: return false
    }
  }
}
