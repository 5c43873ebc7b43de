import TraceModel

/// Decodes AWS X-Ray's segment documents: alone, as daemons take them, and in the strings of
/// `BatchGetTraces`. (AWS X-Ray segment documents.)
///
/// Subsegments stand inside of their parents; each becomes a span.
struct XRayJSON: JSONValueCodec {
  static let format = FormatDescriptor(
    name: "xray-json", summary: "AWS X-Ray: segment documents, BatchGetTraces, daemon lines",
    example: "aws xray batch-get-traces --trace-ids ID", priority: 51)

  static let telltales = ["subsegments", "Document"]

  private var span = MappedSpan()

  init() {}

  func claim(_ object: JSONShape, _ bytes: Span<UInt8>) -> JSONClaim {
    if object.has("Id", bytes), let start = object.value(of: "Document", bytes),
      start + 2 <= bytes.count, bytes.matches(start..<start + 2, "\"{")
    {
      return .spans
    }
    if let start = object.value(of: "trace_id", bytes), start + 3 <= bytes.count,
      bytes.matches(start..<start + 3, "\"1-"), object.has("start_time", bytes)
    {
      return .spans
    }
    // What daemons are sent has a line of its own before each segment.
    guard object.members.count == 2, object.has("version", bytes),
      let format = object.value(of: "format", bytes), format + 6 <= bytes.count,
      bytes.matches(format..<format + 6, "\"json\"")
    else { return .none }
    return .nothing
  }

  mutating func decode(
    _ bytes: Span<UInt8>, byteOffset: Int, fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSONError) {
    var reader = JSONReader()
    guard let document = try fields.member("Document", bytes, &reader) else {
      return try segments(bytes, byteOffset: byteOffset, &fields, into: &batch)
    }
    var plain: [UInt8] = []
    JSONText.unescape(bytes, document.range, into: &plain)
    var scanner = JSONScanner()
    guard plain.first == UInt8(ascii: "{"), case .end(let end) = scanner.scan(plain.span, from: 0),
      end == plain.count
    else {
      fields.notes.add(
        .malformedRecord, at: document.range.lowerBound, "the document is no JSON object; skipped")
      return
    }
    // Notes would be about places in another text: they are made at the document's.
    var inner = JSONFields()
    try segments(plain.span, byteOffset: byteOffset, &inner, into: &batch)
    for note in inner.notes.take() {
      fields.notes.add(note.kind, at: document.range.lowerBound, note.detail)
    }
  }

  /// A segment or subsegment that is still to be read, with what it takes from the one around it.
  private struct Open {
    var range: Range<Int>
    var depth: Int
    var parentID = SpanID.invalid
    var traceID: TraceID?
    var traceText: JSONReader.Text?
    var service = StringID.empty
    var version = StringID.empty
  }

  /// Commits a segment, and its subsegments behind it: without recursion, because they nest as deep
  /// as the input says.
  private mutating func segments(
    _ bytes: Span<UInt8>, byteOffset: Int, _ fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSONError) {
    var open = [Open(range: 0..<bytes.count, depth: 0)]
    while let next = open.popLast() {
      let inner = try segment(next, bytes, byteOffset: byteOffset, &fields, into: &batch)
      open += inner.reversed()
    }
  }

  private enum Field {
    case id, name, traceID, parentID, start, end, http, annotations, metadata, subsegments, cause
    case error, fault, namespace, sql, service, aws, inProgress, type
  }
  private static let names = JSONKeyTable<Field>([
    ("id", .id), ("name", .name), ("trace_id", .traceID), ("parent_id", .parentID),
    ("start_time", .start), ("end_time", .end), ("http", .http), ("annotations", .annotations),
    ("metadata", .metadata), ("subsegments", .subsegments), ("cause", .cause), ("error", .error),
    ("fault", .fault), ("namespace", .namespace), ("sql", .sql), ("service", .service),
    ("aws", .aws), ("in_progress", .inProgress), ("type", .type),
  ])

