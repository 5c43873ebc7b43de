/// The number of a trace in the index, in the order of arrival.
public struct TraceRow: Hashable, Sendable, Comparable {
  public var rawValue: UInt32

  @inlinable
  public init(_ rawValue: UInt32) { self.rawValue = rawValue }

  @inlinable
  public static func < (one: TraceRow, other: TraceRow) -> Bool { one.rawValue < other.rawValue }
}

/// What a list of traces shows of one trace, kept up to date span by span.
public struct TraceSummary: Sendable {
  public let id: TraceID
  public fileprivate(set) var spanCount: UInt32 = 0
  public fileprivate(set) var errorCount: UInt32 = 0
  /// From the earliest start to the latest end of all its spans.
  public fileprivate(set) var extent = SpanExtent(start: .unset, end: .unset)
  /// The root that starts first (then the lowest ID); of a trace without a root the span that
  /// starts first.
  public fileprivate(set) var rootRow = SpanRow.none
  /// Whether a span without a parent has arrived.
  public fileprivate(set) var hasRoot = false
  /// When the last of its spans came, on the clock of `SpanDatabase.append`.
  public fileprivate(set) var lastSecond: Int32 = 0
  /// The span that came last; the one before it stands in the table.
  fileprivate var lastRow = SpanRow.none
  /// The number of the set of services.
  fileprivate var serviceSet: UInt32 = 0
  fileprivate var rootStart = UnixNanos.unset
  fileprivate var rootID = SpanID.invalid

  public var duration: DurationNanos { extent.duration }
}

/// The traces that a list shows: a snapshot of the index that costs nothing to copy.
public struct TraceTable: Sendable {
  fileprivate var summaries = ChunkedArray<TraceSummary>()
  fileprivate var rowsByID = TraceIDTable()
  /// The number of the first trace that was not evicted.
  fileprivate var first = 0
  /// For each row the row of the same trace that came before it, block by block as in the store.
  fileprivate var previous: [[SpanRow]] = []
  fileprivate var serviceSets: [[ServiceID]] = [[]]

  public init() {}

  /// The numbers of the traces that there are: those of evicted traces are not used again.
  public var numbers: Range<Int> { first..<summaries.count }

  public var count: Int { numbers.count }

  /// Whether the trace is there: it was not evicted.
  public func contains(_ trace: TraceRow) -> Bool { numbers.contains(Int(trace.rawValue)) }

  /// A trace that is there.
  public subscript(trace: TraceRow) -> TraceSummary { summaries[Int(trace.rawValue)] }

  /// The services of a trace in the order of their numbers, at most `TraceIndex.serviceLimit`.
  public func services(of trace: TraceRow) -> [ServiceID] {
    serviceSets[Int(self[trace].serviceSet)]
  }

  /// The rows of a trace, the last to arrive first.
  public func rows(of trace: TraceRow) -> [SpanRow] {
    guard contains(trace) else { return [] }
    let summary = self[trace]
    return Array(capacity: Int(summary.spanCount)) { output in
      var row = summary.lastRow
      while row != .none {
        // Rows of one trace mostly stand in one block.
        let block = row.block
        let previous = self.previous[block]
        repeat {
          output.append(row)
          row = previous[row.offset]
        } while row.block == block
      }
    }
  }

  /// The trace with an identifier. O(1).
  public func find(_ id: TraceID) -> TraceRow? { rowsByID.find(id, in: summaries) }
}

/// Finds the trace of each span and keeps the summaries: what turns rows into traces.
///
/// Cost of a span: one look-up of its trace ID, or none behind a span of the same trace. There is no allocation per trace but what the
/// columns grow by, so a million traces of one span cost what one trace of a million does.
public struct TraceIndex: Sendable {
  /// How many services of one trace are told apart; more are counted as this many.
  public static let serviceLimit = 64

