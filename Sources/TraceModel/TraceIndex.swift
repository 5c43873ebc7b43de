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
  /// For each row the row of the same trace that came before it, block by block as in the store.
  fileprivate var previous: [[SpanRow]] = []
  fileprivate var serviceSets: [[ServiceID]] = [[]]

  public init() {}

  public var count: Int { summaries.count }

  public subscript(trace: TraceRow) -> TraceSummary { summaries[Int(trace.rawValue)] }

  /// The services of a trace in the order of their numbers, at most `TraceIndex.serviceLimit`.
  public func services(of trace: TraceRow) -> [ServiceID] {
    serviceSets[Int(self[trace].serviceSet)]
  }

  /// The rows of a trace, the last to arrive first.
  public func rows(of trace: TraceRow) -> [SpanRow] {
    var rows: [SpanRow] = []
    rows.reserveCapacity(Int(self[trace].spanCount))
    var row = self[trace].lastRow
    while row != .none {
      rows.append(row)
      row = previous[row.block][row.offset]
    }
    return rows
  }

  /// The trace with an identifier. Linear in the number of traces.
  public func find(_ id: TraceID) -> TraceRow? {
    for index in summaries.indices where summaries[index].id == id {
      return TraceRow(UInt32(index))
    }
    return nil
  }
}

/// Finds the trace of each span and keeps the summaries: what turns rows into traces.
///
/// Cost of a span: one look-up of its trace ID. There is no allocation per trace but what the
/// columns grow by, so a million traces of one span cost what one trace of a million does.
public struct TraceIndex: Sendable {
  /// How many services of one trace are told apart; more are counted as this many.
  public static let serviceLimit = 64

  public private(set) var table = TraceTable()
  private var numbers: [TraceID: TraceRow] = [:]
  private var setNumbers: [SetStep: UInt32] = [:]

  /// A set of services and one more: which set that makes is remembered.
  private struct SetStep: Hashable {
    var set: UInt32
    var service: ServiceID
  }

  public init() {}

  /// Indexes rows that were just appended to `store`.
  public mutating func append(_ ranges: [Range<SpanRow>], of store: SpanStore) {
    for range in ranges {
      let (sealed, base) = store.locate(range.lowerBound)
      var previous: [SpanRow] = []
      previous.reserveCapacity(range.count)
      for offset in 0..<range.count {
        let row = range.lowerBound.advanced(by: offset)
        previous.append(append(row, sealed, base + offset, store))
      }
      table.previous.append(previous)
    }
  }

  /// Indexes one row and returns the row of the same trace that came before it.
  private mutating func append(
    _ row: SpanRow, _ sealed: SealedBatch, _ index: Int, _ store: SpanStore
  ) -> SpanRow {
    let batch = sealed.batch
    let id = batch.traceIDs[index]
    let number: TraceRow
    if let known = numbers[id] {
      number = known
    } else {
      number = TraceRow(UInt32(truncatingIfNeeded: table.summaries.count))
      numbers[id] = number
      table.summaries.append(TraceSummary(id: id))
    }
    let set = self.set(
      table.summaries[Int(number.rawValue)].serviceSet, with: sealed.service(at: index))
    return Self.add(
      row, batch, index, store, services: set, to: &table.summaries[Int(number.rawValue)])
  }

  private static func add(
    _ row: SpanRow, _ batch: SpanBatch, _ index: Int, _ store: SpanStore, services: UInt32,
    to summary: inout TraceSummary
  ) -> SpanRow {
    let extent = SpanExtent(start: batch.starts[index], end: batch.ends[index])
    let spanID = batch.spanIDs[index]
    let isRoot = !batch.parentSpanIDs[index].isValid
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
    let members = table.serviceSets[Int(set)]
    if members.contains(service) || members.count >= Self.serviceLimit { return set }
    let step = SetStep(set: set, service: service)
    if let known = setNumbers[step] { return known }
    // The same set may be reached in another order; it is then stored twice, which costs little.
    let number = UInt32(table.serviceSets.count)
    table.serviceSets.append((members + [service]).sorted())
    setNumbers[step] = number
    return number
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
