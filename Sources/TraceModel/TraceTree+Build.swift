extension TraceTree {
  /// Builds the tree of one trace.
  public init(rows: [SpanRow], of store: SpanStore) {
    self = TraceTree(rows: rows, of: store, workers: .none, isCancelled: { false }) ?? TraceTree()
  }

  /// Builds the tree of one trace; `nil` when cancelled.
  ///
  /// Passes without recursion, linear but for spans of the same start: put the spans in order and
  /// drop exact duplicates, link each to its parent, give orphans a placeholder, cut rings, walk.
  ///
  /// Ties, duplicates and the place of a cut are decided by the data (start, span ID, then the
  /// whole contents), never by the order of arrival. The parent is looked up by trace and span ID;
  /// links are never parents.
  public init?(
    rows: [SpanRow], of store: SpanStore, workers: Workers, isCancelled: @Sendable () -> Bool
  ) {
    guard let nodes = SpanNodes(rows: rows, of: store, isCancelled: isCancelled) else {
      return nil
    }
    var builder = TreeBuilder(nodes)
    guard builder.link(workers, isCancelled) else { return nil }
    builder.joinHalves(store)
    builder.addPlaceholders()
    builder.cutRings()
    guard let tree = builder.walk(workers, isCancelled) else { return nil }
    self = tree
  }
}

/// The nodes of one trace while its tree is built: first the spans by start and ID, then the
/// placeholders.
private struct TreeBuilder {
  private var nodes: [SpanNode]
  /// The IDs of the nodes, on their own because looking them up reads nothing else.
  private var ids: [SpanID]
  /// The parent of each node, or -1.
  private var parents: [Int32] = []
  /// The nodes whose parent is not there.
  private var orphans: [Int32] = []
  /// How many nodes stand for a span.
  private let spanCount: Int
  /// The nodes of IDs that several have, by the first that has the ID and then by start.
  private var namesakes: [Namesake] = []
  private let duplicatesDropped: Int

  private struct Namesake {
    var first: Int32
    var node: Int32
  }

  init(_ spans: SpanNodes) {
    nodes = spans.nodes
    ids = nodes.map(\.id)
    spanCount = nodes.count
    duplicatesDropped = spans.duplicatesDropped
  }

  // MARK: Linking

  /// Gives each span its parent: the span with that ID in this trace. Where several have it, the
  /// last that starts not after the child, since a run that reuses IDs has its own children.
  mutating func link(_ workers: Workers, _ isCancelled: @Sendable () -> Bool) -> Bool {
    guard let table = enterIDs(isCancelled),
      let found = findParents(table, workers, isCancelled)
    else { return false }
    parents.reserveCapacity(spanCount)
    for parent in found.joined() {
      let node = parents.count
      if parent >= 0 {
        parents.append(namesakes.isEmpty ? parent : namesake(of: parent, before: node))
      } else {
        parents.append(-1)
        if nodes[node].parentID.isValid { addOrphan(node) }
      }
    }
    return true
  }

  /// The first node with the ID of each span's parent, or -1; in pieces.
  private func findParents(
    _ table: SpanIDTable, _ workers: Workers, _ isCancelled: @Sendable () -> Bool
  ) -> [[Int32]]? {
    let pieces = Pieces.of(spanCount)
    let found = workers.map(pieces.count) { number -> [Int32] in
      if isCancelled() { return [] }
      // Siblings often stand together, and so do a parent and its first child.
      var last = (id: SpanID.invalid, node: Int32(-1))
      return pieces[number].map { node in
        let wanted = nodes[node].parentID
        if wanted != last.id {
          let isNext = node > 0 && ids[node - 1] == wanted && nodes[node - 1].defects.isEmpty
          last.id = wanted
          last.node = isNext ? Int32(truncatingIfNeeded: node - 1) : table.find(wanted, in: ids)
        }
        return last.node
      }
    }
    return isCancelled() ? nil : found
  }

  private mutating func addOrphan(_ node: Int) {
    nodes[node].placement = .orphan
    nodes[node].defects.insert(.orphan)
    orphans.append(Int32(truncatingIfNeeded: node))
  }

  /// The first node of each ID that is one; marks those that several have.
  private mutating func enterIDs(_ isCancelled: () -> Bool) -> SpanIDTable? {
    var table = SpanIDTable()
    table.reset(for: spanCount)
    for piece in Pieces.of(spanCount) {
      if isCancelled() { return nil }
      for node in piece where ids[node].isValid {
        let first = table.enter(node, of: ids)
        if first != node { addNamesake(node, of: first) }
      }
    }
    namesakes.sort { ($0.first, $0.node) < ($1.first, $1.node) }
    return table
  }

