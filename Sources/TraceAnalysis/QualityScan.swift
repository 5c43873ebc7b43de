import TraceModel

/// One pass over all traces: collects what the problems are made of.
struct QualityScan {
  let data: DataSet
  var processes = ProcessTable()
  var defects: [TraceRow: TraceDefects] = [:]
  var missing = MissingParents()
  var placement = ChildPlacement()
  var candidates: [RootCandidate] = []
  /// Spans of rings of two and more, and how many rings they are.
  var rings = SpanTally()
  var ringCount = 0
  /// Spans that name themselves as their parent.
  var ownParents = SpanTally()
  var duplicates = SpanTally()
  var negative = SpanTally()
  /// Spans with a start and no end.
  var notEnded = SpanTally()
  var invalidIDs = SpanTally()
  /// Traces with exact copies of spans, and how many there are.
  var copies = TraceTally()
  /// For each process how many spans start something in it: roots, orphans, entries.
  var starters: [Int] = []
  /// For each process how many spans are entries, whether they have a parent or not.
  var entries: [Int] = []
  /// From the first start to the last end of all spans.
  var window = SpanExtent(start: .unset, end: .unset)

  private var shape = TraceShape()

  init(_ data: DataSet) { self.data = data }

  /// Reads all traces; `false` when cancelled.
  mutating func run(_ isCancelled: () -> Bool) -> Bool {
    var sinceAsked = 0
    for number in 0..<data.traces.count {
      let trace = TraceRow(UInt32(truncatingIfNeeded: number))
      let summary = data.traces[trace]
      window = window.union(summary.extent)
      sinceAsked += Int(summary.spanCount)
      if sinceAsked >= 4_096 {
        if isCancelled() { return false }
        sinceAsked = 0
      }
      if summary.spanCount == 1, readRoot(summary.rootRow, trace, summary.id) { continue }
      shape.read(data.traces.rows(of: trace), of: data.store, &processes)
      readShape(trace, summary)
    }
    missing.settleClaims()
    return true
  }

  /// The fast path: a trace of one sound root needs no shape. `false` if it is anything else.
  private mutating func readRoot(_ row: SpanRow, _ trace: TraceRow, _ traceID: TraceID) -> Bool {
    let (sealed, index) = data.store.locate(row)
    let start = sealed.batch.starts[index]
    let end = sealed.batch.ends[index]
    guard !sealed.batch.parentSpanIDs[index].isValid, sealed.batch.spanIDs[index].isValid,
      traceID.isValid, end != .unset || start == .unset,
      SpanExtent.duration(start: start, end: end) >= .zero
    else { return false }
    let process = processes.number(of: index, in: sealed)
    count(process, isEntry: sealed.batch.kind(at: index).isEntry, isStarter: true)
    addCandidate(trace, traceID, row, process)
    return true
  }

  private mutating func readShape(_ trace: TraceRow, _ summary: TraceSummary) {
    var counts = TraceDefects()
    var roots = 0
    ringCount += shape.ringCount
    for node in 0..<shape.count {
      let parent = shape.parents[node]
      if parent == TraceShape.orphan { counts.orphans += 1 }
      if parent == TraceShape.root { roots += 1 }
      readDefects(node, trace, summary.id, &counts)
      let (sealed, index) = data.store.locate(shape.rows[node])
      count(
        shape.processes[node], isEntry: sealed.batch.kind(at: index).isEntry,
        isStarter: parent < 0)
      if parent >= 0 {
        if shape.processes[node] != shape.processes[Int(parent)] {
          missing.check(index, in: sealed, &processes)
        }
        placement.add(node, in: shape, of: trace, summary.id, data.store, processes)
      }
    }
    if shape.duplicatesDropped > 0 { copies.add(shape.duplicatesDropped, trace, summary) }
    if counts.orphans > 0 { missing.add(shape, trace, data, &processes) }
    counts.isIncomplete = counts.orphans > 0 || !summary.hasRoot
    if !counts.isEmpty { defects[trace] = counts }
    if roots == 1, counts.isEmpty {
      for node in 0..<shape.count where shape.parents[node] == TraceShape.root {
        addCandidate(trace, summary.id, shape.rows[node], shape.processes[node])
      }
    }
  }

  private mutating func readDefects(
    _ node: Int, _ trace: TraceRow, _ traceID: TraceID, _ counts: inout TraceDefects
  ) {
    let (row, id, start) = (shape.rows[node], shape.ids[node], shape.extent(node).start)
    var isBroken = false
    if shape.defects[node].contains(.ring) {
      if shape.isOwnParent(node) {
        ownParents.add(row, id, start: start, of: trace, traceID)
      } else {
        rings.add(row, id, start: start, of: trace, traceID)
      }
      isBroken = true
    }
    if shape.defects[node].contains(.duplicate) {
      duplicates.add(row, id, start: start, of: trace, traceID)
      isBroken = true
    }
    if SpanExtent.duration(start: shape.starts[node], end: shape.ends[node]) < .zero {
      negative.add(row, id, start: start, of: trace, traceID)
      isBroken = true
    }
    if shape.starts[node] != .unset, shape.ends[node] == .unset {
      notEnded.add(row, id, start: start, of: trace, traceID)
    }
    if !id.isValid || !traceID.isValid {
      invalidIDs.add(row, id, start: start, of: trace, traceID)
      isBroken = true
    }
    if isBroken { counts.others += 1 }
  }

  private mutating func count(_ process: Int32, isEntry: Bool, isStarter: Bool) {
    let process = Int(process)
    while starters.count <= process {
      starters.append(0)
      entries.append(0)
    }
    if isEntry { entries[process] += 1 }
    if isEntry || isStarter { starters[process] += 1 }
  }

  /// A root counts if it is not an entry, has ended, and says by no link that it stands apart on
  /// purpose.
  private mutating func addCandidate(
    _ trace: TraceRow, _ traceID: TraceID, _ row: SpanRow, _ process: Int32
  ) {
    let (sealed, index) = data.store.locate(row)
    let start = sealed.batch.starts[index]
    let end = sealed.batch.ends[index]
    guard !sealed.batch.kind(at: index).isEntry, sealed.batch.linkCount(at: index) == 0,
      start != .unset, end >= start
    else { return }
    candidates.append(
      RootCandidate(
        process: process, trace: trace, traceID: traceID, row: row, start: start, end: end))
  }
}

/// Counts something by trace and keeps the first traces by start and ID.
struct TraceTally {
  private(set) var count = 0
  private(set) var traceCount = 0
  private var entries: [(start: UnixNanos, id: TraceID, trace: TraceRow)] = []

  mutating func add(_ count: Int, _ trace: TraceRow, _ summary: TraceSummary) {
    self.count += count
    traceCount += 1
    entries.append((summary.extent.start, summary.id, trace))
    if entries.count >= 4 * Problem.listed { trim() }
  }

  private mutating func trim() {
    entries.sort { ($0.start, $0.id) < ($1.start, $1.id) }
    entries.removeSubrange(min(Problem.listed, entries.count)...)
  }

  /// The first traces.
  var traces: [TraceRow] {
    entries.sorted { ($0.start, $0.id) < ($1.start, $1.id) }.prefix(Problem.listed).map(\.trace)
  }
}
