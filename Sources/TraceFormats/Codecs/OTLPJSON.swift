import TraceModel

/// Decodes the leaves of OTLP JSON: spans, resources, scopes. (OpenTelemetry protocol, section "JSON
/// Protobuf Encoding"; trace.proto.)
///
/// Takes more than the specification allows, because files hold more: snake_case keys, enums by
/// name, integers bare or in quotes, base64 IDs, times with an exponent, members that are null.
struct OTLPJSON: Sendable {
  var fields = JSONFields()
  let usual = UsualText.shared
  var habits = AttributeHabits()

  init() {}

  enum SpanField {
    case traceID, spanID, parentSpanID, traceState, flags, name, kind, start, end
    case attributes, droppedAttributes, events, droppedEvents, links, droppedLinks, status
  }
  private static let spanFields = JSONKeyTable<SpanField>(camelCase: [
    ("traceId", .traceID), ("spanId", .spanID), ("parentSpanId", .parentSpanID),
    ("traceState", .traceState), ("flags", .flags), ("name", .name), ("kind", .kind),
    ("startTimeUnixNano", .start), ("endTimeUnixNano", .end), ("attributes", .attributes),
    ("droppedAttributesCount", .droppedAttributes), ("events", .events),
    ("droppedEventsCount", .droppedEvents), ("links", .links), ("status", .status),
    ("droppedLinksCount", .droppedLinks),
  ])

  /// Reads one element of `spans`, which must be an object, and commits it to `batch`.
  mutating func span(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, scope: ScopeID, byteOffset: Int,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    var draft = SpanDraft()
    draft.scope = scope
    draft.byteOffset = byteOffset
    if usualSpan(bytes, &reader, draft, into: &batch) { return }
    try anySpan(bytes, &reader, draft, into: &batch)
  }

