import TraceModel

/// Decodes rows of the table `otel_traces` that the Collector writes to ClickHouse, in the formats
/// JSONEachRow and JSON. (opentelemetry-collector-contrib, `clickhouseexporter`.)
///
/// Attributes are maps of strings, or nested objects in tables of the JSON type, which are made flat
/// again. Events and links are parallel arrays.
struct ClickHouseJSON: RowCodec {
  static let format = FormatDescriptor(
    name: "clickhouse-json", summary: "ClickHouse's otel_traces: JSONEachRow or JSON",
    example: "clickhouse client -q 'SELECT * FROM otel_traces FORMAT JSONEachRow'", priority: 49)

  static let telltales = ["SpanName", "ParentSpanId", "meta"]

  var keys = RowKeys<Field>()
  private var span = MappedSpan()
  private var service = StringID.empty
  /// Where the attributes of the resource are.
  private var resource: Range<Int>?
  private var resources = NamedResources()
  private var details = ClickHouseDetails()

  init() {}

  func claim(_ object: JSONShape, _ bytes: Span<UInt8>) -> JSONClaim {
    object.has("TraceId", bytes) && object.has("SpanId", bytes) ? .spans : .none
  }

  enum Field: Sendable {
    case time, nanos, traceID, spanID, parentID, traceState, name, kind, service, resource
    case scopeName, scopeVersion, attributes, duration, status, statusMessage
    case detail(ClickHouseDetails.Column)
  }
  private static let names = JSONKeyTable<Field>([
    ("Timestamp", .time), ("ts_ns", .nanos), ("start_ns", .nanos), ("TraceId", .traceID),
    ("SpanId", .spanID), ("ParentSpanId", .parentID), ("TraceState", .traceState),
    ("SpanName", .name), ("SpanKind", .kind), ("ServiceName", .service),
    ("ResourceAttributes", .resource), ("ScopeName", .scopeName), ("ScopeVersion", .scopeVersion),
    ("SpanAttributes", .attributes), ("Duration", .duration), ("StatusCode", .status),
    ("StatusMessage", .statusMessage), ("Events.Timestamp", .detail(.eventTimes)),
    ("Events.Name", .detail(.eventNames)), ("Events.Attributes", .detail(.eventAttributes)),
    ("Links.TraceId", .detail(.linkTraces)), ("Links.SpanId", .detail(.linkSpans)),
    ("Links.TraceState", .detail(.linkStates)), ("Links.Attributes", .detail(.linkAttributes)),
  ])

  func meaning(of key: JSONReader.Text, _ bytes: Span<UInt8>) -> Field? {
    Self.names.find(bytes, key)
  }

  mutating func decode(
    _ bytes: Span<UInt8>, members: [RowMember]?, byteOffset: Int, fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    span.begin(byteOffset: byteOffset, resolution: .nanosecond)
    details.begin()
    resource = nil
    service = .empty
    try takeAll(bytes, members, &fields, &batch)
    try details.append(bytes, &fields, into: &batch)
    guard let resource, bytes[resource.lowerBound] == UInt8(ascii: "{") else {
      span.addToSource(.serviceName, service, &batch)
      return span.commit(to: &batch, &fields)
    }
    let name = try self.resource(bytes, resource, batch.strings[service], &fields)
    resources.commit(&span, resource: name, to: &batch, &fields)
  }

  @inline(__always)
  mutating func take(
    _ place: Int, _ text: JSONReader.Text, _ value: RowValue, _ bytes: Span<UInt8>,
    _ reader: inout JSONReader, _ fields: inout JSONFields, _ batch: inout SpanBatch
  ) throws(JSONError) {
    switch keys.meaning(place) {
    case .time:
      let start = value.placeInObject(bytes)
      if value.kind != .string { reader.position = start }
      span.draft.start =
        value.kind == .string
        ? try fields.iso8601(value, bytes, &reader) : try fields.iso8601(bytes, &reader)
      fields.notes.add(
        .assumption, at: start, "times have no time zone; they are taken for UTC")
    case .nanos:
      reader.position = value.placeInObject(bytes)
      span.draft.start = try fields.unixNanos(bytes, &reader)
    case .traceID: span.traceID = try fields.traceID(value, bytes, &reader)
    case .spanID: span.spanID = try fields.spanID(value, bytes, &reader)
    case .parentID:
      span.draft.parentSpanID = try fields.spanID(value, bytes, &reader, isOptional: true)
    case .traceState:
      span.draft.traceState = try interned(place, value, bytes, &reader, &fields, &batch.strings)
    case .name:
      span.draft.name = try interned(place, value, bytes, &reader, &fields, &batch.strings)
    case .kind: span.draft.kind = try fields.kind(value, bytes, &reader)
    case .service: service = try interned(place, value, bytes, &reader, &fields, &batch.strings)
    case .resource: resource = try value.range(bytes, &reader)
    case .scopeName:
      span.source.scopeName = try interned(place, value, bytes, &reader, &fields, &batch.strings)
    case .scopeVersion:
      span.source.scopeVersion = try interned(place, value, bytes, &reader, &fields, &batch.strings)
    case .attributes:
      reader.position = value.start
      try fields.flatAttributes(bytes, &reader, into: &batch)
    case .duration: span.duration = try fields.duration(value, bytes, &reader, in: .nanoseconds)
    case .status: span.draft.status = try fields.status(value, bytes, &reader)
    case .statusMessage:
      span.draft.statusMessage = try interned(place, value, bytes, &reader, &fields, &batch.strings)
    case .detail(let column): try details.take(column, value, bytes, &reader)
    case nil: try attribute(place, text, value, bytes, &reader, &fields, into: &batch)
    }
  }