  /// Commits one segment or subsegment, and gives those inside.
  private mutating func segment(
    _ open: Open, _ bytes: Span<UInt8>, byteOffset: Int, _ fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) -> [Open] {
    span.begin(byteOffset: byteOffset, resolution: .microsecond)
    span.draft.parentSpanID = open.parentID
    span.traceID = open.traceID
    var around = open
    around.depth += 1
    var inner: [Range<Int>] = []
    var causes: Range<Int>?
    var isSubsegment = open.depth > 0
    var reader = JSONReader(at: open.range.lowerBound)
    guard try fields.enterObject(bytes, &reader) else { return [] }
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      switch Self.names.find(bytes, key) {
      case .id: span.spanID = try fields.unpaddedSpanID(bytes, &reader)
      case .name: span.draft.name = try fields.interned(bytes, &reader, &batch.strings)
      case .traceID:
        guard let text = try fields.text(bytes, &reader) else { continue }
        span.traceID = Self.traceID(bytes, text.range)
        around.traceText = text
      case .parentID:
        let parent = try fields.unpaddedSpanID(bytes, &reader, isOptional: true)
        if open.depth == 0 { span.draft.parentSpanID = parent }
      case .start: span.draft.start = try fields.time(bytes, &reader, in: .seconds)
      case .end: span.draft.end = try fields.time(bytes, &reader, in: .seconds)
      case .http:
        if open.depth == 0, span.draft.kind == .unspecified { span.draft.kind = .server }
        try fields.flatAttributes(
          bytes, &reader, prefix: "http.", names: XRayNames.http, into: &batch)
      case .annotations: try fields.flatAttributes(bytes, &reader, into: &batch)
      case .metadata: try fields.flatAttributes(bytes, &reader, prefix: "metadata.", into: &batch)
      case .sql:
        try fields.flatAttributes(
          bytes, &reader, prefix: "sql.", names: XRayNames.sql, into: &batch)
      case .aws:
        try fields.flatAttributes(
          bytes, &reader, prefix: "aws.", names: XRayNames.aws, into: &batch)
      case .subsegments: inner = try elements(depth: around.depth, bytes, &reader, &fields)
      case .cause: causes = try reader.skipValue(bytes)
      case .error where try reader.peekKind(bytes) == .bool:
        if case .bool(true) = try fields.plainValue(bytes, &reader) { span.draft.status = .error }
      case .fault where try reader.peekKind(bytes) == .bool:
        // Not the caller's error: worth knowing.
        guard case .bool(true) = try fields.plainValue(bytes, &reader) else { continue }
        span.draft.status = .error
        batch.withAttributes { $0.append(key: $1.intern("fault"), bool: true) }
      case .namespace:
        guard let text = try fields.text(bytes, &reader) else { continue }
        if !bytes.matches(text.range, "local") { span.draft.kind = .client }
        batch.add("namespace", fields.intern(text, bytes, &batch.strings))
      case .service:
        let start = reader.position
        try fields.flatAttributes(bytes, &reader, prefix: "service.", into: &batch)
        var again = JSONReader(at: start)
        if try again.peekKind(bytes) == .object,
          let version = try fields.member("version", bytes, &again)
        {
          around.version = fields.intern(version, bytes, &batch.strings)
        }
      case .type:
        if let text = try fields.text(bytes, &reader) {
          isSubsegment = bytes.matches(text.range, "subsegment")
        }
      case .inProgress: try reader.skipValue(bytes)
      case .error, .fault, nil: try fields.attribute(key, bytes, &reader, into: &batch)
      }
    }
    if let causes { try exceptions(causes, bytes, &fields, into: &batch) }
    if let id = span.traceID, let text = around.traceText {
      batch.name(id, bytes.extracting(text.range))
    }
    // A segment is of the service that it names; a subsegment of that of its segment, which is not
    // known if it is sent alone.
    if !isSubsegment { around.service = span.draft.name }
    span.addToSource(.serviceName, around.service, &batch)
    span.addToSource(.serviceVersion, around.version, &batch)
    around.traceID = span.traceID
    around.parentID = span.spanID ?? .invalid
    span.commit(to: &batch, &fields)
    return inner.map { element in
      var inside = around
      inside.range = element
      return inside
    }
  }

  /// Where the elements of the array that is next stand, each of which is a subsegment.
  private func elements(
    depth: Int, _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields
  ) throws(JSONError) -> [Range<Int>] {
    // Each level is passed over once more for every level around it.
    guard depth <= AttributeValue.nestingLimit else {
      fields.notes.add(
        .nestingTooDeep, at: try reader.skipValue(bytes).lowerBound,
        "more than \(AttributeValue.nestingLimit) levels of subsegments; the rest is left out")
      return []
    }
    guard try fields.enterArray(bytes, &reader) else { return [] }
    var all: [Range<Int>] = []
    var isFirst = true
    while try reader.nextElement(bytes, isFirst: &isFirst) {
      all.append(try reader.skipValue(bytes))
    }
    return all
  }

  /// `1-5759e988-bd862e3fe1be46a994272793`: the digits are those of the W3C trace ID. Nil if it is
  /// something else.
  private static func traceID(_ bytes: Span<UInt8>, _ range: Range<Int>) -> TraceID? {
    guard range.count == 35, bytes.hasPrefix("1-", range),
      bytes[range.lowerBound + 10] == UInt8(ascii: "-"),
      let time = IDText.number(bytes, range.lowerBound + 2..<range.lowerBound + 10),
      let rest = IDText.number(bytes, range.lowerBound + 11..<range.upperBound)
    else { return nil }
    return TraceID(high: time.low << 32 | rest.high, low: rest.low)
  }

  // MARK: Exceptions

  private func exceptions(
    _ range: Range<Int>, _ bytes: Span<UInt8>, _ fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    var reader = JSONReader(at: range.lowerBound)
    // Instead of an object the ID of an exception that another segment describes may stand here.
    guard try reader.peekKind(bytes) == .object else {
      let cause = try fields.internedText(bytes, &reader, &batch.strings)
      return batch.add("cause", cause)
    }
    try reader.enterObject(bytes)
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      guard bytes.matches(key.range, "exceptions"), try reader.peekKind(bytes) == .array else {
        try reader.skipValue(bytes)
        continue
      }
      try reader.enterArray(bytes)
      var isFirstElement = true
      while try reader.nextElement(bytes, isFirst: &isFirstElement) {
        try exception(bytes, &reader, &fields, into: &batch)
      }
    }
  }

  private func exception(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    guard
      case .map(let members) = fields.attributeValue(try fields.plainValue(bytes, &reader), bytes)
    else { return }
    for member in members where member.key != "id" {
      let value =
        member.key == "stack" ? XRayNames.stackTrace(member.value) ?? member.value : member.value
      let key = XRayNames.exception[member.key] ?? member.key
      batch.withDetailAttributes {
        $0.append(key: $1.intern(key), value: value, strings: &$1)
      }
    }
    // No time is said; it ended what it happened in.
    let time = span.draft.end == .unset ? span.draft.start : span.draft.end
    batch.endEvent(time: time, name: batch.strings.intern("exception"))
  }
}

