/// What a live source says of itself: what it does, and how much has come.
public struct SourceStatus: Sendable, Equatable {
  public enum State: Sendable {
    /// Nothing is wrong, and nothing has come yet.
    case waiting
    case active
    /// Something is wrong that may pass by itself, or that the user can mend.
    case troubled
    /// It will not give more.
    case ended
  }

  public var state: State
  /// One line without the source's name: `listening`, `connection refused; again in 4 s`. Holds no
  /// secret.
  public var text: String
  /// How many spans have come.
  public var receivedSpans: Int
  /// How many requests were turned away since there was no room; their senders try again.
  public var refusedRequests: Int

  public init(
    _ state: State, _ text: String, receivedSpans: Int = 0, refusedRequests: Int = 0
  ) {
    self.state = state
    self.text = text
    self.receivedSpans = receivedSpans
    self.refusedRequests = refusedRequests
  }
}
