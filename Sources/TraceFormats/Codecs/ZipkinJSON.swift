import TraceModel

/// Decodes spans of Zipkin's v2 JSON. (zipkin-api, `zipkin2-api.yaml`.)
struct ZipkinJSON: JSONValueCodec {
  static let format = FormatDescriptor(
    name: "zipkin-json", summary: "Zipkin v2 JSON: a list of spans or of traces, or JSON Lines",
    example: "curl localhost:9411/api/v2/traces", priority: 41)

  static let telltales = ["localEndpoint", "remoteEndpoint"]

  private var span = MappedSpan()
  private var order = JSONKeyOrder()
  private var localOrder = JSONKeyOrder()
  private var remoteOrder = JSONKeyOrder()

  init() {}

  func claim(_ object: JSONShape, _ bytes: Span<UInt8>) -> JSONClaim {
    guard object.has("traceId", bytes), object.has("id", bytes),
      Self.own.contains(where: { object.has($0, bytes) }),
      !Self.foreign.contains(where: { object.has($0, bytes) }),
      !object.hasInFirst("annotations", "endpoint", bytes)
    else { return .none }
    return .spans
  }
  private static let own: [StaticString] = [
    "name", "timestamp", "localEndpoint", "annotations", "tags",
  ]
  /// What spans of other systems have, or those of Zipkin's v1.
  private static let foreign: [StaticString] = [
    "binaryAnnotations", "attributes", "durationMs", "spanId",
  ]

  private enum Field {
    case traceID, spanID, parentID, kind, name, timestamp, duration, local, remote
    case annotations, tags
  }
  private static let names = JSONKeyTable<Field>([
    ("traceId", .traceID), ("id", .spanID), ("parentId", .parentID), ("kind", .kind),
    ("name", .name), ("timestamp", .timestamp), ("duration", .duration),
    ("localEndpoint", .local), ("remoteEndpoint", .remote), ("annotations", .annotations),
    ("tags", .tags),
  ])

  mutating func decode(
    _ bytes: Span<UInt8>, byteOffset: Int, fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSONError) {
    span.begin(byteOffset: byteOffset, resolution: .microsecond)
    var reader = JSONReader()
    try reader.enterObject(bytes)
    order.begin()
    while let (field, key) = try Self.names.next(bytes, &reader, &order) {
      switch field {
      case .traceID: span.traceID = try fields.unpaddedTraceID(bytes, &reader)
      case .spanID: span.spanID = try fields.unpaddedSpanID(bytes, &reader)
      case .parentID:
        span.draft.parentSpanID = try fields.unpaddedSpanID(bytes, &reader, isOptional: true)
      case .kind: span.draft.kind = try fields.kind(bytes, &reader)
      case .name: span.draft.name = try fields.interned(bytes, &reader, &batch.strings)
      case .timestamp: span.draft.start = try fields.time(bytes, &reader, in: .microseconds)
      case .duration: span.duration = try fields.duration(bytes, &reader, in: .microseconds)
      case .local:
        try ZipkinEndpoint(bytes, &reader, &fields, &localOrder, &batch.strings)
          .addAsLocal(&span, &batch)
      case .remote:
        try ZipkinEndpoint(bytes, &reader, &fields, &remoteOrder, &batch.strings)
          .addAsRemote(&batch)
      case .annotations: try annotations(bytes, &reader, &fields, into: &batch)
      case .tags: try tags(bytes, &reader, &fields, into: &batch)
      case nil: try fields.attribute(key, bytes, &reader, into: &batch)
      }
    }
    // A span is never its own parent: old libraries write a root so.
    if span.draft.parentSpanID == span.spanID { span.draft.parentSpanID = .invalid }
    span.commit(to: &batch, &fields)
  }

  private mutating func tags(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    guard try fields.enterObject(bytes, &reader) else { return }
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      if try reader.peek(bytes) == UInt8(ascii: "\"") {
        ZipkinTag.add(key, try reader.string(bytes), bytes, &span, &fields, &batch)
      } else {
        let value = try fields.plainValue(bytes, &reader)
        ZipkinTag.add(key, value, bytes, &span, &fields, &batch)
      }
    }
  }

  private func annotations(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    guard try fields.enterArray(bytes, &reader) else { return }
    var isFirst = true
    while try fields.nextObject(bytes, &reader, isFirst: &isFirst) {
      var time = UnixNanos.unset
      var name = StringID.empty
      var isFirstKey = true
      while let key = try reader.nextKey(bytes, isFirst: &isFirstKey) {
        if bytes.matches(key.range, "timestamp") {
          time = try fields.time(bytes, &reader, in: .microseconds)
        } else if bytes.matches(key.range, "value") {
          guard let text = try fields.text(bytes, &reader) else { continue }
          name = Self.event(text, bytes, &fields, into: &batch)
        } else {
          try reader.skipValue(bytes)
        }
      }
      batch.endEvent(time: time, name: name)
    }
  }

  /// The name of an event. OpenTelemetry's exporter writes name and attributes as JSON in the text:
  /// `{"exception": {"exception.type": "ValueError"}}`.
  static func event(
    _ text: JSONReader.Text, _ bytes: Span<UInt8>, _ fields: inout JSONFields,
    into batch: inout SpanBatch
  ) -> StringID {
    guard let first = text.range.first,
      bytes[first] == UInt8(ascii: "{") || bytes[first] == UInt8(ascii: "\\")
    else { return fields.intern(text, bytes, &batch.strings) }
    var plain: [UInt8] = []
    JSONText.unescape(bytes, text.range, into: &plain)
    if plain.first == UInt8(ascii: "{"), case let inner = plain.span,
      let name = try? event(inner, &fields, into: &batch)
    {
      return name
    }
    return fields.intern(text, bytes, &batch.strings)
  }

  /// Reads an object of one member, which is an object; throws, with nothing appended, if it is
  /// something else.
  private static func event(
    _ bytes: Span<UInt8>, _ fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSONError) -> StringID {
    var check = JSONReader()
    try check.enterObject(bytes)
    var isFirst = true
    guard let name = try check.nextKey(bytes, isFirst: &isFirst) else {
      throw JSONError(.key, at: check.position)
    }
    let start = check.position
    guard try check.peekKind(bytes) == .object else { throw JSONError(.object, at: start) }
    try check.skipValue(bytes)
    guard try check.nextKey(bytes, isFirst: &isFirst) == nil, check.position == bytes.count else {
      throw JSONError(.value, at: check.position)
    }
    var reader = JSONReader(at: start)
    try fields.attributes(bytes, &reader, isDetail: true, into: &batch)
    return fields.intern(name, bytes, &batch.strings)
  }
}