  /// The number of the resource that is written as `range`.
  private mutating func resource(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ service: String, _ fields: inout JSONFields
  ) throws(JSONError) -> StringID {
    let name = resources.number(of: bytes.extracting(range))
    guard !resources.has(name) else { return name }
    var reader = JSONReader(at: range.lowerBound)
    var list = try fields.flatAttributeList(bytes, &reader)
    if !service.isEmpty, !list.contains(where: { $0.key == "service.name" }) {
      list.insert(Attribute("service.name", .string(service)), at: 0)
    }
    resources.define(name, as: Resource(attributes: list))
    return name
  }
}

/// The events and links of a row: arrays of which the elements at one place belong together.
struct ClickHouseDetails: Sendable {
  enum Column {
    case eventTimes, eventNames, eventAttributes, linkTraces, linkSpans, linkStates, linkAttributes
  }

  /// Where the array of each column begins.
  private var starts: [Column: Int] = [:]

  mutating func begin() {
    if !starts.isEmpty { starts.removeAll(keepingCapacity: true) }
  }

  /// Takes note of a column.
  mutating func take(
    _ column: Column, _ value: RowValue, _ bytes: Span<UInt8>, _ reader: inout JSONReader
  ) throws(JSONError) {
    let range = try value.range(bytes, &reader)
    // Most rows have none: nothing to remember.
    if range.count > 2 { starts[column] = range.lowerBound }
  }

  /// Appends all of them to the span that is being read.
  func append(
    _ bytes: Span<UInt8>, _ fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSONError) {
    if starts.isEmpty { return }
    let times = try elements(.eventTimes, bytes, &fields)
    let names = try elements(.eventNames, bytes, &fields)
    let eventAttributes = try elements(.eventAttributes, bytes, &fields)
    for index in 0..<max(times.count, names.count) {
      var (time, name) = (UnixNanos.unset, StringID.empty)
      if index < times.count {
        var reader = JSONReader(at: times[index])
        time = try fields.iso8601(bytes, &reader)
      }
      if index < names.count {
        var reader = JSONReader(at: names[index])
        name = try fields.interned(bytes, &reader, &batch.strings)
      }
      if index < eventAttributes.count {
        var reader = JSONReader(at: eventAttributes[index])
        try fields.flatAttributes(bytes, &reader, isDetail: true, into: &batch)
      }
      batch.endEvent(time: time, name: name)
    }
    let traces = try elements(.linkTraces, bytes, &fields)
    let spans = try elements(.linkSpans, bytes, &fields)
    let states = try elements(.linkStates, bytes, &fields)
    let linkAttributes = try elements(.linkAttributes, bytes, &fields)
    for index in 0..<max(traces.count, spans.count) {
      var (trace, span, state) = (TraceID.invalid, SpanID.invalid, StringID.empty)
      if index < traces.count {
        var reader = JSONReader(at: traces[index])
        trace = try fields.traceID(bytes, &reader)
      }
      if index < spans.count {
        var reader = JSONReader(at: spans[index])
        span = try fields.spanID(bytes, &reader)
      }
      if index < states.count {
        var reader = JSONReader(at: states[index])
        state = try fields.interned(bytes, &reader, &batch.strings)
      }
      if index < linkAttributes.count {
        var reader = JSONReader(at: linkAttributes[index])
        try fields.flatAttributes(bytes, &reader, isDetail: true, into: &batch)
      }
      batch.endLink(traceID: trace, spanID: span, traceState: state)
    }
  }

  /// Where the elements of a column begin.
  private func elements(
    _ column: Column, _ bytes: Span<UInt8>, _ fields: inout JSONFields
  ) throws(JSONError) -> [Int] {
    guard let start = starts[column] else { return [] }
    var reader = JSONReader(at: start)
    guard try fields.enterArray(bytes, &reader) else { return [] }
    var places: [Int] = []
    var isFirst = true
    while try reader.nextElement(bytes, isFirst: &isFirst) {
      places.append(try reader.skipValue(bytes).lowerBound)
    }
    return places
  }
}
