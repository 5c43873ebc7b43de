import TraceModel

/// Decodes the objects that OpenTelemetry Go's `stdouttrace` prints, one per span.
/// (opentelemetry-go, `tracetest.SpanStub`.)
struct GoConsole: JSONValueCodec {
  static let format = FormatDescriptor(
    name: "go-console", summary: "OpenTelemetry Go's stdouttrace exporter",
    example: "stdouttrace.New(stdouttrace.WithPrettyPrint())", priority: 32)

  static let telltales = ["SpanContext"]

  private var span = MappedSpan()
  private var table = ScopeTable()
  /// What attributes the spans of each name have had, and the place of the last one that was read.
  var habits = AttributeHabits()
  private var place = 0
  /// How the last resource, and the last scope, were written.
  private var lastResource: [UInt8] = []
  private var lastScope: [UInt8] = []
  /// Whether parts are first taken for usual ones; not in tests that compare both ways.
  var readsUsual = true

  init() {}

  func claim(_ object: JSONShape, _ bytes: Span<UInt8>) -> JSONClaim {
    object.has("SpanContext", "TraceID", bytes) ? .spans : .none
  }

  private enum Field {
    case name, context, parent, kind, start, end, attributes, events, links, status, resource, scope
    case droppedAttributes, droppedEvents, droppedLinks, childCount, oldScope
    case traceID, spanID, traceFlags, traceState, remote, code, description, time, detailsDropped
    case key, value, type, version, schemaURL
  }
  private static let names = JSONKeyTable<Field>([
    ("Name", .name), ("SpanContext", .context), ("Parent", .parent), ("SpanKind", .kind),
    ("StartTime", .start), ("EndTime", .end), ("Attributes", .attributes), ("Events", .events),
    ("Links", .links), ("Status", .status), ("Resource", .resource),
    ("InstrumentationScope", .scope), ("InstrumentationLibrary", .oldScope),
    ("DroppedAttributes", .droppedAttributes), ("DroppedEvents", .droppedEvents),
    ("DroppedLinks", .droppedLinks), ("ChildSpanCount", .childCount), ("TraceID", .traceID),
    ("SpanID", .spanID), ("TraceFlags", .traceFlags), ("TraceState", .traceState),
    ("Remote", .remote), ("Code", .code), ("Description", .description), ("Time", .time),
    ("DroppedAttributeCount", .detailsDropped), ("Key", .key), ("Value", .value), ("Type", .type),
    ("Version", .version), ("SchemaURL", .schemaURL),
  ])