  /// Reads a span however it is written.
  mutating func anySpan(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ draft: SpanDraft,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    var draft = draft
    let start = reader.position
    var hasTraceID = false
    var hasSpanID = false
    var isFirst = true
    try reader.enterObject(bytes)
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      let field = try member(key, bytes, &reader, &draft, &batch)
      if field == .traceID { hasTraceID = true }
      if field == .spanID { hasSpanID = true }
    }
    if !hasTraceID { fields.notes.add(.invalidID, at: start, "the span has no trace ID") }
    if !hasSpanID { fields.notes.add(.invalidID, at: start, "the span has no span ID") }
    batch.commit(draft)
  }

  /// Reads the value of a span's member; which one it is, or nil if its key means nothing.
  @discardableResult
  mutating func member(
    _ key: JSONReader.Text, _ bytes: Span<UInt8>, _ reader: inout JSONReader,
    _ draft: inout SpanDraft, _ batch: inout SpanBatch
  ) throws(JSONError) -> SpanField? {
    let field = Self.spanFields.find(bytes, key)
    switch field {
    case .traceID: draft.traceID = try fields.traceID(bytes, &reader)
    case .spanID: draft.spanID = try fields.spanID(bytes, &reader)
    case .parentSpanID:
      draft.parentSpanID = try fields.spanID(bytes, &reader, isOptional: true)
    case .traceState:
      draft.traceState = try fields.interned(bytes, &reader, &batch.strings)
    case .flags: draft.flags = try fields.uint32(bytes, &reader)
    case .name: draft.name = try fields.interned(bytes, &reader, &batch.strings)
    case .kind:
      draft.kind =
        try enumeration(bytes, &reader, names: Self.kindNames, "span kind") ?? .unspecified
    case .start: draft.start = try fields.unixNanos(bytes, &reader)
    case .end: draft.end = try fields.unixNanos(bytes, &reader)
    case .attributes: try attributes(bytes, &reader, isDetail: false, into: &batch)
    case .droppedAttributes: draft.dropped.attributes = try fields.uint32(bytes, &reader)
    case .events: try events(bytes, &reader, into: &batch)
    case .droppedEvents: draft.dropped.events = try fields.uint32(bytes, &reader)
    case .links: try links(bytes, &reader, into: &batch)
    case .droppedLinks: draft.dropped.links = try fields.uint32(bytes, &reader)
    case .status: try status(bytes, &reader, &draft, &batch.strings)
    case nil: try reader.skipValue(bytes)
    }
    return field
  }

  // MARK: Parts of a span

  /// An enumeration's value, by its number or its name; `nil`, with a note, if it is neither.
  private mutating func enumeration<Value: RawRepresentable<UInt8>>(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, names: JSONKeyTable<Value>, _ what: String
  ) throws(JSONError) -> Value? {
    guard let range = try fields.number(bytes, &reader) else { return nil }
    let issue: ImportIssue.Kind
    if let number = NumberText.uint64(bytes, range) {
      if let value = UInt8(exactly: number).flatMap({ Value(rawValue: $0) }) { return value }
      issue = .numberOutOfRange
    } else {
      if let value = names.find(bytes, range) { return value }
      issue = .unexpectedType
    }
    fields.notes.add(issue, at: range.lowerBound, "no \(what): \(Excerpt.text(bytes, range))")
    return nil
  }

  private static let kindNames = JSONKeyTable<SpanKind>([
    ("SPAN_KIND_UNSPECIFIED", .unspecified), ("SPAN_KIND_INTERNAL", .internal),
    ("SPAN_KIND_SERVER", .server), ("SPAN_KIND_CLIENT", .client),
    ("SPAN_KIND_PRODUCER", .producer), ("SPAN_KIND_CONSUMER", .consumer),
  ])

  private mutating func status(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ draft: inout SpanDraft,
    _ strings: inout StringPool
  ) throws(JSONError) {
    guard try fields.enterObject(bytes, &reader) else { return }
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      switch Self.statusFields.find(bytes, key) {
      case true:
        draft.status =
          try enumeration(bytes, &reader, names: Self.statusNames, "status code") ?? .unset
      case false: draft.statusMessage = try fields.interned(bytes, &reader, &strings)
      case nil: try reader.skipValue(bytes)
      }
    }
  }
  /// Whether the member is the code, and not the message.
  private static let statusFields = JSONKeyTable<Bool>([("code", true), ("message", false)])

  private static let statusNames = JSONKeyTable<SpanStatus>([
    ("STATUS_CODE_UNSET", .unset), ("STATUS_CODE_OK", .ok), ("STATUS_CODE_ERROR", .error),
  ])

  private enum DetailField {
    case time, name, traceID, spanID, traceState, flags, attributes, dropped
  }
  private static let detailFields = JSONKeyTable<DetailField>(camelCase: [
    ("timeUnixNano", .time), ("name", .name), ("traceId", .traceID), ("spanId", .spanID),
    ("traceState", .traceState), ("flags", .flags), ("attributes", .attributes),
    ("droppedAttributesCount", .dropped),
  ])

  private mutating func events(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, into batch: inout SpanBatch
  ) throws(JSONError) {
    guard try fields.enterArray(bytes, &reader) else { return }
    var isFirst = true
    while try fields.nextObject(bytes, &reader, isFirst: &isFirst) {
      var (time, name, dropped) = (UnixNanos.unset, StringID.empty, UInt32(0))
      var isFirstKey = true
      while let key = try reader.nextKey(bytes, isFirst: &isFirstKey) {
        switch Self.detailFields.find(bytes, key) {
        case .time: time = try fields.unixNanos(bytes, &reader)
        case .name: name = try fields.interned(bytes, &reader, &batch.strings)
        case .attributes: try attributes(bytes, &reader, isDetail: true, into: &batch)
        case .dropped: dropped = try fields.uint32(bytes, &reader)
        default: try reader.skipValue(bytes)
        }
      }
      batch.endEvent(time: time, name: name, droppedAttributes: dropped)
    }
  }

  private mutating func links(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, into batch: inout SpanBatch
  ) throws(JSONError) {
    guard try fields.enterArray(bytes, &reader) else { return }
    var isFirst = true
    while try fields.nextObject(bytes, &reader, isFirst: &isFirst) {
      var (traceID, spanID) = (TraceID.invalid, SpanID.invalid)
      var (traceState, flags, dropped) = (StringID.empty, UInt32(0), UInt32(0))
      var isFirstKey = true
      while let key = try reader.nextKey(bytes, isFirst: &isFirstKey) {
        switch Self.detailFields.find(bytes, key) {
        case .traceID: traceID = try fields.traceID(bytes, &reader)
        case .spanID: spanID = try fields.spanID(bytes, &reader)
        case .traceState: traceState = try fields.interned(bytes, &reader, &batch.strings)
        case .flags: flags = try fields.uint32(bytes, &reader)
        case .attributes: try attributes(bytes, &reader, isDetail: true, into: &batch)
        case .dropped: dropped = try fields.uint32(bytes, &reader)
        default: try reader.skipValue(bytes)
        }
      }
      batch.endLink(
        traceID: traceID, spanID: spanID, traceState: traceState, flags: flags,
        droppedAttributes: dropped)
    }
  }

  /// Appends an array of key-value pairs to the span, or to the event or link that is read.
  private mutating func attributes(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, isDetail: Bool, into batch: inout SpanBatch
  ) throws(JSONError) {
    guard try fields.enterArray(bytes, &reader) else { return }
    var isFirst = true
    while try reader.nextElement(bytes, isFirst: &isFirst) {
      guard let (key, value) = try keyValue(bytes, &reader, depth: 0) else { continue }
      let keyID = key.map { fields.intern($0, bytes, &batch.strings) } ?? .empty
      fields.append(keyID, value, bytes, isDetail: isDetail, to: &batch)
    }
  }

  // MARK: Resource and scope

  private enum SourceField {
    case name, version, attributes, dropped
  }
  private static let sourceFields = JSONKeyTable<SourceField>(camelCase: [
    ("name", .name), ("version", .version), ("attributes", .attributes),
    ("droppedAttributesCount", .dropped),
  ])

  /// Reads a `resource`.
  mutating func resource(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader
  ) throws(JSONError) -> Resource {
    var resource = Resource()
    guard try fields.enterObject(bytes, &reader) else { return resource }
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      switch Self.sourceFields.find(bytes, key) {
      case .attributes: resource.attributes += try attributeList(bytes, &reader, depth: 0)
      case .dropped: resource.droppedAttributes = try fields.uint32(bytes, &reader)
      default: try reader.skipValue(bytes)
      }
    }
    return resource
  }

  /// Reads a `scope`, or an `instrumentationLibrary` as it was called before OTLP 0.19.
  mutating func scope(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader
  ) throws(JSONError) -> InstrumentationScope {
    var scope = InstrumentationScope()
    guard try fields.enterObject(bytes, &reader) else { return scope }
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      switch Self.sourceFields.find(bytes, key) {
      case .name: scope.name = try fields.string(bytes, &reader)
      case .version: scope.version = try fields.string(bytes, &reader)
      case .attributes: scope.attributes += try attributeList(bytes, &reader, depth: 0)
      case .dropped: scope.droppedAttributes = try fields.uint32(bytes, &reader)
      case nil: try reader.skipValue(bytes)
      }
    }
    return scope
  }
}
