import TraceModel

/// Writes OTLP protobuf: one `TracesData` message, which is the same as the body of an OTLP/HTTP
/// request. It holds every field.
struct OTLPProtobufWriter: SpanWriter {
  static let groupsByTrace = false

  var output: [UInt8] = []
  let losses = ConversionLosses()
  private var resource: Resource?
  private var scope: InstrumentationScope?
  /// The fields of the current `ResourceSpans` and `ScopeSpans`.
  private var resourceSpans = ProtobufMessage()
  private var scopeSpans = ProtobufMessage()

  init() {}

  mutating func beginGroup() {}

  mutating func add(_ span: SpanRecord) {
    if resource != span.resource {
      endResource()
      resource = span.resource
      resourceSpans.message(1) {
        $0.attributes(1, span.resource.attributes)
        $0.number(2, span.resource.droppedAttributes)
      }
    }
    if scope != span.scope {
      endScope()
      scope = span.scope
      scopeSpans.message(1) {
        $0.text(1, span.scope.name)
        $0.text(2, span.scope.version)
        $0.attributes(3, span.scope.attributes)
        $0.number(4, span.scope.droppedAttributes)
      }
    }
    scopeSpans.message(2) { $0.span(span) }
  }

  mutating func endGroup() { endResource() }

  mutating func finish() {}

  private mutating func endScope() {
    guard let scope else { return }
    scopeSpans.text(3, scope.schemaURL)
    resourceSpans.field(2, scopeSpans.bytes)
    scopeSpans.bytes.removeAll(keepingCapacity: true)
    self.scope = nil
  }

  private mutating func endResource() {
    endScope()
    guard let resource else { return }
    resourceSpans.text(3, resource.schemaURL)
    var outer = ProtobufMessage()
    swap(&outer.bytes, &output)
    outer.field(1, resourceSpans.bytes)
    swap(&outer.bytes, &output)
    resourceSpans.bytes.removeAll(keepingCapacity: true)
    self.resource = nil
  }
}

/// The fields of a protobuf message, as they are written. What is zero or empty is left out, as
/// protobuf has it.
private struct ProtobufMessage: Sendable {
  var bytes: [UInt8] = []

  mutating func varint(_ value: UInt64) {
    var rest = value
    while rest > 0x7f {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  mutating func number(_ field: UInt64, _ value: UInt32) {
    if value == 0 { return }
    varint(field << 3)
    varint(UInt64(value))
  }

  mutating func fixed64(_ field: UInt64, _ value: UInt64) {
    varint(field << 3 | 1)
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  mutating func fixed32(_ field: UInt64, _ value: UInt32) {
    if value == 0 { return }
    varint(field << 3 | 5)
    for shift in stride(from: UInt32(0), to: 32, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  /// A length-delimited field, which may be empty.
  mutating func field(_ field: UInt64, _ content: some Collection<UInt8>) {
    varint(field << 3 | 2)
    varint(UInt64(content.count))
    bytes += content
  }

  mutating func text(_ field: UInt64, _ text: String) {
    if !text.isEmpty { self.field(field, text.utf8) }
  }

  /// A message inside this one; its length is known when it is written.
  mutating func message(_ field: UInt64, _ body: (inout ProtobufMessage) -> Void) {
    varint(field << 3 | 2)
    let start = bytes.count
    body(&self)
    var length = ProtobufMessage()
    length.varint(UInt64(bytes.count - start))
    bytes.insert(contentsOf: length.bytes, at: start)
  }

  mutating func ids(_ traceID: TraceID, _ spanID: SpanID) {
    field(1, Self.big(traceID.high) + Self.big(traceID.low))
    field(2, Self.big(spanID.rawValue))
  }

  private static func big(_ value: UInt64) -> [UInt8] {
    stride(from: UInt64(0), to: 64, by: 8).reversed().map {
      UInt8(truncatingIfNeeded: value >> $0)
    }
  }

  mutating func span(_ span: SpanRecord) {
    ids(span.traceID, span.spanID)
    text(3, span.traceState)
    if span.parentSpanID.isValid { field(4, Self.big(span.parentSpanID.rawValue)) }
    text(5, span.name)
    number(6, UInt32(span.kind.rawValue))
    if span.start != .unset { fixed64(7, span.start.rawValue) }
    if span.end != .unset { fixed64(8, span.end.rawValue) }
    attributes(9, span.attributes)
    number(10, span.dropped.attributes)
    for event in span.events {
      message(11) {
        if event.time != .unset { $0.fixed64(1, event.time.rawValue) }
        $0.text(2, event.name)
        $0.attributes(3, event.attributes)
        $0.number(4, event.droppedAttributes)
      }
    }
    number(12, span.dropped.events)
    for link in span.links {
      message(13) {
        $0.ids(link.traceID, link.spanID)
        $0.text(3, link.traceState)
        $0.attributes(4, link.attributes)
        $0.number(5, link.droppedAttributes)
        $0.fixed32(6, link.flags)
      }
    }
    number(14, span.dropped.links)
    if span.status != .unset || !span.statusMessage.isEmpty {
      message(15) {
        $0.text(2, span.statusMessage)
        $0.number(3, UInt32(span.status.rawValue))
      }
    }
    fixed32(16, span.flags)
  }

  mutating func attributes(_ field: UInt64, _ list: [Attribute]) {
    for attribute in list {
      message(field) {
        $0.text(1, attribute.key)
        $0.message(2) { $0.value(attribute.value) }
      }
    }
  }

  /// An `AnyValue`, whose field says its type: it is written even if it is zero or empty. Recursion
  /// is bounded: importers keep nesting within `AttributeValue.nestingLimit`.
  private mutating func value(_ value: AttributeValue) {
    switch value {
    case .empty: return
    case .string(let text): field(1, text.utf8)
    case .bool(let bool):
      varint(2 << 3)
      bytes.append(bool ? 1 : 0)
    case .int(let int):
      varint(3 << 3)
      varint(UInt64(bitPattern: int))
    case .double(let double): fixed64(4, double.bitPattern)
    case .array(let values):
      message(5) { list in
        for value in values { list.message(1) { $0.value(value) } }
      }
    case .map(let attributes): message(6) { $0.attributes(1, attributes) }
    case .bytes(let list): field(7, list)
    }
  }
}
