extension TraceTree {
  /// Builds the tree of one trace.
  ///
  /// Five passes without recursion, O(n log n): put the spans in order and drop exact duplicates,
  /// link each to its parent, give orphans a placeholder, cut rings, walk.
  ///
  /// Ties, duplicates and the place of a cut are decided by the data (start, span ID, then the
  /// whole contents), never by the order of arrival. The parent is looked up by trace and span ID;
  /// links are never parents.
  public init(rows: [SpanRow], of store: SpanStore) {
    var builder = TreeBuilder(rows: rows, store: store)
    builder.link()
    builder.addPlaceholders()
    builder.cutRings()
    self = builder.walk()
  }
}

/// The nodes of one trace while its tree is built: first the spans by start and ID, then the
/// placeholders.
private struct TreeBuilder {
  private var rows: [SpanRow] = []
  private var ids: [SpanID] = []
  private var parentIDs: [SpanID] = []
  private var extents: [SpanExtent] = []
  /// Spans that have no end: nothing can be said to outlive them.
  private var unended: Set<Int32> = []
  private var defects: [SpanDefects] = []
  private var placements: [Placement] = []
  /// The parent's node, or -1.
  private var parents: [Int32] = []
  /// The first node of each span ID that is its own (not invalid).
  private var nodes: [SpanID: Int32] = [:]
  /// All nodes of each span ID that several have, ascending.
  private var namesakes: [SpanID: [Int32]] = [:]
  private var duplicatesDropped = 0

  init(rows unordered: [SpanRow], store: SpanStore) {
    var entries: [Entry] = []
    entries.reserveCapacity(unordered.count)
    for row in unordered {
      let (sealed, index) = store.locate(row)
      entries.append(
        Entry(
          start: sealed.batch.starts[index], end: sealed.batch.ends[index],
          id: sealed.batch.spanIDs[index], parent: sealed.batch.parentSpanIDs[index], row: row))
    }
    entries.sort { $0.key < $1.key }
    reserve(entries.count)
    var first = 0
    while first < entries.count {
      var end = first + 1
      while end < entries.count, entries[end].key == entries[first].key { end += 1 }
      appendTies(entries[first..<end], store)
      first = end
    }
  }

  /// What ordering and linking need of a span.
  private struct Entry {
    var start: UnixNanos
    var end: UnixNanos
    var id: SpanID
    var parent: SpanID
    var row: SpanRow

    var extent: SpanExtent { SpanExtent(start: start, end: end) }
    var key: (UnixNanos, SpanID) { (extent.start, id) }
  }

  private mutating func reserve(_ count: Int) {
    rows.reserveCapacity(count)
    ids.reserveCapacity(count)
    parentIDs.reserveCapacity(count)
    extents.reserveCapacity(count)
    defects.reserveCapacity(count)
    placements.reserveCapacity(count)
    nodes.reserveCapacity(count)
  }

  /// Appends spans of the same start and ID: nearly always one. Of equal ones one is kept, and the
  /// rest are ordered by their contents.
  private mutating func appendTies(_ ties: ArraySlice<Entry>, _ store: SpanStore) {
    guard ties.count > 1 else {
      for entry in ties { append(entry) }
      return
    }
    let described = ties.map { (entry: $0, contents: SpanContents(store[$0.row].record)) }
      .sorted { one, other in
        let (first, second) = (one.entry, other.entry)
        return (first.end, first.parent, one.contents, first.row)
          < (second.end, second.parent, other.contents, second.row)
      }
    var last: SpanContents?
    for (entry, contents) in described {
      // Without an ID nothing can be called a copy, so all stay.
      if entry.id.isValid, contents == last {
        duplicatesDropped += 1
      } else {
        append(entry)
        last = contents
      }
    }
  }

  private mutating func append(_ entry: Entry) {
    var defects: SpanDefects = []
    if !entry.id.isValid {
      defects.insert(.invalidID)
    } else if let first = nodes[entry.id] {
      defects.insert(.duplicate)
      self.defects[Int(first)].insert(.duplicate)
      namesakes[entry.id, default: [first]].append(Int32(truncatingIfNeeded: rows.count))
    } else {
      nodes[entry.id] = Int32(truncatingIfNeeded: rows.count)
    }
    if SpanExtent.duration(start: entry.start, end: entry.end) < .zero {
      defects.insert(.negativeDuration)
    }
    if entry.end == .unset { unended.insert(Int32(truncatingIfNeeded: rows.count)) }
    rows.append(entry.row)
    ids.append(entry.id)
    parentIDs.append(entry.parent)
    extents.append(entry.extent)
    self.defects.append(defects)
    placements.append(.root)
  }

  /// Gives each span its parent: the span with that ID in this trace. Where several have it, the
  /// last that starts not after the child, since a run that reuses IDs has its own children.
  mutating func link() {
    parents = Array(repeating: -1, count: rows.count)
    for node in rows.indices where parentIDs[node].isValid {
      if let parent = nodes[parentIDs[node]] {
        parents[node] = namesake(of: parent, before: node)
        placements[node] = .child
      } else {
        placements[node] = .orphan
        defects[node].insert(.orphan)
      }
    }
  }