/// OpenTelemetry's names for what X-Ray says.
private enum XRayNames {
  static let http = JSONKeyTable<String>([
    ("http.request.url", "url.full"),
    ("http.request.user_agent", "user_agent.original"),
    ("http.request.client_ip", "client.address"),
    ("http.response.status", "http.response.status_code"),
    ("http.response.content_length", "http.response.body.size"),
  ])
  static let sql = JSONKeyTable<String>([
    ("sql.sanitized_query", "db.query.text"), ("sql.database_type", "db.system.name"),
  ])
  static let aws = JSONKeyTable<String>([
    ("aws.region", "cloud.region"), ("aws.account_id", "cloud.account.id"),
    ("aws.operation", "rpc.method"),
  ])
  static let exception = [
    "message": "exception.message", "type": "exception.type", "stack": "exception.stacktrace",
  ]

  /// A line for each frame; nil if it is no list of frames.
  static func stackTrace(_ value: AttributeValue) -> AttributeValue? {
    guard case .array(let frames) = value else { return nil }
    var lines: [String] = []
    for case .map(let members) in frames {
      var (path, line, label) = ("", "", "")
      for member in members {
        switch (member.key, member.value) {
        case ("path", .string(let text)): path = text
        case ("label", .string(let text)): label = text
        case ("line", .int(let number)): line = "\(number)"
        default: break
        }
      }
      lines.append("\(label) (\(path):\(line))")
    }
    return .string(lines.joined(separator: "\n"))
  }
}
