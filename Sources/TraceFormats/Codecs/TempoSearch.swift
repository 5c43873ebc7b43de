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
  private var order = JSONKeyOrder()
  private var spanOrder = JSONKeyOrder()
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

  /// Attributes that are fields of the span.
  private enum Selected {
    case service, name, kind, status
  }
  private static let attributeNames = JSONKeyTable<Selected>([
    ("service.name", .service), ("name", .name), ("kind", .kind), ("status", .status),
  ])

  mutating func decode(
    _ bytes: Span<UInt8>, byteOffset: Int, fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSONError) {
    span.begin(byteOffset: byteOffset, resolution: .millisecond)
    var reader = JSONReader()
    var sets: Int?
    try reader.enterObject(bytes)
    order.begin()
    while let (field, key) = try Self.names.next(bytes, &reader, &order) {
      switch field {
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
    guard try reader.peekKind(bytes) == .array else {
      return try readSet(bytes, &reader, traceID, byteOffset: byteOffset, &fields, into: &batch)
    }
    try reader.enterArray(bytes)
    var isFirst = true
    while try reader.nextElement(bytes, isFirst: &isFirst) {
      try readSet(bytes, &reader, traceID, byteOffset: byteOffset, &fields, into: &batch)
    }
  }

  private mutating func readSet(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ traceID: TraceID, byteOffset: Int,
    _ fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSONError) {
    guard try fields.enterObject(bytes, &reader) else { return }
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      guard case .spans = Self.names.find(bytes, key) else {
        try reader.skipValue(bytes)
        continue
      }
      guard try fields.enterArray(bytes, &reader) else { continue }
      var isFirstSpan = true
      while try reader.nextElement(bytes, isFirst: &isFirstSpan) {
        try readSpan(bytes, &reader, traceID, byteOffset: byteOffset, &fields, into: &batch)
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
    spanOrder.begin()
    while let (field, key) = try Self.names.next(bytes, &reader, &spanOrder) {
      switch field {
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
    if try otlp.fields.enterArray(bytes, &reader) {
      var isFirst = true
      while try reader.nextElement(bytes, isFirst: &isFirst) {
        guard let (key, value) = try otlp.keyValue(bytes, &reader, depth: 0) else { continue }
        if let key, case .text(let text) = value, take(key, text, bytes, &batch) { continue }
        let number = key.map { intern($0, bytes, &batch.strings) } ?? .empty
        if case .text(let text) = value {
          batch.append(number, intern(text, bytes, &batch.strings), isDetail: false)
        } else {
          otlp.fields.append(number, value, bytes, isDetail: false, to: &batch)
        }
      }
    }
    otlp.fields.notes.discard()
  }

  /// Takes an attribute that is a field of the span; false if it is none.
  private mutating func take(
    _ key: JSONReader.Text, _ text: JSONReader.Text, _ bytes: Span<UInt8>, _ batch: inout SpanBatch
  ) -> Bool {
    switch Self.attributeNames.find(bytes, key) {
    case .service:
      span.addToSource(.serviceName, intern(text, bytes, &batch.strings), &batch)
    case .name: span.draft.name = intern(text, bytes, &batch.strings)
    case .kind:
      span.draft.kind = otlp.fields.withUTF8(of: text, bytes) {
        SpanKind(named: $0, $0.indices) ?? .unspecified
      }
    case .status:
      span.draft.status = otlp.fields.withUTF8(of: text, bytes) {
        SpanStatus(named: $0, $0.indices) ?? .unset
      }
    case nil: return false
    }
    return true
  }

  /// The number of a text in the pool; what is no UTF-8 in it becomes U+FFFD, without a note.
  private mutating func intern(
    _ text: JSONReader.Text, _ bytes: Span<UInt8>, _ strings: inout StringPool
  ) -> StringID {
    if text.isASCII { return otlp.fields.intern(text, bytes, &strings) }
    return strings.intern(otlp.fields.string(text, bytes))
  }
}
