/// Tree positions in ascending order, to step through.
struct SortedPositions: Sendable {
  private(set) var positions: [Int32] = []

  init() {}

  /// `positions` must ascend.
  init(_ positions: [Int32]) { self.positions = positions }

  init(_ positions: [Int]) {
    self.positions = positions.map { Int32(truncatingIfNeeded: $0) }
  }

  var count: Int { positions.count }
  var isEmpty: Bool { positions.isEmpty }

  func contains(_ position: Int) -> Bool {
    let place = lowerBound(of: position)
    return place < positions.count && positions[place] == position
  }

  /// The nearest one behind (or before) `position`, around the end.
  func next(from position: Int, forward: Bool) -> Int? {
    guard !positions.isEmpty else { return nil }
    let place =
      forward
      ? lowerBound(of: position + 1) % positions.count
      : (lowerBound(of: position) + positions.count - 1) % positions.count
    return Int(positions[place])
  }

  /// The index of the first one that is not before `position`.
  func lowerBound(of position: Int) -> Int {
    var low = 0
    var high = positions.count
    while low < high {
      let middle = (low + high) / 2
      if positions[middle] < position { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
