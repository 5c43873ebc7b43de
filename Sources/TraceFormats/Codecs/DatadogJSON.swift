import TraceModel

/// Decodes Datadog's spans: of agents (v0.3 and v0.4, lists of traces), and of the trace API.
/// (datadog-agent, `span.proto`; datadog-api-client, `apm_trace_span`.)
///
/// Trace IDs have 64 bits; the upper half stands in the first span of a chunk.
struct DatadogJSON: JSONValueCodec {
  static let format = FormatDescriptor(
    name: "datadog-json", summary: "Datadog: agent payloads v0.3 and v0.4, trace API",
    example: "curl 'https://api.datadoghq.com/api/v2/trace/ID'", priority: 43)

  static let telltales = [
    "span_links", "span_events", "traceIDFull", "meta_struct", "endTime",
  ]
  static let claimsByKeys = true

  /// The span that is being read.
  var span = MappedSpan()
  private var highHalves = DatadogTraceIDs()
  private var sources = DatadogSources()

  init() {}

  func claim(_ object: JSONShape, _ bytes: Span<UInt8>) -> JSONClaim {
    let isAgents =
      object.has("trace_id", bytes) && object.has("span_id", bytes) && object.has("start", bytes)
      && (object.has("resource", bytes) || object.has("meta", bytes))
    let isAPI =
      object.has("traceID", bytes) && object.has("spanID", bytes)
      && object.has("resource", bytes) && object.has("startTime", bytes)
    return isAgents || isAPI ? .spans : .none
  }

  enum Field {
    case traceID, fullTraceID, spanID, parentID, start, end, duration, error, service, name
    case resource, type, meta, metrics, links, events
  }
  static let names = JSONKeyTable<Field>([
    ("trace_id", .traceID), ("traceID", .traceID), ("traceIDFull", .fullTraceID),
    ("span_id", .spanID), ("spanID", .spanID), ("parent_id", .parentID), ("parentID", .parentID),
    ("start", .start), ("startTime", .start), ("endTime", .end), ("duration", .duration),
    ("error", .error), ("service", .service), ("name", .name), ("resource", .resource),
    ("type", .type), ("meta", .meta), ("metrics", .metrics), ("span_links", .links),
    ("span_events", .events),
  ])

