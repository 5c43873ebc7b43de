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
    var type: SpanKind?
    /// Whether it is read into an event or a link.
    var isDetail = false
    /// Whether what is read stands in the object `data`.
    var isInside = false
    /// Whether it comes for the first time and is known to be read again.
    var isToBeHeld = false
    /// Whether it comes for the first time.
    var isNew = false
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
    try read(
      bytes, members, byteOffset: byteOffset, isDetail: false, isNew: true, &fields, into: &batch)
    let key = HeldSpans.Key(
      traceID: span.traceID ?? .invalid,
      spanID: row.kind == .span ? span.spanID ?? .invalid : span.draft.parentSpanID)
    switch row.kind {
    case .span:
      if row.details == 0 && !held.has(key) {
        span.commit(to: &batch, &fields)
        return
      }
      let expected = row.details - held.details(of: key).count
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
      var reader = JSONReader()
      if let value = try? member.value.range(bytes, &reader) { object.append(bytes, value) }
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
  /// next, if `isDetail`. Of a row that `isNew` and known to be read again later, attributes of which
  /// there is nothing to note are left out.
  private mutating func read(
    _ bytes: Span<UInt8>, _ members: [RowMember]?, byteOffset: Int, isDetail: Bool,
    isNew: Bool = false, _ fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSONError) {
    span.begin(byteOffset: byteOffset, resolution: .microsecond)
    row = Row()
    row.isDetail = isDetail
    row.isNew = isNew
    if isNew, let members { lookForDetails(members, bytes) }
    try takeAll(bytes, members, &fields, &batch)
    finishRow(isDetail: isDetail, &batch)
  }

  /// Finds out before the cells of a row are read whether it will be held.
  private mutating func lookForDetails(_ members: [RowMember], _ bytes: Span<UInt8>) {
    for member in members {
      guard let field = keys.meaning(member.column) else { continue }
      switch field {
      case .annotation: if Self.detail(member.value, bytes) != nil { row.isToBeHeld = true }
      case .eventCount, .linkCount:
        // Written otherwise, it is seen when it is read.
        let digits = member.value.text.range
        guard member.value.kind == .number, digits.count < 10,
          bytes.endOfDigits(in: digits) == digits.upperBound,
          bytes[digits.lowerBound] != UInt8(ascii: "0")
        else { continue }
        row.isToBeHeld = true
      default: break
      }
    }
  }

  /// What a row is that is no span, by its annotation.
  private static func detail(_ value: RowValue, _ bytes: Span<UInt8>) -> Row.Kind? {
    guard value.kind == .string else { return nil }
    if bytes.matches(value.text.range, "span_event") { return .event }
    return bytes.matches(value.text.range, "link") ? .link : nil
  }

  @inline(__always)
  mutating func take(
    _ place: Int, _ text: JSONReader.Text, _ value: RowValue, _ bytes: Span<UInt8>,
    _ reader: inout JSONReader, _ fields: inout JSONFields, _ batch: inout SpanBatch
  ) throws(JSONError) {
    let field = keys.meaning(place)
    if case .data = field, !row.isInside {
      reader.position = value.start
      guard try fields.enterObject(bytes, &reader) else { return }
      row.isInside = true
      swap(&keys, &innerKeys)
      defer {
        swap(&keys, &innerKeys)
        row.isInside = false
      }
      try takeObject(bytes, &reader, &fields, &batch)
    } else if value.kind == .null {
      return
    } else if let field, try take(field, place, value, bytes, &reader, &fields, &batch) {
      return
    } else if row.isToBeHeld, value.kind == .string, value.text.isASCII, text.isASCII {
      return
    } else if field == nil, keys.isResource(place), value.kind == .string {
      // Events and links repeat the resource of their span, which has it already.
      let number = keys.number(place, text, bytes, &fields, &batch.strings)
      span.source.add(number, keys.value(place, value, bytes, &fields, &batch.strings))
    } else {
      try attribute(
        place, text, value, bytes, &reader, isDetail: row.isDetail, &fields, into: &batch)
    }
  }

  private mutating func finishRow(isDetail: Bool, _ batch: inout SpanBatch) {
    span.draft.start = row.time
    if row.time == .unset, !isDetail, let duration = span.duration {
      // Results of a query often have no times: what is known is kept.
      let milliseconds = Double(duration.rawValue) / 1e6
      batch.withAttributes { $0.append(key: $1.intern("duration_ms"), double: milliseconds) }
    }
    span.addToSource(.serviceName, row.service, &batch)
    if span.draft.kind == .unspecified, let type = row.type { span.draft.kind = type }
    span.draft.status = row.hasError ? .error : row.status ?? .unset
  }

  /// Takes a field; false if its value is not what it should be.
  private mutating func take(
    _ field: Field, _ place: Int, _ value: RowValue, _ bytes: Span<UInt8>,
    _ reader: inout JSONReader, _ fields: inout JSONFields, _ batch: inout SpanBatch
  ) throws(JSONError) -> Bool {
    func text() throws(JSONError) -> StringID {
      try internedText(place, value, bytes, &reader, &fields, &batch.strings)
    }
    switch field {
    case .traceID: span.traceID = try fields.namedTraceID(value, bytes, &reader, &batch)
    case .spanID: span.spanID = try fields.namedSpanID(value, bytes, &reader, &batch)
    case .parentID:
      span.draft.parentSpanID = try fields.namedSpanID(
        value, bytes, &reader, &batch, isOptional: true)
    case .name: span.draft.name = try text()
    case .service: row.service = try text()
    case .oldService:
      let service = try text()
      if row.service == .empty { row.service = service }
    case .duration: span.duration = try fields.duration(value, bytes, &reader, in: .milliseconds)
    case .time where value.kind == .string:
      row.time = try fields.iso8601(value, bytes, &reader)
    case .seconds where value.kind == .number:
      reader.position = value.start
      row.time = try fields.time(bytes, &reader, in: .seconds)
    case .kind: span.draft.kind = try fields.kind(value, bytes, &reader)
    case .type where value.kind == .string:
      guard let kind = SpanKind(named: bytes, value.text.range) else { return false }
      row.type = kind
    case .statusCode where value.kind == .number:
      row.status = SpanStatus(
        rawValue: UInt8(clamping: try fields.uint32(value, bytes, &reader)))
    case .statusMessage: span.draft.statusMessage = try text()
    case .error where value.kind == .bool:
      if JSONFields.isTrue(value, bytes) { row.hasError = true }
    case .error:
      row.hasError = true
      return false
    case .traceState: span.draft.traceState = try text()
    case .scopeName: span.source.scopeName = try text()
    case .scopeVersion: span.source.scopeVersion = try text()
    case .annotation:
      guard let kind = Self.detail(value, bytes) else { return false }
      row.kind = kind
      row.isToBeHeld = row.isNew
    case .eventCount, .linkCount:
      row.details += Int(clamping: min(10_000, try fields.uint32(value, bytes, &reader)))
      if row.isNew, row.details > 0 { row.isToBeHeld = true }
    case .linkTraceID: row.linkTraceID = try fields.namedTraceID(value, bytes, &reader, &batch)
    case .linkSpanID: row.linkSpanID = try fields.namedSpanID(value, bytes, &reader, &batch)
    case .data, .time, .seconds, .type, .statusCode: return false
    }
    return true
  }
}
