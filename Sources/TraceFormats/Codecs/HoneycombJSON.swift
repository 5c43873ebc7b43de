import TraceModel

/// Decodes Honeycomb's rows, the events of a batch, and results of queries. (honeycombio/husky,
/// `otlp/traces.go`; Events API; Query Data API.)
///
/// Events and links of a span are rows of their own. A span that says how many it has waits for them.
struct HoneycombJSON: RowCodec {
  static let format = FormatDescriptor(
    name: "honeycomb-json", summary: "Honeycomb: rows, batches of events, query results",
    example: "the UI's download as JSON", priority: 45)

  static let telltales = ["trace.trace_id", "trace.parent_id", "samplerate"]

  var keys = RowKeys<Field>()
  /// The keys of the events of a batch, which are objects in others.
  private var innerKeys = RowKeys<Field>()
  private var span = MappedSpan()
  private var row = Row()
  private var held = HeldSpans()

  init() {}

  func claim(_ object: JSONShape, _ bytes: Span<UInt8>) -> JSONClaim {
    object.has("trace.trace_id", bytes) || object.has("data", "trace.trace_id", bytes)
      ? .spans : .none
  }

  /// What decides what a row is.
  private struct Row {
    enum Kind {
      case span, event, link
    }
    var kind = Kind.span
    var details = 0
    var linkTraceID = TraceID.invalid
    var linkSpanID = SpanID.invalid
    var time = UnixNanos.unset
    var status: SpanStatus?
    var hasError = false
    var service = StringID.empty
    var type: JSONReader.Text?
    /// Whether it is read into an event or a link.
    var isDetail = false
    /// Whether what is read stands in the object `data`.
    var isInside = false
  }

  enum Field {
    case data, traceID, spanID, parentID, name, service, oldService, duration, time, seconds
    case kind, type, statusCode, statusMessage, error, traceState, scopeName, scopeVersion
    case annotation, eventCount, linkCount, linkTraceID, linkSpanID
  }
  private static let names = JSONKeyTable<Field>([
    ("data", .data), ("trace.trace_id", .traceID), ("trace.span_id", .spanID),
    ("trace.parent_id", .parentID), ("name", .name), ("service.name", .service),
    ("service_name", .oldService), ("duration_ms", .duration), ("MAX(duration_ms)", .duration),
    ("Timestamp", .time), ("timestamp", .time), ("time", .time), ("ts", .seconds),
    ("span.kind", .kind), ("type", .type), ("status_code", .statusCode),
    ("status_message", .statusMessage), ("error", .error), ("trace.trace_state", .traceState),
    ("library.name", .scopeName), ("library.version", .scopeVersion),
    ("meta.annotation_type", .annotation), ("span.num_events", .eventCount),
    ("span.num_links", .linkCount), ("trace.link.trace_id", .linkTraceID),
    ("trace.link.span_id", .linkSpanID),
  ])

  func meaning(of key: JSONReader.Text, _ bytes: Span<UInt8>) -> Field? {
    Self.names.find(bytes, key)
  }

  mutating func decode(
    _ bytes: Span<UInt8>, members: [RowMember]?, byteOffset: Int, fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    try read(bytes, members, byteOffset: byteOffset, isDetail: false, &fields, into: &batch)
    let key = HeldSpans.Key(
      traceID: span.traceID ?? .invalid,
      spanID: row.kind == .span ? span.spanID ?? .invalid : span.draft.parentSpanID)
    switch row.kind {
    case .span:
      let expected = row.details - held.details(of: key).count
      if row.details == 0 && !held.has(key) {
        span.commit(to: &batch, &fields)
        return
      }
      batch.rollBack()
      held.add(.init(bytes, members, byteOffset: byteOffset), key, waitsFor: expected)
    case .event, .link:
      batch.rollBack()
      held.addDetail(.init(bytes, members, byteOffset: byteOffset), key)
    }
    while let next = held.nextComplete() { commit(next, into: &batch) }
  }

  mutating func finish(fields: inout JSONFields, into batch: inout SpanBatch) {
    while let next = held.next() { commit(next, into: &batch) }
  }

