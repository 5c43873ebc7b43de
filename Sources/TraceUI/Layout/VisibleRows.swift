import TraceModel

/// Which rows of a tree are on show, after folding and filtering.
struct VisibleRows: Sendable {
  /// Tree positions, ascending.
  private(set) var positions: [Int32] = []

  /// One pass: a folded row hides its descendants; with a filter only kept rows are on show.
  init(tree: TraceTree, folded: [Bool], kept: [Bool]?) {
    positions.reserveCapacity(tree.count)
    var position = 0
    while position < tree.count {
      if kept?[position] ?? true { positions.append(Int32(truncatingIfNeeded: position)) }
      position = folded[position] ? Int(tree.subtreeEnds[position]) : position + 1
    }
  }

  init() {}

  var count: Int { positions.count }

  subscript(index: Int) -> Int { Int(positions[index]) }

  /// Where a position is on show; if it is hidden, the row that hides it: the last before it.
  func index(of position: Int) -> Int {
    var low = 0
    var high = positions.count
    while low < high {
      let middle = (low + high) / 2
      if positions[middle] <= position { low = middle + 1 } else { high = middle }
    }
    return max(0, low - 1)
  }
}
