import TraceModel

/// Makes problems of children outside their parents: clock skew where all of a pair of clocks agree
/// on an offset, else what asynchronous work looks like.
struct ChildPlacementProblems {
  /// How many pairs have a row each, of either kind.
  static let rowLimit = 20
  /// Which share of a pair's children must lie in their parents once the offset is taken away.
  private static let agreement = (part: 4, of: 5)
  /// How many calls must say so: one that outlives its parent by a little proves nothing.
  private static let leastSamples = 3

  let scan: QualityScan

  func problems() -> [Problem] {
    var skews: [Problem] = []
    var outside: [ServicePair: Merged] = [:]
    for (pair, entry) in scan.placement.entries where entry.outside.count > 0 {
      if let offset = Self.offset(of: entry) {
        skews.append(skew(pair, entry, offset))
      } else {
        let services = ServicePair(
          parent: scan.processes.processes[Int(pair.parent)].service,
          child: scan.processes.processes[Int(pair.child)].service)
        outside[services, default: Merged()].add(entry)
      }
    }
    let others = outside.map { childOutside($0.key, $0.value) }
    return Self.bounded(skews, "pairs of clocks") + Self.bounded(others, "pairs of services")
  }

  private struct ServicePair: Hashable {
    var parent: String
    var child: String
  }

  private struct Merged {
    var startsBefore = 0
    var endsAfter = 0
    var outside = SpanTally()

    mutating func add(_ entry: ChildPlacement.Entry) {
      startsBefore += entry.startsBefore
      endsAfter += entry.endsAfter
      outside.add(entry.outside)
    }
  }

  /// What must be added to the child's clock, if the children agree on it: the median of what each
  /// says, if it is no rounding, if half of them lie outside their parents without it, and if with
  /// it four of five lie inside (give or take a tenth of it, since ways there and back differ).
  static func offset(of entry: ChildPlacement.Entry) -> DurationNanos? {
    let samples = entry.samples
    let ordered = samples.filter(\.isOrdered).map(\.middle).sorted()
    guard ordered.count >= leastSamples, ordered.count * 2 >= samples.count else { return nil }
    let median = ordered[(ordered.count - 1) / 2]
    let rounding = entry.tolerance.rawValue
    let slack = max(rounding, Int64(clamping: median.magnitude / 10))
    var outside = 0
    var agreeing = 0
    for sample in samples {
      let (low, high) = (sample.earliest.rawValue, sample.latest.rawValue)
      if low > rounding || high < -rounding { outside += 1 }
      if low.subtractingSaturated(slack) <= median, median <= high.addingSaturated(slack) {
        agreeing += 1
      }
    }
    guard median.magnitude > rounding.magnitude, outside * 2 >= samples.count,
      agreeing * agreement.of >= samples.count * agreement.part
    else { return nil }
    return DurationNanos(median)
  }

  private func skew(
    _ pair: ChildPlacement.Pair, _ entry: ChildPlacement.Entry, _ offset: DurationNanos
  ) -> Problem {
    let child = name(pair.child)
    let parent = name(pair.parent)
    let length = DurationText.short(DurationNanos(Int64(clamping: offset.rawValue.magnitude)))
    let direction = offset.rawValue > 0 ? "behind" : "ahead of"
    let count = entry.outside.count
    return Problem(
      .clockSkew, .warning,
      summary:
        "The clock of \(child) is about \(length) \(direction) that of \(parent): \(CountText.counted(count, "span")) outside \(count == 1 ? "its parent" : "their parents")",
      cause: "Both run on different hosts or processes, and their clocks do not agree.",
      cure: "Synchronize the clocks (NTP, chrony); until then trust durations, not the order.",
      details: [
        "the median of \(CountText.counted(entry.samples.count, "call"))",
        Self.sides(entry.startsBefore, entry.endsAfter),
      ], traces: entry.outside.traces, spans: entry.outside.spans, count: count)
  }

  private func name(_ process: Int32) -> String {
    let process = scan.processes.processes[Int(process)]
    guard let place = process.host ?? process.container ?? process.instance else {
      return process.service
    }
    return "\(process.service) (\(CountText.short(place)))"
  }

  /// "3 child spans start before the parent, 1 ends after it"; only what there is.
  private static func sides(_ before: Int, _ after: Int) -> String {
    let ends = "\(CountText.verb(after, "end")) after"
    if before == 0 { return "\(CountText.counted(after, "child span")) \(ends) the parent" }
    let starts =
      "\(CountText.counted(before, "child span")) \(CountText.verb(before, "start")) before the parent"
    return after == 0 ? starts : "\(starts), \(CountText.grouped(after)) \(ends) it"
  }

  private func childOutside(_ pair: ServicePair, _ merged: Merged) -> Problem {
    let count = merged.outside.count
    let place =
      pair.parent == pair.child ? "in \(pair.child)" : "of \(pair.child) under \(pair.parent)"
    return Problem(
      .childOutsideParent, .info,
      summary:
        "\(CountText.counted(count, "span")) \(place) \(count == 1 ? "lies" : "lie") outside \(count == 1 ? "its parent" : "their parents") in time",
      cause: merged.startsBefore == 0
        ? "Work that outlives its caller: normal where nobody waits for it."
        : "A parent that was started late or taken over from elsewhere, or clocks that do not agree.",
      cure: merged.startsBefore == 0
        ? "Nothing to do, if nobody waits for it; a link says so better than a parent."
        : "Start the parent before its children, and compare the clocks of both hosts.",
      details: [Self.sides(merged.startsBefore, merged.endsAfter)], traces: merged.outside.traces,
      spans: merged.outside.spans, count: count)
  }

  /// The worst of many problems, and one for the rest.
  private static func bounded(_ all: [Problem], _ what: String) -> [Problem] {
    let sorted = all.sorted(by: Problem.isWorse)
    guard sorted.count > rowLimit, let next = sorted.dropFirst(rowLimit).first else {
      return sorted
    }
    let rest = sorted.dropFirst(rowLimit)
    var summary = next
    summary.isRest = true
    summary.count = rest.reduce(0) { $0 + $1.count }
    summary.summary =
      "\(CountText.counted(summary.count, "span")) outside their parents between \(CountText.grouped(rest.count)) more \(what)"
    summary.details = rest.prefix(Problem.listed).map(\.summary)
    summary.traces = Array(rest.lazy.flatMap(\.traces).prefix(Problem.listed))
    summary.spans = Array(rest.lazy.flatMap(\.spans).prefix(Problem.listed))
    return sorted.prefix(rowLimit) + [summary]
  }
}

extension Int64 {
  func addingSaturated(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other < 0 ? .min : .max) : sum
  }
  func subtractingSaturated(_ other: Int64) -> Int64 {
    let (difference, overflow) = subtractingReportingOverflow(other)
    return overflow ? (other < 0 ? .max : .min) : difference
  }
}
