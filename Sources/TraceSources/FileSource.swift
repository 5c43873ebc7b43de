import Glibc
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

  /// What a batch has before it is handed on; the first one need not wait for it.
  var batchLimits = BatchLimits()

  /// How far compressed input may expand.
  var expansion = Decompressor.Limits()

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
        source: path, reason: "is a URL, which can be viewed but not read as a file")
    }
    name = path
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else {
      throw SourceError(source: path, reason: SystemError.text(of: errno))
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let reason = SystemError.text(of: errno)
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

  /// Reads everything, on the calling thread and some others, and posts it. Stops early when
  /// `isFull` says that there is no room for more.
  public func run(
    into inbox: Inbox<SourceEvent>, isFull: @escaping @Sendable () -> Bool = { false }
  ) {
    defer { if descriptor != STDIN_FILENO { close(descriptor) } }
    var blocks = BlockReader(
      isFile ? .file(descriptor) : .pipe(descriptor), patience: batchLimits.patience,
      expansion: expansion)
    let reading = InputReading(
      source: id, importer: importer, columns: columns, limits: batchLimits, inbox: inbox
    ) { [id] progress in
      inbox.post(.progress(id, bytesRead: progress.bytesRead))
    }
    let end = reading.run(&blocks, isFull: isFull)
    switch end {
    case .input: inbox.post(.ended(id))
    case .undecodable(let issue):
      reading.post(issue)
      inbox.post(.ended(id))
    case .error(let code):
      inbox.post(.failed(id, SourceError(source: name, reason: SystemError.text(of: code))))
    case .full: inbox.post(.stopped(id))
    }
  }
}
