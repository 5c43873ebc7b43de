import TraceModel

/// Decodes Jaeger's own spans: of the UI's download and `/api/traces` (each trace has its spans and
/// behind them its processes), and of Elasticsearch and OpenSearch (each document has its process).
/// (jaeger, `uimodel` and `dbmodel`.)
struct JaegerJSON: JSONValueCodec {
  static let format = FormatDescriptor(
    name: "jaeger-json", summary: "Jaeger: the UI's download, /api/traces, Elasticsearch documents",
    example: "curl 'localhost:16686/api/traces?service=shop'", priority: 40)

  static let telltales = ["operationName", "processes"]
  static let looksAround = true
  static let claimsByKeys = true

  private var span = MappedSpan()
  private var order = JSONKeyOrder()
  private var referenceOrder = JSONKeyOrder()
  private var tagOrder = JSONKeyOrder()
  private var processes = NamedResources()
  private var events = JaegerEvents()

  init() {}

  func claim(_ object: JSONShape, _ bytes: Span<UInt8>) -> JSONClaim {
    object.has("spanID", bytes) && object.has("traceID", bytes)
      && object.has("operationName", bytes) ? .spans : .none
  }

  private enum Field {
    case traceID, spanID, parentID, name, references, start, startMillis, duration, tags, tagMap
    case logs, processID, process, flags, warnings
  }
  private static let names = JSONKeyTable<Field>([
    ("traceID", .traceID), ("spanID", .spanID), ("parentSpanID", .parentID),
    ("operationName", .name), ("references", .references), ("startTime", .start),
    ("startTimeMillis", .startMillis), ("duration", .duration), ("tags", .tags), ("tag", .tagMap),
    ("logs", .logs), ("processID", .processID), ("process", .process), ("flags", .flags),
    ("warnings", .warnings),
  ])

  mutating func decode(
    _ bytes: Span<UInt8>, byteOffset: Int, fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSONError) {
    span.begin(byteOffset: byteOffset, resolution: .microsecond)
    var reader = JSONReader()
    var references: Int?
    var process = StringID.empty
    try reader.enterObject(bytes)
    order.begin()
    while let (field, key) = try Self.names.next(bytes, &reader, &order) {
      switch field {
      case .traceID: span.traceID = try fields.unpaddedTraceID(bytes, &reader)
      case .spanID: span.spanID = try fields.unpaddedSpanID(bytes, &reader)
      case .parentID:
        span.draft.parentSpanID = try fields.unpaddedSpanID(bytes, &reader, isOptional: true)
      case .name: span.draft.name = try fields.interned(bytes, &reader, &batch.strings)
      case .references: references = try reader.skipValue(bytes).lowerBound
      case .start: span.draft.start = try fields.time(bytes, &reader, in: .microseconds)
      case .duration: span.duration = try fields.duration(bytes, &reader, in: .microseconds)
      case .startMillis: try reader.skipValue(bytes)
      case .tags: try tags(bytes, &reader, &fields, into: &batch)
      case .tagMap: try tagMap(bytes, &reader, &fields, into: &batch)
      case .logs: try events.read(bytes, &reader, &fields, into: &batch)
      case .processID:
        guard let text = try fields.text(bytes, &reader) else { continue }
        process = processes.number(of: bytes.extracting(text.range))
      case .process: process = try embeddedProcess(bytes, &reader, &fields)
      // The W3C flag for sampled is the same; Jaeger's others mean something else there.
      case .flags: span.draft.flags = try fields.uint32(bytes, &reader) & 1
      case .warnings where try reader.peekKind(bytes) == .null: try reader.skipValue(bytes)
      case .warnings, nil: try fields.attribute(key, bytes, &reader, into: &batch)
      }
    }
    if let references {
      reader.position = references
      try self.references(bytes, &reader, &fields, into: &batch)
    }
    processes.commit(&span, resource: process, to: &batch, &fields)
  }

  // MARK: References

