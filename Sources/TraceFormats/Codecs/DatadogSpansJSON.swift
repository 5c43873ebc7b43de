import TraceModel

/// Decodes spans of Datadog's Spans API: `{"id":…,"type":"spans","attributes":{…}}`.
/// (datadog-api-client, `SpansAttributes`.)
///
/// The start has milliseconds, and the duration stands in the span's own tags.
struct DatadogSpansJSON: JSONValueCodec {
  static let format = FormatDescriptor(
    name: "datadog-spans-json", summary: "Datadog: Spans API (search)",
    example: "curl 'https://api.datadoghq.com/api/v2/spans/events'", priority: 44)

  static let telltales = ["ingestion_reason"]

  private var span = MappedSpan()
  private var order = JSONKeyOrder()
  private var customOrder = JSONKeyOrder()
  private var highHalves = DatadogTraceIDs()

  init() {}

  func claim(_ object: JSONShape, _ bytes: Span<UInt8>) -> JSONClaim {
    object.has("attributes", "span_id", bytes)
      || object.has("span_id", bytes) && object.has("start_timestamp", bytes) ? .spans : .none
  }

  private enum Field {
    case attributes, id, type, traceID, spanID, parentID, start, end, service, resource, operation
    case environment, host, tags, custom
  }
  private static let names = JSONKeyTable<Field>([
    ("attributes", .attributes), ("id", .id), ("type", .type), ("trace_id", .traceID),
    ("span_id", .spanID), ("parent_id", .parentID), ("start_timestamp", .start),
    ("end_timestamp", .end), ("service", .service), ("resource_name", .resource),
    ("operation_name", .operation), ("env", .environment), ("host", .host), ("tags", .tags),
    ("custom", .custom),
  ])

  mutating func decode(
    _ bytes: Span<UInt8>, byteOffset: Int, fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSONError) {
    span.begin(byteOffset: byteOffset, resolution: .millisecond)
    var reader = JSONReader()
    var parts = DatadogParts()
    var depth = 1
    try reader.enterObject(bytes)
    order.begin()
    while depth > 0 {
      guard let (field, key) = try Self.names.next(bytes, &reader, &order) else {
        depth -= 1
        order.isFirst = false
        continue
      }
      switch field {
      case .attributes where depth == 1:
        guard try fields.enterObject(bytes, &reader) else { continue }
        depth += 1
        order.isFirst = true
      case .id where depth == 1: try reader.skipValue(bytes)
      case .type:
        guard let text = try fields.text(bytes, &reader) else { continue }
        // Of the object around, not of the span.
        if bytes.matches(text.range, "spans") { continue }
        parts.type = fields.intern(text, bytes, &batch.strings)
        parts.kindOfType = DatadogParts.kinds.find(bytes, text)
      case .traceID: span.traceID = try fields.decimalTraceID(bytes, &reader)
      case .spanID: span.spanID = try fields.decimalSpanID(bytes, &reader)
      case .parentID:
        span.draft.parentSpanID = try fields.decimalSpanID(bytes, &reader, isOptional: true)
      case .start: span.draft.start = try fields.iso8601(bytes, &reader)
      case .end: span.draft.end = try fields.iso8601(bytes, &reader)
      case .service: parts.service = try fields.interned(bytes, &reader, &batch.strings)
      case .resource: parts.resource = try fields.interned(bytes, &reader, &batch.strings)
      case .operation: parts.operation = try fields.interned(bytes, &reader, &batch.strings)
      case .environment: parts.environment = try fields.interned(bytes, &reader, &batch.strings)
      case .host:
        let host = try fields.interned(bytes, &reader, &batch.strings)
        span.addToSource(.hostName, host, &batch)
      case .custom: try custom(bytes, &reader, &fields, into: &batch)
      case .attributes, .id, .tags, nil: try fields.attribute(key, bytes, &reader, into: &batch)
      }
    }
    if let id = span.traceID { span.traceID = highHalves.full(id, high: nil) }
    parts.add(to: &span, &batch)
    parts.addSource(to: &span, &batch)
    span.commit(to: &batch, &fields)
  }

  private enum Custom {
    case duration, error, span
  }
  private static let customNames = JSONKeyTable<Custom>([
    ("duration", .duration), ("error", .error), ("span", .span),
  ])

  /// The span's own tags, nested by the dots of their keys.
  private mutating func custom(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    guard try fields.enterObject(bytes, &reader) else { return }
    customOrder.begin()
    while let (field, key) = try Self.customNames.next(bytes, &reader, &customOrder) {
      let start = reader.position
      switch field {
      case .duration:
        span.duration = try fields.duration(bytes, &reader, in: .nanoseconds)
        continue
      case .error where try reader.peekKind(bytes) == .object:
        span.draft.status = .error
        var inner = JSONReader(at: start)
        if let message = try fields.member("message", bytes, &inner) {
          span.draft.statusMessage = fields.intern(message, bytes, &batch.strings)
        }
      case .span where try reader.peekKind(bytes) == .object:
        var inner = JSONReader(at: start)
        if let kind = try fields.member("kind", bytes, &inner) {
          span.draft.kind = SpanKind(named: bytes, kind.range) ?? .unspecified
        }
      case .error, .span, nil: break
      }
      try fields.flatAttribute(key, bytes, &reader, into: &batch)
    }
  }
}