  /// Of the spans that have the ID of `parent` the one that starts last but not after `node`, else
  /// the first; of those that start together the first.
  private func namesake(of parent: Int32, before node: Int) -> Int32 {
    guard defects[Int(parent)].contains(.duplicate), let all = namesakes[ids[Int(parent)]] else {
      return parent
    }
    /// How many of them fit; those that do come first.
    func count(where fits: (UnixNanos) -> Bool) -> Int {
      var low = 0
      var high = all.count
      while low < high {
        let middle = (low + high) / 2
        if fits(extents[Int(all[middle])].start) { low = middle + 1 } else { high = middle }
      }
      return low
    }
    let started = count { $0 <= extents[node].start }
    guard started > 0 else { return parent }
    let start = extents[Int(all[started - 1])].start
    return all[count { $0 < start }]
  }

  /// Adds a node for each parent that orphans name, over the time of its orphans.
  mutating func addPlaceholders() {
    for node in rows.indices where placements[node] == .orphan {
      let missing = parentIDs[node]
      if let known = nodes[missing] {
        extents[Int(known)] = extents[Int(known)].union(extents[node])
        parents[node] = known
        continue
      }
      let placeholder = Int32(truncatingIfNeeded: rows.count)
      nodes[missing] = placeholder
      parents[node] = placeholder
      rows.append(.none)
      ids.append(missing)
      parentIDs.append(.invalid)
      extents.append(extents[node])
      defects.append([])
      placements.append(.missingParent)
      parents.append(-1)
    }
  }

  /// Finds each ring and cuts it at its first node: nodes are in order of start and ID.
  ///
  /// Follows the parents of each node until a node that was seen: in this walk, then the walk has
  /// come back to itself; in an earlier one, then all above it is known.
  mutating func cutRings() {
    var seenIn = [Int32](repeating: -1, count: rows.count)
    for start in rows.indices where seenIn[start] < 0 {
      var node = start
      while seenIn[node] < 0, parents[node] >= 0 {
        seenIn[node] = Int32(truncatingIfNeeded: start)
        node = Int(parents[node])
      }
      if seenIn[node] < 0 {
        seenIn[node] = Int32(truncatingIfNeeded: start)
      } else if seenIn[node] == Int32(truncatingIfNeeded: start), parents[node] >= 0 {
        cutRing(through: node)
      }
    }
  }

  private mutating func cutRing(through node: Int) {
    var first = node
    var member = node
    repeat {
      defects[member].insert(.ring)
      first = min(first, member)
      member = Int(parents[member])
    } while member != node
    parents[first] = -1
    placements[first] = .ringCut
  }

  /// Writes the nodes in pre-order: siblings by start, then ID.
  mutating func walk() -> TraceTree {
    let count = rows.count
    // Placeholders come behind the spans; put them where they start.
    let order = placeholdersInOrder()
    var firstChild = [Int32](repeating: -1, count: count)
    var nextSibling = [Int32](repeating: -1, count: count)
    var firstRoot: Int32 = -1
    for node in order.reversed() {
      let parent = Int(parents[Int(node)])
      if parent < 0 {
        nextSibling[Int(node)] = firstRoot
        firstRoot = node
      } else {
        nextSibling[Int(node)] = firstChild[parent]
        firstChild[parent] = node
      }
    }

    var tree = TraceTree()
    tree.reserve(count)
    tree.duplicatesDropped = duplicatesDropped
    var open: [(node: Int32, position: Int)] = []
    var next = firstRoot
    while true {
      if next >= 0 {
        let position = tree.count
        append(Int(next), parent: open.last?.position ?? -1, depth: open.count, to: &tree)
        open.append((next, position))
        next = firstChild[Int(next)]
      } else if let (node, position) = open.popLast() {
        tree.subtreeEnds[position] = UInt32(truncatingIfNeeded: tree.count)
        next = nextSibling[Int(node)]
      } else {
        return tree
      }
    }
  }

  private func placeholdersInOrder() -> [Int32] {
    let spans = placements.firstIndex(of: .missingParent) ?? rows.count
    var order = (0..<Int32(truncatingIfNeeded: rows.count)).map { $0 }
    guard spans < rows.count else { return order }
    order.sort { one, other in
      let (one, other) = (Int(one), Int(other))
      return (extents[one].start, ids[one], one) < (extents[other].start, ids[other], other)
    }
    return order
  }

  private func append(_ node: Int, parent: Int, depth: Int, to tree: inout TraceTree) {
    var defects = defects[node]
    if parent >= 0, placements[node] == .child, !extents[node].isUnset,
      !tree.extents[parent].isUnset, !tree.defects[parent].contains(.duplicate)
    {
      if extents[node].start < tree.extents[parent].start { defects.insert(.startsBeforeParent) }
      if extents[node].end > tree.extents[parent].end, !unended.contains(parents[node]) {
        defects.insert(.endsAfterParent)
      }
    }
    tree.rows.append(rows[node])
    tree.depths.append(UInt32(truncatingIfNeeded: depth))
    tree.placements.append(placements[node])
    tree.subtreeEnds.append(0)
    tree.parents.append(Int32(truncatingIfNeeded: parent))
    tree.defects.append(defects)
    tree.extents.append(extents[node])
    tree.spanIDs.append(ids[node])
    tree.extent = tree.extent.union(extents[node])
  }
}

extension TraceTree {
  fileprivate mutating func reserve(_ count: Int) {
    rows.reserveCapacity(count)
    depths.reserveCapacity(count)
    placements.reserveCapacity(count)
    subtreeEnds.reserveCapacity(count)
    parents.reserveCapacity(count)
    defects.reserveCapacity(count)
    extents.reserveCapacity(count)
    spanIDs.reserveCapacity(count)
  }
}