  private enum ReferenceField {
    case type, traceID, spanID
  }
  private static let referenceNames = JSONKeyTable<ReferenceField>([
    ("refType", .type), ("traceID", .traceID), ("spanID", .spanID),
  ])

  private struct Reference {
    var traceID = TraceID.invalid
    var spanID = SpanID.invalid
    var isChildOf = true
  }

  /// Finds the parent: the first reference of kind CHILD_OF to the same trace, else the first
  /// FOLLOWS_FROM to it, else the parent ID of old versions. All others are links.
  private mutating func references(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    guard try fields.enterArray(bytes, &reader) else { return }
    var all: [Reference] = []
    var isFirst = true
    while try fields.nextObject(bytes, &reader, isFirst: &isFirst) {
      var reference = Reference()
      referenceOrder.begin()
      while let (field, _) = try Self.referenceNames.next(bytes, &reader, &referenceOrder) {
        switch field {
        case .type:
          guard let text = try fields.text(bytes, &reader) else { continue }
          reference.isChildOf = !bytes.matches(text.range, "FOLLOWS_FROM")
        case .traceID: reference.traceID = try fields.unpaddedTraceID(bytes, &reader)
        case .spanID: reference.spanID = try fields.unpaddedSpanID(bytes, &reader)
        case nil: try reader.skipValue(bytes)
        }
      }
      all.append(reference)
    }
    let own = all.indices.filter { all[$0].traceID == span.traceID }
    let parent = own.first { all[$0].isChildOf } ?? own.first
    if let parent { span.draft.parentSpanID = all[parent].spanID }
    for (index, reference) in all.enumerated() where index != parent {
      batch.withDetailAttributes { columns, strings in
        columns.append(
          key: strings.intern("opentracing.ref_type"),
          string: strings.intern(reference.isChildOf ? "child_of" : "follows_from"))
      }
      batch.endLink(traceID: reference.traceID, spanID: reference.spanID)
    }
  }

  // MARK: Tags

  private enum Tag {
    case kind, error, statusCode, statusMessage, scopeName, scopeVersion, traceState
  }
  private static let tagNames = JSONKeyTable<Tag>([
    ("span.kind", .kind), ("error", .error), ("otel.status_code", .statusCode),
    ("otel.status_description", .statusMessage), ("otel.scope.name", .scopeName),
    ("otel.library.name", .scopeName), ("otel.scope.version", .scopeVersion),
    ("otel.library.version", .scopeVersion), ("w3c.tracestate", .traceState),
  ])

  private mutating func tags(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    guard try reader.peekKind(bytes) != .null else { return _ = try reader.skipValue(bytes) }
    guard try fields.enterArray(bytes, &reader) else { return }
    var isFirst = true
    while try reader.nextElement(bytes, isFirst: &isFirst) {
      guard let tag = try JaegerTag(bytes, &reader, &fields, &tagOrder) else { continue }
      let field = Self.tagNames.find(bytes, tag.key)
      if let field, take(field, tag.value, bytes, &fields, &batch.strings) { continue }
      let keyID = fields.internKey(tag.key, bytes, &batch.strings)
      fields.append(keyID, tag.value, bytes, isDetail: false, to: &batch)
    }
  }

