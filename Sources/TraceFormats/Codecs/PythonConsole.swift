import TraceModel

/// Decodes the objects that OpenTelemetry Python's `ConsoleSpanExporter` prints, one per span.
/// (opentelemetry-sdk, `ReadableSpan.to_json`.)
///
/// They have no scope, no flags and no dropped counts, and times in microseconds. Old SDKs print the
/// resource's attributes without a wrapping, and a parent ID without `0x`.
struct PythonConsole: JSONValueCodec {
  static let format = FormatDescriptor(
    name: "python-console", summary: "OpenTelemetry Python's console exporter",
    example: "opentelemetry-instrument --traces_exporter console python3 app.py", priority: 31)

  static let telltales = ["context", "parent_id", "start_time"]

  private var table = ScopeTable()

  init() {}

  func claim(_ object: JSONShape, _ bytes: Span<UInt8>) -> JSONClaim {
    if object.has("context", "trace_id", bytes), object.has("start_time", bytes) { return .spans }
    if object.has("body", bytes), object.has("trace_id", bytes), object.has("span_id", bytes) {
      return .otherSignal
    }
    return .none
  }

  private enum Field {
    case name, context, kind, parentID, start, end, status, attributes, events, links, resource
    case traceID, spanID, traceState, code, description, timestamp
  }
  private static let names = JSONKeyTable<Field>([
    ("name", .name), ("context", .context), ("kind", .kind), ("parent_id", .parentID),
    ("start_time", .start), ("end_time", .end), ("status", .status), ("attributes", .attributes),
    ("events", .events), ("links", .links), ("resource", .resource), ("trace_id", .traceID),
    ("span_id", .spanID), ("trace_state", .traceState), ("status_code", .code),
    ("description", .description), ("timestamp", .timestamp),
  ])

