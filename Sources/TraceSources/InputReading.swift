import Synchronization
import TraceFormats
import TraceModel

/// What a batch has before it is handed on.
struct BatchLimits: Sendable {
  /// Spans and issues.
  var count = 8_192
  /// Bytes of strings. A batch cannot number more than 4 GiB of them, and spans can be large.
  var stringBytes = 64 << 20
  /// How long spans of a slow pipe are kept back to come in one batch with others: each batch has
  /// a cost of its own.
  var patience = Duration.milliseconds(50)
}

/// Reads one input in one format, which it finds, and posts what it holds.
struct InputReading {
  let source: SourceID
  /// Reads the bytes whatever they look like; nil to find the format.
  let importer: (any SpanImporter)?
  let columns: ColumnMap
  let limits: BatchLimits
  let inbox: Inbox<SourceEvent>
  /// Called after what was read has been posted.
  let tell: @Sendable (Progress) -> Void

  /// How much of an input was read.
  struct Progress: Sendable {
    var bytesRead = 0
    var spanCount = 0
  }

  /// Blocks from this size on are cut into parts that are read at the same time.
  private static let cuttable = 64 << 10
  private static let prefixLength = 4_096

  /// Reads everything, on the calling thread and some others, until the end or until there is no
  /// room for more; how it has ended.
  func run(_ blocks: inout BlockReader, isFull: () -> Bool) -> BlockReader.End {
    let buffer = BlockBuffer()
    var first = blocks.next(buffer)
    var importer = self.importer ?? recognized(first)
    while importer == nil, first.end == nil, buffer.count < Self.prefixLength {
      first = blocks.next(buffer)
      importer = recognized(first)
    }
    if let compression = blocks.compression {
      post(ImportIssue(.compressedInput, byteOffset: 0, detail: compression.rawValue))
    }
    if let importer { return read(importer, from: first, &blocks, isFull) }
    post(FormatRegistry.unrecognized(Self.prefix(of: first).span))
    return first.end ?? .input
  }

  func post(_ issue: ImportIssue) {
    var batch = SpanBatch(source: source)
    batch.issues = [issue]
    inbox.post(.batch(batch))
  }

  /// The importer of what the input begins with.
  private func recognized(_ block: BlockReader.Block) -> (any SpanImporter)? {
    let prefix = Self.prefix(of: block)
    if !columns.isEmpty, !prefix.isEmpty {
      return FormatRegistry.importer(ofRows: columns, for: prefix.span)
    }
    return FormatRegistry.importer(
      for: prefix.span, isWhole: block.end != nil && prefix.count == block.buffer.count)?.init()
  }

  private static func prefix(of block: BlockReader.Block) -> [UInt8] {
    block.buffer.bytes.withLock { Array($0.prefix(prefixLength)) }
  }

  /// Reads all blocks; how the input has ended.
  private func read<Importer: SpanImporter>(
    _ importer: Importer, from first: BlockReader.Block, _ blocks: inout BlockReader,
    _ isFull: () -> Bool
  ) -> BlockReader.End {
    let reader = PartReader(importer, source: source, limits: limits, inbox: inbox, tell: tell)
    var cutter = importer.cutter()
    /// A part waits for its end, which is the first cut of the next block.
    var waiting: PartReader<Importer>.Part?
    var block = first
    var base = 0
    while true {
      let buffer = block.buffer
      let count = buffer.count
      if !reader.wantsCuts { cutter = nil }
      // Asked for each block, since it may have to see all of them.
      let found = buffer.bytes.withLock { cutter?.cut(in: $0.span, base: base) }
      let cut = count < Self.cuttable ? nil : found
      let start = cut.map { $0.offset - base } ?? 0
      if start > 0 {
        waiting = waiting ?? .init(buffer: reader.buffer())
        waiting?.buffer.append(from: buffer, count: start)
      }
      if let part = waiting { reader.read(part) }
      base += count
      waiting = .init(cut: cut, buffer: buffer, start: start, isUrgent: block.isPaused)
      let end = block.end ?? (isFull() ? .full : nil)
      if end != nil || block.isPaused, let part = waiting.take() { reader.read(part) }
      if let end {
        if case .full = end { reader.finish(isEnd: false) } else { reader.finish(isEnd: true) }
        return end
      }
      block = blocks.next(reader.buffer())
    }
  }
}
