public import TraceModel

/// The chain of spans that determined when each root of a tree ended.
///
/// Whatever is on it delays the root when it takes longer; whatever is not, could have taken longer
/// without harm. (CRISP, USENIX ATC 2022, section 3; as in Jaeger's user interface, but with `≤`, so
/// that of children that follow one another at the same nanosecond none is lost.)
public enum CriticalPath {
  /// Whether each row of `tree` is on the critical path of its root, parallel to `tree`.
  ///
  /// From a span's end backwards: the child that ended last before that moment is on the path, then
  /// the one that ended last before *that* child started, and so on.
  ///
  ///     root     |0.................................100|   on the path
  ///       a         |5..........40|                        on it: ended last before c started
  ///       b            |10..30|                            not: a ran longer
  ///       c                       |40........90|           on it: 40 ≤ 40
  ///       d                                |80.......150|  not followed beyond 100, so it is the
  ///                                                        last to end: then c (90 > 80) is not
  ///
  /// A child is clipped to the part of its parent that is on the path, so work that outlives its
  /// caller is not followed beyond the caller's end. Every row that is on the path hangs under one
  /// that is. O(n log n) at worst, without recursion; children that follow one another cost O(n).
  public static func of(_ tree: TraceTree) -> [Bool] {
    var isCritical = [Bool](repeating: false, count: tree.count)
    var open: [Visit] = []
    var candidates: [Candidate] = []
    var root = 0
    while root < tree.count {
      open.append(Visit(position: root, window: tree.extents[root]))
      while let visit = open.popLast() {
        isCritical[visit.position] = true
        candidates.removeAll(keepingCapacity: true)
        collectChildren(of: visit, in: tree, into: &candidates)
        // The last to end comes first; of those that end together, the one that is drawn last.
        candidates.sort { ($1.window.end, $1.position) < ($0.window.end, $0.position) }
        var moment = visit.window.end
        for child in candidates where child.window.end <= moment {
          open.append(child)
          moment = child.window.start
        }
      }
      root = Int(tree.subtreeEnds[root])
    }
    return isCritical
  }

  /// A row and the part of it that can have mattered.
  private struct Visit {
    var position: Int
    var window: SpanExtent
  }
  private typealias Candidate = Visit

  /// Appends the children that overlap or touch the visit's window, clipped to it.
  private static func collectChildren(
    of visit: Visit, in tree: TraceTree, into children: inout [Candidate]
  ) {
    let end = Int(tree.subtreeEnds[visit.position])
    var child = visit.position + 1
    while child < end {
      let extent = tree.extents[child]
      let from = max(extent.start, visit.window.start)
      let to = min(extent.end, visit.window.end)
      if !extent.isUnset, from <= to {
        children.append(
          Candidate(position: child, window: SpanExtent(start: from, end: to)))
      }
      child = Int(tree.subtreeEnds[child])
    }
  }
}
