import TraceAnalysis
public import TraceModel

/// Work that grows with the data, so that the loop's thread does not do it.
///
/// A job is a value with all that it needs; running it is pure. Of several jobs in one lane only
/// the last matters: a newer one replaces those that wait and cancels the one that runs.
public struct Job: Sendable {
  /// Jobs that replace one another.
  public enum Lane: Int, Sendable, CaseIterable {
    case list, listSearch, trace, search, operation, copy
  }

  enum Task: Sendable {
    case listTraces(TraceListQuery)
    case open(TraceSubject, keeping: Folds?)
    case search(SpanQuery, OpenTrace, from: Int)
    case searchTraces(SpanQuery, order: ArraySlice<TraceRow>)
    case operation(Operation)
    case copyJSON(SpanRow, of: TraceRow, ViewOptions, DataQuality)

    var lane: Lane {
      switch self {
      case .listTraces: .list
      case .searchTraces: .listSearch
      case .open: .trace
      case .search: .search
      case .operation: .operation
      case .copyJSON: .copy
      }
    }
  }

  let task: Task
  let data: DataSet
  /// Results of an older generation than the lane's last job are not used.
  public let generation: Int
  public let purpose: Purpose

  /// What a job is for.
  public enum Purpose: Sendable {
    /// Somebody waits.
    case answer
    /// It may be asked for soon, or adds a detail.
    case ahead
    /// More was read, of which there will be more yet.
    case news
  }

  public var lane: Lane { task.lane }

  /// Whether a key's frame is hardly worth drawing before the job is done. A search leaves what it
  /// replaces on the screen, and what is typed is shown at once.
  public var isAwaited: Bool { purpose == .answer && lane != .search && lane != .listSearch }

  /// Does the work; `nil` if it was cancelled. What is known meanwhile is reported, on the calling
  /// thread.
  public func run(
    workers: Workers = .none, report: (JobResult) -> Void = { _ in },
    isCancelled: @Sendable () -> Bool
  ) -> JobResult? {
    switch task {
    case .listTraces(let query):
      return query.run(data, workers, isCancelled).map { result(.traceList($0)) }
    case .searchTraces(let query, let order):
      return SpanSearch.traces(
        query, in: data, order: order, workers: workers,
        report: { found in
          let first = found.first.map { order[$0] }
          report(result(.traceMatches(query, found.found, first: first), isLast: false))
        }, isCancelled: isCancelled
      ).map { result(.traceMatches(query, $0, first: nil)) }
    case .open(let subject, let folds):
      guard
        let trace = OpenTrace.open(subject, in: data, workers: workers, isCancelled: isCancelled)
      else { return nil }
      let moved = folds.map { MovedFolds(before: $0.folded, after: $0.moved(to: trace.tree)) }
      return result(.opened(trace, moved))
    case .search(let query, let trace, let origin):
      return SpanSearch.matches(
        query, in: trace.tree, batches: trace.batches, of: data.store, from: origin,
        workers: workers,
        report: { found in
          let positions = SortedPositions(found.found)
          let value = JobResult.Value.matches(query, trace.subject, positions, first: found.first)
          report(result(value, isLast: false))
        }, isCancelled: isCancelled
      ).map { result(.matches(query, trace.subject, SortedPositions($0), first: nil)) }
    case .operation(let operation):
      return OperationDurations(of: operation, in: data.store, isCancelled: isCancelled)
        .map { result(.operation(operation, $0)) }
    case .copyJSON(_, let trace, _, _) where !data.traces.contains(trace): return nil
    case .copyJSON(let row, let trace, let options, let quality):
      guard
        let open = OpenTrace.open(
          .trace(trace), in: data, workers: workers, isCancelled: isCancelled)
      else { return nil }
      let writer = SpanJSON(data: data, quality: quality, options: options)
      return result(.copied(writer.line(open, open.tree.position(of: row) ?? 0)))
    }
  }

  private func result(_ value: JobResult.Value, isLast: Bool = true) -> JobResult {
    JobResult(
      lane: lane, generation: generation, purpose: purpose, value: value, isLast: isLast)
  }
}

/// What a job found.
public struct JobResult: Sendable {
  enum Value: Sendable {
    case traceList(TraceListResult)
    case traceMatches(SpanQuery, TraceSet, first: TraceRow?)
    case opened(OpenTrace, MovedFolds?)
    case matches(SpanQuery, TraceSubject, SortedPositions, first: Int?)
    case operation(Operation, OperationDurations)
    case copied(String)
  }
  public let lane: Job.Lane
  public let generation: Int
  /// What the job was for.
  let purpose: Job.Purpose
  let value: Value
  /// Whether the job has ended: else more of it follows.
  let isLast: Bool

  /// Whether somebody waits for it: not for a count that only grows.
  public var isAnswer: Bool {
    switch value {
    case .traceMatches(_, _, let first): purpose == .answer && (isLast || first != nil)
    case .matches(_, _, _, let first): purpose == .answer && (isLast || first != nil)
    default: purpose == .answer
    }
  }
}

/// Which traces a list shows, and in what order.
struct TraceListQuery: Sendable, Equatable {
  var key = TraceOrder.Key.start
  var descending = false
  /// Only traces with a span that matches.
  var filter = SpanQuery("")
  /// Only traces with this service.
  var service: String?
  /// Only traces that began within this time before the last one did.
  var last: DurationNanos?

  /// Whether some traces are left out.
  var isNarrow: Bool { !filter.isEmpty || service != nil || last != nil }

  func run(
    _ data: DataSet, _ workers: Workers, _ isCancelled: @Sendable () -> Bool
  ) -> TraceListResult? {
    var matches: TraceSet?
    if !filter.isEmpty {
      guard
        let found = SpanSearch.traces(
          filter, in: data, workers: workers, isCancelled: isCancelled)
      else { return nil }
      matches = found
    }
    let number = service.flatMap { data.store.services.firstIndex(of: $0) }
      .map { ServiceID(UInt32($0)) }
    let earliest = last.map { earliestStart(data, $0) }
    let hasService = service != nil
    let rows = TraceOrder.order(data, by: key, descending: descending) { trace in
      if let matches, !matches.contains(trace) { return false }
      if let earliest, data.traces[trace].extent.start < earliest { return false }
      if hasService {
        guard let number, data.traces.services(of: trace).contains(number) else { return false }
      }
      return true
    }
    var result = TraceListResult(query: self, rows: rows)
    var latest = UnixNanos.unset
    for row in rows {
      let summary = data.traces[row]
      if result.newest == nil || summary.extent.start >= latest {
        (result.newest, latest) = (row, summary.extent.start)
      }
      result.slowest = max(result.slowest, summary.duration)
      result.starts = result.starts.union(
        SpanExtent(start: summary.extent.start, end: summary.extent.start))
    }
    return result
  }

  private func earliestStart(_ data: DataSet, _ length: DurationNanos) -> UnixNanos {
    var latest = UnixNanos.unset
    for trace in data.traces.numbers {
      latest = max(latest, data.traces[TraceRow(UInt32(trace))].extent.start)
    }
    return latest.advanced(by: DurationNanos(-length.rawValue))
  }
}

/// The traces of a list, in order.
struct TraceListResult: Sendable {
  var query = TraceListQuery()
  var rows: [TraceRow] = []
  var slowest = DurationNanos.zero
  /// The trace that began last.
  var newest: TraceRow?
  /// From the first start to the last.
  var starts = SpanExtent(start: .unset, end: .unset)
}
