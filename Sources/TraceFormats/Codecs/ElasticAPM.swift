import TraceModel

/// Decodes the lines that Elastic's APM agents send: metadata first, then transactions, spans and
/// errors. (apm-server, intake v2 JSON schemas.)
///
/// Transactions are spans too. An error becomes an event: of the span that it names, if that comes
/// behind it, else of the transaction, which comes last.
struct ElasticAPM: JSONValueCodec {
  static let format = FormatDescriptor(
    name: "elastic-apm", summary: "Elastic APM agents: intake v2, JSON Lines",
    example: "the body of POST /intake/v2/events", priority: 50)

  static let telltales: [String] = []

  private var span = MappedSpan()
  private var sources = ElasticSources()
  private var errors = ElasticErrors()
  private var contextKeys = FlatKeys(names: ElasticNames.attributes, dropping: "tags.")

  init() {}

  private enum Line {
    case metadata, transaction, span, error, metrics
  }
  private static let lines = JSONKeyTable<Line>([
    ("metadata", .metadata), ("transaction", .transaction), ("span", .span), ("error", .error),
    ("metricset", .metrics),
  ])

  func claim(_ object: JSONShape, _ bytes: Span<UInt8>) -> JSONClaim {
    guard object.members.count == 1, let member = object.members.first else { return .none }
    switch Self.lines.find(bytes, member.key) {
    case .metadata: return object.has("metadata", "service", bytes) ? .spans : .none
    case .transaction: return object.has("transaction", "trace_id", bytes) ? .spans : .none
    case .span: return object.has("span", "trace_id", bytes) ? .spans : .none
    case .error: return object.has("error", "id", bytes) ? .spans : .none
    case .metrics: return object.has("metricset", "samples", bytes) ? .otherSignal : .none
    case nil: return .none
    }
  }

  mutating func decode(
    _ bytes: Span<UInt8>, byteOffset: Int, fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSONError) {
    var reader = JSONReader()
    var isFirst = true
    try reader.enterObject(bytes)
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      switch Self.lines.find(bytes, key) {
      case .metadata: try sources.read(bytes, &reader, &fields)
      case .transaction, .span: try record(bytes, &reader, byteOffset, &fields, into: &batch)
      case .error: try errors.read(bytes, &reader, byteOffset: byteOffset, &fields, into: &batch)
      case .metrics, nil: try reader.skipValue(bytes)
      }
    }
  }

  mutating func finish(fields: inout JSONFields, into batch: inout SpanBatch) {
    errors.reportAll(in: &batch)
  }

  // MARK: Spans and transactions

  private enum Field {
    case id, traceID, parentID, transactionID, name, type, subtype, action, duration, timestamp
    case outcome, result, context, links, sampled
  }
  private static let names = JSONKeyTable<Field>([
    ("id", .id), ("trace_id", .traceID), ("parent_id", .parentID),
    ("transaction_id", .transactionID), ("name", .name), ("type", .type), ("subtype", .subtype),
    ("action", .action), ("duration", .duration), ("timestamp", .timestamp),
    ("outcome", .outcome), ("result", .result), ("context", .context), ("links", .links),
    ("sampled", .sampled),
  ])

  private mutating func record(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ byteOffset: Int,
    _ fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSONError) {
    span.begin(byteOffset: byteOffset, resolution: .microsecond)
    var transactionID = SpanID.invalid
    guard try fields.enterObject(bytes, &reader) else { return }
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      if try reader.peekKind(bytes) == .null {
        try reader.skipValue(bytes)
        continue
      }
      switch Self.names.find(bytes, key) {
      case .id: span.spanID = try fields.unpaddedSpanID(bytes, &reader)
      case .traceID: span.traceID = try fields.unpaddedTraceID(bytes, &reader)
      case .parentID:
        span.draft.parentSpanID = try fields.unpaddedSpanID(bytes, &reader, isOptional: true)
      case .transactionID:
        transactionID = try fields.unpaddedSpanID(bytes, &reader, isOptional: true)
      case .name: span.draft.name = try fields.interned(bytes, &reader, &batch.strings)
      case .type:
        guard let text = try fields.text(bytes, &reader) else { continue }
        if let kind = ElasticNames.kinds.find(bytes, text) { span.draft.kind = kind }
        batch.add("type", fields.intern(text, bytes, &batch.strings))
      case .action:
        guard let text = try fields.text(bytes, &reader) else { continue }
        if span.draft.kind == .producer, bytes.matches(text.range, "receive") {
          span.draft.kind = .consumer
        }
        batch.add("action", fields.intern(text, bytes, &batch.strings))
      case .duration: span.duration = try fields.duration(bytes, &reader, in: .milliseconds)
      case .timestamp: span.draft.start = try fields.time(bytes, &reader, in: .microseconds)
      case .outcome:
        guard let text = try fields.text(bytes, &reader) else { continue }
        if bytes.matches(text.range, "failure") { span.draft.status = .error }
        batch.add("event.outcome", fields.intern(text, bytes, &batch.strings))
      case .context:
        // Tags are the user's own names.
        try fields.flatAttributes(bytes, &reader, &contextKeys, into: &batch)
      case .links: try links(bytes, &reader, &fields, into: &batch)
      case .sampled: try reader.skipValue(bytes)
      case .subtype, .result, nil:
        try fields.flatAttribute(key, bytes, &reader, into: &batch)
      }
    }
    let isTransaction = transactionID == .invalid
    // All messages of a transaction are received, not sent.
    if isTransaction, span.draft.kind == .producer { span.draft.kind = .consumer }
    if !isTransaction, span.draft.parentSpanID == .invalid {
      span.draft.parentSpanID = transactionID
    }
    if let id = span.spanID {
      errors.take(
        of: isTransaction ? id : transactionID, only: isTransaction ? nil : id, into: &batch)
    }
    span.draft.scope = sources.scope(in: &batch)
    span.commit(to: &batch, &fields)
  }

  private func links(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    guard try fields.enterArray(bytes, &reader) else { return }
    var isFirst = true
    while try fields.nextObject(bytes, &reader, isFirst: &isFirst) {
      var (trace, span) = (TraceID.invalid, SpanID.invalid)
      var isFirstKey = true
      while let key = try reader.nextKey(bytes, isFirst: &isFirstKey) {
        if bytes.matches(key.range, "trace_id") {
          trace = try fields.unpaddedTraceID(bytes, &reader)
        } else if bytes.matches(key.range, "span_id") {
          span = try fields.unpaddedSpanID(bytes, &reader)
        } else {
          try fields.attribute(key, bytes, &reader, isDetail: true, into: &batch)
        }
      }
      batch.endLink(traceID: trace, spanID: span)
    }
  }
}

/// OpenTelemetry's names for what Elastic's agents say.
private enum ElasticNames {
  static let kinds = JSONKeyTable<SpanKind>([
    ("request", .server), ("db", .client), ("external", .client), ("storage", .client),
    ("cache", .client), ("messaging", .producer), ("app", .internal),
  ])

  static let attributes = JSONKeyTable<String>([
    ("db.statement", "db.query.text"), ("db.type", "db.system.name"), ("http.url", "url.full"),
    ("http.method", "http.request.method"), ("http.status_code", "http.response.status_code"),
    ("request.method", "http.request.method"), ("request.url.full", "url.full"),
    ("response.status_code", "http.response.status_code"),
  ])
}
