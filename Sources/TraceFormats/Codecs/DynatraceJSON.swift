import TraceModel

/// Decodes records of Dynatrace's `fetch spans`: flat objects with dots in their keys. (Dynatrace
/// semantic dictionary, "Spans and traces".)
struct DynatraceJSON: JSONValueCodec {
  static let format = FormatDescriptor(
    name: "dynatrace-json", summary: "Dynatrace: records of a DQL query, or its whole answer",
    example: "the answer of query:poll to 'fetch spans'", priority: 48)

  static let telltales = ["span.id", "span.parent_id", "span.name"]
  static let claimsByKeys = true

  private var span = MappedSpan()

  init() {}

  func claim(_ object: JSONShape, _ bytes: Span<UInt8>) -> JSONClaim {
    object.has("trace.id", bytes) && object.has("span.id", bytes)
      && !object.has("processor.event", bytes) ? .spans : .none
  }

  private enum Field {
    case traceID, spanID, parentID, name, kind, start, end, duration, status, statusMessage
    case events, links, traceState, scopeName, scopeVersion, service, dynatraceService
    case timestamp, eventName
  }
  private static let names = JSONKeyTable<Field>([
    ("trace.id", .traceID), ("span.id", .spanID), ("span.parent_id", .parentID),
    ("span.name", .name), ("span.kind", .kind), ("start_time", .start), ("end_time", .end),
    ("duration", .duration), ("span.status_code", .status),
    ("span.status_message", .statusMessage), ("span.events", .events), ("span.links", .links),
    ("trace.state", .traceState), ("otel.scope.name", .scopeName),
    ("otel.scope.version", .scopeVersion), ("service.name", .service),
    ("dt.service.name", .dynatraceService), ("timestamp", .timestamp),
    ("span_event.name", .eventName),
  ])

  mutating func decode(
    _ bytes: Span<UInt8>, byteOffset: Int, fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSONError) {
    span.begin(byteOffset: byteOffset, resolution: .nanosecond)
    var reader = JSONReader()
    var service = StringID.empty
    var dynatraceService = StringID.empty
    var isFirst = true
    try reader.enterObject(bytes)
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      switch Self.names.find(bytes, key) {
      case .traceID: span.traceID = try fields.traceID(bytes, &reader)
      case .spanID: span.spanID = try fields.spanID(bytes, &reader)
      case .parentID:
        span.draft.parentSpanID = try fields.spanID(bytes, &reader, isOptional: true)
      case .name: span.draft.name = try fields.interned(bytes, &reader, &batch.strings)
      case .kind: span.draft.kind = try fields.kind(bytes, &reader)
      case .start: span.draft.start = try fields.iso8601(bytes, &reader)
      case .end: span.draft.end = try fields.iso8601(bytes, &reader)
      case .duration: span.duration = try fields.duration(bytes, &reader, in: .nanoseconds)
      case .status: span.draft.status = try fields.status(bytes, &reader)
      case .statusMessage:
        span.draft.statusMessage = try fields.interned(bytes, &reader, &batch.strings)
      case .events: try events(bytes, &reader, &fields, into: &batch)
      case .links: try links(bytes, &reader, &fields, into: &batch)
      case .traceState:
        span.draft.traceState = try fields.interned(bytes, &reader, &batch.strings)
      case .scopeName:
        span.source.scopeName = try fields.interned(bytes, &reader, &batch.strings)
      case .scopeVersion:
        span.source.scopeVersion = try fields.interned(bytes, &reader, &batch.strings)
      case .service: service = try fields.interned(bytes, &reader, &batch.strings)
      case .dynatraceService:
        dynatraceService = try fields.interned(bytes, &reader, &batch.strings)
      case .timestamp, .eventName, nil:
        try member(key, bytes, &reader, &fields, into: &batch)
      }
    }
    // An end says more than a duration: of aggregated spans it is that of the last.
    if span.draft.end != .unset { span.duration = nil }
    span.addToSource(.serviceName, service == .empty ? dynatraceService : service, &batch)
    if service != .empty, dynatraceService != service {
      batch.add("dt.service.name", dynatraceService)
    }
    span.commit(to: &batch, &fields)
  }

  /// Any other field: an attribute of the span, or of the resource if it always is one; nothing if it
  /// is null, as it is where other records have it.
  private mutating func member(
    _ key: JSONReader.Text, _ bytes: Span<UInt8>, _ reader: inout JSONReader,
    _ fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSONError) {
    switch try reader.peekKind(bytes) {
    case .null: try reader.skipValue(bytes)
    case .string where ResourceKeys.contain(bytes, key.range):
      let keyID = fields.intern(key, bytes, &batch.strings)
      span.source.add(keyID, try fields.interned(bytes, &reader, &batch.strings))
    default: try fields.attribute(key, bytes, &reader, into: &batch)
    }
  }

  private func events(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    guard try fields.enterArray(bytes, &reader) else { return }
    var isFirst = true
    while try fields.nextObject(bytes, &reader, isFirst: &isFirst) {
      var (time, name) = (UnixNanos.unset, StringID.empty)
      var isFirstKey = true
      while let key = try reader.nextKey(bytes, isFirst: &isFirstKey) {
        switch Self.names.find(bytes, key) {
        case .timestamp: time = try fields.iso8601(bytes, &reader)
        case .eventName: name = try fields.interned(bytes, &reader, &batch.strings)
        default: try fields.attribute(key, bytes, &reader, isDetail: true, into: &batch)
        }
      }
      batch.endEvent(time: time, name: name)
    }
  }

  private func links(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    guard try fields.enterArray(bytes, &reader) else { return }
    var isFirst = true
    while try fields.nextObject(bytes, &reader, isFirst: &isFirst) {
      var (trace, span, state) = (TraceID.invalid, SpanID.invalid, StringID.empty)
      var isFirstKey = true
      while let key = try reader.nextKey(bytes, isFirst: &isFirstKey) {
        switch Self.names.find(bytes, key) {
        case .traceID: trace = try fields.traceID(bytes, &reader)
        case .spanID: span = try fields.spanID(bytes, &reader)
        case .traceState: state = try fields.interned(bytes, &reader, &batch.strings)
        default: try fields.attribute(key, bytes, &reader, isDetail: true, into: &batch)
        }
      }
      batch.endLink(traceID: trace, spanID: span, traceState: state)
    }
  }
}