  public private(set) var table = TraceTable()
  /// The trace of the row that came last.
  private var last: (id: TraceID, number: TraceRow)?
  private var setNumbers: [SetStep: UInt32] = [:]
  /// What came of the last steps, each in a place that its numbers say: spans of a trace come from
  /// few services, again and again.
  private var recentSteps = Array(
    repeating: (step: SetStep(set: .max, service: ServiceID(.max)), set: UInt32(0)), count: 256)

  /// A set of services and one more: which set that makes is remembered.
  private struct SetStep: Hashable {
    var set: UInt32
    var service: ServiceID
  }

  public init() {}

  /// Indexes rows that were just appended to `store`, and returns the highest number of a trace of
  /// theirs.
  @discardableResult
  public mutating func append(
    _ ranges: [Range<SpanRow>], second: Int32 = 0, of store: SpanStore
  ) -> Int {
    var newest = 0
    for range in ranges {
      let (sealed, base) = store.locate(range.lowerBound)
      let (ids, batch) = (sealed.batch.ids, sealed.batch)
      var previous: [SpanRow] = []
      previous.reserveCapacity(range.count)
      for offset in 0..<range.count {
        let row = range.lowerBound.advanced(by: offset)
        let number = Int(self.number(of: ids[base + offset].traceID).rawValue)
        newest = max(newest, number)
        table.summaries[number].lastSecond = second
        let set = self.set(
          table.summaries[number].serviceSet, with: sealed.service(at: base + offset))
        previous.append(
          Self.add(
            row, batch, base + offset, store, services: set, to: &table.summaries[number]))
      }
      if range.lowerBound.block < table.previous.count {
        table.previous[range.lowerBound.block] += previous
      } else {
        table.previous.append(previous)
      }
    }
    return newest
  }

  /// Forgets the traces before the one with number `first`, and what is known of the rows of
  /// `blocks`, which have no rows of other traces. Returns how many spans the traces had. O(n) in the
  /// number of traces that stay and go.
  mutating func evict(before first: Int, blocks: [Int]) -> Int {
    var count = 0
    for number in table.first..<first { count += Int(table.summaries[number].spanCount) }
    table.first = first
    table.rowsByID = TraceIDTable()
    for number in table.numbers {
      let row = TraceRow(UInt32(truncatingIfNeeded: number))
      table.rowsByID.insert(row, of: table.summaries[number].id)
    }
    table.summaries.release(before: first)
    for block in blocks { table.previous[block] = [] }
    last = nil
    return count
  }

  /// The number of a trace, new or known.
  private mutating func number(of id: TraceID) -> TraceRow {
    if let last, last.id == id { return last.number }
    let number: TraceRow
    if let known = table.find(id) {
      number = known
    } else {
      number = TraceRow(UInt32(truncatingIfNeeded: table.summaries.count))
      table.summaries.append(TraceSummary(id: id))
      table.rowsByID.insert(number, of: id)
    }
    last = (id, number)
    return number
  }

  /// Adds one row to its trace and returns the row of the same trace that came before it.
  private static func add(
    _ row: SpanRow, _ batch: SpanBatch, _ index: Int, _ store: SpanStore, services: UInt32,
    to summary: inout TraceSummary
  ) -> SpanRow {
    let (ids, interval) = (batch.ids[index], batch.intervals[index])
    let extent = SpanExtent(start: interval.start, end: interval.end)
    let spanID = ids.spanID
    let isRoot = !ids.parentSpanID.isValid
    summary.spanCount += 1
    if batch.status(at: index) == .error { summary.errorCount += 1 }
    summary.extent = summary.extent.union(extent)
    summary.serviceSet = services
    // A root before any span that only looks like one, then by time and ID, then by what the list
    // shows of it: the order of arrival must not show.
    let isBetter =
      if summary.rootRow == .none || isRoot != summary.hasRoot {
        summary.rootRow == .none || isRoot
      } else if (extent.start, spanID) != (summary.rootStart, summary.rootID) {
        (extent.start, spanID) < (summary.rootStart, summary.rootID)
      } else {
        store.showsBefore(row, summary.rootRow)
      }
    if isBetter {
      summary.rootRow = row
      summary.rootStart = extent.start
      summary.rootID = spanID
      summary.hasRoot = isRoot
    }
    let previous = summary.lastRow
    summary.lastRow = row
    return previous
  }

