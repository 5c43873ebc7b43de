import TraceModel

/// Decodes the objects that OpenTelemetry JavaScript's `ConsoleSpanExporter` prints, one per span.
/// (opentelemetry-js, `ConsoleSpanExporter`.)
///
/// Node.js prints them, not as JSON: most are read as they stand, and `JSLiteralText` makes JSON of what
/// is unusual. Kinds are numbered as in the API, one less than in OTLP; arrays in attributes of events
/// are lost (`[Array]`).
struct JSConsole: JSONValueCodec {
  static let format = FormatDescriptor(
    name: "js-console",
    summary: "OpenTelemetry JavaScript's console exporter, as Node.js prints it",
    example: "OTEL_TRACES_EXPORTER=console node --require ./tracing.js app.js", priority: 33)

  static let telltales = ["parentSpanContext", "instrumentationScope"]

  var span = MappedSpan()
  var table = ScopeTable()
  var literal = JSLiteralReader()
  /// The attributes of the spans, events and links before, and where among them we are.
  var habits = AttributeHabits()
  var place = 0
  /// Arrays and objects by their text in literals.
  var values = NestedValues()
  /// The text of the last resource and scope in literals.
  var lastResource: [UInt8] = []
  var lastScope: [UInt8] = []
  /// Whether literals are first taken for usual ones; not in tests that compare both ways.
  var readsUsual = true

  init() {}

  func claim(_ object: JSONShape, _ bytes: Span<UInt8>) -> JSONClaim {
    object.has("traceId", bytes) && object.has("id", bytes)
      && object.has("resource", "attributes", bytes) ? .spans : .none
  }

  enum Field {
    case resource, scope, traceID, parentContext, parentID, traceState, name, spanID, kind
    case timestamp, duration, attributes, status, events, links, code, message, time, dropped
    case context, flags, isRemote, version, schemaURL
  }
  static let names = JSONKeyTable<Field>([
    ("resource", .resource), ("instrumentationScope", .scope),
    ("instrumentationLibrary", .scope), ("traceId", .traceID),
    ("parentSpanContext", .parentContext), ("parentId", .parentID), ("traceState", .traceState),
    ("name", .name), ("id", .spanID), ("spanId", .spanID), ("kind", .kind),
    ("timestamp", .timestamp), ("duration", .duration), ("attributes", .attributes),
    ("status", .status), ("events", .events), ("links", .links), ("code", .code),
    ("message", .message), ("time", .time), ("droppedAttributesCount", .dropped),
    ("context", .context), ("traceFlags", .flags), ("isRemote", .isRemote),
    ("version", .version), ("schemaUrl", .schemaURL),
  ])

