import TraceModel

/// Decodes spans of Lightstep's stored traces; who reported them stands behind them. (Lightstep API,
/// `stored-traces`.)
struct LightstepJSON: JSONValueCodec {
  static let format = FormatDescriptor(
    name: "lightstep-json", summary: "Lightstep: stored traces of its API",
    example: "curl '…/public/v0.2/ORG/projects/P/stored-traces?span-id=ID'", priority: 46)

  static let telltales = ["span-name", "reporter-id", "start-time-micros"]
  static let looksAround = true
  static let claimsByKeys = true

  private var span = MappedSpan()
  private var order = JSONKeyOrder()
  private var tagOrder = JSONKeyOrder()
  private var reporters = NamedResources()

  init() {}

  func claim(_ object: JSONShape, _ bytes: Span<UInt8>) -> JSONClaim {
    object.has("span-id", bytes) && object.has("span-name", bytes) ? .spans : .none
  }

  private enum Field {
    case name, spanID, traceID, isError, start, end, reporter, tags, parent, kind, error
    case reporters, attributes
  }
  private static let names = JSONKeyTable<Field>([
    ("span-name", .name), ("span-id", .spanID), ("trace-id", .traceID), ("is-error", .isError),
    ("start-time-micros", .start), ("end-time-micros", .end), ("reporter-id", .reporter),
    ("tags", .tags), ("parent_span_guid", .parent), ("span.kind", .kind), ("error", .error),
    ("reporters", .reporters), ("attributes", .attributes),
  ])

  mutating func decode(
    _ bytes: Span<UInt8>, byteOffset: Int, fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSONError) {
    span.begin(byteOffset: byteOffset, resolution: .microsecond)
    var reader = JSONReader()
    var reporter = StringID.empty
    try reader.enterObject(bytes)
    order.begin()
    while let (field, key) = try Self.names.next(bytes, &reader, &order) {
      switch field {
      case .name: span.draft.name = try fields.interned(bytes, &reader, &batch.strings)
      case .spanID: span.spanID = try fields.unpaddedSpanID(bytes, &reader)
      case .traceID: span.traceID = try fields.unpaddedTraceID(bytes, &reader)
      case .isError:
        if case .bool(true) = try fields.plainValue(bytes, &reader) { span.draft.status = .error }
      case .start: span.draft.start = try fields.time(bytes, &reader, in: .microseconds)
      case .end: span.draft.end = try fields.time(bytes, &reader, in: .microseconds)
      case .reporter:
        guard let text = try fields.text(bytes, &reader) else { continue }
        reporter = reporters.number(of: bytes.extracting(text.range))
      case .tags: try tags(bytes, &reader, &fields, into: &batch)
      case .parent, .kind, .error, .reporters, .attributes, nil:
        try fields.attribute(key, bytes, &reader, into: &batch)
      }
    }
    reporters.commit(&span, resource: reporter, to: &batch, &fields)
  }

  private mutating func tags(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    guard try fields.enterObject(bytes, &reader) else { return }
    tagOrder.begin()
    while let (field, key) = try Self.names.next(bytes, &reader, &tagOrder) {
      switch field {
      case .parent:
        span.draft.parentSpanID = try fields.unpaddedSpanID(bytes, &reader, isOptional: true)
      case .kind: span.draft.kind = try fields.kind(bytes, &reader)
      // The field `is-error` says the same.
      case .error where try reader.peekKind(bytes) == .bool: try reader.skipValue(bytes)
      default: try fields.attribute(key, bytes, &reader, into: &batch)
      }
    }
  }

  // MARK: Reporters

  mutating func enterWrapper() { reporters.begin() }

  mutating func leaveWrapper(in batch: inout SpanBatch) { reporters.assign(in: &batch) }

  var isWaiting: Bool { reporters.isWaiting }

  mutating func take(
    _ context: JSONContext, _ bytes: Span<UInt8>, fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    guard case .relationships = context else { return }
    var reader = JSONReader()
    guard try fields.enterObject(bytes, &reader) else { return }
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      guard case .reporters = Self.names.find(bytes, key) else {
        try reader.skipValue(bytes)
        continue
      }
      guard try fields.enterArray(bytes, &reader) else { continue }
      var isFirstElement = true
      while try reader.nextElement(bytes, isFirst: &isFirstElement) {
        try reporter(bytes, &reader, &fields)
      }
    }
  }

  private mutating func reporter(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields
  ) throws(JSONError) {
    guard try fields.enterObject(bytes, &reader) else { return }
    var name: StringID?
    var attributes: Range<Int>?
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      switch Self.names.find(bytes, key) {
      case .reporter:
        guard let text = try fields.text(bytes, &reader) else { continue }
        name = reporters.number(of: bytes.extracting(text.range))
      case .attributes: attributes = try reader.skipValue(bytes)
      default: try reader.skipValue(bytes)
      }
    }
    let text = bytes.extracting(attributes ?? 0..<0)
    if let name, reporters.define(name, by: text) { return }
    let isClean = fields.notes.isEmpty
    var list: [Attribute] = []
    if let attributes {
      var again = JSONReader(at: attributes.lowerBound)
      list = try fields.plainMap(bytes, &again)
    }
    guard let name else { return }
    reporters.define(name, as: Resource(attributes: list.namingService()))
    // What there is to say of it is said each time.
    if isClean, fields.notes.isEmpty { reporters.remember(name, by: text) }
  }
}
