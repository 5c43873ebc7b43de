import Dispatch
import Glibc
public import TraceFormats
public import TraceModel

/// A file, or standard input, that is read from its start to its end.
///
/// Read with `read` and never mapped: a mapped file that is cut meanwhile kills the process.
public struct FileSource: Sendable {
  public let id: SourceID
  /// What the user called it.
  public let name: String
  /// How many bytes there are, if it is a plain file.
  public let byteCount: Int?
  private let descriptor: CInt
  private let importer: (any SpanImporter)?

  // Bytes. The first block is small, so that the first screen comes soon.
  private static let firstBlock = 64 << 10
  private static let block = 1 << 20
  /// What a batch has before it is handed on; the first one need not wait for it.
  var batchLimits = BatchLimits()

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
  /// default the format is found.
  ///
  /// - Throws: `SourceError` if there is no such file, or it cannot be read.
  public init(
    id: SourceID, path: String, importer: (any SpanImporter)? = nil
  ) throws(SourceError) {
    self.id = id
    self.importer = importer
    guard path != "-" else {
      name = "standard input"
      byteCount = nil
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
    byteCount = status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
    self.descriptor = descriptor
  }

  /// The words of an `errno`.
  private static func text(of code: CInt) -> String {
    guard let text = strerror(code) else { return "error \(code)" }
    let words = String(cString: text)
    return words.prefix(1).lowercased() + words.dropFirst()
  }

  /// Reads everything, on the calling thread, and posts it.
  public func run(into inbox: Inbox<SourceEvent>) {
    defer { if descriptor != STDIN_FILENO { close(descriptor) } }
    var reading = Reading(source: id, importer: importer)
    var handedOn = ContinuousClock.now
    var buffer = [UInt8](repeating: 0, count: Self.firstBlock)
    while true {
      let count = Self.read(descriptor, &buffer)
      if count < 0 {
        let reason = Self.text(of: errno)
        if let batch = reading.end() { inbox.post(.batch(batch)) }
        inbox.post(.failed(id, SourceError(source: name, reason: reason)))
        return
      }
      if count == 0 { break }
      reading.take(buffer.span.extracting(0..<count))
      let rest = reading.isFirst ? .zero : batchLimits.patience - handedOn.duration(to: .now)
      let isWaiting = !Self.hasMore(descriptor, within: rest)
      var limits = batchLimits
      if isWaiting || rest <= .zero { limits.count = 1 }
      if let batch = reading.batch(atLeast: limits) {
        inbox.post(.batch(batch))
        handedOn = .now
      }
      inbox.post(.progress(id, bytesRead: reading.byteCount))
      if buffer.count < Self.block, !isWaiting {
        buffer = [UInt8](repeating: 0, count: Self.block)
      }
    }
    if let batch = reading.end() { inbox.post(.batch(batch)) }
    inbox.post(.ended(id))
  }

  /// Reads what there is, and goes on after a signal.
  private static func read(_ descriptor: CInt, _ buffer: inout [UInt8]) -> Int {
    while true {
      let count = buffer.withUnsafeMutableBytes {
        Glibc.read(descriptor, $0.baseAddress, $0.count)
      }
      if count >= 0 || errno != EINTR { return count }
    }
  }

  /// Whether a read would give something, or the end, within that time.
  private static func hasMore(_ descriptor: CInt, within time: Duration) -> Bool {
    var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    let milliseconds = max(0, time / .milliseconds(1))
    return Glibc.poll(&poll, 1, CInt(milliseconds)) != 0
  }
}

/// The bytes of one source on their way through an importer.
private struct Reading {
  private let source: SourceID
  private var importer: (any SpanImporter)?
  /// The first bytes, until the format is known.
  private var prefix: [UInt8] = []
  /// Whether no importer wants the bytes.
  private var isUnrecognized = false
  private var current: SpanBatch
  private(set) var byteCount = 0

  private static let prefixLength = 4_096

  init(source: SourceID, importer: (any SpanImporter)?) {
    self.source = source
    self.importer = importer
    current = SpanBatch(source: source)
  }

  mutating func take(_ bytes: Span<UInt8>) {
    byteCount += bytes.count
    if importer != nil {
      importer?.read(bytes, into: &current)
    } else if !isUnrecognized {
      for index in bytes.indices { prefix.append(bytes[index]) }
      recognize(isWhole: false)
    }
  }

  /// Asks for an importer with the first bytes; gives up when there are enough of them.
  private mutating func recognize(isWhole: Bool) {
    let prefix = self.prefix
    let length = min(prefix.count, Self.prefixLength)
    let start = prefix.span.extracting(0..<length)
    if let found = FormatRegistry.importer(for: start, isWhole: isWhole && length == prefix.count) {
      importer = found.init()
      importer?.read(prefix.span, into: &current)
      self.prefix = []
    } else if isWhole || prefix.count >= Self.prefixLength {
      current.issues.append(FormatRegistry.unrecognized(start))
      isUnrecognized = true
      self.prefix = []
    }
  }

  /// Whether no batch was handed on yet.
  var isFirst: Bool { current.number == 0 }

  /// The batch, if it has reached one of the limits; a fresh one is filled from then on.
  mutating func batch(atLeast limits: FileSource.BatchLimits) -> SpanBatch? {
    guard
      current.count + current.issues.count >= limits.count && !current.isHeld
        || current.strings.byteCount >= limits.stringBytes
    else { return nil }
    defer { current = SpanBatch(source: source, number: current.number + 1) }
    return current
  }

  /// The rest.
  mutating func end() -> SpanBatch? {
    if importer == nil, !isUnrecognized { recognize(isWhole: true) }
    importer?.finish(into: &current)
    return batch(atLeast: FileSource.BatchLimits(count: 1))
  }
}