  mutating func decode(
    _ bytes: Span<UInt8>, byteOffset: Int, fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSONError) {
    span.begin(byteOffset: byteOffset, resolution: .microsecond)
    table.follow(batch)
    table.beginResource()
    var reader = JSONReader()
    var isFirst = true
    try reader.enterObject(bytes)
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      switch Self.names.find(bytes, key) {
      case .traceID: span.traceID = try fields.traceID(bytes, &reader)
      case .spanID: span.spanID = try fields.spanID(bytes, &reader)
      case .parentID:
        span.draft.parentSpanID = try fields.spanID(bytes, &reader, isOptional: true)
      case .parentContext:
        let parent = try context(bytes, &reader, &fields)
        span.draft.parentSpanID = parent.spanID
        if let isRemote = parent.isRemote { span.draft.flags = isRemote ? 0x300 : 0x100 }
      case .traceState:
        span.draft.traceState = try fields.interned(bytes, &reader, &batch.strings)
      case .name: span.draft.name = try fields.interned(bytes, &reader, &batch.strings)
      case .kind:
        let number = try fields.uint32(bytes, &reader)
        span.draft.kind = SpanKind(rawValue: UInt8(clamping: number &+ 1)) ?? .unspecified
      case .timestamp: span.draft.start = try fields.time(bytes, &reader, in: .microseconds)
      case .duration: span.duration = try fields.duration(bytes, &reader, in: .microseconds)
      case .attributes: try fields.attributes(bytes, &reader, into: &batch)
      case .status: try status(bytes, &reader, &fields, &batch.strings)
      case .events: try events(bytes, &reader, &fields, into: &batch)
      case .links: try links(bytes, &reader, &fields, into: &batch)
      case .resource, .scope:
        let isResource = bytes.matches(key.range, "resource")
        try source(bytes, &reader, &fields, isResource: isResource)
      default: try fields.attribute(key, bytes, &reader, into: &batch)
      }
    }
    span.draft.scope = table.scope(in: &batch)
    span.commit(to: &batch, &fields)
  }

  // MARK: Parts of a span

  struct Context {
    var traceID = TraceID.invalid
    var spanID = SpanID.invalid
    var flags: UInt32 = 0
    var isRemote: Bool?
  }

  private func context(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields
  ) throws(JSONError) -> Context {
    var context = Context()
    guard try fields.enterObject(bytes, &reader) else { return context }
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      switch Self.names.find(bytes, key) {
      case .traceID: context.traceID = try fields.traceID(bytes, &reader)
      case .spanID: context.spanID = try fields.spanID(bytes, &reader, isOptional: true)
      case .flags: context.flags = try fields.uint32(bytes, &reader)
      case .isRemote:
        if case .bool(let isRemote) = try fields.plainValue(bytes, &reader) {
          context.isRemote = isRemote
        }
      default: try reader.skipValue(bytes)
      }
    }
    return context
  }

  private mutating func status(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    _ strings: inout StringPool
  ) throws(JSONError) {
    guard try fields.enterObject(bytes, &reader) else { return }
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      switch Self.names.find(bytes, key) {
      case .code:
        let code = try fields.uint32(bytes, &reader)
        span.draft.status = SpanStatus(rawValue: UInt8(clamping: code)) ?? .unset
      case .message: span.draft.statusMessage = try fields.interned(bytes, &reader, &strings)
      default: try reader.skipValue(bytes)
      }
    }
  }

  private mutating func source(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields, isResource: Bool
  ) throws(JSONError) {
    let range = try reader.skipValue(bytes)
    try setSource(
      table.number(of: bytes.extracting(range)), bytes, JSONReader(at: range.lowerBound), &fields,
      isResource: isResource)
  }

  /// Makes the resource or scope of that number the span's; the reader is at it.
  mutating func setSource(
    _ number: StringID, _ bytes: Span<UInt8>, _ reader: JSONReader, _ fields: inout JSONFields,
    isResource: Bool
  ) throws(JSONError) {
    if isResource ? table.hasResource(number) : table.hasScope(number) {
      _ = isResource ? table.setResource(number) : table.setScope(number)
      return
    }
    var reader = reader
    var resource = Resource()
    var scope = InstrumentationScope()
    guard try fields.enterObject(bytes, &reader) else { return }
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      switch Self.names.find(bytes, key) {
      case .attributes: resource.attributes = try fields.plainMap(bytes, &reader)
      case .name: scope.name = try fields.string(bytes, &reader)
      case .version: scope.version = try fields.string(bytes, &reader)
      case .schemaURL: scope.schemaURL = try fields.string(bytes, &reader)
      default: try reader.skipValue(bytes)
      }
    }
    if isResource {
      table.define(number, as: resource)
      _ = table.setResource(number)
    } else {
      table.define(number, as: scope)
      _ = table.setScope(number)
    }
  }

  // MARK: Events and links

  private func events(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    guard try fields.enterArray(bytes, &reader) else { return }
    var isFirst = true
    while try fields.nextObject(bytes, &reader, isFirst: &isFirst) {
      var (time, name, dropped) = (UnixNanos.unset, StringID.empty, UInt32(0))
      var isFirstKey = true
      while let key = try reader.nextKey(bytes, isFirst: &isFirstKey) {
        switch Self.names.find(bytes, key) {
        case .name: name = try fields.interned(bytes, &reader, &batch.strings)
        case .time: time = try pairTime(bytes, &reader, &fields)
        case .attributes: try fields.attributes(bytes, &reader, isDetail: true, into: &batch)
        case .dropped: dropped = try fields.uint32(bytes, &reader)
        default: try fields.attribute(key, bytes, &reader, isDetail: true, into: &batch)
        }
      }
      batch.endEvent(time: time, name: name, droppedAttributes: dropped)
    }
  }

  /// A time as seconds and nanoseconds: `[1795362177, 340500123]`.
  private func pairTime(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields
  ) throws(JSONError) -> UnixNanos {
    guard try fields.enterArray(bytes, &reader) else { return .unset }
    var time = UnixNanos.unset
    var units: [TimeUnit] = [.nanoseconds, .seconds]
    var isFirst = true
    while try reader.nextElement(bytes, isFirst: &isFirst) {
      guard let unit = units.popLast(),
        let part = try fields.duration(bytes, &reader, in: unit)
      else { continue }
      time = time.advanced(by: part)
    }
    return time
  }

  private func links(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    guard try fields.enterArray(bytes, &reader) else { return }
    var isFirst = true
    while try fields.nextObject(bytes, &reader, isFirst: &isFirst) {
      var (target, dropped) = (Context(), UInt32(0))
      var isFirstKey = true
      while let key = try reader.nextKey(bytes, isFirst: &isFirstKey) {
        switch Self.names.find(bytes, key) {
        case .context: target = try context(bytes, &reader, &fields)
        case .attributes: try fields.attributes(bytes, &reader, isDetail: true, into: &batch)
        case .dropped: dropped = try fields.uint32(bytes, &reader)
        default: try fields.attribute(key, bytes, &reader, isDetail: true, into: &batch)
        }
      }
      batch.endLink(
        traceID: target.traceID, spanID: target.spanID, flags: target.flags,
        droppedAttributes: dropped)
    }
  }
}