  /// Commits a span that was held, with its events and links.
  private mutating func commit(_ held: HeldSpans.Held, into batch: inout SpanBatch) {
    // What is to be noted was noted when it came.
    var fields = JSONFields()
    for detail in held.details where read(detail, isDetail: true, &fields, into: &batch) {
      switch row.kind {
      case .link: batch.endLink(traceID: row.linkTraceID, spanID: row.linkSpanID)
      case .event, .span: batch.endEvent(time: row.time, name: span.draft.name)
      }
    }
    guard let record = held.span, read(record, isDetail: false, &fields, into: &batch) else {
      return commitOrphans(held, &fields, into: &batch)
    }
    span.commit(to: &batch, &fields)
  }

  /// Commits events and links whose span did not come as children of it, so that nothing is lost.
  private mutating func commitOrphans(
    _ held: HeldSpans.Held, _ fields: inout JSONFields, into batch: inout SpanBatch
  ) {
    batch.rollBack()
    for detail in held.details where read(detail, isDetail: false, &fields, into: &batch) {
      span.spanID = SpanID(hashing: object(of: detail).span)
      span.draft.end = span.draft.start
      span.duration = nil
      batch.add(
        "meta.annotation_type", batch.strings.intern(row.kind == .link ? "link" : "span_event"))
      if row.kind == .link { batch.endLink(traceID: row.linkTraceID, spanID: row.linkSpanID) }
      span.commit(to: &batch, &fields)
    }
  }

  /// The object that a record is, or that the row of a table would be: what its ID is made of, which
  /// is the same in all tables that have the row.
  private func object(of record: HeldSpans.Record) -> [UInt8] {
    guard let members = record.members else { return record.bytes }
    let bytes = record.bytes.span
    var object = [UInt8(ascii: "{")]
    for member in members {
      if object.count > 1 { object.append(UInt8(ascii: ",")) }
      object.append(UInt8(ascii: "\""))
      object.append(bytes, keys.text(member.column).range)
      object.append(contentsOf: [UInt8(ascii: "\""), UInt8(ascii: ":")])
      var reader = JSONReader(at: member.value)
      if let value = try? reader.skipValue(bytes) { object.append(bytes, value) }
    }
    object.append(UInt8(ascii: "}"))
    return object
  }

  // MARK: Reading a row

  /// Reads a row that was held; false if it is broken.
  private mutating func read(
    _ record: HeldSpans.Record, isDetail: Bool, _ fields: inout JSONFields,
    into batch: inout SpanBatch
  ) -> Bool {
    do throws(JSONError) {
      try read(
        record.bytes.span, record.members, byteOffset: record.byteOffset, isDetail: isDetail,
        &fields, into: &batch)
      return true
    } catch {
      return false
    }
  }

  /// Reads a row into `span` and `row`, and appends its attributes: to the event or link that is ended
  /// next, if `isDetail`.
  private mutating func read(
    _ bytes: Span<UInt8>, _ members: [RowMember]?, byteOffset: Int, isDetail: Bool,
    _ fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSONError) {
    span.begin(byteOffset: byteOffset, resolution: .microsecond)
    row = Row()
    row.isDetail = isDetail
    try takeAll(bytes, members, &fields, &batch)
    finishRow(bytes, isDetail: isDetail, &batch)
  }

  mutating func take(
    _ place: Int, _ text: JSONReader.Text, _ bytes: Span<UInt8>, _ reader: inout JSONReader,
    _ fields: inout JSONFields, _ batch: inout SpanBatch
  ) throws(JSONError) {
    let field = keys.meaning(place)
    let kind = try reader.peekKind(bytes)
    if case .data = field, !row.isInside {
      guard try fields.enterObject(bytes, &reader) else { return }
      row.isInside = true
      swap(&keys, &innerKeys)
      defer {
        swap(&keys, &innerKeys)
        row.isInside = false
      }
      try takeObject(bytes, &reader, &fields, &batch)
    } else if kind == .null {
      try reader.skipValue(bytes)
    } else if let field, try take(field, place, bytes, &reader, &fields, &batch) {
      return
    } else if field == nil, keys.isResource(place), kind == .string {
      // Events and links repeat the resource of their span, which has it already.
      let number = keys.number(place, text, bytes, &fields, &batch.strings)
      span.source.add(number, try interned(place, bytes, &reader, &fields, &batch.strings))
    } else {
      try attribute(
        place, text, bytes, &reader, isDetail: row.isDetail, &fields, into: &batch)
    }
  }

