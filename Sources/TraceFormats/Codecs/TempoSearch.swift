import TraceModel

/// Decodes the traces that a search in Grafana Tempo finds: of each what its root is, and the spans
/// that match. (Tempo HTTP API, `/api/search`.)
///
/// Neither the root's span ID nor any parent is said, so all spans of a trace are roots.
struct TempoSearch: JSONValueCodec {
  static let format = FormatDescriptor(
    name: "tempo-search", summary: "Grafana Tempo: results of a search, of each trace what matches",
    example: "curl 'localhost:3200/api/search?q={}'", priority: 39)

  static let telltales = ["rootTraceName", "rootServiceName"]
  static let claimsByKeys = true

  private var span = MappedSpan()
  private var otlp = OTLPJSON()

  init() {}

  func claim(_ object: JSONShape, _ bytes: Span<UInt8>) -> JSONClaim {
    object.has("traceID", bytes)
      && (object.has("rootTraceName", bytes) || object.has("rootServiceName", bytes))
      ? .spans : .none
  }

  private enum Field {
    case traceID, service, name, start, milliseconds, spanSet, spanSets, spans, spanID, duration
    case attributes
  }
  private static let names = JSONKeyTable<Field>([
    ("traceID", .traceID), ("rootServiceName", .service), ("rootTraceName", .name),
    ("name", .name), ("startTimeUnixNano", .start), ("durationMs", .milliseconds),
    ("spanSet", .spanSet), ("spanSets", .spanSets), ("spans", .spans), ("spanID", .spanID),
    ("durationNanos", .duration), ("attributes", .attributes),
  ])

  mutating func decode(
    _ bytes: Span<UInt8>, byteOffset: Int, fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSONError) {
    span.begin(byteOffset: byteOffset, resolution: .millisecond)
    var reader = JSONReader()
    var sets: Int?
    var isFirst = true
    try reader.enterObject(bytes)
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      switch Self.names.find(bytes, key) {
      case .traceID:
        span.traceID = try fields.unpaddedTraceID(bytes, &reader)
      case .service:
        span.addToSource(.serviceName, try fields.interned(bytes, &reader, &batch.strings), &batch)
      case .name: span.draft.name = try fields.interned(bytes, &reader, &batch.strings)
      case .start: span.draft.start = try fields.unixNanos(bytes, &reader)
      case .milliseconds: span.duration = try fields.duration(bytes, &reader, in: .milliseconds)
      // The first of `spanSets` once more, as old versions have it.
      case .spanSet:
        sets = sets ?? reader.position
        try reader.skipValue(bytes)
      case .spanSets:
        sets = reader.position
        try reader.skipValue(bytes)
      default:
        try fields.flatAttribute(key, bytes, &reader, into: &batch)
      }
    }
    let traceID = span.traceID ?? .invalid
    span.spanID = SpanID(hashing: "\(traceID)".utf8Span.span)
    fields.notes.add(
      .assumption, at: 0,
      "a search says neither the span ID of a root nor any parent: made up, none")
    span.commit(to: &batch, &fields)
    if let sets {
      reader.position = sets
      try readSets(bytes, &reader, traceID, byteOffset: byteOffset, &fields, into: &batch)
    }
  }

  /// Reads a set of spans, or a list of sets.
  private mutating func readSets(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ traceID: TraceID, byteOffset: Int,
    _ fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSONError) {
    var starts = [reader.position]
    if try reader.peekKind(bytes) == .array {
      starts = []
      try reader.enterArray(bytes)
      var isFirst = true
      while try reader.nextElement(bytes, isFirst: &isFirst) {
        starts.append(try reader.skipValue(bytes).lowerBound)
      }
    }
    for start in starts {
      reader.position = start
      guard try fields.enterObject(bytes, &reader) else { continue }
      var isFirst = true
      while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
        guard case .spans = Self.names.find(bytes, key), try fields.enterArray(bytes, &reader)
        else {
          try reader.skipValue(bytes)
          continue
        }
        var isFirstSpan = true
        while try reader.nextElement(bytes, isFirst: &isFirstSpan) {
          try readSpan(bytes, &reader, traceID, byteOffset: byteOffset, &fields, into: &batch)
        }
      }
    }
  }

  private mutating func readSpan(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ traceID: TraceID, byteOffset: Int,
    _ fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSONError) {
    span.begin(byteOffset: byteOffset, resolution: .nanosecond)
    span.traceID = traceID
    guard try fields.enterObject(bytes, &reader) else { return }
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      switch Self.names.find(bytes, key) {
      case .spanID: span.spanID = try fields.unpaddedSpanID(bytes, &reader)
      case .name: span.draft.name = try fields.interned(bytes, &reader, &batch.strings)
      case .start: span.draft.start = try fields.unixNanos(bytes, &reader)
      case .duration: span.duration = try fields.duration(bytes, &reader, in: .nanoseconds)
      case .attributes: try attributes(bytes, &reader, &fields, into: &batch)
      default: try fields.attribute(key, bytes, &reader, into: &batch)
      }
    }
    span.commit(to: &batch, &fields)
  }

  /// OTLP's attributes, among them fields of the span that the query selected.
  private mutating func attributes(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    for attribute in try otlp.attributeList(bytes, &reader, depth: 0) {
      if case .string(let text) = attribute.value {
        let value = batch.strings.intern(text)
        let utf8 = text.utf8Span.span
        switch attribute.key {
        case "service.name":
          span.addToSource(.serviceName, value, &batch)
          continue
        case "name":
          span.draft.name = value
          continue
        case "kind":
          span.draft.kind = SpanKind(named: utf8, utf8.indices) ?? .unspecified
          continue
        case "status":
          span.draft.status = SpanStatus(named: utf8, utf8.indices) ?? .unset
          continue
        default: break
        }
      }
      batch.withAttributes {
        $0.append(key: $1.intern(attribute.key), value: attribute.value, strings: &$1)
      }
    }
    otlp.fields.notes.discard()
  }
}