  mutating func decode(
    _ bytes: Span<UInt8>, byteOffset: Int, fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSONError) {
    span.begin(byteOffset: byteOffset, resolution: .nanosecond)
    var reader = JSONReader()
    var parts = DatadogParts()
    var fullTraceID: TraceID?
    var isFirst = true
    try reader.enterObject(bytes)
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      switch Self.names.find(bytes, key) {
      case .traceID: span.traceID = try fields.decimalTraceID(bytes, &reader)
      case .fullTraceID: fullTraceID = try fields.unpaddedTraceID(bytes, &reader)
      case .spanID: span.spanID = try fields.decimalSpanID(bytes, &reader)
      case .parentID:
        span.draft.parentSpanID = try fields.decimalSpanID(bytes, &reader, isOptional: true)
      case .start: span.draft.start = try fields.time(bytes, &reader, in: .nanoseconds)
      case .end: span.draft.end = try fields.time(bytes, &reader, in: .nanoseconds)
      case .duration: span.duration = try fields.duration(bytes, &reader, in: .nanoseconds)
      case .error: if try fields.uint32(bytes, &reader) != 0 { span.draft.status = .error }
      case .service: parts.service = try fields.interned(bytes, &reader, &batch.strings)
      case .name: parts.operation = try fields.interned(bytes, &reader, &batch.strings)
      case .resource: parts.resource = try fields.interned(bytes, &reader, &batch.strings)
      case .type:
        guard let text = try fields.text(bytes, &reader) else { continue }
        parts.type = fields.intern(text, bytes, &batch.strings)
        parts.kindOfType = DatadogParts.kinds.find(bytes, text)
      case .meta: try meta(bytes, &reader, &parts, &fields, into: &batch)
      case .metrics: try fields.attributes(bytes, &reader, into: &batch)
      case .links: try DatadogDetails.links(bytes, &reader, &fields, into: &batch)
      case .events: try DatadogDetails.events(bytes, &reader, &fields, into: &batch)
      case nil: try fields.attribute(key, bytes, &reader, into: &batch)
      }
    }
    if let fullTraceID, fullTraceID.isValid {
      span.traceID = fullTraceID
    } else {
      completeTraceID(parts)
    }
    end(parts, &fields, &batch)
  }

  /// Gives the trace ID its upper half, if that is known.
  mutating func completeTraceID(_ parts: DatadogParts) {
    if let id = span.traceID { span.traceID = highHalves.full(id, high: parts.highHalf) }
  }

  /// Makes a row of the span, all of whose members were read.
  mutating func end(
    _ parts: DatadogParts, _ fields: inout JSONFields, _ batch: inout SpanBatch
  ) {
    parts.add(to: &span, &batch)
    let source = DatadogSources.Source(parts)
    if let known = sources.scope(of: source, in: batch) {
      span.draft.scope = known
      span.commit(to: &batch, &fields)
    } else {
      parts.addSource(to: &span, &batch)
      span.commit(to: &batch, &fields)
      sources.learn(source, span.draft.scope)
    }
  }

  // MARK: Strings

  enum Meta {
    case kind, highHalf, environment, version, message, oldMessage, events, links

    /// Whether the string is kept as it is.
    var isText: Bool {
      switch self {
      case .environment, .version, .message, .oldMessage: true
      case .kind, .highHalf, .events, .links: false
      }
    }
  }
  static let metaNames = JSONKeyTable<Meta>([
    ("span.kind", .kind), ("_dd.p.tid", .highHalf), ("env", .environment), ("version", .version),
    ("error.message", .message), ("error.msg", .oldMessage), ("events", .events),
    ("_dd.span_links", .links),
  ])

  private mutating func meta(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ parts: inout DatadogParts,
    _ fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSONError) {
    guard try reader.peekKind(bytes) != .null else { return _ = try reader.skipValue(bytes) }
    guard try fields.enterObject(bytes, &reader) else { return }
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      guard let field = Self.metaNames.find(bytes, key), try reader.peekKind(bytes) == .string
      else {
        try fields.attribute(key, bytes, &reader, into: &batch)
        continue
      }
      let text = try reader.string(bytes)
      switch field {
      case .kind:
        span.draft.kind = SpanKind(named: bytes, text.range) ?? .unspecified
        if span.draft.kind != .unspecified { continue }
      case .highHalf:
        parts.highHalf = IDText.number(bytes, text.range)?.low
        if parts.highHalf != nil { continue }
      case .environment, .version, .message, .oldMessage:
        take(field, fields.intern(text, bytes, &batch.strings), &parts)
        continue
      case .events, .links:
        // Where the payload has no field for them, they are JSON in a string.
        var plain: [UInt8] = []
        JSONText.unescape(bytes, text.range, into: &plain)
        if try DatadogDetails.read(plain.span, areLinks: field == .links, &fields, into: &batch) {
          continue
        }
      }
      let keyID = fields.intern(key, bytes, &batch.strings)
      fields.append(keyID, .text(text), bytes, isDetail: false, to: &batch)
    }
  }
}

extension DatadogJSON {
  /// Takes a string that says something of the span and is kept as it is.
  mutating func take(_ field: Meta, _ text: StringID, _ parts: inout DatadogParts) {
    switch field {
    case .environment: parts.environment = text
    case .version: parts.version = text
    default: span.draft.statusMessage = text
    }
  }
}

/// What a Datadog span says of itself in words of its own.
struct DatadogParts {
  var service = StringID.empty
  var operation = StringID.empty
  var resource = StringID.empty
  var type = StringID.empty
  var environment = StringID.empty
  var version = StringID.empty
  var kindOfType: SpanKind?
  /// The upper half of the trace ID.
  var highHalf: UInt64?

  /// The kinds of spans that do not say theirs.
  static let kinds = JSONKeyTable<SpanKind>([
    ("web", .server), ("server", .server), ("http", .client), ("client", .client),
    ("sql", .client), ("db", .client), ("cache", .client), ("redis", .client),
    ("mongodb", .client), ("elasticsearch", .client), ("memcached", .client),
    ("cassandra", .client), ("worker", .consumer), ("queue", .consumer),
  ])

