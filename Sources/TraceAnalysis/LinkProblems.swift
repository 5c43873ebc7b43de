import TraceModel

/// Makes problems of links that point nowhere.
struct LinkProblems {
  private struct Target: Hashable {
    var trace: TraceID
    var span: SpanID
  }
  private struct Link {
    var row: SpanRow
    var target: Target
  }

  /// The problems; `nil` when cancelled. Reads the spans that have links, and, if there are any, all
  /// IDs once more.
  static func problems(_ data: DataSet, _ isCancelled: () -> Bool) -> [Problem]? {
    guard let links = collect(data, isCancelled) else { return nil }
    guard !links.isEmpty else { return [] }
    var missing = Set(links.map(\.target))
    let linkedTraces = Set(missing.map(\.trace))
    var rows: [TraceID: TraceRow] = [:]
    for number in 0..<data.traces.count {
      let row = TraceRow(UInt32(number))
      rows[data.traces[row].id] = row
    }
    var wasCancelled = false
    data.store.forEachBlock { _, sealed, range in
      guard !wasCancelled, !isCancelled() else {
        wasCancelled = true
        return
      }
      let (traces, spans) = (sealed.batch.traceIDs, sealed.batch.spanIDs)
      for index in range where linkedTraces.contains(traces[index]) {
        missing.remove(Target(trace: traces[index], span: spans[index]))
      }
    }
    guard !wasCancelled else { return nil }
    var inside = Tally()
    var outside = Tally()
    for link in links where missing.contains(link.target) {
      let isHere = rows[link.target.trace] != nil
      let span = data.store[link.row]
      guard let trace = rows[span.traceID] else { continue }
      if isHere {
        inside.add(link.target, link.row, span, trace)
      } else {
        outside.add(link.target, link.row, span, trace)
      }
    }
    return [Self.inside(inside), Self.outside(outside)].compactMap { $0 }
  }

  private struct Tally {
    var spans = SpanTally()
    var targets: Set<Target> = []

    mutating func add(_ target: Target, _ row: SpanRow, _ span: SpanView, _ trace: TraceRow) {
      spans.add(row, span.spanID, start: span.extent.start, of: trace, span.traceID)
      targets.insert(target)
    }

    var examples: [String] {
      targets.map { "span \($0.span) of trace \($0.trace)" }.sorted().prefix(3).map { $0 }
    }
  }

  private static func collect(_ data: DataSet, _ isCancelled: () -> Bool) -> [Link]? {
    var links: [Link] = []
    var wasCancelled = false
    data.store.forEachBlock { first, sealed, range in
      guard !wasCancelled, !isCancelled() else {
        wasCancelled = true
        return
      }
      for index in range where sealed.batch.linkCount(at: index) > 0 {
        let row = first.advanced(by: index - range.lowerBound)
        for link in sealed.batch.record(at: index).links {
          links.append(Link(row: row, target: Target(trace: link.traceID, span: link.spanID)))
        }
      }
    }
    return wasCancelled ? nil : links
  }

  private static func inside(_ tally: Tally) -> Problem? {
    let count = tally.spans.count
    guard count > 0 else { return nil }
    return Problem(
      .danglingLink, .warning,
      summary:
        "\(CountText.counted(count, "link")) \(CountText.verb(count, "point")) to \(tally.targets.count == 1 ? "a span that is" : "spans that are") not here, in a trace that is",
      cause: "The span that is linked to was not exported, or not sampled.",
      cure: "Look at the exporter of the service that the link points to.",
      details: tally.examples, traces: tally.spans.traces, spans: tally.spans.spans, count: count)
  }

  private static func outside(_ tally: Tally) -> Problem? {
    let count = tally.spans.count
    guard count > 0 else { return nil }
    return Problem(
      .danglingLink, .info,
      summary:
        "\(CountText.counted(count, "link")) \(CountText.verb(count, "point")) to traces that are not loaded",
      cause: "Links often lead to other files, or to traces of another time.",
      cure: "Open those traces too, to follow the links.", details: tally.examples,
      traces: tally.spans.traces, spans: tally.spans.spans, count: count)
  }
}
