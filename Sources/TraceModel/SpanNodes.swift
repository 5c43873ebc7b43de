/// A span, or a parent that is missing, while the tree of its trace is built.
///
/// All of it stands together: the passes go from node to node, not from column to column.
struct SpanNode: Sendable {
  var extent: SpanExtent
  var id: SpanID
  var parentID: SpanID
  var row: SpanRow
  var placement: Placement
  var defects: SpanDefects = []
  var isEnded: Bool

  /// The node of a parent that is not in the data.
  init(missing id: SpanID, extent: SpanExtent) {
    self.extent = extent
    self.id = id
    parentID = .invalid
    row = .none
    placement = .missingParent
    isEnded = true
  }

  init(row: SpanRow, id: SpanID, parentID: SpanID, start: UnixNanos, end: UnixNanos) {
    extent = SpanExtent(start: start, end: end)
    self.id = id
    self.parentID = parentID
    self.row = row
    placement = parentID.isValid ? .child : .root
    isEnded = end != .unset
    if !id.isValid { defects.insert(.invalidID) }
    if SpanExtent.duration(start: start, end: end) < .zero { defects.insert(.negativeDuration) }
  }

  /// What siblings are ordered by.
  var key: (UnixNanos, SpanID) { (extent.start, id) }
}

/// The spans of one trace in order, exact duplicates left out.
///
/// By start, then ID, then contents: the order of arrival does not show.
struct SpanNodes {
  private(set) var nodes: [SpanNode] = []
  private(set) var duplicatesDropped = 0

  /// `nil` when cancelled.
  init?(rows: [SpanRow], of store: SpanStore, isCancelled: () -> Bool) {
    guard let loaded = Self.load(rows, store, isCancelled) else { return nil }
    let order = Self.order(
      of: loaded.map(\.extent.start.rawValue), id: { loaded[$0].id }, isCancelled: isCancelled)
    guard let order else { return nil }
    nodes = order.map { loaded[Int($0)] }
    settleTies(store)
  }

  /// Reads the spans from the last to the first: rows of a trace come the last to arrive first, and
  /// in the order of arrival they are nearly in the order of time.
  private static func load(
    _ rows: [SpanRow], _ store: SpanStore, _ isCancelled: () -> Bool
  ) -> [SpanNode]? {
    var nodes: [SpanNode] = []
    nodes.reserveCapacity(rows.count)
    var next = rows.count - 1
    while next >= 0 {
      if isCancelled() { return nil }
      // Rows of one block are read from the same columns.
      let block = rows[next].block
      let (sealed, index) = store.locate(rows[next])
      let base = index - rows[next].offset
      let (ids, intervals) = (sealed.batch.ids, sealed.batch.intervals)
      while next >= 0, rows[next].block == block {
        let index = base + rows[next].offset
        let (own, interval) = (ids[index], intervals[index])
        nodes.append(
          SpanNode(
            row: rows[next], id: own.spanID, parentID: own.parentSpanID, start: interval.start,
            end: interval.end))
        next -= 1
      }
    }
    return nodes
  }

  /// The indices of things by start, then ID, then as given; `nil` when cancelled.
  static func order(
    of starts: [UInt64], id: (Int) -> SpanID, isCancelled: () -> Bool
  ) -> [UInt32]? {
    guard var order = KeyOrder.of(starts, isCancelled: isCancelled) else { return nil }
    var first = 0
    while first < order.count {
      let start = starts[Int(order[first])]
      var end = first + 1
      while end < order.count, starts[Int(order[end])] == start { end += 1 }
      if end - first > 1 {
        guard orderByID(&order, first..<end, id, isCancelled) else { return nil }
      }
      first = end
    }
    return order
  }

  /// Orders things that start together by ID; `false` when cancelled.
  private static func orderByID(
    _ order: inout [UInt32], _ range: Range<Int>, _ id: (Int) -> SpanID, _ isCancelled: () -> Bool
  ) -> Bool {
    if range.count > 32 {
      let together = Array(order[range])
      let ids = together.map { id(Int($0)).rawValue }
      guard let byID = KeyOrder.of(ids, isCancelled: isCancelled) else { return false }
      for (place, index) in zip(range, byID) { order[place] = together[Int(index)] }
      return true
    }
    // Nearly always there are only a few, which are inserted one by one.
    for next in range.dropFirst() {
      let moved = order[next]
      let movedID = id(Int(moved))
      var place = next
      while place > range.lowerBound, movedID < id(Int(order[place - 1])) {
        order[place] = order[place - 1]
        place -= 1
      }
      order[place] = moved
    }
    return true
  }

  /// Of spans of the same start and ID that are equal keeps one, and orders the rest by contents.
  private mutating func settleTies(_ store: SpanStore) {
    var kept = 0
    var first = 0
    while first < nodes.count {
      var end = first + 1
      while end < nodes.count, nodes[end].key == nodes[first].key { end += 1 }
      if end - first == 1 {
        if kept != first { nodes[kept] = nodes[first] }
        kept += 1
      } else {
        for node in Self.settled(nodes[first..<end], store) {
          nodes[kept] = node
          kept += 1
        }
      }
      first = end
    }
    duplicatesDropped = nodes.count - kept
    nodes.removeLast(duplicatesDropped)
  }

  private static func settled(_ ties: ArraySlice<SpanNode>, _ store: SpanStore) -> [SpanNode] {
    let described = ties.map { node in
      let record = store[node.row].record
      return (node: node, end: record.end, contents: SpanContents(record))
    }
    .sorted { one, other in
      (one.end, one.node.parentID, one.contents, one.node.row)
        < (other.end, other.node.parentID, other.contents, other.node.row)
    }
    var settled: [SpanNode] = []
    var last: SpanContents?
    for (node, _, contents) in described {
      // Without an ID nothing can be called a copy, so all stay.
      if node.id.isValid, contents == last { continue }
      settled.append(node)
      last = contents
    }
    return settled
  }
}
