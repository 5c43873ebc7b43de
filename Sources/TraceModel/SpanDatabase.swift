/// Everything that was read: the spans, their traces and the issues. What batches are added to.
///
/// One thread owns and fills it; a `DataSet` is what it hands to others.
public struct SpanDatabase: Sendable {
  public private(set) var store = SpanStore()
  public private(set) var index = TraceIndex()
  public private(set) var log = ImportLog()

  public init() {}

  /// Adds a batch. Linear in the batch, whatever is there already.
  public mutating func append(_ batch: SpanBatch) {
    for issue in batch.issues { log.append(issue, source: batch.source) }
    guard batch.count > 0 else { return }
    guard let rows = store.append(batch) else {
      log.append(
        ImportIssue(
          .limitReached, byteOffset: batch.byteOffset(at: 0),
          detail: "no row numbers left; \(batch.count) spans were not kept"),
        source: batch.source)
      return
    }
    index.append(rows, of: store)
  }

  /// What is there now, for any thread to read. Costs nothing that grows with the data.
  public var dataSet: DataSet { DataSet(store: store, traces: index.table, log: log) }
}

/// A snapshot of everything that was read. Immutable; copying it costs nothing.
public struct DataSet: Sendable {
  public var store: SpanStore
  public var traces: TraceTable
  public var log: ImportLog

  public init(
    store: SpanStore = SpanStore(), traces: TraceTable = TraceTable(), log: ImportLog = ImportLog()
  ) {
    self.store = store
    self.traces = traces
    self.log = log
  }
}
