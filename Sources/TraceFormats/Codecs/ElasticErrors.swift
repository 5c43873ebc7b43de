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
        error.attributes += Self.exception(try fields.plainMap(bytes, &reader))
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

  private static func exception(_ members: [Attribute]) -> [Attribute] {
    members.compactMap { member in
      switch (member.key, member.value) {
      case (_, .empty): nil
      case ("message", _): Attribute("exception.message", member.value)
      case ("type", _): Attribute("exception.type", member.value)
      case ("handled", .bool(let handled)): Attribute("exception.escaped", .bool(!handled))
      case ("stacktrace", .array(let frames)):
        Attribute("exception.stacktrace", .string(stackTrace(frames)))
      default: Attribute("exception." + member.key, member.value)
      }
    }
  }

  /// A line for each frame.
  private static func stackTrace(_ frames: [AttributeValue]) -> String {
    var lines: [String] = []
    for case .map(let members) in frames {
      var (function, file, line) = ("", "", "")
      for member in members {
        switch (member.key, member.value) {
        case ("function", .string(let text)): function = text
        case ("filename", .string(let text)): file = text
        case ("lineno", .int(let number)): line = ":\(number)"
        default: break
        }
      }
      lines.append("\(function) (\(file)\(line))")
    }
    return lines.joined(separator: "\n")
  }
}
