public import TraceModel

/// The positions of a tree by the batch of their rows: what a search goes by, since it tests each
/// string of a batch once.
public struct TreeBatches: Sendable {
  /// The positions that have a row, those of one block of the store together, in ascending order.
  private var positions: [Int32] = []
  /// Where the positions of each batch lie.
  private var groups: [Range<Int>] = []
  /// The blocks of the store that hold the rows.
  public private(set) var blocks: [Int] = []

  public init() {}

  /// O(n) in the tree.
  public init(_ tree: TraceTree, _ store: SpanStore) {
    var ends = [Int](repeating: 0, count: store.blockCount + 1)
    for row in tree.rows where row != .none { ends[row.block + 1] += 1 }
    for block in 0..<store.blockCount { ends[block + 1] += ends[block] }
    blocks = (0..<store.blockCount).filter { ends[$0 + 1] > ends[$0] }
    positions = [Int32](repeating: 0, count: ends[store.blockCount])
    var next = ends
    for position in tree.rows.indices where tree.rows[position] != .none {
      let block = tree.rows[position].block
      positions[next[block]] = Int32(truncatingIfNeeded: position)
      next[block] += 1
    }
    groups = store.batches.compactMap { blocks in
      let places = ends[blocks.lowerBound]..<ends[blocks.upperBound]
      return places.isEmpty ? nil : places
    }
  }

  /// The positions of each batch; before the others the batches whose positions follow `origin`
  /// first, around the end.
  func groups(from origin: Int, count: Int) -> [ArraySlice<Int32>] {
    groups.map { places -> (distance: Int, group: ArraySlice<Int32>) in
      let group = positions[places]
      let behind = group.first { Int($0) >= origin }
      let first = group.first.map { Int($0) } ?? 0
      return (behind.map { Int($0) - origin } ?? first + count - origin, group)
    }
    .sorted { $0.distance < $1.distance }.map(\.group)
  }
}
