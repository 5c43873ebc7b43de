import Dispatch
import Glibc
import Synchronization
import TraceFormats
import TraceModel

/// Appends the spans of live sources to a file, as OTLP JSON Lines.
///
/// What was given to it is written as soon as the disk takes it, so that little is lost if the program
/// is killed. A disk that is too slow makes the sources wait.
final class Recorder: Sendable {
  private let descriptor: CInt
  private let path: String
  private let queue = DispatchQueue(label: "recorder")
  /// Batches that may still be taken.
  private let room = DispatchSemaphore(value: 0)
  private let failure = Mutex<String?>(nil)
  private static let capacity = 16

  /// Opens the file, at its end.
  init(_ path: String) throws(OutputError) {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw OutputError(code: errno) }
    // See `Inbox`: a semaphore must not go below its first value.
    for _ in 0..<Self.capacity { room.signal() }
    // A line that was cut when the last recording was killed must not swallow the next.
    var status = stat()
    var last: UInt8 = 0
    if fstat(descriptor, &status) == 0, status.st_size > 0,
      pread(descriptor, &last, 1, status.st_size - 1) == 1, last != UInt8(ascii: "\n")
    {
      _ = Descriptor.write([UInt8(ascii: "\n")], to: descriptor)
    }
  }

  deinit { close(descriptor) }

  /// Writes the spans of a batch, on another thread.
  func record(_ batch: SpanBatch) {
    guard batch.count > 0 else { return }
    room.wait()
    queue.async { [self] in
      defer { room.signal() }
      guard trouble == nil else { return }
      var store = SpanStore()
      _ = store.append(batch)
      var conversion = SpanConversion()
      conversion.run(DataSet(store: store), to: .otlpJSONLines) { bytes in
        guard let code = Descriptor.write(bytes, to: descriptor) else { return true }
        failure.withLock {
          $0 = "\(path): \(OutputError(code: code).reason); nothing more is recorded"
        }
        return false
      }
    }
  }

  /// Why nothing is written any more.
  var trouble: String? { failure.withLock { $0 } }

  /// Waits until everything is written.
  func finish() { queue.sync {} }
}
