import Synchronization
import TraceModel

/// What a live source says of itself; posted when it changes.
final class StatusPost: Sendable {
  private let source: SourceID
  private let inbox: Inbox<SourceEvent>
  private let status = Mutex<SourceStatus?>(nil)

  init(_ source: SourceID, _ inbox: Inbox<SourceEvent>) {
    self.source = source
    self.inbox = inbox
  }

  /// Says that; and how many spans have come in all, if that is known anew.
  func say(_ state: SourceStatus.State, _ text: String, receivedSpans: Int? = nil) {
    let changed: SourceStatus? = status.withLock { status in
      let next = SourceStatus(
        state, text, receivedSpans: receivedSpans ?? status?.receivedSpans ?? 0)
      guard next != status else { return nil }
      status = next
      return next
    }
    if let changed { inbox.post(.status(source, changed)) }
  }
}
