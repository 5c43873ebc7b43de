import TraceModel

/// What problems are made of, collected in one pass over all traces.
struct QualityScan {
  let data: DataSet
  let processes: ProcessTable
  /// Of the traces that have any.
  var defects: [(trace: TraceRow, counts: TraceDefects)] = []
  /// How many traces lack spans that may still come.
  var waitingCount = 0
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
  var starters: [Int]
  /// For each process how many spans are entries, whether they have a parent or not.
  var entries: [Int]
  /// From the first start to the last end of all spans.
  var window = SpanExtent(start: .unset, end: .unset)

  private init(_ data: DataSet, _ processes: ProcessTable) {
    self.data = data
    self.processes = processes
    starters = Array(repeating: 0, count: processes.processes.count)
    entries = starters
  }

  /// Reads all traces, some on each thread; `nil` when cancelled. The threads do not show.
  static func of(
    _ data: DataSet, _ workers: Workers, _ isCancelled: @Sendable () -> Bool
  ) -> QualityScan? {
    let empty = QualityScan(data, ProcessTable(data.store))
    let base = data.traces.numbers.lowerBound
    let parts = workers.parts(of: data.traces.count).map {
      ($0.lowerBound + base)..<($0.upperBound + base)
    }
    let scans = workers.map(parts.count) { number -> QualityScan? in
      var scan = empty
      return scan.read(parts[number], isCancelled) ? scan : nil
    }
    var all = empty
    for scan in scans {
      guard let scan else { return nil }
      all.add(scan)
    }
    all.missing.settleClaims()
    return all
  }

  /// Adds what was collected of later traces.
  private mutating func add(_ other: QualityScan) {
    defects += other.defects
    waitingCount += other.waitingCount
    missing.add(other.missing)
    placement.add(other.placement)
    candidates += other.candidates
    rings.add(other.rings)
    ringCount += other.ringCount
    ownParents.add(other.ownParents)
    duplicates.add(other.duplicates)
    negative.add(other.negative)
    notEnded.add(other.notEnded)
    invalidIDs.add(other.invalidIDs)
    copies.add(other.copies)
    for process in starters.indices {
      starters[process] += other.starters[process]
      entries[process] += other.entries[process]
    }
    window = window.union(other.window)
  }

  /// Reads some traces; `false` when cancelled.
  private mutating func read(_ traces: Range<Int>, _ isCancelled: () -> Bool) -> Bool {
    var shape = TraceShape()
    var sinceAsked = 0
    for number in traces {
      let trace = TraceRow(UInt32(truncatingIfNeeded: number))
      let summary = data.traces[trace]
      window = window.union(summary.extent)
      sinceAsked += Int(summary.spanCount)
      if sinceAsked >= 4_096 {
        if isCancelled() { return false }
        sinceAsked = 0
      }
      if summary.spanCount == 1, readRoot(summary.rootRow, trace, summary.id) { continue }
      shape.read(data.traces.rows(of: trace), of: data.store, processes)
      read(shape, trace, summary)
    }
    return true
  }

  /// The fast path: a trace of one sound root needs no shape. `false` if it is anything else.
  private mutating func readRoot(_ row: SpanRow, _ trace: TraceRow, _ traceID: TraceID) -> Bool {
    let (sealed, index) = data.store.locate(row)
    let start = sealed.batch.intervals[index].start
    let end = sealed.batch.intervals[index].end
    guard !sealed.batch.ids[index].parentSpanID.isValid, sealed.batch.ids[index].spanID.isValid,
      traceID.isValid, end != .unset || start == .unset,
      SpanExtent.duration(start: start, end: end) >= .zero
    else { return false }
    let scope = Int(sealed.batch.intervals[index].scope.rawValue)
    let process = processes.numbers(ofBlock: row.block)[scope]
    count(process, isEntry: sealed.batch.kind(at: index).isEntry, isStarter: true)
    addCandidate(trace, traceID, row, process)
    return true
  }

  private mutating func read(_ shape: TraceShape, _ trace: TraceRow, _ summary: TraceSummary) {
    var counts = TraceDefects()
    var roots = 0
    var root: TraceShape.Node?
    ringCount += shape.ringCount
    for node in shape.nodes {
      count(node.process, isEntry: node.kind.isEntry, isStarter: node.parent < 0)
      readDefects(node, trace, summary.id, &counts)
      if node.parent >= 0 {
        let parent = shape.nodes[Int(node.parent)]
        if node.process != parent.process { missing.check(node, of: data.store, processes) }
        placement.add(node, under: parent, of: trace, summary.id, processes)
      } else if node.parent == TraceShape.orphan {
        counts.orphans += 1
      } else {
        roots += 1
        root = node
      }
    }
    if shape.duplicatesDropped > 0 { copies.add(shape.duplicatesDropped, trace, summary) }
    if !data.isSettled(trace), counts.orphans > 0 || !summary.hasRoot {
      // Its parents may still come.
      waitingCount += 1
      return
    }
    if counts.orphans > 0 { missing.add(shape, trace, data, processes) }
    counts.isIncomplete = counts.orphans > 0 || !summary.hasRoot
    if !counts.isEmpty {
      defects.append((trace, counts))
    } else if roots == 1, let root {
      addCandidate(trace, summary.id, root.row, root.process)
    }
  }

  private mutating func readDefects(
    _ node: TraceShape.Node, _ trace: TraceRow, _ traceID: TraceID, _ counts: inout TraceDefects
  ) {
    let (row, id, start) = (node.row, node.id, node.extent.start)
    var isBroken = false
    if node.defects.contains(.ring) {
      if node.isOwnParent {
        ownParents.add(row, id, start: start, of: trace, traceID)
      } else {
        rings.add(row, id, start: start, of: trace, traceID)
      }
      isBroken = true
    }
    if node.defects.contains(.duplicate) {
      duplicates.add(row, id, start: start, of: trace, traceID)
      isBroken = true
    }
    if SpanExtent.duration(start: node.start, end: node.end) < .zero {
      negative.add(row, id, start: start, of: trace, traceID)
      isBroken = true
    }
    if node.start != .unset, node.end == .unset {
      notEnded.add(row, id, start: start, of: trace, traceID)
    }
    if !id.isValid || !traceID.isValid {
      invalidIDs.add(row, id, start: start, of: trace, traceID)
      isBroken = true
    }
    if isBroken { counts.others += 1 }
  }

  private mutating func count(_ process: Int32, isEntry: Bool, isStarter: Bool) {
    if isEntry { entries[Int(process)] += 1 }
    if isEntry || isStarter { starters[Int(process)] += 1 }
  }

  /// A root counts if it is not an entry, has ended, and says by no link that it stands apart on
  /// purpose.
  private mutating func addCandidate(
    _ trace: TraceRow, _ traceID: TraceID, _ row: SpanRow, _ process: Int32
  ) {
    let (sealed, index) = data.store.locate(row)
    let start = sealed.batch.intervals[index].start
    let end = sealed.batch.intervals[index].end
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

  /// Adds a count of other traces.
  mutating func add(_ other: TraceTally) {
    count += other.count
    traceCount += other.traceCount
    entries += other.entries
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
