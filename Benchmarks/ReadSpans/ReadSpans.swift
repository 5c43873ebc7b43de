import Dispatch
import Glibc
import TraceModel
import TraceSources

/// Reads the files that it is given, keeps their spans and prints how many there were: what reading
/// costs without traces, analysis and list. For Scripts/bench.
@main
enum ReadSpans {
  static func main() {
    for path in CommandLine.arguments.dropFirst() {
      do {
        let batches = try read(FileSource(id: SourceID(0), path: path))
        let spans = batches.reduce(0) { $0 + $1.count }
        let issues = batches.reduce(0) { $0 + $1.issues.count }
        print("\(path): \(spans) spans, \(issues) issues")
      } catch {
        print(error.message)
        exit(1)
      }
    }
  }

  private static func read(_ source: FileSource) throws(SourceError) -> [SpanBatch] {
    let inbox = Inbox<SourceEvent>()
    DispatchQueue(label: "source").async { source.run(into: inbox) }
    var batches: [SpanBatch] = []
    while true {
      for event in inbox.wait(atMost: .seconds(1)) {
        switch event {
        case .batch(let batch): batches.append(batch)
        case .progress, .status: break
        case .ended, .stopped: return batches
        case .failed(_, let error): throw error
        }
      }
    }
  }
}
