import TraceModel

/// Makes problems of missing parents: what may have become of each, from what its orphans say.
struct MissingParentProblems {
  /// How many missing parents have a row each; more of them have a row for each cause and service.
  static let rowLimit = 8
  /// How many causes and services have a row each; the rest has one together.
  static let groupLimit = 30

  /// What probably became of the parent. The first that holds is taken.
  enum Cause: Int {
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
    var parents: [ArraySlice<MissingParents.Entry>] = []
    let entries = scan.missing.entries[...]
    var first = entries.startIndex
    while first < entries.endIndex, parents.count <= Self.rowLimit {
      let end =
        entries[first...].firstIndex { !$0.isSameParent(as: entries[first]) } ?? entries.endIndex
      parents.append(entries[first..<end])
      first = end
    }
    if parents.count <= Self.rowLimit { return parents.compactMap { problem($0) } }
    return groupProblems()
  }

  /// By the time of the orphans, then by IDs and service.
  private func isBefore(_ one: MissingParents.Entry, _ other: MissingParents.Entry) -> Bool {
    if one.extent.start != other.extent.start { return one.extent.start < other.extent.start }
    if one.traceID != other.traceID { return one.traceID < other.traceID }
    return one.id != other.id ? one.id < other.id : one.service < other.service
  }

