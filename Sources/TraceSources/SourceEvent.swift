public import TraceModel

/// What a source has to say, in its order.
public enum SourceEvent: Sendable {
  case batch(SpanBatch)
  /// How many bytes of a source were read so far.
  case progress(SourceID, bytesRead: Int)
  /// What a live source does, whenever that changes.
  case status(SourceID, SourceStatus)
  /// Nothing more will come of a source.
  case ended(SourceID)
  /// There is no room for the rest of a source; what came of it stays.
  case stopped(SourceID)
  /// A source stopped before its end; what came of it stays.
  case failed(SourceID, SourceError)
}

/// Why a source cannot be read: the world failed, not the data.
public struct SourceError: Error, Hashable, Sendable {
  /// The source's name, as the user gave it.
  public var source: String
  /// What could not be done, and why, with what to do where that is known.
  public var reason: String

  public init(source: String, reason: String) {
    self.source = source
    self.reason = reason
  }

  /// `spans.json: no such file`
  public var message: String { "\(source): \(reason)" }
}
