/// Which attributes are those of the resource, in formats that mix them with the span's.
///
/// Only what cannot be anything else: names of OpenTelemetry's semantic conventions that describe the
/// process, and are the same in all its spans.
enum ResourceKeys {
  private static let prefixes: [(first: UInt8, text: String)] = [
    "service.", "telemetry.", "deployment.", "host.", "k8s.", "container.", "cloud.", "os.",
    "process.runtime.", "process.pid", "process.executable.",
  ].map { (first: $0.utf8.first ?? 0, text: $0) }

  static func contain(_ bytes: Span<UInt8>, _ key: Range<Int>) -> Bool {
    guard !key.isEmpty else { return false }
    let first = bytes[key.lowerBound]
    // Most keys begin with another letter.
    switch first {
    case UInt8(ascii: "c"), UInt8(ascii: "d"), UInt8(ascii: "h"), UInt8(ascii: "k"),
      UInt8(ascii: "o"), UInt8(ascii: "p"), UInt8(ascii: "s"), UInt8(ascii: "t"):
      break
    default: return false
    }
    return prefixes.contains { $0.first == first && bytes.hasPrefix($0.text, key) }
  }
}