  /// The number of the set that has `service` too.
  private mutating func set(_ set: UInt32, with service: ServiceID) -> UInt32 {
    let step = SetStep(set: set, service: service)
    let place = Int((set &* 31 &+ service.rawValue) & 255)
    if recentSteps[place].step == step { return recentSteps[place].set }
    let result = result(of: step)
    recentSteps[place] = (step, result)
    return result
  }

  private mutating func result(of step: SetStep) -> UInt32 {
    let members = table.serviceSets[Int(step.set)]
    if members.contains(step.service) || members.count >= Self.serviceLimit { return step.set }
    if let known = setNumbers[step] { return known }
    // The same set may be reached in another order; it is then stored twice, which costs little.
    let number = UInt32(table.serviceSets.count)
    table.serviceSets.append((members + [step.service]).sorted())
    setNumbers[step] = number
    return number
  }
}

/// Finds the row of a trace ID: open addressing, seeded as `StringPool` is.
private struct TraceIDTable: Sendable {
  /// Half of an ID's hash above the number of its row plus one, or 0; the length is a power of two.
  private var slots: [UInt64] = Array(repeating: 0, count: 64)
  private var count = 0
  private let secrets = TraceIDTable.secrets

  /// Different in every run, so that no file can be made whose IDs all collide; no result depends
  /// on it.
  private static let secrets = (
    UInt64.random(in: 0...UInt64.max), UInt64.random(in: 0...UInt64.max)
  )

  func find(_ id: TraceID, in summaries: ChunkedArray<TraceSummary>) -> TraceRow? {
    let hash = hash(id)
    // The slot is taken from the half that is kept, so that growing needs no ID.
    var slot = Int(hash >> 32) & (slots.count - 1)
    while slots[slot] != 0 {
      if (slots[slot] ^ hash) >> 32 == 0 {
        let row = UInt32(truncatingIfNeeded: slots[slot]) &- 1
        if summaries[Int(row)].id == id { return TraceRow(row) }
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  /// Enters a trace that is not in the table.
  mutating func insert(_ row: TraceRow, of id: TraceID) {
    count += 1
    if count * 2 > slots.count { grow() }
    Self.enter(hash(id) & ~0xffff_ffff | UInt64(row.rawValue &+ 1), &slots)
  }

  private mutating func grow() {
    var larger = [UInt64](repeating: 0, count: slots.count * 2)
    for entry in slots where entry != 0 { Self.enter(entry, &larger) }
    slots = larger
  }

  /// Puts an entry into the first free slot from its own on. No method of a table: unless optimized
  /// away, the call would hold the slots a second time, so that each entry copies them all.
  private static func enter(_ entry: UInt64, _ slots: inout [UInt64]) {
    var slot = Int(entry >> 32) & (slots.count - 1)
    while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = entry
  }

  /// Both halves of a product whose factors hold a secret each.
  private func hash(_ id: TraceID) -> UInt64 {
    let (high, low) = (id.high ^ secrets.0).multipliedFullWidth(by: id.low ^ secrets.1)
    return high ^ low
  }
}

extension SpanStore {
  /// Which of two spans of the same start and ID a list shows: by end, name and service.
  fileprivate func showsBefore(_ one: SpanRow, _ other: SpanRow) -> Bool {
    let (one, other) = (self[one], self[other])
    if one.end != other.end { return one.end < other.end }
    let name = one.sealed.batch.strings.utf8(one.nameID)
    let otherName = other.sealed.batch.strings.utf8(other.nameID)
    if name != otherName { return name.lexicographicallyPrecedes(otherName) }
    return self.name(of: one.service).utf8.lexicographicallyPrecedes(
      self.name(of: other.service).utf8)
  }
}
