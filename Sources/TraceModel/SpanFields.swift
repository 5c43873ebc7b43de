/// The part a span plays in a remote call. (trace.proto, `Span.SpanKind`; the numbers are OTLP's.)
public enum SpanKind: UInt8, Sendable, CaseIterable {
  case unspecified = 0
  case `internal` = 1
  case server = 2
  case client = 3
  case producer = 4
  case consumer = 5

  /// Lower-case, as the specification writes it.
  public var name: String {
    switch self {
    case .unspecified: "unspecified"
    case .internal: "internal"
    case .server: "server"
    case .client: "client"
    case .producer: "producer"
    case .consumer: "consumer"
    }
  }

  /// Whether a root of this kind is where work enters a service, so that many of them are normal.
  public var isEntry: Bool { self == .server || self == .consumer }
}

/// What a span says of its own outcome. (trace.proto, `Status.StatusCode`.)
///
/// Unset is not ok, and an error is only what the status calls one.
public enum SpanStatus: UInt8, Sendable, CaseIterable {
  case unset = 0
  case ok = 1
  case error = 2

  public var name: String {
    switch self {
    case .unset: "unset"
    case .ok: "ok"
    case .error: "error"
    }
  }
}

/// How many attributes, events and links the producer threw away. (trace.proto, `dropped_*_count`.)
public struct DroppedCounts: Hashable, Sendable {
  public var attributes: UInt32 = 0
  public var events: UInt32 = 0
  public var links: UInt32 = 0

  public init(attributes: UInt32 = 0, events: UInt32 = 0, links: UInt32 = 0) {
    self.attributes = attributes
    self.events = events
    self.links = links
  }
}
