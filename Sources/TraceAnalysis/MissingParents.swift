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
  mutating func check(_ node: TraceShape.Node, of store: SpanStore, _ table: ProcessTable) {
    let (sealed, index) = store.locate(node.row)
    if Self.isRemote(sealed.batch.flags(at: index)) == false {
      wrongSDKs.insert(table.sdk(of: node.row, sealed.batch.intervals[index].scope))
    }
  }

  /// Adds the orphans of one trace. O(n log n) in their number.
  mutating func add(
    _ shape: TraceShape, _ trace: TraceRow, _ data: DataSet, _ table: ProcessTable
  ) {
    let summary = data.traces[trace]
    for node in Self.orphans(of: shape, table) {
      let service = table.processes[Int(node.process)].service
      let isKnown = entries.last.map {
        $0.trace == trace && $0.id == node.parentID && $0.service == service
      }
      if isKnown != true {
        entries.append(
          Entry(
            trace: trace, traceID: summary.id, id: node.parentID, service: service,
            orphans: orphans.count..<orphans.count, extent: node.extent,
            traceExtent: summary.extent))
      }
      orphans.append(node.row)
      let place = entries.count - 1
      entries[place].orphans = entries[place].orphans.lowerBound..<orphans.count
      entries[place].extent = entries[place].extent.union(node.extent)
      let (sealed, index) = data.store.locate(node.row)
      // A server or consumer begins something in its process, whatever its flags say.
      let isEntry = node.kind.isEntry
      if isEntry { entries[place].entries += 1 }
      switch Self.isRemote(sealed.batch.flags(at: index)) {
      case true?: entries[place].remote += 1
      case false? where !isEntry:
        claim(place, table.sdk(of: node.row, sealed.batch.intervals[index].scope))
      default: break
      }
    }
  }

  /// The nodes of orphans by missing parent, service, start, ID.
  private static func orphans(of shape: TraceShape, _ table: ProcessTable) -> [TraceShape.Node] {
    shape.nodes.filter { $0.parent == TraceShape.orphan }.sorted { one, other in
      if one.parentID != other.parentID { return one.parentID < other.parentID }
      if one.process != other.process {
        let first = table.processes[Int(one.process)].service
        let second = table.processes[Int(other.process)].service
        if first != second { return first < second }
      }
      let (first, second) = (one.extent.start, other.extent.start)
      return first != second ? first < second : one.id < other.id
    }
  }

  /// Adds the orphans of later traces.
  mutating func add(_ other: MissingParents) {
    let (entryCount, orphanCount) = (entries.count, orphans.count)
    for var entry in other.entries {
      let range = entry.orphans
      entry.orphans = (range.lowerBound + orphanCount)..<(range.upperBound + orphanCount)
      entries.append(entry)
    }
    orphans += other.orphans
    for var claim in other.claims {
      claim.entry += entryCount
      claims.append(claim)
    }
    wrongSDKs.formUnion(other.wrongSDKs)
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
  mutating func findElsewhere(
    in store: SpanStore, _ workers: Workers, _ isCancelled: @Sendable () -> Bool
  ) -> Bool {
    guard !entries.isEmpty else { return true }
    var missing: [SpanID] = []
    var table = SpanIDTable()
    table.reset(for: entries.count)
    var places: [Int] = []
    for entry in entries {
      let known = table.find(entry.id, in: missing)
      places.append(known < 0 ? missing.count : Int(known))
      guard known < 0 else { continue }
      missing.append(entry.id)
      _ = table.enter(missing.count - 1, of: missing)
    }
    let parts = workers.parts(of: store.blockCount)
    let (ids, known) = (missing, table)
    let hits = workers.map(parts.count) { number in
      Self.find(ids, known, in: parts[number], of: store, isCancelled)
    }
    var found = [TraceID?](repeating: nil, count: missing.count)
    for hits in hits {
      guard let hits else { return false }
      for hit in hits { found[hit.place] = min(found[hit.place] ?? hit.trace, hit.trace) }
    }
    // A trace that has the span itself does not miss it, so what was found is another one.
    for (entry, place) in places.enumerated() { entries[entry].elsewhere = found[place] }
    return true
  }

  /// The spans in some blocks that have one of the IDs; `nil` when cancelled.
  private static func find(
    _ missing: [SpanID], _ table: SpanIDTable, in blocks: Range<Int>, of store: SpanStore,
    _ isCancelled: () -> Bool
  ) -> [(place: Int, trace: TraceID)]? {
    var hits: [(place: Int, trace: TraceID)] = []
    var wasCancelled = false
    store.forEachBlock(in: blocks) { _, sealed, rows in
      guard !wasCancelled, !isCancelled() else {
        wasCancelled = true
        return
      }
      let ids = sealed.batch.ids
      for index in rows {
        let place = table.find(ids[index].spanID, in: missing)
        if place >= 0 { hits.append((Int(place), ids[index].traceID)) }
      }
    }
    return wasCancelled ? nil : hits
  }
}
