import TraceModel

/// The parents that orphans name and that are not in their trace.
struct MissingParents {
  /// One missing parent and its orphans of one service. Those of one missing parent stand together.
  struct Entry {
    var trace: TraceRow
    var traceID: TraceID
    var id: SpanID
    var service: String
    /// The orphans' places in `orphans`, by start, then ID.
    var orphans: Range<Int>
    /// How many of them say that their parent is in another process (flags, bits 8 and 9).
    var remote = 0
    /// How many of them say that it is in their own, and are to be believed.
    var local = 0
    /// How many of them are of kind server or consumer.
    var entries = 0
    var extent: SpanExtent
    var traceExtent: SpanExtent
    /// Another trace that has a span with that ID.
    var elsewhere: TraceID?

    func isSameParent(as other: Entry) -> Bool { trace == other.trace && id == other.id }
  }

  /// Whose parent an entry's orphans say is in their own process: believed or not when all is read.
  private struct LocalClaim {
    var entry: Int
    var sdk: Int32
    var count: Int
  }

  private(set) var entries: [Entry] = []
  private(set) var orphans: [SpanRow] = []
  private var claims: [LocalClaim] = []
  /// SDKs that called a parent local that is in another process: some never know better.
  private var wrongSDKs: Set<Int32> = []

  /// Bit 8 of a span's flags says that bit 9 is known: that the parent is remote. (trace.proto,
  /// `SPAN_FLAGS_CONTEXT_HAS_IS_REMOTE_MASK` and `SPAN_FLAGS_CONTEXT_IS_REMOTE_MASK`.)
  private static let knowsRemote: UInt32 = 1 << 8
  private static let isRemote: UInt32 = 1 << 9

  /// Whether the flags say that the parent is in another process; `nil` where they say nothing.
  private static func isRemote(_ flags: UInt32) -> Bool? {
    flags & knowsRemote == 0 ? nil : flags & isRemote != 0
  }

  /// Notes whether the flags of a span with a parent in another process are wrong.
  mutating func check(_ index: Int, in sealed: SealedBatch, _ table: inout ProcessTable) {
    if Self.isRemote(sealed.batch.flags(at: index)) == false {
      wrongSDKs.insert(table.sdk(of: index, in: sealed))
    }
  }

  /// Adds the orphans of one trace. O(n log n) in their number.
  mutating func add(
    _ shape: TraceShape, _ trace: TraceRow, _ data: DataSet, _ table: inout ProcessTable
  ) {
    let summary = data.traces[trace]
    for node in Self.orphans(of: shape, table) {
      let service = table.processes[Int(shape.processes[node])].service
      let isKnown = entries.last.map {
        $0.trace == trace && $0.id == shape.parentIDs[node] && $0.service == service
      }
      if isKnown != true {
        entries.append(
          Entry(
            trace: trace, traceID: summary.id, id: shape.parentIDs[node], service: service,
            orphans: orphans.count..<orphans.count, extent: shape.extent(node),
            traceExtent: summary.extent))
      }
      orphans.append(shape.rows[node])
      let place = entries.count - 1
      entries[place].orphans = entries[place].orphans.lowerBound..<orphans.count
      entries[place].extent = entries[place].extent.union(shape.extent(node))
      let (sealed, index) = data.store.locate(shape.rows[node])
      // A server or consumer begins something in its process, whatever its flags say.
      let isEntry = sealed.batch.kind(at: index).isEntry
      if isEntry { entries[place].entries += 1 }
      switch Self.isRemote(sealed.batch.flags(at: index)) {
      case true?: entries[place].remote += 1
      case false? where !isEntry: claim(place, table.sdk(of: index, in: sealed))
      default: break
      }
    }
  }

  /// The nodes of orphans by missing parent, service, start, ID.
  private static func orphans(of shape: TraceShape, _ table: ProcessTable) -> [Int] {
    var nodes: [Int] = []
    for node in 0..<shape.count where shape.parents[node] == TraceShape.orphan {
      nodes.append(node)
    }
    nodes.sort { one, other in
      if shape.parentIDs[one] != shape.parentIDs[other] {
        return shape.parentIDs[one] < shape.parentIDs[other]
      }
      if shape.processes[one] != shape.processes[other] {
        let first = table.processes[Int(shape.processes[one])].service
        let second = table.processes[Int(shape.processes[other])].service
        if first != second { return first < second }
      }
      let (first, second) = (shape.extent(one).start, shape.extent(other).start)
      return first != second ? first < second : shape.ids[one] < shape.ids[other]
    }
    return nodes
  }

  private mutating func claim(_ entry: Int, _ sdk: Int32) {
    if let last = claims.last, last.entry == entry, last.sdk == sdk {
      claims[claims.count - 1].count += 1
    } else {
      claims.append(LocalClaim(entry: entry, sdk: sdk, count: 1))
    }
  }

  /// Takes what the flags say for true, but for SDKs that were wrong anywhere. Once, when all traces
  /// are read.
  mutating func settleClaims() {
    for claim in claims where !wrongSDKs.contains(claim.sdk) {
      entries[claim.entry].local += claim.count
    }
    claims = []
  }

  /// Looks for the missing spans in all other traces: one pass over the IDs of the store. Of several
  /// traces that have one the lowest ID is named. `false` when cancelled.
  mutating func findElsewhere(in store: SpanStore, _ isCancelled: () -> Bool) -> Bool {
    guard !entries.isEmpty else { return true }
    let missing = Set(entries.map(\.id))
    var found: [SpanID: TraceID] = [:]
    var wasCancelled = false
    store.forEachBlock { _, sealed, rows in
      guard !wasCancelled, !isCancelled() else {
        wasCancelled = true
        return
      }
      let (ids, traces) = (sealed.batch.spanIDs, sealed.batch.traceIDs)
      for index in rows where missing.contains(ids[index]) {
        let trace = traces[index]
        found[ids[index]] = min(found[ids[index]] ?? trace, trace)
      }
    }
    // A trace that has the span itself does not miss it, so what was found is another one.
    for place in entries.indices { entries[place].elsewhere = found[entries[place].id] }
    return !wasCancelled
  }
}
