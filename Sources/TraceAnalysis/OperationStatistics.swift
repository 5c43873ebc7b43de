public import TraceModel

/// How a span's duration compares with those of its operation: spans of the same service and name.
public struct OperationStatistics: Hashable, Sendable {
  /// How many spans of the operation have a duration, this one included.
  public var count: Int
  /// 0…100: the share of them whose duration is at most this one's, rounded down.
  public var percentile: Int
  /// The lower median of their durations.
  public var median: DurationNanos
  public var max: DurationNanos

  /// Compares the span of `row` with all others of its operation.
  ///
  /// Spans without a start or an end have no duration and do not count; for such a row the answer
  /// is `nil`, as it is when cancelled. One pass over the store, and a sort of what was found.
  public static func of(
    _ row: SpanRow, in data: DataSet, isCancelled: () -> Bool
  )
    -> OperationStatistics?
  {
    guard row != .none else { return nil }
    let span = data.store[row]
    guard span.start != .unset, span.end != .unset else { return nil }
    let (name, service) = (span.name, span.service)
    var durations: [DurationNanos] = []
    var wasCancelled = false
    var found: (batch: ObjectIdentifier, name: StringID?)?
    data.store.forEachBlock { _, sealed, rows in
      if wasCancelled || isCancelled() {
        wasCancelled = true
        return
      }
      if found?.batch != ObjectIdentifier(sealed) {
        found = (ObjectIdentifier(sealed), sealed.batch.strings.find(name))
      }
      guard let wanted = found?.name else { return }
      let (names, starts, ends) = (sealed.batch.names, sealed.batch.starts, sealed.batch.ends)
      for index in rows where names[index] == wanted && sealed.service(at: index) == service {
        guard starts[index] != .unset, ends[index] != .unset else { continue }
        durations.append(SpanExtent.duration(start: starts[index], end: ends[index]))
      }
    }
    guard !wasCancelled, !durations.isEmpty else { return nil }
    durations.sort()
    let own = span.duration
    var (low, high) = (0, durations.count)
    while low < high {
      let middle = low + (high - low) / 2
      if durations[middle] <= own { low = middle + 1 } else { high = middle }
    }
    return OperationStatistics(
      count: durations.count, percentile: low * 100 / durations.count,
      median: durations[(durations.count - 1) / 2], max: durations[durations.count - 1])
  }
}