  private mutating func finishRow(
    _ bytes: Span<UInt8>, isDetail: Bool, _ batch: inout SpanBatch
  ) {
    span.draft.start = row.time
    if row.time == .unset, !isDetail, let duration = span.duration {
      // Results of a query often have no times: what is known is kept.
      let milliseconds = Double(duration.rawValue) / 1e6
      batch.withAttributes { $0.append(key: $1.intern("duration_ms"), double: milliseconds) }
    }
    span.addToSource(.serviceName, row.service, &batch)
    if span.draft.kind == .unspecified, let type = row.type {
      span.draft.kind = SpanKind(named: bytes, type.range) ?? .unspecified
    }
    span.draft.status = row.hasError ? .error : row.status ?? .unset
  }

  /// Takes a field; false, with nothing consumed, if its value is not what it should be.
  private mutating func take(
    _ field: Field, _ place: Int, _ bytes: Span<UInt8>, _ reader: inout JSONReader,
    _ fields: inout JSONFields, _ batch: inout SpanBatch
  ) throws(JSONError) -> Bool {
    switch field {
    case .traceID: span.traceID = try fields.namedTraceID(bytes, &reader, &batch)
    case .spanID: span.spanID = try fields.namedSpanID(bytes, &reader, &batch)
    case .parentID:
      span.draft.parentSpanID = try fields.namedSpanID(bytes, &reader, &batch, isOptional: true)
    case .name: span.draft.name = try internedText(place, bytes, &reader, &fields, &batch.strings)
    case .service: row.service = try internedText(place, bytes, &reader, &fields, &batch.strings)
    case .oldService:
      let service = try internedText(place, bytes, &reader, &fields, &batch.strings)
      if row.service == .empty { row.service = service }
    case .duration: span.duration = try fields.duration(bytes, &reader, in: .milliseconds)
    case .time where try reader.peekKind(bytes) == .string:
      row.time = try fields.iso8601(bytes, &reader)
    case .seconds where try reader.peekKind(bytes) == .number:
      row.time = try fields.time(bytes, &reader, in: .seconds)
    case .kind: span.draft.kind = try fields.kind(bytes, &reader)
    case .type where try reader.peekKind(bytes) == .string:
      let start = reader.position
      let text = try reader.string(bytes)
      guard SpanKind(named: bytes, text.range) != nil else {
        reader.position = start
        return false
      }
      row.type = text
    case .statusCode where try reader.peekKind(bytes) == .number:
      row.status = SpanStatus(rawValue: UInt8(clamping: try fields.uint32(bytes, &reader)))
    case .statusMessage:
      span.draft.statusMessage = try internedText(place, bytes, &reader, &fields, &batch.strings)
    case .error where try reader.peekKind(bytes) == .bool:
      if case .bool(true) = try fields.plainValue(bytes, &reader) { row.hasError = true }
    case .error:
      row.hasError = true
      return false
    case .traceState:
      span.draft.traceState = try internedText(place, bytes, &reader, &fields, &batch.strings)
    case .scopeName:
      span.source.scopeName = try internedText(place, bytes, &reader, &fields, &batch.strings)
    case .scopeVersion:
      span.source.scopeVersion = try internedText(place, bytes, &reader, &fields, &batch.strings)
    case .annotation where try reader.peekKind(bytes) == .string:
      let start = reader.position
      let text = try reader.string(bytes)
      if bytes.matches(text.range, "span_event") {
        row.kind = .event
      } else if bytes.matches(text.range, "link") {
        row.kind = .link
      } else {
        reader.position = start
        return false
      }
    case .eventCount, .linkCount:
      row.details += Int(clamping: min(10_000, try fields.uint32(bytes, &reader)))
    case .linkTraceID: row.linkTraceID = try fields.namedTraceID(bytes, &reader, &batch)
    case .linkSpanID: row.linkSpanID = try fields.namedSpanID(bytes, &reader, &batch)
    case .data, .time, .seconds, .type, .statusCode, .annotation: return false
    }
    return true
  }
}
