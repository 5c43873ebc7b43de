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
  /// The keys of segments, of subsegments, and of exceptions.
  private var order = JSONKeyOrder()
  private var innerOrder = JSONKeyOrder()
  private var exceptionOrder = JSONKeyOrder()
  /// What is still to be read of the record, the next one last.
  private var open: [Open] = []
  /// The text of the trace ID that was named last in the record.
  private var named = 0..<0
  private var keys = FlatKeys(names: XRayNames.attributes)
  private var exceptionKeys = FlatKeys(names: XRayNames.exception)
  /// For documents: notes would be about places in another text, and are made at the document's.
  private var documentFields = JSONFields()
  private var stack: [UInt8] = []

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
    if try segments(bytes, mayBeDocument: true, byteOffset: byteOffset, &fields, into: &batch) {
      return
    }
    batch.rollBack()
    fields.notes.discard()
    var reader = JSONReader()
    guard let document = try fields.member("Document", bytes, &reader) else { return }
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
    var inner = JSONFields()
    swap(&inner, &documentFields)
    _ = try segments(
      plain.span, mayBeDocument: false, byteOffset: byteOffset, &inner, into: &batch)
    for note in inner.notes.take() {
      fields.notes.add(note.kind, at: document.range.lowerBound, note.detail)
    }
    swap(&inner, &documentFields)
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
  /// as the input says. False, with nothing committed, if it has a document instead.
  private mutating func segments(
    _ bytes: Span<UInt8>, mayBeDocument: Bool, byteOffset: Int, _ fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) -> Bool {
    open.removeAll(keepingCapacity: true)
    open.append(Open(range: bytes.indices, depth: 0))
    named = 0..<0
    while let next = open.popLast() {
      span.begin(byteOffset: byteOffset, resolution: .microsecond)
      let isOutermost = next.depth == 0
      guard
        try segment(
          next, bytes, mayBeDocument: mayBeDocument && isOutermost, &fields, into: &batch)
      else { return false }
    }
    return true
  }

  private enum Field {
    case id, name, traceID, parentID, start, end, http, annotations, metadata, subsegments, cause
    case error, fault, namespace, sql, service, aws, inProgress, type, document
  }
  private static let names = JSONKeyTable<Field>([
    ("id", .id), ("name", .name), ("trace_id", .traceID), ("parent_id", .parentID),
    ("start_time", .start), ("end_time", .end), ("http", .http), ("annotations", .annotations),
    ("metadata", .metadata), ("subsegments", .subsegments), ("cause", .cause), ("error", .error),
    ("fault", .fault), ("namespace", .namespace), ("sql", .sql), ("service", .service),
    ("aws", .aws), ("in_progress", .inProgress), ("type", .type),
    ("Document", .document),
  ])

  /// The next member of a segment, or of a subsegment: mostly in another order.
  private mutating func nextMember(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, isInner: Bool
  ) throws(JSONError) -> (key: Field?, text: JSONReader.Text)? {
    isInner
      ? try Self.names.next(bytes, &reader, &innerOrder)
      : try Self.names.next(bytes, &reader, &order)
  }

  /// Commits one segment or subsegment, which `span` was begun for, and opens those inside. False if
  /// it has a document instead.
  private mutating func segment(
    _ around: Open, _ bytes: Span<UInt8>, mayBeDocument: Bool, _ fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) -> Bool {
    span.draft.parentSpanID = around.parentID
    span.traceID = around.traceID
    var traceText = around.traceText
    var version = around.version
    let inside = open.count
    var causes: Range<Int>?
    let isInner = around.depth > 0
    var isSubsegment = isInner
    var reader = JSONReader(at: around.range.lowerBound)
    guard try fields.enterObject(bytes, &reader) else { return true }
    if isInner { innerOrder.begin() } else { order.begin() }
    while let (field, key) = try nextMember(bytes, &reader, isInner: isInner) {
      switch field {
      case .id: span.spanID = try fields.unpaddedSpanID(bytes, &reader)
      case .name: span.draft.name = try fields.interned(bytes, &reader, &batch.strings)
      case .traceID:
        guard let text = try fields.text(bytes, &reader) else { continue }
        if let outer = around.traceText, text.range.count == outer.range.count,
          bytes.equals(text.range, bytes, from: outer.range.lowerBound)
        {
          (span.traceID, traceText) = (around.traceID, outer)
        } else {
          (span.traceID, traceText) = (Self.traceID(bytes, text.range), text)
        }
      case .parentID:
        let parent = try fields.unpaddedSpanID(bytes, &reader, isOptional: true)
        if !isInner { span.draft.parentSpanID = parent }
      case .start: span.draft.start = try fields.time(bytes, &reader, in: .seconds)
      case .end: span.draft.end = try fields.time(bytes, &reader, in: .seconds)
      case .http:
        if !isInner, span.draft.kind == .unspecified { span.draft.kind = .server }
        try fields.flatAttributes(bytes, &reader, behind: key, &keys, into: &batch)
      case .annotations: try fields.flatAttributes(bytes, &reader, into: &batch)
      case .metadata, .sql, .aws:
        try fields.flatAttributes(bytes, &reader, behind: key, &keys, into: &batch)
      case .subsegments:
        if open.count > inside { open.removeLast(open.count - inside) }
        try openElements(depth: around.depth + 1, bytes, &reader, &fields)
      case .cause: causes = try reader.skipScannedValue(bytes)
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
        try fields.flatAttributes(bytes, &reader, behind: key, &keys, into: &batch)
        var again = JSONReader(at: start)
        if try again.peekKind(bytes) == .object,
          let text = try fields.member("version", bytes, &again)
        {
          version = fields.intern(text, bytes, &batch.strings)
        }
      case .type:
        if let text = try fields.text(bytes, &reader) {
          isSubsegment = bytes.matches(text.range, "subsegment")
        }
      case .inProgress: try reader.skipValue(bytes)
      case .document where try reader.peekKind(bytes) == .string:
        if mayBeDocument { return false }
        try fields.attribute(key, bytes, &reader, into: &batch)
      case .error, .fault, .document, nil: try fields.attribute(key, bytes, &reader, into: &batch)
      }
    }
    if let causes { try exceptions(causes, bytes, &fields, into: &batch) }
    if let id = span.traceID, let traceText, traceText.range != named {
      batch.name(id, bytes.extracting(traceText.range))
      named = traceText.range
    }
    // A segment is of the service that it names; a subsegment of that of its segment, which is not
    // known if it is sent alone.
    let service = isSubsegment ? around.service : span.draft.name
    span.addToSource(.serviceName, service, &batch)
    span.addToSource(.serviceVersion, version, &batch)
    for index in inside..<open.count {
      open[index] = Open(
        range: open[index].range, depth: open[index].depth, parentID: span.spanID ?? .invalid,
        traceID: span.traceID, traceText: traceText, service: service, version: version)
    }
    span.commit(to: &batch, &fields)
    return true
  }

  /// Opens the elements of the array that is next, each of which is a subsegment.
  private mutating func openElements(
    depth: Int, _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields
  ) throws(JSONError) {
    // Each level is passed over once more for every level around it.
    guard depth <= AttributeValue.nestingLimit else {
      fields.notes.add(
        .nestingTooDeep, at: try reader.skipValue(bytes).lowerBound,
        "more than \(AttributeValue.nestingLimit) levels of subsegments; the rest is left out")
      return
    }
    guard try fields.enterArray(bytes, &reader) else { return }
    var first = open.count
    var isFirst = true
    while try reader.nextElement(bytes, isFirst: &isFirst) {
      open.append(Open(range: try reader.skipScannedValue(bytes), depth: depth))
    }
    // The first one is read next.
    var last = open.count - 1
    while first < last {
      open.swapAt(first, last)
      first += 1
      last -= 1
    }
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

  private mutating func exceptions(
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

  private mutating func exception(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    guard try reader.peekKind(bytes) == .object else { return try fields.passValue(bytes, &reader) }
    try reader.enterObject(bytes)
    exceptionKeys.begin(batch.number)
    exceptionOrder.begin()
    var last = 0
    while let (part, key) = try Self.exceptionParts.next(bytes, &reader, &exceptionOrder) {
      if part == .id {
        try fields.passValue(bytes, &reader, depth: 1)
        continue
      }
      var value = JSONValue.empty
      var frames: StringID?
      if part == .stack, try reader.peekKind(bytes) == .array {
        stack.removeAll(keepingCapacity: true)
        try fields.stackTrace(bytes, &reader, Self.frames, depth: 1, to: &stack)
        frames = batch.strings.intern(stack.span)
      } else {
        value = try fields.plainValue(bytes, &reader, depth: 1)
      }
      let place = exceptionKeys.enter(key, bytes, in: FlatKeys.root, after: last, &fields)
      let keyID = exceptionKeys.number(of: place, &batch.strings)
      last = exceptionKeys.leave(place, after: last)
      if let frames {
        batch.append(keyID, frames, isDetail: true)
        continue
      }
      if case .text(let text) = value, !text.isASCII {
        value = .nested(.string(fields.string(text, bytes)))
      }
      fields.append(keyID, value, bytes, isDetail: true, to: &batch)
    }
    // No time is said; it ended what it happened in.
    let time = span.draft.end == .unset ? span.draft.start : span.draft.end
    batch.endEvent(time: time, name: batch.strings.intern("exception"))
  }

  private enum ExceptionPart {
    case id, stack, value
  }
  private static let exceptionParts = JSONKeyTable<ExceptionPart>([
    ("id", .id), ("stack", .stack), ("message", .value), ("type", .value), ("remote", .value),
    ("truncated", .value), ("skipped", .value), ("cause", .value),
  ])
  private static let frames = StackFrames.Style(
    keys: JSONKeyTable([("label", .function), ("path", .file), ("line", .line)]),
    alwaysColon: true)
}

/// OpenTelemetry's names for what X-Ray says.
private enum XRayNames {
  static let attributes = JSONKeyTable<String>([
    ("http.request.url", "url.full"),
    ("http.request.user_agent", "user_agent.original"),
    ("http.request.client_ip", "client.address"),
    ("http.response.status", "http.response.status_code"),
    ("http.response.content_length", "http.response.body.size"),
    ("sql.sanitized_query", "db.query.text"), ("sql.database_type", "db.system.name"),
    ("aws.region", "cloud.region"), ("aws.account_id", "cloud.account.id"),
    ("aws.operation", "rpc.method"),
  ])
  static let exception = JSONKeyTable<String>([
    ("message", "exception.message"), ("type", "exception.type"),
    ("stack", "exception.stacktrace"),
  ])
}
