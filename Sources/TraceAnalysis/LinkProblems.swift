import TraceModel

/// Makes problems of links that point nowhere.
struct LinkProblems {
  private struct Target: Hashable, Comparable {
    var trace: TraceID
    var span: SpanID

    static func < (one: Target, other: Target) -> Bool {
      (one.span, one.trace) < (other.span, other.trace)
    }
  }
  private struct Link {
    var row: SpanRow
    var target: Target
    /// The trace that the link points to, if it is here.
    var trace: TraceRow?
  }

  /// The problems; `nil` when cancelled. Reads the spans that have links, and those of the traces
  /// that are linked to.
  static func problems(
    _ data: DataSet, _ workers: Workers, _ isCancelled: @Sendable () -> Bool
  ) -> [Problem]? {
    let parts = workers.parts(of: data.store.blockCount)
    var links: [Link] = []
    for part in workers.map(parts.count, { collect(data, parts[$0], isCancelled) }) {
      guard let part else { return nil }
      links += part
    }
    var inside = Tally()
    var outside = Tally()
    for link in links where link.trace == nil { outside.add(link, data) }
    let here = byTrace(links.filter { $0.trace != nil })
    let traces = workers.parts(of: here.count)
    let missing = workers.map(traces.count) { number -> [Link]? in
      var missing: [Link] = []
      for links in here[traces[number]] {
        if isCancelled() { return nil }
        missing += self.missing(links, data)
      }
      return missing
    }
    for part in missing {
      guard let part else { return nil }
      for link in part { inside.add(link, data) }
    }
    return [Self.inside(inside), Self.outside(outside)].compactMap { $0 }
  }

  /// The links of the spans in some blocks; `nil` when cancelled.
  private static func collect(
    _ data: DataSet, _ blocks: Range<Int>, _ isCancelled: () -> Bool
  ) -> [Link]? {
    var links: [Link] = []
    var wasCancelled = false
    data.store.forEachBlock(in: blocks) { first, sealed, range in
      guard !wasCancelled, !isCancelled() else {
        wasCancelled = true
        return
      }
      guard sealed.batch.haveLinks(range) else { return }
      let hasEvicted = data.store.evictedCount > 0
      for index in range where sealed.batch.linkCount(at: index) > 0 {
        if hasEvicted, data.traces.find(sealed.batch.ids[index].traceID) == nil { continue }
        for number in 0..<sealed.batch.linkCount(at: index) {
          let (trace, span) = sealed.batch.linkTarget(at: index, number)
          links.append(
            Link(
              row: first.advanced(by: index - range.lowerBound),
              target: Target(trace: trace, span: span), trace: data.traces.find(trace)))
        }
      }
    }
    return wasCancelled ? nil : links
  }

  /// The links to each trace, together.
  private static func byTrace(_ links: [Link]) -> [ArraySlice<Link>] {
    let sorted = links.sorted {
      ($0.target.trace, $0.target.span) < ($1.target.trace, $1.target.span)
    }
    var groups: [ArraySlice<Link>] = []
    var first = 0
    while first < sorted.count {
      var end = first + 1
      while end < sorted.count, sorted[end].trace == sorted[first].trace { end += 1 }
      groups.append(sorted[first..<end])
      first = end
    }
    return groups
  }

  /// Those links to one trace, in the order of their targets, whose span is not in it.
  private static func missing(_ links: ArraySlice<Link>, _ data: DataSet) -> [Link] {
    guard let trace = links.first?.trace else { return [] }
    var ids: [SpanID] = []
    var table = SpanIDTable()
    table.reset(for: links.count)
    for link in links where ids.last != link.target.span {
      ids.append(link.target.span)
      _ = table.enter(ids.count - 1, of: ids)
    }
    var isHere = Array(repeating: false, count: ids.count)
    data.store.forEachRun(of: data.traces.rows(of: trace)) { rows, sealed, shift in
      let own = sealed.batch.ids
      for row in rows {
        let place = table.find(own[Int(row.rawValue) + shift].spanID, in: ids)
        if place >= 0 { isHere[Int(place)] = true }
      }
    }
    return links.filter { link in !isHere[Int(table.find(link.target.span, in: ids))] }
  }

  private struct Tally {
    var spans = SpanTally()
    var targets: Set<Target> = []

    mutating func add(_ link: Link, _ data: DataSet) {
      let span = data.store[link.row]
      guard let trace = data.traces.find(span.traceID) else { return }
      spans.add(link.row, span.spanID, start: span.extent.start, of: trace, span.traceID)
      targets.insert(link.target)
    }

    /// In the order of their texts, which have a fixed width.
    var examples: [String] {
      targets.sorted().prefix(3).map { "span \($0.span) of trace \($0.trace)" }
    }
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