  func cause(of entry: MissingParents.Entry) -> Cause {
    if entry.elsewhere != nil { return .elsewhere }
    if entry.remote > 0 || entry.entries > 0 { return .remote }
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

  // MARK: A row for each missing parent

  /// The problem of one missing parent: its orphans, service for service. What the first cause of
  /// theirs says holds for it.
  private func problem(_ entries: ArraySlice<MissingParents.Entry>) -> Problem? {
    guard let entry = entries.min(by: { cause(of: $0).rawValue < cause(of: $1).rawValue }) else {
      return nil
    }
    let count = entries.reduce(0) { $0 + $1.orphans.count }
    let services = CountText.list(entries.map(\.service))
    return Problem(
      .missingParent, .error,
      summary:
        "\(CountText.counted(count, "span")) of \(services) \(CountText.verb(count, "name")) a parent that is not here: \(CountText.short(idText(entry)))",
      cause: sentence(Group(of: entry, cause(of: entry)), of: [entry]),
      cure: cure(Group(of: entry, cause(of: entry))), details: details(entries),
      traces: [entry.trace], spans: entries.flatMap { scan.missing.orphans[$0.orphans] },
      count: count)
  }

  /// The missing parent's ID as the first orphan writes it.
  private func idText(_ entry: MissingParents.Entry) -> String {
    guard let orphan = scan.missing.orphans[entry.orphans].first else { return "\(entry.id)" }
    return scan.data.store[orphan].batch.text(of: entry.id)
  }

  private func traceIDText(_ entry: MissingParents.Entry) -> String {
    guard let orphan = scan.missing.orphans[entry.orphans].first else { return "\(entry.traceID)" }
    return scan.data.store[orphan].traceIDText
  }

  private func details(_ entries: ArraySlice<MissingParents.Entry>) -> [String] {
    guard let first = entries.first else { return [] }
    var details = ["missing \(idText(first)) in trace \(traceIDText(first))"]
    func add(_ counts: KeyPath<MissingParents.Entry, Int>, _ text: String) {
      let count = entries.reduce(0) { $0 + $1[keyPath: counts] }
      if count > 0 { details.append(CountText.counted(count, "span") + text) }
    }
    add(\.remote, ": the flags say that it is remote")
    add(\.local, ": the flags say that it is in the same process")
    add(\.entries, " of kind server or consumer")
    if let elsewhere = first.elsewhere {
      details.append("a span of that ID is in trace \(elsewhere)")
    }
    for entry in entries.prefix(5) {
      details.append(
        "its spans cover \(DurationText.short(entry.extent.duration)) in \(entry.service)")
    }
    if lostRecords { details.append(Self.lostRecordsDetail) }
    return details
  }

  // MARK: A row for each cause and service

  private struct Group: Hashable {
    var cause: Cause
    var service: String

    init(of entry: MissingParents.Entry, _ cause: Cause) {
      self.cause = cause
      service = entry.service
    }
  }

  private func groupProblems() -> [Problem] {
    var groups: [Group: [MissingParents.Entry]] = [:]
    for entry in scan.missing.entries {
      groups[Group(of: entry, cause(of: entry)), default: []].append(entry)
    }
    let rows = groups.map { (group: $0.key, problem: problem($0.key, $0.value)) }
      .sorted { Problem.isWorse($0.problem, $1.problem) }
    let rest = rows.dropFirst(Self.groupLimit)
    let first = rows.prefix(Self.groupLimit).map(\.problem)
    if rest.isEmpty { return first }
    return first + [
      self.rest(
        rest.map(\.problem), rest.flatMap { groups[$0.group] ?? [] }, Set(rest.map(\.group.service))
      )
    ]
  }

  private func problem(_ group: Group, _ all: [MissingParents.Entry]) -> Problem {
    let entries = all.sorted(by: isBefore)
    var details = entries.prefix(1).map {
      "the first: \(idText($0)) in trace \(traceIDText($0)), named by \(CountText.counted($0.orphans.count, "span"))"
    }
    if lostRecords { details.append(Self.lostRecordsDetail) }
    let count = entries.reduce(0) { $0 + $1.orphans.count }
    return problem(
      entries, "\(CountText.counted(count, "span")) of \(group.service)",
      cause: sentence(group, of: entries), cure: cure(group), details: details)
  }

  /// The row of the groups that have none of their own.
  private func rest(
    _ rows: [Problem], _ all: [MissingParents.Entry], _ services: Set<String>
  ) -> Problem {
    let entries = all.sorted(by: isBefore)
    let count = entries.reduce(0) { $0 + $1.orphans.count }
    var problem = problem(
      entries,
      "\(CountText.grouped(count)) more \(count == 1 ? "span" : "spans") of \(CountText.counted(services.count, "service"))",
      cause: "Each as in the rows above: not exported, or in a file that is not open here.",
      cure: "Open the other files too, and cure the rows above first.",
      details: rows.prefix(Problem.listed).map(\.summary))
    problem.isRest = true
    return problem
  }

  private func problem(
    _ entries: [MissingParents.Entry], _ subject: String, cause: String, cure: String,
    details: [String]
  ) -> Problem {
    var seen: Set<TraceRow> = []
    let traces = entries.map(\.trace).filter { seen.insert($0).inserted }
    var parents: [TraceRow: Set<SpanID>] = [:]
    var spans: [SpanRow] = []
    for entry in entries {
      parents[entry.trace, default: []].insert(entry.id)
      if spans.count < Problem.listed {
        spans += scan.missing.orphans[entry.orphans].prefix(Problem.listed - spans.count)
      }
    }
    let count = entries.reduce(0) { $0 + $1.orphans.count }
    let parentCount = parents.values.reduce(0) { $0 + $1.count }
    return Problem(
      .missingParent, .error,
      summary:
        "\(subject) in \(CountText.counted(traces.count, "trace")) \(CountText.verb(count, "name")) \(CountText.counted(parentCount, "parent")) that \(parentCount == 1 ? "is" : "are") not here",
      cause: cause, cure: cure, details: details, traces: traces, spans: spans, count: count)
  }

  // MARK: Texts

  private func sentence(_ group: Group, of entries: [MissingParents.Entry]) -> String {
    let service = group.service
    let isOne = entries.count == 1
    switch group.cause {
    case .elsewhere:
      let trace = CountText.short(entries.first?.elsewhere?.description ?? "")
      return isOne
        ? "A span with that ID is in trace \(trace): the trace ID was changed on the way."
        : "Spans with those IDs are in other traces: the trace ID was changed on the way."
    case .remote:
      return
        "The caller of \(service) is another process: it may be in a file that is not open here, or was sampled out, or was not exported."
    case .unfinished:
      return isOne
        ? "The trace reaches the end of the data: the parent in \(service) may not have ended when the data was written."
        : "The traces reach the end of the data: the parents in \(service) may not have ended when the data was written."
    case .before:
      return isOne
        ? "The trace begins where the data begins: the parent in \(service) may be in an older file."
        : "The traces begin where the data begins: the parents in \(service) may be in an older file."
    case .local:
      return isOne
        ? "\(service) did not export it, or not to a file that is open here: it was not ended, it was dropped, or the process ended before a flush."
        : "\(service) did not export them, or not to a file that is open here: they were not ended, they were dropped, or the process ended before a flush."
    }
  }

  private func cure(_ group: Group) -> String {
    switch group.cause {
    case .elsewhere:
      "Look at what sits between both services: it must pass traceparent on as it is."
    case .remote:
      "Open the caller's spans too, or check its exporter and sampler; a proxy may start spans of its own."
    case .unfinished: "Wait until it ends, or read what was written after this."
    case .before: "Open the older file together with this one."
    case .local:
      "End every span, and shut the tracer provider down before \(group.service) exits."
    }
  }

  private static let lostRecordsDetail =
    "some records could not be read (see the import issues): it may be among them"
}
