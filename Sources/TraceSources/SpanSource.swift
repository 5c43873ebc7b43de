public import TraceModel

/// Where spans come from: a file, a program's output, an exporter that sends them, a back end.
///
/// It is opened when it is made, so that what cannot be opened is known at once.
public protocol SpanSource: Sendable {
  var id: SourceID { get }
  /// What the user knows it by. Holds no secret.
  var name: String { get }
  /// How many bytes will come, where that is known.
  var byteCount: Int? { get }
  /// Whether it waits for more until it is stopped. Of a live source the oldest traces make room
  /// for new ones; any other is not read on where there is no room.
  var isLive: Bool { get }

  /// Reads and posts everything, on the calling thread and others, until the end or until `stop`.
  /// Its last event is `ended`, `stopped` or `failed`. A source that is not live stops early when
  /// `isFull` says that there is no room for more.
  func run(into inbox: Inbox<SourceEvent>, isFull: @escaping @Sendable () -> Bool)

  /// Asks a live source to post what it has and to end. Returns at once; from any thread.
  func stop()
}

extension SpanSource {
  public var byteCount: Int? { nil }
  public var isLive: Bool { false }
  public func stop() {}
}