  private mutating func addNamesake(_ node: Int, of first: Int) {
    let number = Int32(truncatingIfNeeded: first)
    if !nodes[first].defects.contains(.duplicate) {
      nodes[first].defects.insert(.duplicate)
      namesakes.append(Namesake(first: number, node: number))
    }
    nodes[node].defects.insert(.duplicate)
    namesakes.append(Namesake(first: number, node: Int32(truncatingIfNeeded: node)))
  }

  /// Of the spans that have the ID of `first` the one that starts last but not after `node`, else
  /// the first; of those that start together the first.
  private func namesake(of first: Int32, before node: Int) -> Int32 {
    guard nodes[Int(first)].defects.contains(.duplicate) else { return first }
    /// Where the first of them stands that does not come before (or with) a moment.
    func place(of moment: UnixNanos, orEqual: Bool) -> Int {
      var low = 0
      var high = namesakes.count
      while low < high {
        let middle = (low + high) / 2
        let start = nodes[Int(namesakes[middle].node)].extent.start
        let comes = start < moment || orEqual && start == moment
        let isBefore =
          namesakes[middle].first < first || namesakes[middle].first == first && comes
        if isBefore { low = middle + 1 } else { high = middle }
      }
      return low
    }
    let started = place(of: nodes[node].extent.start, orEqual: true)
    guard started > 0, namesakes[started - 1].first == first else { return first }
    let start = nodes[Int(namesakes[started - 1].node)].extent.start
    return namesakes[place(of: start, orEqual: false)].node
  }

  /// Puts the server's half of a call under the client's, where they share an ID, and each child
  /// under the half of its own service. They are no duplicates then.
  mutating func joinHalves(_ store: SpanStore) {
    var halves: [Int32: CallHalves] = [:]
    var next = 0
    while next < namesakes.count {
      let first = namesakes[next].first
      var end = next + 1
      while end < namesakes.count, namesakes[end].first == first { end += 1 }
      if end - next == 2,
        let pair = CallHalves(namesakes[next].node, namesakes[next + 1].node, nodes, store)
      {
        (halves[pair.client], halves[pair.server]) = (pair, pair)
      }
      next = end
    }
    if halves.isEmpty { return }
    for node in 0..<spanCount where parents[node] >= 0 {
      guard nodes[Int(parents[node])].defects.contains(.duplicate),
        let pair = halves[parents[node]]
      else { continue }
      let (sealed, index) = store.locate(nodes[node].row)
      parents[node] = pair.parent(ofChildIn: sealed.service(at: index)) ?? parents[node]
    }
    orphans.removeAll { halves[$0]?.server == $0 }
    for (node, pair) in halves {
      nodes[Int(node)].defects.remove(.duplicate)
      guard node == pair.server else { continue }
      parents[Int(node)] = pair.client
      nodes[Int(node)].placement = .child
      nodes[Int(node)].defects.remove(.orphan)
    }
  }

  /// Adds a node for each parent that orphans name, over the time of its orphans.
  mutating func addPlaceholders() {
    guard !orphans.isEmpty else { return }
    var table = SpanIDTable()
    table.reset(for: orphans.count)
    for orphan in orphans {
      let node = nodes[Int(orphan)]
      ids.append(node.parentID)
      let placeholder = table.enter(ids.count - 1, of: ids)
      parents[Int(orphan)] = Int32(truncatingIfNeeded: placeholder)
      if placeholder < nodes.count {
        ids.removeLast()
        nodes[placeholder].extent = nodes[placeholder].extent.union(node.extent)
      } else {
        nodes.append(SpanNode(missing: node.parentID, extent: node.extent))
        parents.append(-1)
      }
    }
  }

  // MARK: Rings

  /// Finds each ring and cuts it at its first node: nodes are in order of start and ID.
  ///
  /// The first node of a ring has its parent behind it, or is its own. From each such node the
  /// parents are followed: to one that was seen in this walk, which has come back to itself; or to
  /// one that was seen in an earlier walk, or comes before the node, and then all above it is known.
  mutating func cutRings() {
    var seenIn: [Int32] = []
    for start in 0..<spanCount where start..<spanCount ~= Int(parents[start]) {
      if seenIn.isEmpty { seenIn = Array(repeating: -1, count: nodes.count) }
      let mark = Int32(truncatingIfNeeded: start)
      var node = start
      while node >= start, seenIn[node] < 0 {
        seenIn[node] = mark
        node = Int(parents[node])
      }
      if node >= start, seenIn[node] == mark { cutRing(through: node) }
    }
  }

  private mutating func cutRing(through node: Int) {
    var first = node
    var member = node
    repeat {
      nodes[member].defects.insert(.ring)
      first = min(first, member)
      member = Int(parents[member])
    } while member != node
    parents[first] = -1
    nodes[first].placement = .ringCut
  }

  // MARK: Walking

