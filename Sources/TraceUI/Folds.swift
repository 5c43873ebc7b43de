import TraceModel

/// What is folded of one tree.
///
/// Taken along to a tree of the same trace with more spans by the job that makes that one: for a
/// million folded rows it takes longer than a key may wait.
struct Folds: Sendable {
  let tree: TraceTree
  /// For each position whether its descendants are hidden.
  let folded: [Bool]

  /// The same spans folded in another tree of the trace; parallel to that.
  func moved(to other: TraceTree) -> [Bool] {
    var keys: [SpanID] = []
    for position in folded.indices where folded[position] { keys.append(Self.key(position, tree)) }
    guard !keys.isEmpty else { return Array(repeating: false, count: other.count) }
    var table = SpanIDTable()
    table.reset(for: keys.count)
    for index in keys.indices { _ = table.enter(index, of: keys) }
    return (0..<other.count).map { table.find(Self.key($0, other), in: keys) >= 0 }
  }

  /// A row's number, behind bits that hardly any ID has; missing parents have no row, so their ID
  /// tells them apart.
  private static func key(_ position: Int, _ tree: TraceTree) -> SpanID {
    let row = tree.rows[position]
    return row == .none ? tree.spanIDs[position] : SpanID(UInt64(row.rawValue) | 0xfeed_f01d << 32)
  }
}

/// What was folded of a tree when a job began, and the same of the tree that the job made.
struct MovedFolds: Sendable {
  let before: [Bool]
  let after: [Bool]
}
