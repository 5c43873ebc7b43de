import TraceModel

/// Makes problems of missing parents: what may have become of each, from what its orphans say.
struct MissingParentProblems {
  /// How many missing parents have a row each; more of them have a row for each cause.
  static let rowLimit = 50

  /// What probably became of the parent. The first that holds is taken.
  enum Cause: Int, CaseIterable {
    /// A span with that ID is in another trace.
    case elsewhere
    /// The orphans' flags or kinds say that the parent is in another process.
    case remote
    /// The trace reaches the end of the data, so its parent may end later.
    case unfinished
    /// The trace begins where the data begins.
    case before
    /// The parent is in the same process, and was not sent.
    case local
  }

  let scan: QualityScan
  let lostRecords: Bool

  func problems() -> [Problem] {
    let entries = scan.missing.entries.sorted(by: isBefore)
    if entries.count <= Self.rowLimit { return entries.map { problem($0) } }
    return Cause.allCases.compactMap { cause in
      summary(of: entries.filter { self.cause(of: $0) == cause }, cause)
    }
  }

  /// By the time of the orphans, then by IDs.
  private func isBefore(_ one: MissingParents.Entry, _ other: MissingParents.Entry) -> Bool {
    if one.extent.start != other.extent.start { return one.extent.start < other.extent.start }
    return one.traceID != other.traceID ? one.traceID < other.traceID : one.id < other.id
  }

  func cause(of entry: MissingParents.Entry) -> Cause {
    if entry.elsewhere != nil { return .elsewhere }
    if entry.remote > 0 || (entry.entries > 0 && entry.local == 0) { return .remote }
    if isAtEnd(entry) { return .unfinished }
    if isAtStart(entry) { return .before }
    return .local
  }

  /// Whether the trace ends in the last hundredth of a window that holds much more than the trace.
  private func isAtEnd(_ entry: MissingParents.Entry) -> Bool {
    guard let margin = margin(entry) else { return false }
    return scan.window.end.since(entry.traceExtent.end).rawValue <= margin
  }

  private func isAtStart(_ entry: MissingParents.Entry) -> Bool {
    guard let margin = margin(entry) else { return false }
    return entry.traceExtent.start.since(scan.window.start).rawValue <= margin
  }

  /// A hundredth of the window; `nil` where the trace fills a tenth of it or more, since then its
  /// place in it says nothing.
  private func margin(_ entry: MissingParents.Entry) -> Int64? {
    let window = scan.window.duration.rawValue
    guard !entry.traceExtent.isUnset, entry.traceExtent.duration.rawValue < window / 10 else {
      return nil
    }
    return window / 100
  }

  private func problem(_ entry: MissingParents.Entry) -> Problem {
    let count = entry.orphans.count
    let cause = cause(of: entry)
    return Problem(
      .missingParent, .error,
      summary:
        "\(CountText.counted(count, "span")) of \(service(entry)) \(CountText.verb(count, "name")) a parent that is not here: \(CountText.short(entry.id.description))",
      cause: sentence(cause, entry), cure: cure(cause, entry), details: details(entry),
      traces: [entry.trace], spans: Array(scan.missing.orphans[entry.orphans]), count: count)
  }

  private func summary(of entries: [MissingParents.Entry], _ cause: Cause) -> Problem? {
    guard let first = entries.first else { return nil }
    var traces: [TraceRow] = []
    var traceCount = 0
    var seen: Set<TraceRow> = []
    var spans: [SpanRow] = []
    var count = 0
    for entry in entries {
      count += entry.orphans.count
      if seen.insert(entry.trace).inserted {
        traceCount += 1
        if traces.count < Problem.listed { traces.append(entry.trace) }
      }
      if spans.count < Problem.listed {
        spans += scan.missing.orphans[entry.orphans].prefix(Problem.listed - spans.count)
      }
    }
    var details = [
      "the first: \(first.id) in trace \(first.traceID), named by \(CountText.counted(first.orphans.count, "span"))"
    ]
    if lostRecords { details.append(Self.lostRecordsDetail) }
    return Problem(
      .missingParent, .error,
      summary:
        "\(CountText.counted(count, "span")) in \(CountText.counted(traceCount, "trace")) name \(CountText.grouped(entries.count)) parents that are not here",
      cause: sentence(cause, first), cure: cure(cause, first), details: details, traces: traces,
      spans: spans, count: count)
  }

  private func service(_ entry: MissingParents.Entry) -> String {
    scan.processes.processes[Int(entry.process)].service
  }

  private func sentence(_ cause: Cause, _ entry: MissingParents.Entry) -> String {
    let service = service(entry)
    switch cause {
    case .elsewhere:
      return
        "A span with that ID is in trace \(CountText.short(entry.elsewhere?.description ?? "")): the trace ID was changed on the way."
    case .remote:
      return
        "The caller of \(service) is another process that did not export it, sampled it out, or wrote it to another file."
    case .unfinished:
      return
        "The trace reaches the end of the data: the parent in \(service) may not have ended when the data was written."
    case .before:
      return
        "The trace begins where the data begins: the parent in \(service) may be in an older file."
    case .local:
      return
        "\(service) did not export it: it was not ended, it was dropped, or the process ended before a flush."
    }
  }

  private func cure(_ cause: Cause, _ entry: MissingParents.Entry) -> String {
    switch cause {
    case .elsewhere:
      "Look at what sits between both services: it must pass traceparent on as it is."
    case .remote:
      "Open the caller's spans too, or check its exporter and sampler; a proxy may start spans of its own."
    case .unfinished: "Wait until it ends, or read what was written after this."
    case .before: "Open the older file together with this one."
    case .local:
      "End every span, and shut the tracer provider down before \(service(entry)) exits."
    }
  }

  private static let lostRecordsDetail =
    "some records could not be read (see the import issues): it may be among them"

  private func details(_ entry: MissingParents.Entry) -> [String] {
    var details = ["missing \(entry.id) in trace \(entry.traceID)"]
    if entry.remote > 0 {
      details.append("\(CountText.counted(entry.remote, "span")): the flags say that it is remote")
    }
    if entry.local > 0 {
      details.append(
        "\(CountText.counted(entry.local, "span")): the flags say that it is in the same process")
    }
    if entry.entries > 0 {
      details.append("\(CountText.counted(entry.entries, "span")) of kind server or consumer")
    }
    if let elsewhere = entry.elsewhere {
      details.append("a span of that ID is in trace \(elsewhere)")
    }
    details.append(
      "its spans cover \(DurationText.short(entry.extent.duration)) in \(service(entry))")
    if lostRecords { details.append(Self.lostRecordsDetail) }
    return details
  }
}
