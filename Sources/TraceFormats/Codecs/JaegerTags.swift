import TraceModel

/// A Jaeger tag, which is also a field of a log: `{"key":…,"type":…,"value":…}`.
struct JaegerTag {
  var key: JSONReader.Text
  var value: JSONValue

  private enum Field {
    case key, type, value
  }
  private static let names = JSONKeyTable<Field>([
    ("key", .key), ("type", .type), ("value", .value),
  ])
  private enum Kind {
    case bool, int, double, binary
  }
  private static let kinds = JSONKeyTable<Kind>([
    ("bool", .bool), ("int64", .int), ("float64", .double), ("binary", .binary),
  ])

  /// Reads one tag; nil, with a note, if it is none.
  ///
  /// The type is to be believed, not the JSON: Elasticsearch documents have only strings, and
  /// integers beyond 53 bits are strings everywhere.
  init?(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    _ order: inout JSONKeyOrder
  ) throws(JSONError) {
    guard try fields.enterObject(bytes, &reader) else { return nil }
    var key: JSONReader.Text?
    var kind: Kind?
    var value = JSONValue.empty
    order.begin()
    while let (field, _) = try Self.names.next(bytes, &reader, &order) {
      switch field {
      case .key: key = try fields.text(bytes, &reader)
      case .type:
        // Most are strings, which are none of the kinds.
        kind = try fields.text(bytes, &reader).flatMap {
          bytes.matches($0.range, "string") ? nil : Self.kinds.find(bytes, $0)
        }
      case .value where try reader.peek(bytes) == UInt8(ascii: "\""):
        value = .text(try reader.string(bytes))
      case .value: value = try fields.plainValue(bytes, &reader)
      case nil: try reader.skipValue(bytes)
      }
    }
    guard let key else { return nil }
    if let kind {
      switch value {
      // Go writes the double 3.0 as 3.
      case .int(let int) where kind == .double: value = .double(Double(int))
      case .text(let text): value = Self.value(of: text, kind, bytes)
      default: break
      }
    }
    self.key = key
    self.value = value
  }

  private static func value(
    of text: JSONReader.Text, _ kind: Kind, _ bytes: Span<UInt8>
  ) -> JSONValue {
    switch kind {
    case .bool:
      if bytes.matches(text.range, "true") { return .bool(true) }
      if bytes.matches(text.range, "false") { return .bool(false) }
    case .int:
      if let int = NumberText.int64(bytes, text.range) { return .int(int) }
    case .double:
      if let double = NumberText.double(bytes, text.range) { return .double(double) }
    case .binary:
      if let decoded = IDText.base64(bytes, text.range) { return .bytes(decoded) }
    }
    return .text(text)
  }
}

/// Reads Jaeger's logs as events.
struct JaegerEvents: Sendable {
  private var order = JSONKeyOrder()

  /// The name of an event is the field `event`, wherever it stands; older versions have `message`.
  mutating func read(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    guard try reader.peekKind(bytes) != .null else { return _ = try reader.skipValue(bytes) }
    guard try fields.enterArray(bytes, &reader) else { return }
    var isFirst = true
    while try fields.nextObject(bytes, &reader, isFirst: &isFirst) {
      var time = UnixNanos.unset
      var name = StringID.empty
      var isFirstKey = true
      while let key = try reader.nextKey(bytes, isFirst: &isFirstKey) {
        if bytes.matches(key.range, "timestamp") {
          time = try fields.time(bytes, &reader, in: .microseconds)
        } else if bytes.matches(key.range, "fields") {
          name = try readFields(bytes, &reader, &fields, into: &batch)
        } else {
          try reader.skipValue(bytes)
        }
      }
      batch.endEvent(time: time, name: name)
    }
  }

  private mutating func readFields(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) -> StringID {
    guard try fields.enterArray(bytes, &reader) else { return .empty }
    var pairs: [JaegerTag] = []
    var isFirst = true
    while try reader.nextElement(bytes, isFirst: &isFirst) {
      if let pair = try JaegerTag(bytes, &reader, &fields, &order) { pairs.append(pair) }
    }
    func field(_ name: StaticString) -> Int? {
      pairs.firstIndex {
        guard case .text = $0.value else { return false }
        return bytes.matches($0.key.range, name)
      }
    }
    let nameField = field("event") ?? field("message")
    var name = StringID.empty
    for (index, pair) in pairs.enumerated() {
      if index == nameField, case .text(let text) = pair.value {
        name = fields.intern(text, bytes, &batch.strings)
        continue
      }
      let keyID = fields.intern(pair.key, bytes, &batch.strings)
      fields.append(keyID, pair.value, bytes, isDetail: true, to: &batch)
    }
    return name
  }
}
