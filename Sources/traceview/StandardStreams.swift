import Cells
import Glibc
import Synchronization
import TraceModel

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

  /// Writes what is held. When nobody reads any more, the program ends silently.
  static func flush() {
    let bytes = buffer.withLock { buffer in
      defer { buffer = [] }
      return buffer
    }
    if !Descriptor.write(bytes, to: STDOUT_FILENO) { _exit(0) }
  }
}

/// Standard error, at once.
enum StandardError {
  static func write(_ text: String) { _ = Descriptor.write(Array(text.utf8), to: STDERR_FILENO) }

  /// Writes a line of the program's own. It may hold what came from outside, such as the name of a
  /// file.
  static func complain(_ text: String) { write("traceview: \(SafeText.line(text))\n") }
}

private enum Descriptor {
  /// Writes all bytes; `false` if that is not possible.
  static func write(_ bytes: [UInt8], to descriptor: CInt) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        return false
      }
    }
    return true
  }
}

/// Import issues as lines for standard error:
///
///     orders.jsonl:218:57: malformed-record: expected ':' after object key (byte 91324)
struct IssueText {
  let names: [String]

  /// How many issues of one kind and source are written; the rest are counted.
  private static let limit = 5

  func write(_ log: ImportLog) {
    for entry in log.entries where entry.kind.severity > .info {
      for issue in entry.first.prefix(Self.limit) {
        StandardError.write(line(issue, entry.source) + "\n")
      }
      if entry.count > Self.limit {
        let name = SafeText.line(self.name(entry.source))
        StandardError.write(
          "\(name): \(entry.kind.rawValue): and \(entry.count - Self.limit) more\n")
      }
    }
  }

  private func name(_ source: SourceID) -> String {
    names.indices.contains(source.rawValue) ? names[source.rawValue] : "?"
  }

  private func line(_ issue: ImportIssue, _ source: SourceID) -> String {
    var text = SafeText.line(name(source))
    if let place = issue.place { text += ":\(place.line):\(place.column)" }
    text += ": \(issue.kind.rawValue): "
    text += issue.detail.isEmpty ? issue.kind.explanation : SafeText.line(issue.detail)
    return text + " (byte \(issue.byteOffset))"
  }
}