  /// The resource names what was done ("GET /orders"), the name only how ("web.request").
  @inline(__always)
  func add(to span: inout MappedSpan, _ batch: inout SpanBatch) {
    span.draft.name = resource == .empty ? operation : resource
    if resource != operation, resource != .empty {
      span.add(.operationName, operation, to: &batch)
    }
    span.add(.spanType, type, to: &batch)
    if span.draft.kind == .unspecified, let kindOfType { span.draft.kind = kindOfType }
  }

  /// What produced the span.
  func addSource(to span: inout MappedSpan, _ batch: inout SpanBatch) {
    span.addToSource(.serviceName, service, &batch)
    span.addToSource(.environment, environment, &batch)
    span.addToSource(.serviceVersion, version, &batch)
  }
}

/// The scopes that the last spans of a batch came from, which few take turns in.
struct DatadogSources: Sendable {
  /// What says where a span comes from.
  struct Source: Equatable {
    var service: StringID
    var environment: StringID
    var version: StringID

    init(_ parts: DatadogParts) {
      service = parts.service
      environment = parts.environment
      version = parts.version
    }
  }

  /// Each at the place that the number of its service says.
  private var recent: [(source: Source, scope: ScopeID)?] = Array(repeating: nil, count: 16)
  private var batchNumber: Int?

  /// The scope of spans of `source`, if it is remembered.
  @inline(__always)
  mutating func scope(of source: Source, in batch: SpanBatch) -> ScopeID? {
    if batch.number != batchNumber {
      batchNumber = batch.number
      for place in recent.indices { recent[place] = nil }
    }
    guard let known = recent[Self.place(source)], known.source == source else { return nil }
    return known.scope
  }

  /// Remembers the scope of spans of `source`.
  @inline(__always)
  mutating func learn(_ source: Source, _ scope: ScopeID) {
    recent[Self.place(source)] = (source, scope)
  }

  private static func place(_ source: Source) -> Int { Int(source.service.rawValue & 15) }
}

/// The upper halves of trace IDs, which only the first span of a chunk has.
struct DatadogTraceIDs: Sendable {
  /// An ID whose upper half is known, or room for one.
  private struct Slot {
    var low: UInt64 = 0
    var high: UInt64 = 0
    var isTaken = false
  }

  /// Open addressing; the length is a power of two, or zero.
  private var slots: [Slot] = []
  private var count = 0
  /// Different in every run, so that no file can be made whose IDs all collide; no result depends
  /// on it.
  private let seed = UInt64.random(in: 0...UInt64.max)
  /// The last ID that was asked for: spans of a trace mostly follow one another.
  private var last = TraceID.invalid

  /// The whole ID of a span whose `high` half is known, or was that of an earlier span.
  mutating func full(_ id: TraceID, high: UInt64?) -> TraceID {
    guard id.high == 0 else { return id }
    if id.low == last.low, high == nil || high == last.high { return last }
    if let high { learn(id.low, high) }
    last = TraceID(high: high ?? self.high(of: id.low), low: id.low)
    return last
  }

  private func high(of low: UInt64) -> UInt64 {
    if slots.isEmpty { return 0 }
    let slot = slots[place(of: low)]
    return slot.isTaken ? slot.high : 0
  }

  private mutating func learn(_ low: UInt64, _ high: UInt64) {
    if count >= ImportLimits.openTraces { (slots, count) = ([], 0) }
    if (count &+ 1) &* 4 > slots.count &* 3 { grow() }
    let place = place(of: low)
    if !slots[place].isTaken { count &+= 1 }
    slots[place] = Slot(low: low, high: high, isTaken: true)
  }

  /// Where an ID stands, or has room.
  private func place(of low: UInt64) -> Int {
    let mask = slots.count &- 1
    var state = (low ^ seed) &* 0x9e37_79b9_7f4a_7c15
    state ^= state &>> 32
    state = state &* 0xff51_afd7_ed55_8ccd
    var place = Int(truncatingIfNeeded: state &>> 32) & mask
    while slots[place].isTaken, slots[place].low != low { place = (place &+ 1) & mask }
    return place
  }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: Slot(), count: max(64, old.count * 2))
    for slot in old where slot.isTaken { slots[place(of: slot.low)] = slot }
  }
}
