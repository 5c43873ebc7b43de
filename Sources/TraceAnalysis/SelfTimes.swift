public import TraceModel

/// The part of each span's duration that none of its children covers.
public enum SelfTimes {
  /// The self time of each row of `tree`, parallel to it. O(n), without recursion.
  ///
  /// A span's extent less the *union* of its children's extents, clipped to its own: what children
  /// do at the same time counts once, and what they do outside of it not at all.
  ///
  ///     span      |0...................100|
  ///     child        |10....40|
  ///     child            |30.....60|              10...60 is covered once
  ///     child                        |90......120|   90...100 counts
  ///     self      ====              ======           10 + 30 = 40
  ///
  /// Rows that stand for no span have no time of their own. A span that ends before it starts has
  /// none either.
  public static func of(_ tree: TraceTree) -> [DurationNanos] {
    var covered = [UInt64](repeating: 0, count: tree.count)
    // Up to where the children so far have covered each row: children come in the order of start.
    var reached = tree.extents.map(\.start)
    for position in tree.rows.indices {
      let parent = Int(tree.parents[position])
      guard parent >= 0 else { continue }
      let from = max(tree.extents[position].start, reached[parent])
      let to = min(tree.extents[position].end, tree.extents[parent].end)
      guard from < to else { continue }
      covered[parent] &+= to.rawValue &- from.rawValue
      reached[parent] = to
    }
    return tree.rows.indices.map { position in
      guard tree.rows[position] != .none else { return .zero }
      let extent = tree.extents[position]
      let length = extent.end.rawValue &- extent.start.rawValue
      return DurationNanos(Int64(clamping: length &- covered[position]))
    }
  }
}
