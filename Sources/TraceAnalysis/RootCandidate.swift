import TraceModel

/// The root of a trace that may be one of several unjoined ones.
struct RootCandidate {
  var process: Int32
  var trace: TraceRow
  var traceID: TraceID
  var row: SpanRow
  var start: UnixNanos
  var end: UnixNanos

  /// By process, then time; the ID decides last.
  static func isBefore(_ one: RootCandidate, _ other: RootCandidate) -> Bool {
    if one.process != other.process { return one.process < other.process }
    if one.start != other.start { return one.start < other.start }
    if one.end != other.end { return one.end < other.end }
    return one.traceID < other.traceID
  }
}
