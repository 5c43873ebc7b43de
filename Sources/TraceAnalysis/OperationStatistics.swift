public import TraceModel

/// How a span's duration compares with those of its operation.
public struct OperationStatistics: Hashable, Sendable {
  /// How many spans of the operation have a duration, this one included.
  public var count: Int
  /// 0…100: the share of them whose duration is at most this one's, rounded down.
  public var percentile: Int
  /// The lower median of their durations.
  public var median: DurationNanos
  public var max: DurationNanos
}

/// What spans that are compared with one another have in common.
public struct Operation: Hashable, Sendable {
  public let service: ServiceID
  public let name: String

  /// The operation of a span.
  public init(of span: SpanView) {
    service = span.service
    name = span.name
  }
}

/// The durations of all spans of one operation: found and sorted once, they place any of the spans
/// by a few comparisons.
public struct OperationDurations: Sendable {
  /// Of how many spans of the store they were made.
  public let storeCount: Int
  private let sorted: [DurationNanos]

  /// Spans without a start or an end have no duration and do not count. `nil` when cancelled. One
  /// pass over the store, and a sort of what was found.
  public init?(of operation: Operation, in store: SpanStore, isCancelled: () -> Bool) {
    var durations: [DurationNanos] = []
    var wasCancelled = false
    var found: (batch: ObjectIdentifier, name: StringID?)?
    store.forEachBlock { _, sealed, rows in
      if wasCancelled || isCancelled() {
        wasCancelled = true
        return
      }
      if found?.batch != ObjectIdentifier(sealed) {
        found = (ObjectIdentifier(sealed), sealed.batch.strings.find(operation.name))
      }
      guard let wanted = found?.name else { return }
      let intervals = sealed.batch.intervals
      for index in rows
      where intervals[index].name == wanted && sealed.service(at: index) == operation.service {
        let (start, end) = (intervals[index].start, intervals[index].end)
        guard start != .unset, end != .unset else { continue }
        durations.append(SpanExtent.duration(start: start, end: end))
      }
    }
    if wasCancelled { return nil }
    durations.sort()
    storeCount = store.count
    sorted = durations
  }

  /// How a span of the operation compares; `nil` if it has no duration.
  public func statistics(of span: SpanView) -> OperationStatistics? {
    guard span.start != .unset, span.end != .unset, !sorted.isEmpty else { return nil }
    let own = span.duration
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = low + (high - low) / 2
      if sorted[middle] <= own { low = middle + 1 } else { high = middle }
    }
    return OperationStatistics(
      count: sorted.count, percentile: low * 100 / sorted.count,
      median: sorted[(sorted.count - 1) / 2], max: sorted[sorted.count - 1])
  }
}
