import TraceModel

/// The parents that orphans name and that are not in their trace.
struct MissingParents {
  /// One missing parent and its orphans.
  struct Entry {
    var trace: TraceRow
    var traceID: TraceID
    var id: SpanID
    /// The orphans' places in `orphans`, by start, then ID.
    var orphans: Range<Int>
    /// How many of them say that their parent is in another process (flags, bits 8 and 9).
    var remote = 0
    /// How many of them say that it is in their own.
    var local = 0
    /// How many of them are of kind server or consumer.
    var entries = 0
    var extent: SpanExtent
    /// The process of the first orphan.
    var process: Int32
    var traceExtent: SpanExtent
    /// Another trace that has a span with that ID.
    var elsewhere: TraceID?
  }

  private(set) var entries: [Entry] = []
  private(set) var orphans: [SpanRow] = []

  /// Bit 8 of a span's flags says that bit 9 is known: that the parent is remote. (trace.proto,
  /// `SPAN_FLAGS_CONTEXT_HAS_IS_REMOTE_MASK` and `SPAN_FLAGS_CONTEXT_IS_REMOTE_MASK`.)
  private static let knowsRemote: UInt32 = 1 << 8
  private static let isRemote: UInt32 = 1 << 9

  /// Adds the orphans of one trace. O(n log n) in their number.
  mutating func add(_ shape: TraceShape, _ trace: TraceRow, _ data: DataSet) {
    var nodes: [Int] = []
    for node in 0..<shape.count where shape.parents[node] == TraceShape.orphan {
      nodes.append(node)
    }
    nodes.sort { one, other in
      if shape.parentIDs[one] != shape.parentIDs[other] {
        return shape.parentIDs[one] < shape.parentIDs[other]
      }
      let (first, second) = (shape.extent(one).start, shape.extent(other).start)
      return first != second ? first < second : shape.ids[one] < shape.ids[other]
    }
    let summary = data.traces[trace]
    var last: SpanID?
    for node in nodes {
      if shape.parentIDs[node] != last {
        last = shape.parentIDs[node]
        entries.append(
          Entry(
            trace: trace, traceID: summary.id, id: shape.parentIDs[node],
            orphans: orphans.count..<orphans.count, extent: shape.extent(node),
            process: shape.processes[node], traceExtent: summary.extent))
      }
      orphans.append(shape.rows[node])
      let (sealed, index) = data.store.locate(shape.rows[node])
      let flags = sealed.batch.flags(at: index)
      let place = entries.count - 1
      entries[place].orphans = entries[place].orphans.lowerBound..<orphans.count
      entries[place].extent = entries[place].extent.union(shape.extent(node))
      if flags & Self.knowsRemote != 0 {
        if flags & Self.isRemote != 0 {
          entries[place].remote += 1
        } else {
          entries[place].local += 1
        }
      }
      if sealed.batch.kind(at: index).isEntry { entries[place].entries += 1 }
    }
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