  /// The next nodes to go to from a node, or -1.
  private struct Links {
    var firstChild: Int32 = -1
    var nextSibling: Int32 = -1
  }

  /// Writes the nodes in pre-order: siblings by start, then ID; `nil` when cancelled.
  func walk(_ workers: Workers, _ isCancelled: @Sendable () -> Bool) -> TraceTree? {
    guard let (firstRoot, links) = linksBetweenSiblings(isCancelled) else { return nil }
    let count = nodes.count
    var tree = TraceTree()
    tree.duplicatesDropped = duplicatesDropped
    tree.depths.reserveCapacity(count)
    tree.parents.reserveCapacity(count)
    tree.subtreeEnds = Array(repeating: 0, count: count)
    var order: [Int32] = []
    order.reserveCapacity(count)
    var next = firstRoot
    var parent = -1
    var depth: UInt32 = 0
    while true {
      if next >= 0 {
        if order.count & 0xffff == 0, isCancelled() { return nil }
        tree.depths.append(depth)
        tree.parents.append(Int32(truncatingIfNeeded: parent))
        parent = order.count
        depth &+= 1
        order.append(next)
        next = links[Int(next)].firstChild
      } else if parent >= 0 {
        tree.subtreeEnds[parent] = UInt32(truncatingIfNeeded: order.count)
        next = links[Int(order[parent])].nextSibling
        parent = Int(tree.parents[parent])
        depth &-= 1
      } else {
        break
      }
    }
    return fill(tree, order, workers, isCancelled)
  }

  private func linksBetweenSiblings(
    _ isCancelled: () -> Bool
  ) -> (firstRoot: Int32, links: [Links])? {
    // Placeholders come behind the spans; here each comes where it starts.
    let missing = Array(nodes[spanCount...])
    let order = SpanNodes.order(
      of: missing.map(\.extent.start.rawValue), id: { missing[$0].id }, isCancelled: isCancelled)
    guard let order else { return nil }
    var links = [Links](repeating: Links(), count: nodes.count)
    var firstRoot: Int32 = -1
    var span = spanCount - 1
    var placeholder = order.count - 1
    while span >= 0 || placeholder >= 0 {
      if span & 0xffff == 0, isCancelled() { return nil }
      let node: Int
      if placeholder < 0 || span >= 0 && missing[Int(order[placeholder])].key < nodes[span].key {
        node = span
        span -= 1
      } else {
        node = spanCount + Int(order[placeholder])
        placeholder -= 1
      }
      let number = Int32(truncatingIfNeeded: node)
      let parent = Int(parents[node])
      if parent < 0 {
        links[node].nextSibling = firstRoot
        firstRoot = number
      } else {
        links[node].nextSibling = links[parent].firstChild
        links[parent].firstChild = number
      }
    }
    return (firstRoot, links)
  }

  /// Fills the other columns of a tree whose rows are the nodes in that order.
  private func fill(
    _ shape: TraceTree, _ order: [Int32], _ workers: Workers, _ isCancelled: @Sendable () -> Bool
  ) -> TraceTree? {
    let pieces = Pieces.of(order.count)
    let parts = workers.map(pieces.count) { number -> TraceTree in
      var part = TraceTree()
      if isCancelled() { return part }
      part.reserve(pieces[number].count)
      for position in pieces[number] { append(Int(order[position]), to: &part) }
      return part
    }
    if isCancelled() { return nil }
    var tree = shape
    tree.reserve(order.count)
    for part in parts {
      tree.rows += part.rows
      tree.placements += part.placements
      tree.defects += part.defects
      tree.extents += part.extents
      tree.spanIDs += part.spanIDs
      tree.extent = tree.extent.union(part.extent)
    }
    return tree
  }

  private func append(_ number: Int, to part: inout TraceTree) {
    let node = nodes[number]
    var defects = node.defects
    if node.placement == .child, !node.extent.isUnset {
      let parent = nodes[Int(parents[number])]
      if !parent.extent.isUnset, !parent.defects.contains(.duplicate) {
        if node.extent.start < parent.extent.start { defects.insert(.startsBeforeParent) }
        // Nothing can be said to outlive a span that has no end.
        if node.extent.end > parent.extent.end, parent.isEnded { defects.insert(.endsAfterParent) }
      }
    }
    part.rows.append(node.row)
    part.placements.append(node.placement)
    part.defects.append(defects)
    part.extents.append(node.extent)
    part.spanIDs.append(node.id)
    part.extent = part.extent.union(node.extent)
  }
}

extension TraceTree {
  fileprivate mutating func reserve(_ count: Int) {
    rows.reserveCapacity(count)
    placements.reserveCapacity(count)
    defects.reserveCapacity(count)
    extents.reserveCapacity(count)
    spanIDs.reserveCapacity(count)
  }
}
