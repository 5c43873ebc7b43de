import TraceModel

/// Writes spans in one format: the twin of an importer.
///
/// Spans come in groups; bytes are taken from `output` whenever there are enough.
protocol SpanWriter: Sendable {
  /// Whether a group must be all spans of one trace; if not, it is any few that came together.
  static var groupsByTrace: Bool { get }

  init()

  /// What was written and not taken yet.
  var output: [UInt8] { get set }

  /// What the format could not hold.
  var losses: ConversionLosses { get }

  /// Begins a group.
  mutating func beginGroup()

  /// Writes a span of the group.
  mutating func add(_ span: SpanRecord)

  /// Ends a group.
  mutating func endGroup()

  /// Writes what stands behind all groups.
  mutating func finish()
}

extension SpanRecord {
  /// Start and duration in microseconds, so that start and end are both cut, and not their distance.
  var microseconds: (start: UInt64, duration: UInt64) {
    let (first, last) = (start.rawValue / 1_000, end.rawValue / 1_000)
    return (first, start == .unset || last < first ? 0 : last - first)
  }
}
