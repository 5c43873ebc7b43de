import TraceModel

/// Makes a problem of 64-bit trace IDs that are the tail of a 128-bit one: one trace, cut in two.
enum TraceIDProblems {
  /// `nil` when there is none. O(n) in the number of traces.
  static func problem(_ data: DataSet) -> Problem? {
    var short: Set<UInt64> = []
    for number in data.traces.numbers {
      let id = data.traces[TraceRow(UInt32(number))].id
      if id.high == 0, id.low != 0 { short.insert(id.low) }
    }
    guard !short.isEmpty else { return nil }
    var wide: [UInt64: [TraceRow]] = [:]
    for number in data.traces.numbers {
      let row = TraceRow(UInt32(number))
      let id = data.traces[row].id
      if id.high != 0, short.contains(id.low) { wide[id.low, default: []].append(row) }
    }
    guard !wide.isEmpty else { return nil }
    var traces: [TraceRow] = []
    for number in data.traces.numbers {
      let row = TraceRow(UInt32(number))
      let id = data.traces[row].id
      if id.high == 0, let long = wide[id.low] { traces += [row] + long }
    }
    let count = wide.count
    func key(_ row: TraceRow) -> (UInt64, UInt64, UInt64) {
      let summary = data.traces[row]
      return (summary.extent.start.rawValue, summary.id.low, summary.id.high)
    }
    traces.sort { key($0) < key($1) }
    let examples = wide.keys.sorted().prefix(3).flatMap { low in
      (wide[low] ?? []).map { data.traces[$0].id }.sorted().prefix(1).map {
        "\(TraceID(high: 0, low: low).description.suffix(16)) is the tail of \($0)"
      }
    }
    return Problem(
      .truncatedTraceID, .warning,
      summary:
        "\(CountText.counted(count, "64-bit trace ID")) \(count == 1 ? "is" : "are") the tail of a 128-bit one: one trace, shown as two",
      cause:
        "A service on the way knows only 64-bit trace IDs (B3, Jaeger, Datadog) and cuts them.",
      cure: "Turn 128-bit trace IDs on in that service, or pass traceparent through it.",
      details: examples, traces: traces,
      spans: traces.prefix(Problem.listed).map { data.traces[$0].rootRow }, count: count)
  }
}
