import TraceModel

/// Errors of Elastic's agents that wait for the span or transaction that they belong to.
struct ElasticErrors: Sendable {
  private struct Waiting: Sendable {
    var parentID = SpanID.invalid
    var byteOffset = 0
    var time = UnixNanos.unset
    var name = "error"
    var attributes: [Attribute] = []
  }

  /// By transaction.
  private var waiting: [SpanID: [Waiting]] = [:]
  private var count = 0
  private var stack: [UInt8] = []

  init() {}

  /// Reads one error.
  mutating func read(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, byteOffset: Int, _ fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    var error = Waiting()
    error.byteOffset = byteOffset
    var transactionID = SpanID.invalid
    guard try fields.enterObject(bytes, &reader) else { return }
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      if bytes.matches(key.range, "timestamp") {
        error.time = try fields.time(bytes, &reader, in: .microseconds)
      } else if bytes.matches(key.range, "parent_id") {
        error.parentID = try fields.unpaddedSpanID(bytes, &reader, isOptional: true)
      } else if bytes.matches(key.range, "transaction_id") {
        transactionID = try fields.unpaddedSpanID(bytes, &reader, isOptional: true)
      } else if bytes.matches(key.range, "exception"), try reader.peekKind(bytes) == .object {
        error.name = "exception"
        try exception(bytes, &reader, &fields, into: &error.attributes)
      } else if bytes.matches(key.range, "culprit") {
        error.attributes.append(Attribute("culprit", .string(try fields.string(bytes, &reader))))
      } else if bytes.matches(key.range, "log"), try reader.peekKind(bytes) == .object {
        error.attributes += try fields.plainMap(bytes, &reader).map {
          Attribute("log." + $0.key, $0.value)
        }
      } else {
        try reader.skipValue(bytes)
      }
    }
    if count >= ImportLimits.waitingErrors { reportAll(in: &batch) }
    waiting[transactionID, default: []].append(error)
    count += 1
  }

  /// Ends those of a transaction as events of the span that is being read; `only` those that name it,
  /// if it is a span.
  mutating func take(of transaction: SpanID, only spanID: SpanID?, into batch: inout SpanBatch) {
    guard let all = waiting[transaction] else { return }
    var rest: [Waiting] = []
    for error in all {
      if let spanID, error.parentID != spanID {
        rest.append(error)
        continue
      }
      batch.withDetailAttributes { columns, strings in
        for attribute in error.attributes {
          columns.append(
            key: strings.intern(attribute.key), value: attribute.value, strings: &strings)
        }
        // Its span came before it, and is complete.
        if spanID == nil, error.parentID != transaction, error.parentID.isValid {
          columns.append(
            key: strings.intern("span.id"), string: strings.intern("\(error.parentID)"))
        }
      }
      batch.endEvent(time: error.time, name: batch.strings.intern(error.name))
    }
    count -= all.count - rest.count
    waiting[transaction] = rest.isEmpty ? nil : rest
  }

  /// Says of all that wait that they belong to nothing that is here.
  mutating func reportAll(in batch: inout SpanBatch) {
    for error in waiting.values.joined().sorted(by: { $0.byteOffset < $1.byteOffset }) {
      batch.issues.append(
        ImportIssue(
          .otherSignal, byteOffset: error.byteOffset,
          detail: "an error of a transaction that is not here"))
    }
    waiting.removeAll()
    count = 0
  }

  private mutating func exception(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    into attributes: inout [Attribute]
  ) throws(JSONError) {
    var isFirst = true
    try reader.enterObject(bytes)
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      let part = Self.parts.find(bytes, key)
      if part == .stackTrace, try reader.peekKind(bytes) == .array {
        stack.removeAll(keepingCapacity: true)
        try fields.stackTrace(bytes, &reader, Self.frames, depth: 1, to: &stack)
        let text = String(decoding: stack, as: UTF8.self)
        attributes.append(Attribute("exception.stacktrace", .string(text)))
        continue
      }
      let plain = try fields.plainValue(bytes, &reader, depth: 1)
      let name = fields.string(key, bytes)
      switch (part, fields.attributeValue(plain, bytes)) {
      case (_, .empty): continue
      case (.handled, .bool(let handled)):
        attributes.append(Attribute("exception.escaped", .bool(!handled)))
      case (_, let value): attributes.append(Attribute("exception." + name, value))
      }
    }
  }

  private enum Part {
    case handled, stackTrace
  }
  private static let parts = JSONKeyTable<Part>([
    ("handled", .handled), ("stacktrace", .stackTrace),
  ])
  private static let frames = StackFrames.Style(
    keys: JSONKeyTable([("function", .function), ("filename", .file), ("lineno", .line)]),
    alwaysColon: false)
}
