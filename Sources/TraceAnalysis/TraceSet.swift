public import TraceModel

/// Some of the traces of a data set.
public struct TraceSet: Sendable, Equatable {
  private let first: Int
  /// For each trace of the table whether it is one of them.
  public private(set) var members: [Bool]

  /// None of the traces of `table`.
  public init(of table: TraceTable = TraceTable()) {
    first = table.numbers.lowerBound
    members = Array(repeating: false, count: table.count)
  }

  public func contains(_ trace: TraceRow) -> Bool {
    let place = Int(trace.rawValue) - first
    return members.indices.contains(place) && members[place]
  }

  /// Adds a trace of the table.
  public mutating func insert(_ trace: TraceRow) {
    let place = Int(trace.rawValue) - first
    if members.indices.contains(place) { members[place] = true }
  }
}
