/// Everything that was read: the spans, their traces and the issues. What batches are added to.
///
/// One thread owns and fills it; a `DataSet` is what it hands to others.
public struct SpanDatabase: Sendable {
  public private(set) var store = SpanStore()
  public private(set) var index = TraceIndex()
  public private(set) var log = ImportLog()

  /// What is known of the blocks of the store, by their numbers.
  private var blocks: [BlockFacts] = []
  /// Of each source that trickles the block that takes a few spans more.
  private var openBlocks: [SourceID: Int] = [:]

  private struct BlockFacts {
    /// About how much memory it takes, with what the index keeps of its rows; 0 when evicted.
    var byteCount: Int
    /// The highest number of a trace of its rows.
    var newestTrace: Int
  }

  /// About how many bytes of memory the spans take.
  public private(set) var byteCount = 0

  /// What the index keeps of a span and of its trace, in bytes, if traces are small.
  private static let indexBytes = 48
  /// Batches below this number of spans share a block with others.
  private static let smallBatch = 1_024

  public init() {}

  /// Adds a batch. Linear in the batch, whatever is there already. `second` is when it came, on any
  /// clock; `sharesBlocks` says that many small ones come.
  public mutating func append(
    _ batch: SpanBatch, second: Int32 = 0, sharesBlocks: Bool = false
  ) {
    for issue in batch.issues { log.append(issue, source: batch.source) }
    guard batch.count > 0 else { return }
    let isSmall = sharesBlocks && batch.count < Self.smallBatch
    if isSmall, let block = openBlocks[batch.source],
      let rows = store.append(batch, toBlock: block)
    {
      let newest = index.append([rows], second: second, of: store)
      blocks[block].newestTrace = max(blocks[block].newestTrace, newest)
      count(batch, inBlock: block)
      return
    }
    guard let rows = store.append(batch), let first = rows.first?.lowerBound.block else {
      log.append(
        ImportIssue(
          .limitReached, byteOffset: batch.byteOffset(at: 0),
          detail: "no row numbers left; \(batch.count) spans were not kept"),
        source: batch.source)
      return
    }
    let newest = index.append(rows, second: second, of: store)
    for _ in rows { blocks.append(BlockFacts(byteCount: 0, newestTrace: newest)) }
    count(batch, inBlock: first)
    if isSmall { openBlocks[batch.source] = first }
  }

  private mutating func count(_ batch: SpanBatch, inBlock block: Int) {
    let bytes = batch.byteCount + batch.count * Self.indexBytes
    blocks[block].byteCount += bytes
    byteCount += bytes
  }

  /// Makes room: forgets the traces that came first, whole, until that many bytes are free, if there
  /// are as many. Rows and traces keep their numbers. O(n) in the number of traces and blocks.
  ///
  /// Rows of a block that has newer traces, too, stay in memory until these go; no trace has them.
  public mutating func evict(bytes: Int) {
    var freed = 0
    var first = index.table.numbers.lowerBound
    for block in blocks where block.byteCount > 0 {
      guard freed < bytes else { break }
      freed += block.byteCount
      first = max(first, block.newestTrace + 1)
    }
    // All blocks of a batch go or stay together, since they have the same newest trace.
    let gone = blocks.indices.filter {
      store.hasBlock($0) && blocks[$0].newestTrace < first
    }
    let spanCount = index.evict(before: first, blocks: gone)
    store.evict(blocks: gone, spanCount: spanCount)
    for block in gone {
      byteCount -= blocks[block].byteCount
      blocks[block].byteCount = 0
    }
    openBlocks = openBlocks.filter { store.hasBlock($0.value) }
  }

  /// What is there now, for any thread to read. Costs nothing that grows with the data.
  ///
  /// A trace of which nothing came from `settled` on is taken to be whole.
  public func dataSet(settled: Int32) -> DataSet {
    DataSet(store: store, traces: index.table, log: log, settled: settled)
  }

  /// What is there now, of sources that have nothing more to come.
  public var dataSet: DataSet { dataSet(settled: .max) }
}

/// A snapshot of everything that was read. Immutable; copying it costs nothing.
public struct DataSet: Sendable {
  public var store: SpanStore
  public var traces: TraceTable
  public var log: ImportLog
  /// From when on, in seconds of the clock of `SpanDatabase.append`, more is expected of the traces
  /// of which something came.
  var settled: Int32

  public init(
    store: SpanStore = SpanStore(), traces: TraceTable = TraceTable(), log: ImportLog = ImportLog(),
    settled: Int32 = .max
  ) {
    self.store = store
    self.traces = traces
    self.log = log
    self.settled = settled
  }

  /// Whether nothing more is expected of a trace: what it lacks is missing, and not only late.
  public func isSettled(_ trace: TraceRow) -> Bool { traces[trace].lastSecond < settled }
}
