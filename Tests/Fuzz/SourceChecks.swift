import Foundation
import TraceFormats
import TraceModel
import TraceSources

/// What holds of a file and any bytes, compressed or not: it ends, and a pipe with the same bytes
/// gives the same.
enum SourceChecks {
  static func failure(_ bytes: [UInt8]) -> String? {
    let file = FileManager.default.temporaryDirectory.appending(path: "traceview-fuzz-\(getpid())")
    defer { try? FileManager.default.removeItem(at: file) }
    guard (try? Data(bytes).write(to: file)) != nil else { return nil }
    let fromFile = contents(file.path)
    // As much as a pipe holds at once.
    guard bytes.count <= 4_096 else { return nil }
    var ends: [CInt] = [0, 0]
    guard pipe(&ends) == 0 else { return nil }
    defer { close(ends[0]) }
    let isWritten =
      bytes.withUnsafeBytes { write(ends[1], $0.baseAddress, $0.count) } == bytes.count
    close(ends[1])
    guard isWritten else { return nil }
    let fromPipe = contents("/dev/fd/\(ends[0])")
    return fromFile == fromPipe ? nil : "\(fromPipe)\ninstead of\n\(fromFile)"
  }

  private static func contents(_ path: String) -> [String] {
    (try? FileSource(id: SourceID(0), path: path)).map(contents) ?? []
  }

  /// Spans and issues as text.
  private static func contents(_ source: FileSource) -> [String] {
    let inbox = Inbox<SourceEvent>(capacity: 4_096)
    source.run(into: inbox)
    var (names, issues): ([String], [String]) = ([], [])
    for event in inbox.drain() {
      switch event {
      case .batch(let batch):
        for row in 0..<batch.count {
          let record = batch.record(at: row)
          names.append("\(record.traceID) \(record.spanID) \(record.name)")
        }
        issues += batch.issues.map { "\($0.byteOffset) \($0.kind.rawValue) \($0.detail)" }
      case .progress, .status, .ended, .stopped: break
      case .failed(_, let error): issues.append(error.reason)
      }
    }
    return names + issues
  }
}
