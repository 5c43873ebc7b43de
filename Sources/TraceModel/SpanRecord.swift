/// One span as a plain value, with every field of OTLP's `Span`: for tests, for the detail screen
/// and for writing spans out again. The store itself keeps columns. (trace.proto, `Span`.)
public struct SpanRecord: Hashable, Sendable {
  public var traceID = TraceID.invalid
  public var spanID = SpanID.invalid
  /// Invalid on a root.
  public var parentSpanID = SpanID.invalid
  public var name = ""
  public var kind = SpanKind.unspecified
  public var start = UnixNanos.unset
  public var end = UnixNanos.unset
  public var status = SpanStatus.unset
  public var statusMessage = ""
  public var attributes: [Attribute] = []
  public var events: [SpanEvent] = []
  public var links: [SpanLink] = []
  /// The W3C `tracestate` header.
  public var traceState = ""
  /// OTLP's flags: the low 8 bits are W3C's, bit 8 says that bit 9 (parent is remote) is known.
  public var flags: UInt32 = 0
  public var dropped = DroppedCounts()
  public var resource = Resource()
  public var scope = InstrumentationScope()

  public init() {}
}

/// Something that happened at a moment of a span's life. (trace.proto, `Span.Event`.)
public struct SpanEvent: Hashable, Sendable {
  public var time: UnixNanos
  public var name: String
  public var attributes: [Attribute]
  public var droppedAttributes: UInt32

  public init(
    time: UnixNanos = .unset, name: String = "", attributes: [Attribute] = [],
    droppedAttributes: UInt32 = 0
  ) {
    self.time = time
    self.name = name
    self.attributes = attributes
    self.droppedAttributes = droppedAttributes
  }
}

/// A pointer to another span, which is not a parent. (trace.proto, `Span.Link`.)
public struct SpanLink: Hashable, Sendable {
  public var traceID: TraceID
  public var spanID: SpanID
  public var traceState: String
  public var flags: UInt32
  public var attributes: [Attribute]
  public var droppedAttributes: UInt32

  public init(
    traceID: TraceID = .invalid, spanID: SpanID = .invalid, traceState: String = "",
    flags: UInt32 = 0, attributes: [Attribute] = [], droppedAttributes: UInt32 = 0
  ) {
    self.traceID = traceID
    self.spanID = spanID
    self.traceState = traceState
    self.flags = flags
    self.attributes = attributes
    self.droppedAttributes = droppedAttributes
  }
}

/// What produced the spans: a service's process. (resource.proto.)
public struct Resource: Hashable, Sendable {
  public var attributes: [Attribute]
  public var droppedAttributes: UInt32
  public var schemaURL: String

  public init(
    attributes: [Attribute] = [], droppedAttributes: UInt32 = 0, schemaURL: String = ""
  ) {
    self.attributes = attributes
    self.droppedAttributes = droppedAttributes
    self.schemaURL = schemaURL
  }

  /// The first attribute of that key, if it is a string.
  public func string(_ key: String) -> String? {
    for attribute in attributes where attribute.key == key {
      if case .string(let value) = attribute.value { return value }
    }
    return nil
  }

  /// `service.name`, or `unknown_service` as the specification asks where it is missing or empty.
  public var serviceName: String {
    guard let name = string("service.name"), !name.isEmpty else { return "unknown_service" }
    return name
  }
}

/// The library that made the spans. (common.proto, `InstrumentationScope`.)
public struct InstrumentationScope: Hashable, Sendable {
  public var name: String
  public var version: String
  public var attributes: [Attribute]
  public var droppedAttributes: UInt32
  public var schemaURL: String

  public init(
    name: String = "", version: String = "", attributes: [Attribute] = [],
    droppedAttributes: UInt32 = 0, schemaURL: String = ""
  ) {
    self.name = name
    self.version = version
    self.attributes = attributes
    self.droppedAttributes = droppedAttributes
    self.schemaURL = schemaURL
  }
}
