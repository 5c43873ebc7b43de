import TraceModel

/// Counts spans that have something in common, and keeps the first of them.
///
/// What is kept depends on the spans only: those that start first, then by trace and span ID.
struct SpanTally {
  private struct Entry {
    var start: UnixNanos
    var traceID: TraceID
    var spanID: SpanID
    var row: SpanRow
    var trace: TraceRow

    static func isBefore(_ one: Entry, _ other: Entry) -> Bool {
      if one.start != other.start { return one.start < other.start }
      if one.traceID != other.traceID { return one.traceID < other.traceID }
      return (one.spanID, one.row) < (other.spanID, other.row)
    }
  }

  private(set) var count = 0
  /// In how many traces; right when each trace's spans are added together.
  private(set) var traceCount = 0
  private var entries: [Entry] = []
  private var lastTrace: TraceRow?

  mutating func add(
    _ row: SpanRow, _ id: SpanID, start: UnixNanos, of trace: TraceRow, _ traceID: TraceID
  ) {
    count += 1
    if lastTrace != trace {
      traceCount += 1
      lastTrace = trace
    }
    entries.append(Entry(start: start, traceID: traceID, spanID: id, row: row, trace: trace))
    if entries.count >= 4 * Problem.listed { trim() }
  }

  /// Adds a tally of other spans; the number of traces is right if they are of other traces.
  mutating func add(_ other: SpanTally) {
    count += other.count
    traceCount += other.traceCount
    entries += other.entries
    if entries.count >= 4 * Problem.listed { trim() }
  }

  private mutating func trim() {
    entries.sort(by: Entry.isBefore)
    entries.removeSubrange(min(Problem.listed, entries.count)...)
  }

  /// The first spans.
  var spans: [SpanRow] { first.map(\.row) }

  /// The traces of the first spans, each once.
  var traces: [TraceRow] {
    var seen: Set<TraceRow> = []
    return first.map(\.trace).filter { seen.insert($0).inserted }
  }

  private var first: ArraySlice<Entry> {
    entries.sorted(by: Entry.isBefore).prefix(Problem.listed)
  }
}
