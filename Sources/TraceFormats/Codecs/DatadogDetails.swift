import TraceModel

/// Reads the links and events of Datadog's spans.
enum DatadogDetails {
  enum Field {
    case traceID, highHalf, spanID, attributes, traceState, flags, name, time
    case type, value
  }
  static let names = JSONKeyTable<Field>([
    ("trace_id", .traceID), ("trace_id_high", .highHalf), ("span_id", .spanID),
    ("attributes", .attributes), ("tracestate", .traceState), ("flags", .flags), ("name", .name),
    ("time_unix_nano", .time), ("type", .type), ("string_value", .value), ("bool_value", .value),
    ("int_value", .value), ("double_value", .value), ("array_value", .value),
  ])

  /// Reads links or events that are JSON text; false, with nothing appended, if it is none.
  static func read(
    _ bytes: Span<UInt8>, areLinks: Bool, _ fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSONError) -> Bool {
    var scanner = JSONScanner()
    guard bytes.count > 0, bytes[0] == UInt8(ascii: "["),
      case .end(let end) = scanner.scan(bytes, from: 0), end == bytes.count
    else { return false }
    var reader = JSONReader()
    // Notes would be about places in another text.
    var inner = JSONFields()
    if areLinks {
      try links(bytes, &reader, &inner, into: &batch)
    } else {
      try events(bytes, &reader, &inner, into: &batch)
    }
    return true
  }

  /// Reads links or events that are JSON text; false, perhaps with some appended, if it is none.
  /// `inner` is used for nothing else: its notes are about places in this text, and are forgotten.
  static func readUsual(
    _ bytes: Span<UInt8>, areLinks: Bool, _ inner: inout JSONFields, into batch: inout SpanBatch
  ) -> Bool {
    guard bytes.count > 0, bytes[0] == UInt8(ascii: "[") else { return false }
    var reader = JSONReader()
    defer { inner.notes.discard() }
    do throws(JSONError) {
      if areLinks {
        try links(bytes, &reader, &inner, into: &batch)
      } else {
        try events(bytes, &reader, &inner, into: &batch)
      }
    } catch {
      return false
    }
    return reader.position == bytes.count
  }

  /// The flags of a link: the highest bit says that they are set, and is none itself.
  static func flags(_ bits: UInt32) -> UInt32 { bits & 0x7fff_ffff }

  static func links(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    guard try fields.enterArray(bytes, &reader) else { return }
    var isFirst = true
    while try fields.nextObject(bytes, &reader, isFirst: &isFirst) {
      var (trace, span, state, flags) = (TraceID.invalid, SpanID.invalid, StringID.empty, UInt32(0))
      var high: UInt64 = 0
      var isFirstKey = true
      while let key = try reader.nextKey(bytes, isFirst: &isFirstKey) {
        switch names.find(bytes, key) {
        case .traceID: trace = try fields.decimalTraceID(bytes, &reader)
        case .highHalf:
          if let range = try fields.number(bytes, &reader) {
            high = NumberText.uint64(bytes, range) ?? 0
          }
        case .spanID: span = try fields.decimalSpanID(bytes, &reader)
        case .traceState: state = try fields.interned(bytes, &reader, &batch.strings)
        case .flags: flags = self.flags(try fields.uint32(bytes, &reader))
        case .attributes: try fields.attributes(bytes, &reader, isDetail: true, into: &batch)
        default: try fields.attribute(key, bytes, &reader, isDetail: true, into: &batch)
        }
      }
      if trace.high == 0 { trace.high = high }
      batch.endLink(traceID: trace, spanID: span, traceState: state, flags: flags)
    }
  }

  static func events(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    guard try fields.enterArray(bytes, &reader) else { return }
    var isFirst = true
    while try fields.nextObject(bytes, &reader, isFirst: &isFirst) {
      var (time, name) = (UnixNanos.unset, StringID.empty)
      var isFirstKey = true
      while let key = try reader.nextKey(bytes, isFirst: &isFirstKey) {
        switch names.find(bytes, key) {
        case .time: time = try fields.time(bytes, &reader, in: .nanoseconds)
        case .name: name = try fields.interned(bytes, &reader, &batch.strings)
        case .attributes: try attributes(bytes, &reader, &fields, into: &batch)
        default: try fields.attribute(key, bytes, &reader, isDetail: true, into: &batch)
        }
      }
      batch.endEvent(time: time, name: name)
    }
  }

  /// The attributes of an event: plain values, or objects with a type and a value.
  private static func attributes(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    guard try fields.enterObject(bytes, &reader) else { return }
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      guard try reader.peekKind(bytes) == .object else {
        try fields.attribute(key, bytes, &reader, isDetail: true, into: &batch)
        continue
      }
      let keyID = fields.intern(key, bytes, &batch.strings)
      var value = JSONValue.empty
      var isFirstMember = true
      try reader.enterObject(bytes)
      while let member = try reader.nextKey(bytes, isFirst: &isFirstMember) {
        switch names.find(bytes, member) {
        case .value: value = try fields.plainValue(bytes, &reader)
        default: try reader.skipValue(bytes)
        }
      }
      fields.append(keyID, value, bytes, isDetail: true, to: &batch)
    }
  }
}
