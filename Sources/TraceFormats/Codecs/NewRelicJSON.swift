import TraceModel

/// Decodes New Relic's spans: of the Trace API (`[{"common":…,"spans":[…]}]`), of NerdGraph's answers
/// and rows of NRQL. (newrelic-telemetry-sdk-specs, `communication.md`; NerdGraph tutorial.)
///
/// IDs are any text. Times are in milliseconds.
struct NewRelicJSON: JSONValueCodec {
  static let format = FormatDescriptor(
    name: "new-relic-json", summary: "New Relic: Trace API, NerdGraph answers, NRQL rows",
    example: "NerdGraph's distributedTracing { trace(traceId: …) { spans { … } } }", priority: 47)

  static let telltales = ["entityGuid", "spanAnomalies", "processBoundary"]
  static let looksAround = true
  static let claimsByKeys = true

  private var span = MappedSpan()
  private var order = JSONKeyOrder()
  private var services = NamedResources()
  /// What is the same for all spans around, once it is known.
  private var common: [Attribute]?
  /// How many objects are around the record.
  private var depth = 0

  init() {}

  func claim(_ object: JSONShape, _ bytes: Span<UInt8>) -> JSONClaim {
    guard object.has("id", bytes) else { return .none }
    if object.has("trace.id", bytes) { return .spans }
    return object.has("traceId", bytes) && object.has("durationMs", bytes) ? .spans : .none
  }

  private enum Field {
    case traceID, spanID, parentID, name, timestamp, milliseconds, seconds, attributes, service
    case otherService, kind, error, errorMessage
  }
  private static let names = JSONKeyTable<Field>([
    ("trace.id", .traceID), ("traceId", .traceID), ("id", .spanID), ("parent.id", .parentID),
    ("parentId", .parentID), ("name", .name), ("timestamp", .timestamp),
    ("duration.ms", .milliseconds), ("durationMs", .milliseconds), ("duration", .seconds),
    ("attributes", .attributes), ("service.name", .service), ("appName", .otherService),
    ("entity.name", .otherService), ("span.kind", .kind), ("error", .error),
    ("error.message", .errorMessage),
  ])

  mutating func decode(
    _ bytes: Span<UInt8>, byteOffset: Int, fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSONError) {
    span.begin(byteOffset: byteOffset, resolution: .millisecond)
    var reader = JSONReader()
    var service = StringID.empty
    // The object, and `attributes` in it.
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
      case .traceID: span.traceID = try fields.namedTraceID(bytes, &reader, &batch)
      case .spanID where depth == 1:
        span.spanID = try fields.namedSpanID(bytes, &reader, &batch)
      case .parentID:
        span.draft.parentSpanID = try fields.namedSpanID(bytes, &reader, &batch, isOptional: true)
      case .name: span.draft.name = try fields.internedText(bytes, &reader, &batch.strings)
      case .timestamp where depth == 1:
        span.draft.start = try fields.time(bytes, &reader, in: .milliseconds)
      case .milliseconds: span.duration = try fields.duration(bytes, &reader, in: .milliseconds)
      case .seconds where depth == 1:
        let duration = try fields.duration(bytes, &reader, in: .seconds)
        span.duration = span.duration ?? duration
      case .attributes where depth == 1:
        guard try fields.enterObject(bytes, &reader) else { continue }
        depth += 1
        order.isFirst = true
      case .service: service = try fields.internedText(bytes, &reader, &batch.strings)
      case .otherService where service == .empty:
        service = try fields.internedText(bytes, &reader, &batch.strings)
      case .kind: span.draft.kind = try fields.kind(bytes, &reader)
      case .error:
        let value = try fields.plainValue(bytes, &reader)
        switch value {
        case .bool(true): span.draft.status = .error
        case .text(let text) where bytes.matches(text.range, "true"): span.draft.status = .error
        default: break
        }
      case .errorMessage:
        span.draft.status = .error
        span.draft.statusMessage = try fields.internedText(bytes, &reader, &batch.strings)
      default:
        if try reader.peekKind(bytes) == .null {
          try reader.skipValue(bytes)
        } else {
          try fields.attribute(key, bytes, &reader, into: &batch)
        }
      }
    }
    commit(service, &fields, into: &batch)
  }

  private mutating func commit(
    _ service: StringID, _ fields: inout JSONFields, into batch: inout SpanBatch
  ) {
    let name = services.number(of: batch.strings.utf8(service).span)
    if !services.has(name), depth == 0 || common != nil { define(name) }
    services.commit(&span, resource: name, to: &batch, &fields)
  }

  /// Describes the resource of a service: what is the same for all, and its name.
  private mutating func define(_ name: StringID) {
    let service = services.text(of: name)
    var list = common ?? []
    if !service.isEmpty {
      list.removeAll { $0.key == "service.name" }
      list.insert(Attribute("service.name", .string(service)), at: 0)
    }
    services.define(name, as: Resource(attributes: list))
  }

  // MARK: What is the same for all spans

  mutating func enterWrapper() {
    depth += 1
    common = nil
    services.begin()
  }

  mutating func take(
    _ context: JSONContext, _ bytes: Span<UInt8>, fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    guard case .common = context else { return }
    var reader = JSONReader()
    guard try fields.enterObject(bytes, &reader) else { return }
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      if bytes.matches(key.range, "attributes") {
        common = try fields.plainMap(bytes, &reader)
      } else {
        try reader.skipValue(bytes)
      }
    }
  }

  mutating func leaveWrapper(in batch: inout SpanBatch) {
    for name in services.waitingNames { define(name) }
    services.assign(in: &batch)
    services.begin()
    common = nil
    depth = max(0, depth - 1)
  }

  var isWaiting: Bool { services.isWaiting }
}
