import Dispatch
import Glibc
import Synchronization
public import TraceFormats
public import TraceModel

/// A file, or standard input, that is read from its start to its end.
///
/// Read with `read` and never mapped: a mapped file that is cut meanwhile kills the process.
public struct FileSource: SpanSource {
  public let id: SourceID
  /// What the user called it.
  public let name: String
  /// How many bytes there are, if it is a file that is not compressed.
  public let byteCount: Int?
  private let isFile: Bool
  private let descriptor: CInt
  private let importer: (any SpanImporter)?
  private let columns: ColumnMap

  /// How much of a part is read into a batch before it is asked whether to hand it on, in bytes.
  static let piece = 1 << 20
  /// Blocks from this size on are cut into parts that are read at the same time.
  private static let cuttable = 64 << 10
  private static let prefixLength = 4_096
  /// What a batch has before it is handed on; the first one need not wait for it.
  var batchLimits = BatchLimits()

  /// How far compressed input may expand.
  var expansion = Decompressor.Limits()

  struct BatchLimits: Sendable {
    /// Spans and issues.
    var count = 8_192
    /// Bytes of strings. A batch cannot number more than 4 GiB of them, and spans can be large.
    var stringBytes = 64 << 20
    /// How long spans of a slow pipe are kept back to come in one batch with others: each batch has
    /// a cost of its own.
    var patience = Duration.milliseconds(50)
  }

  /// Opens a source; `-` is standard input. `importer` reads the bytes whatever they look like; by
  /// default the format is found. `columns` says how the fields of rows are named; if it says
  /// anything, rows are all that is read.
  ///
  /// - Throws: `SourceError` if there is no such file, or it cannot be read.
  public init(
    id: SourceID, path: String, importer: (any SpanImporter)? = nil,
    columns: ColumnMap = ColumnMap()
  ) throws(SourceError) {
    self.id = id
    self.columns = columns
    self.importer = importer
    guard path != "-" else {
      name = "standard input"
      byteCount = nil
      isFile = false
      descriptor = STDIN_FILENO
      return
    }
    if path.hasPrefix("http://") || path.hasPrefix("https://") {
      throw SourceError(
        source: path, reason: "is a URL; traceview reads files and standard input")
    }
    name = path
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else {
      throw SourceError(source: path, reason: Self.text(of: errno))
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let reason = Self.text(of: errno)
      close(descriptor)
      throw SourceError(source: path, reason: reason)
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      close(descriptor)
      throw SourceError(source: path, reason: "is a directory; name the files in it: \(path)/*")
    }
    isFile = status.st_mode & S_IFMT == S_IFREG
    byteCount = isFile && !Self.isCompressed(descriptor) ? Int(status.st_size) : nil
    self.descriptor = descriptor
  }

  /// Whether the file is compressed. What it holds may be of any size.
  private static func isCompressed(_ descriptor: CInt) -> Bool {
    var head = [UInt8](repeating: 0, count: Decompressor.Method.headCount)
    let count = pread(descriptor, &head, head.count, 0)
    return Decompressor.Method(head: head.prefix(max(0, count))) != nil
  }

  /// The words of an `errno`.
  private static func text(of code: CInt) -> String {
    guard let text = strerror(code) else { return "error \(code)" }
    let words = String(cString: text)
    return words.prefix(1).lowercased() + words.dropFirst()
  }

  /// Reads everything, on the calling thread and some others, and posts it. Stops early when
  /// `isFull` says that there is no room for more.
  public func run(
    into inbox: Inbox<SourceEvent>, isFull: @escaping @Sendable () -> Bool = { false }
  ) {
    defer { if descriptor != STDIN_FILENO { close(descriptor) } }
    var blocks = BlockReader(
      descriptor: descriptor, isFile: isFile, patience: batchLimits.patience,
      expansion: expansion)
    let buffer = BlockBuffer()
    var first = blocks.next(buffer)
    var importer = self.importer ?? recognized(first)
    while importer == nil, first.end == nil, buffer.count < Self.prefixLength {
      first = blocks.next(buffer)
      importer = recognized(first)
    }
    if let compression = blocks.compression {
      post(
        ImportIssue(
          .compressedInput, byteOffset: 0, detail: compression.rawValue),
        into: inbox)
    }
    let end: BlockReader.End
    if let importer {
      end = read(importer, from: first, &blocks, inbox, isFull)
    } else {
      post(FormatRegistry.unrecognized(Self.prefix(of: first).span), into: inbox)
      end = first.end ?? .input
    }
    switch end {
    case .input: inbox.post(.ended(id))
    case .undecodable(let issue):
      post(issue, into: inbox)
      inbox.post(.ended(id))
    case .error(let code):
      inbox.post(.failed(id, SourceError(source: name, reason: Self.text(of: code))))
    case .full: inbox.post(.stopped(id))
    }
  }

  private func post(_ issue: ImportIssue, into inbox: Inbox<SourceEvent>) {
    var batch = SpanBatch(source: id)
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
    _ inbox: Inbox<SourceEvent>, _ isFull: () -> Bool
  ) -> BlockReader.End {
    let reader = PartReader(importer, source: id, limits: batchLimits, inbox: inbox)
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
