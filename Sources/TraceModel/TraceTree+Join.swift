extension TraceTree {
  /// A tree with one row of placement `.proposedRoot`, and `trees` below it in the order given.
  ///
  /// Pre-order is kept: every tree is moved one deeper and behind the rows before it. The first row
  /// stands for no span, so its span ID is invalid. It is drawn over `extent` and whatever sticks
  /// out of it. O(n).
  public init(enclosing trees: [TraceTree], over extent: SpanExtent) {
    self.init()
    let total = trees.reduce(1) { $0 + $1.count }
    rows = [.none]
    depths = [0]
    placements = [.proposedRoot]
    subtreeEnds = [UInt32(truncatingIfNeeded: total)]
    parents = [-1]
    defects = [[]]
    spanIDs = [.invalid]
    self.extent = trees.reduce(extent) { $0.union($1.extent) }
    extents = [self.extent]
    for tree in trees {
      let shift = rows.count
      rows += tree.rows
      depths += tree.depths.map { $0 &+ 1 }
      placements += tree.placements
      subtreeEnds += tree.subtreeEnds.map { $0 &+ UInt32(truncatingIfNeeded: shift) }
      parents += tree.parents.map { $0 < 0 ? 0 : $0 &+ Int32(truncatingIfNeeded: shift) }
      defects += tree.defects
      extents += tree.extents
      spanIDs += tree.spanIDs
      duplicatesDropped += tree.duplicatesDropped
    }
  }
}