  /// Tags as Elasticsearch keeps them as fields: an object, with `@` for the dots of keys.
  private mutating func tagMap(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    guard try fields.enterObject(bytes, &reader) else { return }
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      var name: [UInt8] = []
      JSONText.unescape(bytes, key.range, into: &name)
      for index in name.indices where name[index] == UInt8(ascii: "@") {
        name[index] = UInt8(ascii: ".")
      }
      let value = try fields.plainValue(bytes, &reader)
      let tag = Self.tagNames.find(name.span, 0..<name.count)
      if let tag, take(tag, value, bytes, &fields, &batch.strings) { continue }
      let keyID = batch.strings.intern(name.span)
      fields.append(keyID, value, bytes, isDetail: false, to: &batch)
    }
  }

  /// Takes a tag that is a field of the span; false if its value says that it is none.
  private mutating func take(
    _ tag: Tag, _ value: JSONValue, _ bytes: Span<UInt8>, _ fields: inout JSONFields,
    _ strings: inout StringPool
  ) -> Bool {
    switch (tag, value) {
    case (.error, .bool(let isError)):
      if isError { span.draft.status = .error }
      return true
    case (.error, .text(let text)):
      if bytes.matches(text.range, "true") { span.draft.status = .error }
      // VictoriaTraces says so of spans that are fine.
      return ["true", "false", "unset"].contains { bytes.matches(text.range, $0) }
    case (.kind, .text(let text)):
      guard let kind = SpanKind(named: bytes, text.range) else { return false }
      span.draft.kind = kind
    case (.statusCode, .text(let text)):
      guard let status = SpanStatus(named: bytes, text.range) else { return false }
      span.draft.status = status
    case (.statusMessage, .text(let text)):
      span.draft.statusMessage = fields.intern(text, bytes, &strings)
    case (.scopeName, .text(let text)):
      span.source.scopeName = fields.intern(text, bytes, &strings)
    case (.scopeVersion, .text(let text)):
      span.source.scopeVersion = fields.intern(text, bytes, &strings)
    case (.traceState, .text(let text)):
      span.draft.traceState = fields.intern(text, bytes, &strings)
    default: return false
    }
    return true
  }

  // MARK: Processes

  mutating func enterWrapper() { processes.begin() }

  mutating func leaveWrapper(in batch: inout SpanBatch) { processes.assign(in: &batch) }

  var isWaiting: Bool { processes.isWaiting }

  mutating func take(
    _ context: JSONContext, _ bytes: Span<UInt8>, fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    guard case .processes = context else { return }
    var reader = JSONReader()
    guard try fields.enterObject(bytes, &reader) else { return }
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      let name = processes.number(of: bytes.extracting(key.range))
      try define(name, bytes, &reader, &fields)
    }
  }

  /// Describes the process that is next; once if it is described alike again and again.
  private mutating func define(
    _ name: StringID, _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields
  ) throws(JSONError) {
    let range = try reader.skipValue(bytes)
    let text = bytes.extracting(range)
    if processes.define(name, by: text) { return }
    var again = JSONReader(at: range.lowerBound)
    let isClean = fields.notes.isEmpty
    processes.define(name, as: try Self.process(bytes, &again, &fields))
    // What there is to say of it is said each time.
    if isClean, fields.notes.isEmpty { processes.remember(name, by: text) }
  }

  /// A process that stands in the span itself; its text is its name.
  private mutating func embeddedProcess(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields
  ) throws(JSONError) -> StringID {
    let range = try reader.skipValue(bytes)
    let name = processes.number(of: bytes.extracting(range))
    if !processes.has(name) {
      var again = JSONReader(at: range.lowerBound)
      processes.define(name, as: try Self.process(bytes, &again, &fields))
    }
    return name
  }

  private static func process(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields
  ) throws(JSONError) -> Resource {
    var resource = Resource()
    guard try fields.enterObject(bytes, &reader) else { return resource }
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      if bytes.matches(key.range, "serviceName") {
        let name = try fields.string(bytes, &reader)
        resource.attributes.insert(Attribute("service.name", .string(name)), at: 0)
      } else if bytes.matches(key.range, "tags"), try reader.peekKind(bytes) == .array {
        try reader.enterArray(bytes)
        var order = JSONKeyOrder()
        var isFirstTag = true
        while try reader.nextElement(bytes, isFirst: &isFirstTag) {
          guard let tag = try JaegerTag(bytes, &reader, &fields, &order) else { continue }
          let name = fields.string(tag.key, bytes)
          // VictoriaTraces says it a second time here.
          if name == "service.name" { continue }
          resource.attributes.append(Attribute(name, fields.attributeValue(tag.value, bytes)))
        }
      } else {
        try reader.skipValue(bytes)
      }
    }
    return resource
  }
}
