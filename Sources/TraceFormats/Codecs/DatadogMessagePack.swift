import TraceModel

/// Decodes spans of Datadog agents' payloads in MessagePack: usual ones straight, all others by way of
/// the JSON of the same records. (datadog-agent, `pkg/trace/api`, `span.proto`.)
struct DatadogMessagePack: Sendable {
  /// The strings of a v0.5 payload, which its spans name by number.
  private(set) var strings = Strings()
  var codec = DatadogJSON()
  var fields = JSONFields()
  var usual = Usual()
  /// Whether spans are first taken for usual ones; not in tests that compare both ways.
  var readsUsual = true
  var json = MessagePackJSON()

  /// Texts one behind the other.
  struct Strings: Sendable {
    fileprivate(set) var text: [UInt8] = []
    fileprivate var ends: [Int] = []

    /// How much memory they need.
    var size: Int { text.count + 8 * ends.count }

    func range(_ number: UInt64) -> Range<Int>? {
      guard let index = Int(exactly: number), index < ends.count else { return nil }
      return (index == 0 ? 0 : ends[index - 1])..<ends[index]
    }
  }

  /// A payload begins, with strings of its own.
  mutating func begin() {
    strings = Strings()
    usual.forgetStrings()
  }

  /// Takes the next of a payload's strings.
  mutating func addString(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    strings.text.append(bytes, range)
    strings.ends.append(strings.text.count)
  }

  /// Decodes the span at `range`, a map of names, or (v0.5) an array of twelve values, whatever is
  /// in it.
  mutating func span(
    _ bytes: Span<UInt8>, _ range: Range<Int>, byteOffset: Int, into batch: inout SpanBatch
  ) {
    json.removeAll()
    do throws(MessagePackError) {
      var reader = MessagePackReader(at: range.lowerBound)
      if case .map = try reader.next(bytes) {
        reader = MessagePackReader(at: range.lowerBound)
        try json.append(bytes, &reader)
      } else {
        reader = MessagePackReader(at: range.lowerBound)
        try appendArray(bytes, &reader)
        if reader.position < range.upperBound {
          fields.notes.add(
            .unexpectedType, at: 0,
            "the span has more than \(Self.members.count) values; the others are left out")
        }
      }
    } catch {
      fail(error.reason.rawValue, at: byteOffset + error.offset - range.lowerBound, &batch)
      return
    }
    let text = json.text
    do throws(JSONError) {
      try codec.decode(text.span, byteOffset: byteOffset, fields: &fields, into: &batch)
      // Places in the JSON are none in the input.
      for note in fields.notes.take() {
        batch.issues.append(ImportIssue(note.kind, byteOffset: byteOffset, detail: note.detail))
      }
    } catch {
      fail(error.reason.rawValue, at: byteOffset, &batch)
    }
  }

  private mutating func fail(_ reason: String, at offset: Int, _ batch: inout SpanBatch) {
    fields.notes.discard()
    batch.rollBack()
    batch.issues.append(
      ImportIssue(.malformedRecord, byteOffset: offset, detail: "\(reason); skipped"))
  }

  // MARK: v0.5

  /// The members in the order of the array; whether the value is the number of a string.
  private static let members: [(name: String, isString: Bool)] = [
    ("service", true), ("name", true), ("resource", true), ("trace_id", false), ("span_id", false),
    ("parent_id", false), ("start", false), ("duration", false), ("error", false), ("meta", false),
    ("metrics", false), ("type", true),
  ]

  private mutating func appendArray(
    _ bytes: Span<UInt8>, _ reader: inout MessagePackReader
  ) throws(MessagePackError) {
    guard case .array(let count) = try reader.next(bytes) else { return }
    json.append("{")
    for (index, member) in Self.members.prefix(count).enumerated() {
      json.append(index == 0 ? "\"" : ",\"")
      json.append(member.name)
      json.append("\":")
      let start = reader.position
      if case .map(let count) = try reader.next(bytes) {
        json.append("{")
        for pair in 0..<count {
          if pair > 0 { json.append(",") }
          try appendString(bytes, &reader)
          json.append(":")
          if member.name == "meta" {
            try appendString(bytes, &reader)
          } else {
            try json.append(bytes, &reader)
          }
        }
        json.append("}")
      } else {
        reader.position = start
        if member.isString {
          try appendString(bytes, &reader)
        } else {
          try json.append(bytes, &reader)
        }
      }
    }
    json.append("}")
  }

  /// Appends a string that is named by its number; one that does not exist is empty, with a note.
  private mutating func appendString(
    _ bytes: Span<UInt8>, _ reader: inout MessagePackReader
  ) throws(MessagePackError) {
    var scanner = MessagePackScanner(from: reader.position)
    let value = try reader.next(bytes)
    if case .uint(let number) = value, let range = strings.range(number) {
      let known = strings.text
      return json.append(quoted: known.span, range)
    }
    fields.notes.add(.unexpectedType, at: 0, "expected the number of a string; it is left empty")
    json.append("\"\"")
    if value.childCount > 0, try scanner.scan(bytes) { reader.position = scanner.position }
  }
}
