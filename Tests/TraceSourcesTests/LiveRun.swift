import Dispatch
import Foundation
import Synchronization
import Testing
import TraceModel

@testable import TraceSources

/// A live source that runs, and what it has posted so far.
final class LiveRun: Sendable {
  struct Heard: Sendable {
    var spans: [SpanRecord] = []
    var issues: [ImportIssue] = []
    var statuses: [SourceStatus] = []
    var failure: SourceError?
    var hasEnded = false

    var names: [String] { spans.map(\.name) }
    var status: SourceStatus? { statuses.last }
  }

  let source: any SpanSource
  private let inbox = Inbox<SourceEvent>(capacity: 10_000)
  private let heard = Mutex(Heard())

  init(_ source: any SpanSource) {
    self.source = source
    DispatchQueue(label: "live source").async { [inbox] in
      source.run(into: inbox, isFull: { false })
    }
  }

  /// What came by now.
  var soFar: Heard {
    let events = inbox.drain()
    return heard.withLock { heard in
      for event in events {
        switch event {
        case .batch(let batch):
          heard.spans += (0..<batch.count).map { batch.record(at: $0) }
          heard.issues += batch.issues
        case .status(_, let status): heard.statuses.append(status)
        case .ended: heard.hasEnded = true
        case .failed(_, let error):
          heard.failure = error
          heard.hasEnded = true
        case .progress, .stopped: break
        }
      }
      return heard
    }
  }

  /// What came when `condition` holds first; a failure if it never does.
  @discardableResult
  func until(
    _ what: String, sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: (Heard) -> Bool
  ) -> Heard {
    let deadline = ContinuousClock.now + .seconds(30)
    while ContinuousClock.now < deadline {
      let heard = soFar
      if condition(heard) { return heard }
      // Conditions are also about files and servers, which tell nobody when they become true.
      usleep(2_000)
    }
    let heard = soFar
    Issue.record(
      "never came: \(what); names \(heard.names.suffix(10)), issues \(heard.issues.suffix(5)), statuses \(heard.statuses.suffix(5))",
      sourceLocation: sourceLocation)
    return heard
  }

  /// Stops the source; what came in all.
  func stop(sourceLocation: SourceLocation = #_sourceLocation) -> Heard {
    source.stop()
    return until("the end", sourceLocation: sourceLocation) { $0.hasEnded }
  }
}
