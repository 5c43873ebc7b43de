import Dispatch
import Foundation
import TraceModel
import TraceSources

@testable import TraceReceivers

/// A receiver that runs, and all that has come of it.
final class Running {
  let receiver: Receiver
  let inbox: Inbox<SourceEvent>

  private(set) var spans: [SpanRecord] = []
  private(set) var issues: [ImportIssue] = []
  private(set) var statuses: [SourceStatus] = []
  private(set) var hasEnded = false
  var status: SourceStatus? { statuses.last }
  var names: [String] { spans.map(\.name).sorted() }

  init(
    _ kind: ReceiverKind = .otlpHTTP, cors: String? = nil, inboxCapacity: Int = 64,
    limits: ReceiverLimits = ReceiverLimits()
  ) throws {
    let receiver = try Receiver(id: SourceID(0), kind, port: 0, cors: cors, limits: limits)
    let inbox = Inbox<SourceEvent>(capacity: inboxCapacity)
    self.receiver = receiver
    self.inbox = inbox
    DispatchQueue(label: "receiver").async { receiver.run(into: inbox) { false } }
  }

  deinit {
    receiver.stop()
    wait { hasEnded }
  }

  func connect() throws -> Socket { try Socket(port: receiver.boundPort) }

  /// Takes what comes until `isDone`; says whether it came to that in time.
  @discardableResult
  func wait(seconds: Double = 30, until isDone: () -> Bool) -> Bool {
    let end = ContinuousClock.now + .seconds(seconds)
    while !isDone(), ContinuousClock.now < end {
      for event in inbox.wait(atMost: .milliseconds(50)) {
        switch event {
        case .batch(let batch):
          spans += (0..<batch.count).map { batch.record(at: $0) }
          issues += batch.issues
        case .status(_, let status): statuses.append(status)
        case .ended: hasEnded = true
        case .progress, .stopped, .failed: break
        }
      }
    }
    return isDone()
  }
}
