import TraceModel

/// The spans of one trace and who is whose parent: as much of a tree as looking for defects needs.
///
/// Made once and filled for trace after trace, so its arrays are allocated once. A trace in which
/// every ID occurs once and no span is its own ancestor is read straight from the columns; any other
/// takes the way of `TraceTree`, which decides about duplicates and rings.
struct TraceShape {
  /// One span.
  struct Node {
    let row: SpanRow
    let id: SpanID
    let parentID: SpanID
    let start: UnixNanos
    let end: UnixNanos
    let process: Int32
    /// The parent's node; `root` or `orphan` where there is none.
    fileprivate(set) var parent = TraceShape.root
    let kind: SpanKind
    let resolution: TimeResolution
    /// Rings and duplicates; other defects are left to the reader.
    fileprivate(set) var defects: SpanDefects = []

    var extent: SpanExtent { SpanExtent(start: start, end: end) }
    /// Whether a span of a ring is all of the ring.
    var isOwnParent: Bool { defects.contains(.ring) && parentID == id }
  }

  private(set) var nodes: [Node] = []
  private(set) var duplicatesDropped = 0
  /// How many rings of two spans and more were cut.
  private(set) var ringCount = 0

  static let root: Int32 = -1
  static let orphan: Int32 = -2

  /// The IDs of the nodes, for the table.
  private var ids: [SpanID] = []
  private var table = SpanIDTable()
  private var seenIn: [Int32] = []

  /// Reads the spans of a trace. O(n), or O(n log n) with duplicates or rings.
  mutating func read(_ all: [SpanRow], of store: SpanStore, _ table: ProcessTable) {
    load(all, store, table)
    if link(), !hasRing() { return }
    let tree = TraceTree(rows: all, of: store)
    load(tree.rows.filter { $0 != .none }, store, table)
    duplicatesDropped = tree.duplicatesDropped
    take(tree)
  }

  private mutating func load(_ all: [SpanRow], _ store: SpanStore, _ table: ProcessTable) {
    nodes.removeAll(keepingCapacity: true)
    ids.removeAll(keepingCapacity: true)
    nodes.reserveCapacity(all.count)
    ids.reserveCapacity(all.count)
    duplicatesDropped = 0
    ringCount = 0
    store.forEachRun(of: all) { rows, sealed, shift in
      let (own, intervals) = (sealed.batch.ids, sealed.batch.intervals)
      let processes = table.numbers(ofBlock: rows[rows.startIndex].block)
      ids.append(addingCapacity: rows.count) { output in
        for row in rows { output.append(own[Int(row.rawValue) + shift].spanID) }
      }
      nodes.append(addingCapacity: rows.count) { output in
        for row in rows {
          let index = Int(row.rawValue) + shift
          let interval = intervals[index]
          output.append(
            Node(
              row: row, id: own[index].spanID, parentID: own[index].parentSpanID,
              start: interval.start, end: interval.end,
              process: processes[Int(interval.scope.rawValue)],
              kind: sealed.batch.kind(at: index),
              resolution: sealed.batch.resolution(at: index)))
        }
      }
    }
  }

  /// Gives each span its parent; `false` if an ID occurs twice.
  private mutating func link() -> Bool {
    table.reset(for: ids.count)
    for node in ids.indices where ids[node].isValid {
      if table.enter(node, of: ids) != node { return false }
    }
    for node in nodes.indices where nodes[node].parentID.isValid {
      let parent = table.find(nodes[node].parentID, in: ids)
      nodes[node].parent = parent < 0 ? Self.orphan : parent
    }
    return true
  }

  /// Whether a span is its own ancestor. Follows each node's parents until one that was seen.
  private mutating func hasRing() -> Bool {
    seenIn.removeAll(keepingCapacity: true)
    for _ in nodes { seenIn.append(-1) }
    for start in nodes.indices where seenIn[start] < 0 {
      let mark = Int32(truncatingIfNeeded: start)
      var node = mark
      while node >= 0, seenIn[Int(node)] < 0 {
        seenIn[Int(node)] = mark
        node = nodes[Int(node)].parent
      }
      if node >= 0, seenIn[Int(node)] == mark { return true }
    }
    return false
  }

  /// Takes the parents from a tree whose spans were loaded in its order.
  private mutating func take(_ tree: TraceTree) {
    var places: [Int32] = []
    var next: Int32 = 0
    for row in tree.rows {
      places.append(row == .none ? -1 : next)
      if row != .none { next += 1 }
    }
    for position in tree.rows.indices where places[position] >= 0 {
      let node = Int(places[position])
      nodes[node].defects = tree.defects[position].intersection([.ring, .duplicate])
      if tree.placements[position] == .ringCut, !nodes[node].isOwnParent { ringCount += 1 }
      switch tree.placements[position] {
      case .child: nodes[node].parent = places[Int(tree.parents[position])]
      case .orphan: nodes[node].parent = Self.orphan
      case .root, .ringCut, .missingParent, .proposedRoot: nodes[node].parent = Self.root
      }
    }
  }
}
