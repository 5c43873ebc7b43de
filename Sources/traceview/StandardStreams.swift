import Cells
import Glibc
import Synchronization

/// Standard output, in large pieces.
enum StandardOutput {
  private static let buffer = Mutex<[UInt8]>([])
  private static let pieceLength = 64 << 10

  static func write(_ text: String) {
    let isFull = buffer.withLock { buffer in
      buffer.append(contentsOf: text.utf8)
      return buffer.count >= pieceLength
    }
    if isFull { flush() }
  }

  /// Writes what is held. When nobody reads any more, the program ends silently; when there is no
  /// room, say, it ends with a message.
  static func flush() {
    let bytes = buffer.withLock { buffer in
      defer { buffer = [] }
      return buffer
    }
    guard let code = Descriptor.write(bytes, to: STDOUT_FILENO) else { return }
    if code == EPIPE { _exit(0) }
    let reason = strerror(code).map { String(cString: $0) } ?? "error \(code)"
    StandardError.write("traceview: standard output: \(reason)\n")
    _exit(ViewCommand.Status.outputError)
  }
}

/// Standard error, at once.
enum StandardError {
  static func write(_ text: String) { _ = Descriptor.write(Array(text.utf8), to: STDERR_FILENO) }

  /// Writes a line of the program's own. It may hold what came from outside, such as the name of a
  /// file.
  static func complain(_ text: String) { write("traceview: \(SafeText.line(text))\n") }
}

/// Writing to descriptors.
enum Descriptor {
  /// Writes all bytes; the `errno` if that is not possible.
  static func write(_ bytes: [UInt8], to descriptor: CInt) -> CInt? {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        return errno
      }
    }
    return nil
  }
}
