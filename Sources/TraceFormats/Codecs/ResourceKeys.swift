/// Which attributes are those of the resource, in formats that mix them with the span's.
///
/// Only what cannot be anything else: names of OpenTelemetry's semantic conventions that describe the
/// process, and are the same in all its spans.
enum ResourceKeys {
  private static let prefixes = [
    "service.", "telemetry.", "deployment.", "host.", "k8s.", "container.", "cloud.", "os.",
    "process.runtime.", "process.pid", "process.executable.",
  ]

  static func contain(_ bytes: Span<UInt8>, _ key: Range<Int>) -> Bool {
    prefixes.contains { bytes.hasPrefix($0, key) }
  }
}
