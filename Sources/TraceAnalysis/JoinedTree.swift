public import TraceModel

/// The trees of unjoined roots under the span that is missing around them.
public enum JoinedTree {
  /// One tree: a row of placement `.proposedRoot` over `group.extent`, and below it the rows of
  /// `trees`, one deeper each, in the order given. The data itself is not changed. O(n).
  ///
  ///     ○ (proposed)    SpanRow.none
  ///       ├ add         tree 0
  ///       └ subtract    tree 1
  public static func make(_ group: UnjoinedRoots, trees: [TraceTree]) -> TraceTree {
    TraceTree(enclosing: trees, over: group.extent)
  }
}