  mutating func decode(
    _ bytes: Span<UInt8>, byteOffset: Int, fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSONError) {
    span.begin(byteOffset: byteOffset, resolution: .nanosecond)
    table.follow(batch)
    table.beginResource()
    habits.follow(batch.number)
    place = habits.first(of: .empty)
    var reader = JSONReader()
    var oldScope: Range<Int>?
    var scope: Range<Int>?
    var isFirst = true
    try reader.enterObject(bytes)
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      switch Self.names.find(bytes, key) {
      case .name:
        span.draft.name = try fields.interned(bytes, &reader, &batch.strings)
        place = habits.first(of: span.draft.name)
      case .context:
        let context = try context(bytes, &reader, &fields, &batch.strings)
        (span.traceID, span.spanID) = (context.traceID, context.spanID)
        span.draft.traceState = context.traceState
        span.draft.flags |= context.flags
      case .parent:
        let parent = try context(bytes, &reader, &fields, &batch.strings, isOptional: true)
        span.draft.parentSpanID = parent.spanID ?? .invalid
        // OTLP's flags 8 and 9: it is known whether the parent is remote, and it is.
        if parent.spanID?.isValid == true { span.draft.flags |= parent.isRemote ? 0x300 : 0x100 }
      case .kind:
        span.draft.kind =
          SpanKind(
            rawValue: UInt8(clamping: try fields.uint32(bytes, &reader))) ?? .unspecified
      case .start: span.draft.start = try time(bytes, &reader, &fields)
      case .end: span.draft.end = try time(bytes, &reader, &fields)
      case .attributes: try attributes(bytes, &reader, &fields, into: &batch)
      case .events: try events(bytes, &reader, &fields, into: &batch)
      case .links: try links(bytes, &reader, &fields, into: &batch)
      case .status: try status(bytes, &reader, &fields, &batch.strings)
      case .droppedAttributes: span.draft.dropped.attributes = try fields.uint32(bytes, &reader)
      case .droppedEvents: span.draft.dropped.events = try fields.uint32(bytes, &reader)
      case .droppedLinks: span.draft.dropped.links = try fields.uint32(bytes, &reader)
      case .resource:
        let range = try Self.skip(like: &lastResource, bytes, &reader)
        let number = table.number(of: bytes.extracting(range))
        if !table.hasResource(number) {
          var again = JSONReader(at: range.lowerBound)
          let list = try attributeList(bytes, &again, &fields)
          table.define(number, as: Resource(attributes: list))
        }
        _ = table.setResource(number)
      case .scope: scope = try Self.skip(like: &lastScope, bytes, &reader)
      case .oldScope: oldScope = try Self.skip(like: &lastScope, bytes, &reader)
      case .childCount: try reader.skipValue(bytes)
      default: try fields.attribute(key, bytes, &reader, into: &batch)
      }
    }
    if let range = scope ?? oldScope {
      let number = table.number(of: bytes.extracting(range))
      if !table.hasScope(number) {
        var again = JSONReader(at: range.lowerBound)
        table.define(number, as: try self.scope(bytes, &again, &fields))
      }
      _ = table.setScope(number)
    }
    span.draft.scope = table.scope(in: &batch)
    span.commit(to: &batch, &fields)
  }

  /// Which span is meant, and how it was reached.
  struct Context {
    var traceID: TraceID?
    var spanID: SpanID?
    var traceState = StringID.empty
    var flags: UInt32 = 0
    var isRemote = false
  }

  private func context(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    _ strings: inout StringPool, isOptional: Bool = false
  ) throws(JSONError) -> Context {
    if readsUsual, let usual = usualContext(bytes, at: reader.position, isOptional: isOptional) {
      reader.position = usual.end
      return usual.context
    }
    var context = Context()
    guard try fields.enterObject(bytes, &reader) else { return context }
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      switch Self.names.find(bytes, key) {
      case .traceID:
        context.traceID = try fields.traceID(bytes, &reader, isOptional: isOptional)
      case .spanID: context.spanID = try fields.spanID(bytes, &reader, isOptional: isOptional)
      case .traceState: context.traceState = try fields.interned(bytes, &reader, &strings)
      case .traceFlags:
        guard let text = try fields.text(bytes, &reader) else { continue }
        if let flags = IDText.number(bytes, text.range), text.range.count <= 2 {
          context.flags = UInt32(truncatingIfNeeded: flags.low)
        }
      case .remote:
        context.isRemote = try reader.peekKind(bytes) == .bool && bytes[reader.position] == 0x74
        try reader.skipValue(bytes)
      default: try reader.skipValue(bytes)
      }
    }
    return context
  }

  /// A time; unset if it is Go's zero, as it is where times are switched off.
  private func time(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields
  ) throws(JSONError) -> UnixNanos {
    let start = reader.position
    if try reader.peekKind(bytes) == .string {
      let text = try reader.string(bytes)
      if bytes.matches(text.range, "0001-01-01T00:00:00Z") { return .unset }
      if let time = TimeText.iso8601(bytes, text.range) { return time }
      reader.position = start
    }
    return try fields.iso8601(bytes, &reader)
  }

  private mutating func status(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    _ strings: inout StringPool
  ) throws(JSONError) {
    guard try fields.enterObject(bytes, &reader) else { return }
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      switch Self.names.find(bytes, key) {
      case .code: span.draft.status = try fields.status(bytes, &reader)
      case .description:
        span.draft.statusMessage = try fields.interned(bytes, &reader, &strings)
      default: try reader.skipValue(bytes)
      }
    }
  }

  // MARK: Attributes

  /// Reads `{"Key":…,"Value":{"Type":…,"Value":…}}`; nil, with a note, if it is something else.
  private func pair(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields
  ) throws(JSONError) -> (key: JSONReader.Text, value: JSONValue)? {
    guard try fields.enterObject(bytes, &reader) else { return nil }
    var name: JSONReader.Text?
    var value = JSONValue.empty
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      switch Self.names.find(bytes, key) {
      case .key: name = try fields.text(bytes, &reader)
      case .value: value = try typedValue(bytes, &reader, &fields)
      default: try reader.skipValue(bytes)
      }
    }
    return name.map { ($0, value) }
  }

  private func typedValue(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields
  ) throws(JSONError) -> JSONValue {
    guard try fields.enterObject(bytes, &reader) else { return .empty }
    var value = JSONValue.empty
    var type: Range<Int>?
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      switch Self.names.find(bytes, key) {
      case .type: type = try fields.text(bytes, &reader)?.range
      case .value: value = try fields.plainValue(bytes, &reader)
      default: try reader.skipValue(bytes)
      }
    }
    // Go writes a whole float without a point.
    if let type, case .int(let int) = value, bytes.matches(type, "FLOAT64") {
      return .double(Double(int))
    }
    return value
  }

  private mutating func attributes(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    isDetail: Bool = false, into batch: inout SpanBatch
  ) throws(JSONError) {
    guard try fields.enterArray(bytes, &reader) else { return }
    var isFirst = true
    while try reader.nextElement(bytes, isFirst: &isFirst) {
      place = habits.next(after: place)
      if readsUsual,
        let usual = usualPair(bytes, at: reader.position, place, &fields, &batch.strings)
      {
        batch.append(usual.key, usual.value, isDetail: isDetail)
        reader.position = usual.end
        continue
      }
      guard let (key, value) = try pair(bytes, &reader, &fields) else { continue }
      let keyID = fields.intern(key, bytes, &batch.strings)
      fields.append(keyID, value, bytes, isDetail: isDetail, to: &batch)
    }
  }

  private func attributeList(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields
  ) throws(JSONError) -> [Attribute] {
    guard try fields.enterArray(bytes, &reader) else { return [] }
    var list: [Attribute] = []
    var isFirst = true
    while try reader.nextElement(bytes, isFirst: &isFirst) {
      guard let (key, value) = try pair(bytes, &reader, &fields) else { continue }
      list.append(Attribute(fields.string(key, bytes), fields.attributeValue(value, bytes)))
    }
    return list
  }

  private func scope(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields
  ) throws(JSONError) -> InstrumentationScope {
    var scope = InstrumentationScope()
    guard try fields.enterObject(bytes, &reader) else { return scope }
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      switch Self.names.find(bytes, key) {
      case .name: scope.name = try fields.string(bytes, &reader)
      case .version: scope.version = try fields.string(bytes, &reader)
      case .schemaURL: scope.schemaURL = try fields.string(bytes, &reader)
      case .attributes: scope.attributes = try attributeList(bytes, &reader, &fields)
      default: try reader.skipValue(bytes)
      }
    }
    return scope
  }

  // MARK: Events and links

  private mutating func events(
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
        case .time: time = try self.time(bytes, &reader, &fields)
        case .name: name = try fields.interned(bytes, &reader, &batch.strings)
        case .attributes: try attributes(bytes, &reader, &fields, isDetail: true, into: &batch)
        case .detailsDropped: dropped = try fields.uint32(bytes, &reader)
        default: try reader.skipValue(bytes)
        }
      }
      batch.endEvent(time: time, name: name, droppedAttributes: dropped)
    }
  }

  private mutating func links(
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
        case .context: target = try context(bytes, &reader, &fields, &batch.strings)
        case .attributes: try attributes(bytes, &reader, &fields, isDetail: true, into: &batch)
        case .detailsDropped: dropped = try fields.uint32(bytes, &reader)
        default: try reader.skipValue(bytes)
        }
      }
      batch.endLink(
        traceID: target.traceID ?? .invalid, spanID: target.spanID ?? .invalid,
        traceState: target.traceState, flags: target.flags, droppedAttributes: dropped)
    }
  }
}
