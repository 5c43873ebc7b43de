import Glibc
import Synchronization
public import TraceFormats
public import TraceModel

/// A file that is read while it grows, whatever becomes of it: cut, renamed and made anew, deleted,
/// or not there yet.
///
/// What is cut off at its end waits for the rest. A file that takes the place of another is read from
/// its start, after the rest of the old one.
public final class FollowSource: SpanSource {
  public let id: SourceID
  public let name: String
  public let isLive = true
  private let importer: (any SpanImporter)?
  private let columns: ColumnMap
  private let tail: Int?
  private let stopSignal = StopSignal()
  /// How much was read of files that are closed.
  private let before = Mutex(InputReading.Progress())

  /// How long spans are kept back to come in one batch with others.
  private static let limits = BatchLimits()

  /// Follows the file at `path`, from its start or from its last `tail` records. `importer` and
  /// `columns` are as for `FileSource`.
  ///
  /// - Throws: `SourceError` if that is no file, or must not be read.
  public init(
    id: SourceID, path: String, tail: Int? = nil, importer: (any SpanImporter)? = nil,
    columns: ColumnMap = ColumnMap()
  ) throws(SourceError) {
    self.id = id
    name = path
    self.importer = importer
    self.columns = columns
    self.tail = tail.map { max(0, $0) }
    if path == "-" {
      throw SourceError(
        source: path, reason: "standard input is read as it comes anyway: leave out -f")
    }
    var status = stat()
    if stat(path, &status) == 0 {
      if let reason = Self.objection(to: status) { throw SourceError(source: path, reason: reason) }
      if access(path, R_OK) != 0 {
        throw SourceError(source: path, reason: SystemError.text(of: errno))
      }
    } else if errno != ENOENT {
      throw SourceError(source: path, reason: SystemError.text(of: errno))
    }
  }

  /// Why what has that status cannot be followed; nil if it can.
  private static func objection(to status: stat) -> String? {
    switch status.st_mode & S_IFMT {
    case S_IFREG: nil
    case S_IFDIR: "is a directory; name the file in it that grows"
    default: "is no file; what comes through a pipe is read as it comes: leave out -f"
    }
  }

  public func stop() { stopSignal.set() }

  public func run(
    into inbox: Inbox<SourceEvent>, isFull: @escaping @Sendable () -> Bool = { false }
  ) {
    let status = StatusPost(id, inbox)
    var tail = tail
    var text = "following"
    let watch = FileWatch(path: name)
    while !stopSignal.isSet {
      watch.rearm()
      guard let descriptor = open(status) else {
        tail = nil
        stopSignal.wait(atMost: watch.patience, orFor: watch.descriptor)
        continue
      }
      if let count = tail.take(), !seek(toLast: count, in: descriptor) {
        text = "following; its records cannot be told apart, so all were read"
      }
      text = follow(descriptor, text, status, inbox)
    }
    status.say(.ended, "stopped")
    inbox.post(.ended(id))
  }

  /// Opens the file if it is there; says so if not.
  private func open(_ status: StatusPost) -> CInt? {
    let descriptor = Glibc.open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT {
        status.say(.waiting, "waiting for the file")
      } else {
        status.say(.troubled, "\(SystemError.text(of: errno)); waiting")
      }
      return nil
    }
    var found = stat()
    if fstat(descriptor, &found) == 0, let objection = Self.objection(to: found) {
      close(descriptor)
      status.say(.troubled, "\(objection); waiting")
      return nil
    }
    return descriptor
  }

  /// Goes to the last records; false if that is not possible.
  private func seek(toLast count: Int, in descriptor: CInt) -> Bool {
    guard let offset = TailStart.offset(ofLast: count, in: descriptor) else { return false }
    return lseek(descriptor, off_t(offset), SEEK_SET) >= 0
  }

  /// Reads one file until another has its place; what to say of that one.
  private func follow(
    _ descriptor: CInt, _ text: String, _ status: StatusPost, _ inbox: Inbox<SourceEvent>
  ) -> String {
    let file = GrowingFile(descriptor: descriptor, path: name, stop: stopSignal) { isMissing in
      if isMissing {
        status.say(.troubled, "deleted or renamed; waiting for a new file")
      } else {
        status.say(.active, text)
      }
    }
    status.say(.active, text)
    let base = before.withLock { $0 }
    let reading = InputReading(
      source: id, importer: importer, columns: columns, limits: Self.limits, inbox: inbox
    ) { [self] progress in
      let total = before.withLock { before in
        before.bytesRead = base.bytesRead + progress.bytesRead
        before.spanCount = base.spanCount + progress.spanCount
        return before
      }
      inbox.post(.progress(id, bytesRead: total.bytesRead))
      status.say(.active, text, receivedSpans: total.spanCount)
    }
    var blocks = BlockReader(.growing(file), patience: Self.limits.patience)
    var trouble: String?
    switch reading.run(&blocks, isFull: { false }) {
    case .undecodable(let issue):
      reading.post(issue)
      trouble = "its compressed data is damaged"
    case .error(let code): trouble = SystemError.text(of: code)
    case .input, .full: if file.end == nil { trouble = "in no known format" }
    }
    if let trouble, file.end == nil {
      status.say(.troubled, "\(trouble); waiting for a new file")
    }
    file.skip()
    return switch file.end {
    case .truncated: "truncated: read again from the start"
    default: "replaced: following the new file"
    }
  }
}
