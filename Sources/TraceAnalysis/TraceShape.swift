import TraceModel

/// The spans of one trace and who is whose parent: as much of a tree as looking for defects needs.
///
/// Made once and filled for trace after trace, so its arrays are allocated once. A trace in which
/// every ID occurs once and no span is its own ancestor is read straight from the columns; any other
/// takes the way of `TraceTree`, which decides about duplicates and rings.
struct TraceShape {
  private(set) var rows: [SpanRow] = []
  private(set) var ids: [SpanID] = []
  private(set) var parentIDs: [SpanID] = []
  private(set) var starts: [UnixNanos] = []
  private(set) var ends: [UnixNanos] = []
  /// The parent's node; `root` or `orphan` where there is none.
  private(set) var parents: [Int32] = []
  /// The process of each span.
  private(set) var processes: [Int32] = []
  /// Rings and duplicates; other defects are left to the reader.
  private(set) var defects: [SpanDefects] = []
  private(set) var duplicatesDropped = 0
  /// How many rings of two spans and more were cut.
  private(set) var ringCount = 0

  static let root: Int32 = -1
  static let orphan: Int32 = -2

  private var table = SpanIDTable()
  private var seenIn: [Int32] = []

  var count: Int { rows.count }

  /// Whether a span of a ring is all of the ring.
  func isOwnParent(_ node: Int) -> Bool {
    defects[node].contains(.ring) && parentIDs[node] == ids[node]
  }

  func extent(_ node: Int) -> SpanExtent { SpanExtent(start: starts[node], end: ends[node]) }

  /// Reads the spans of a trace. O(n), or O(n log n) with duplicates or rings.
  mutating func read(_ all: [SpanRow], of store: SpanStore, _ table: inout ProcessTable) {
    load(all, store, &table)
    if link(), !hasRing() { return }
    let tree = TraceTree(rows: all, of: store)
    load(tree.rows.filter { $0 != .none }, store, &table)
    duplicatesDropped = tree.duplicatesDropped
    take(tree)
  }

  private mutating func load(
    _ all: [SpanRow], _ store: SpanStore, _ table: inout ProcessTable
  ) {
    rows.removeAll(keepingCapacity: true)
    ids.removeAll(keepingCapacity: true)
    parentIDs.removeAll(keepingCapacity: true)
    starts.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    parents.removeAll(keepingCapacity: true)
    processes.removeAll(keepingCapacity: true)
    defects.removeAll(keepingCapacity: true)
    duplicatesDropped = 0
    ringCount = 0
    for row in all {
      let (sealed, index) = store.locate(row)
      rows.append(row)
      ids.append(sealed.batch.spanIDs[index])
      parentIDs.append(sealed.batch.parentSpanIDs[index])
      starts.append(sealed.batch.starts[index])
      ends.append(sealed.batch.ends[index])
      parents.append(Self.root)
      processes.append(table.number(of: index, in: sealed))
      defects.append([])
    }
  }

  /// Gives each span its parent; `false` if an ID occurs twice.
  private mutating func link() -> Bool {
    table.reset(for: count)
    for node in ids.indices where ids[node].isValid {
      if table.enter(node, of: ids) != node { return false }
    }
    for node in ids.indices where parentIDs[node].isValid {
      let parent = table.find(parentIDs[node], in: ids)
      parents[node] = parent < 0 ? Self.orphan : parent
    }
    return true
  }

  /// Whether a span is its own ancestor. Follows each node's parents until one that was seen.
  private mutating func hasRing() -> Bool {
    seenIn.removeAll(keepingCapacity: true)
    for _ in 0..<count { seenIn.append(-1) }
    for start in rows.indices where seenIn[start] < 0 {
      let mark = Int32(truncatingIfNeeded: start)
      var node = mark
      while node >= 0, seenIn[Int(node)] < 0 {
        seenIn[Int(node)] = mark
        node = parents[Int(node)]
      }
      if node >= 0, seenIn[Int(node)] == mark { return true }
    }
    return false
  }

  /// Takes the parents from a tree whose spans were loaded in its order.
  private mutating func take(_ tree: TraceTree) {
    var nodes: [Int32] = []
    var next: Int32 = 0
    for row in tree.rows {
      nodes.append(row == .none ? -1 : next)
      if row != .none { next += 1 }
    }
    for position in tree.rows.indices where nodes[position] >= 0 {
      let node = Int(nodes[position])
      defects[node] = tree.defects[position].intersection([.ring, .duplicate])
      if tree.placements[position] == .ringCut, !isOwnParent(node) { ringCount += 1 }
      switch tree.placements[position] {
      case .child: parents[node] = nodes[Int(tree.parents[position])]
      case .orphan: parents[node] = Self.orphan
      case .root, .ringCut, .missingParent, .proposedRoot: parents[node] = Self.root
      }
    }
  }
}