  mutating func decode(
    _ bytes: Span<UInt8>, byteOffset: Int, fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSONError) {
    var reader = JSONReader()
    var draft = SpanDraft()
    draft.byteOffset = byteOffset
    draft.resolution = .microsecond
    table.follow(batch)
    table.beginResource()
    var context = SpanContext()
    var isFirst = true
    try reader.enterObject(bytes)
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      switch Self.names.find(bytes, key) {
      case .name: draft.name = try fields.interned(bytes, &reader, &batch.strings)
      case .context: context = try self.context(bytes, &reader, &fields, &batch.strings)
      case .kind: draft.kind = try kind(bytes, &reader, &fields)
      case .parentID: draft.parentSpanID = try fields.spanID(bytes, &reader, isOptional: true)
      case .start: draft.start = try fields.iso8601(bytes, &reader)
      case .end: draft.end = try fields.iso8601(bytes, &reader)
      case .status: try status(bytes, &reader, &fields, &draft, &batch.strings)
      case .attributes: try fields.attributes(bytes, &reader, into: &batch)
      case .events: try events(bytes, &reader, &fields, into: &batch)
      case .links: try links(bytes, &reader, &fields, into: &batch)
      case .resource: try resource(bytes, &reader, &fields)
      default: try reader.skipValue(bytes)
      }
    }
    draft.traceID = context.traceID
    draft.spanID = context.spanID
    draft.traceState = context.traceState
    if !context.hasTraceID { fields.notes.add(.invalidID, at: 0, "the span has no trace ID") }
    if !context.hasSpanID { fields.notes.add(.invalidID, at: 0, "the span has no span ID") }
    draft.scope = table.scope(in: &batch)
    batch.commit(draft)
  }

  // MARK: Parts of a span

  private struct SpanContext {
    var traceID = TraceID.invalid
    var spanID = SpanID.invalid
    var traceState = StringID.empty
    var hasTraceID = false
    var hasSpanID = false
  }

  private func context(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    _ strings: inout StringPool
  ) throws(JSONError) -> SpanContext {
    var context = SpanContext()
    guard try fields.enterObject(bytes, &reader) else { return context }
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      switch Self.names.find(bytes, key) {
      case .traceID:
        context.traceID = try fields.traceID(bytes, &reader)
        context.hasTraceID = true
      case .spanID:
        context.spanID = try fields.spanID(bytes, &reader)
        context.hasSpanID = true
      case .traceState:
        guard let text = try fields.text(bytes, &reader) else { continue }
        // Nearly always "[]": not worth making a string of.
        guard !bytes.matches(text.range, "[]") else { continue }
        let header = Self.traceState(fields.string(text, bytes))
        context.traceState = strings.intern(header)
      default: try reader.skipValue(bytes)
      }
    }
    return context
  }

  /// `['{key=congo, value=t61rc}', '{key=rojo, value=00f0}']`, Python's way to show a trace state,
  /// as the W3C header `congo=t61rc,rojo=00f0`; anything else is kept.
  static func traceState(_ text: String) -> String {
    var entries: [Substring] = []
    var rest = text.utf8[...]
    func drop(_ prefix: String) -> Bool {
      guard rest.starts(with: prefix.utf8) else { return false }
      rest = rest.dropFirst(prefix.utf8.count)
      return true
    }
    func take(until mark: String) -> Substring? {
      let mark = Array(mark.utf8)
      var index = rest.startIndex
      while index < rest.endIndex {
        if rest[index...].starts(with: mark) {
          let found = Substring(rest[..<index])
          rest = rest[index...].dropFirst(mark.count)
          return found
        }
        rest.formIndex(after: &index)
      }
      return nil
    }
    guard drop("[") else { return text }
    while !drop("]") {
      let quote = rest.first == UInt8(ascii: "\"") ? "\"" : "'"
      guard drop("\(quote){key="), let key = take(until: ", value="),
        let value = take(until: "}\(quote)")
      else { return text }
      entries.append("\(key)=\(value)")
      _ = drop(", ")
    }
    return rest.isEmpty ? entries.joined(separator: ",") : text
  }

  private func kind(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields
  ) throws(JSONError) -> SpanKind {
    guard let text = try fields.text(bytes, &reader) else { return .unspecified }
    if let kind = Self.kinds.find(bytes, text) { return kind }
    fields.notes.add(
      .unexpectedType, at: text.range.lowerBound,
      "no span kind: \(Excerpt.text(bytes, text.range))")
    return .unspecified
  }
  private static let kinds = JSONKeyTable<SpanKind>([
    ("SpanKind.INTERNAL", .internal), ("SpanKind.SERVER", .server), ("SpanKind.CLIENT", .client),
    ("SpanKind.PRODUCER", .producer), ("SpanKind.CONSUMER", .consumer),
  ])

  private func status(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    _ draft: inout SpanDraft, _ strings: inout StringPool
  ) throws(JSONError) {
    guard try fields.enterObject(bytes, &reader) else { return }
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      switch Self.names.find(bytes, key) {
      case .code:
        guard let text = try fields.text(bytes, &reader) else { continue }
        if let code = Self.codes.find(bytes, text) {
          draft.status = code
        } else {
          fields.notes.add(
            .unexpectedType, at: text.range.lowerBound,
            "no status code: \(Excerpt.text(bytes, text.range))")
        }
      case .description: draft.statusMessage = try fields.interned(bytes, &reader, &strings)
      default: try reader.skipValue(bytes)
      }
    }
  }
  private static let codes = JSONKeyTable<SpanStatus>([
    ("UNSET", .unset), ("OK", .ok), ("ERROR", .error),
  ])

  private func events(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    guard try fields.enterArray(bytes, &reader) else { return }
    var isFirst = true
    while try fields.nextObject(bytes, &reader, isFirst: &isFirst) {
      var (time, name) = (UnixNanos.unset, StringID.empty)
      var isFirstKey = true
      while let key = try reader.nextKey(bytes, isFirst: &isFirstKey) {
        switch Self.names.find(bytes, key) {
        case .name: name = try fields.interned(bytes, &reader, &batch.strings)
        case .timestamp: time = try fields.iso8601(bytes, &reader)
        case .attributes: try fields.attributes(bytes, &reader, isDetail: true, into: &batch)
        default: try reader.skipValue(bytes)
        }
      }
      batch.endEvent(time: time, name: name)
    }
  }

  private func links(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    guard try fields.enterArray(bytes, &reader) else { return }
    var isFirst = true
    while try fields.nextObject(bytes, &reader, isFirst: &isFirst) {
      var context = SpanContext()
      var isFirstKey = true
      while let key = try reader.nextKey(bytes, isFirst: &isFirstKey) {
        switch Self.names.find(bytes, key) {
        case .context: context = try self.context(bytes, &reader, &fields, &batch.strings)
        case .attributes: try fields.attributes(bytes, &reader, isDetail: true, into: &batch)
        default: try reader.skipValue(bytes)
        }
      }
      batch.endLink(
        traceID: context.traceID, spanID: context.spanID, traceState: context.traceState)
    }
  }

  // MARK: Resource

  private mutating func resource(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields
  ) throws(JSONError) {
    let range = try reader.skipValue(bytes)
    let number = table.number(of: bytes.extracting(range))
    if !table.hasResource(number) {
      var again = JSONReader(at: range.lowerBound)
      table.define(number, as: try Self.resource(bytes, &again, &fields))
    }
    _ = table.setResource(number)
  }

  private static func resource(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields
  ) throws(JSONError) -> Resource {
    let start = reader.position
    var resource = Resource()
    guard try fields.enterObject(bytes, &reader) else { return resource }
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      if names.find(bytes, key) == .attributes, try reader.peekKind(bytes) == .object {
        resource.attributes += try fields.plainMap(bytes, &reader)
      } else if bytes.matches(key.range, "schema_url") {
        resource.schemaURL = try fields.string(bytes, &reader)
      } else {
        // The attributes stand here themselves, as SDKs before 1.21 printed them.
        reader.position = start
        return Resource(attributes: try fields.plainMap(bytes, &reader))
      }
    }
    return resource
  }
}
