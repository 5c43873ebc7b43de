import TraceModel

/// The value of a member of a row: what it is and where, so that nobody looks for its end again.
struct RowValue: Sendable {
  var kind: JSONReader.Kind
  /// Of a string what is in its quotes, of anything else all of it. Of an object or array it is empty,
  /// and says where that begins, as long as nobody knows the end.
  var text: JSONReader.Text
  /// The number of the string in the batch, if that is known already.
  var number = StringID.empty

  init(_ kind: JSONReader.Kind, _ text: JSONReader.Text) {
    self.kind = kind
    self.text = text
  }

  /// Where the value begins.
  var start: Int { kind == .string ? text.range.lowerBound &- 1 : text.range.lowerBound }

  /// Where the value's place in an object begins, behind the colon.
  func placeInObject(_ bytes: Span<UInt8>) -> Int {
    var index = start
    while index > 0, JSONReader.isSpace(bytes[index &- 1]) { index &-= 1 }
    return index
  }

  /// Whether it is text that may be a number, an ID or a time.
  var isText: Bool { kind == .string || kind == .number }

  /// The value where what it is written in stands `distance` bytes further on.
  func moved(by distance: Int) -> RowValue {
    var value = self
    let range = text.range
    value.text.range = range.lowerBound &+ distance..<range.upperBound &+ distance
    return value
  }

  /// Consumes the value that is next; of an object or array nothing.
  @inline(__always)
  init(_ bytes: Span<UInt8>, _ reader: inout JSONReader) throws(JSONError) {
    kind = try reader.peekKind(bytes)
    switch kind {
    case .string: text = try reader.string(bytes)
    case .number, .bool, .null: text = JSONReader.Text(range: try reader.word(bytes))
    case .object, .array: text = JSONReader.Text(range: reader.position..<reader.position)
    }
  }

  /// All of the value in the bytes, which is consumed.
  func range(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader
  ) throws(JSONError) -> Range<Int> {
    if kind == .object || kind == .array, !text.range.isEmpty {
      reader.position = text.range.upperBound
      return text.range
    }
    reader.position = start
    return try reader.skipValue(bytes)
  }
}

// Values of which it is known what they are. What is not as it should be is read again by the
// functions that say so.
extension JSONFields {
  /// An attribute's value, which is no string.
  mutating func plainValue(
    _ value: RowValue, _ bytes: Span<UInt8>, _ reader: inout JSONReader
  ) throws(JSONError) -> JSONValue {
    switch value.kind {
    case .number: return numberValue(bytes, value.text.range)
    case .bool: return .bool(Self.isTrue(value, bytes))
    case .null: return .empty
    case .string, .object, .array:
      reader.position = value.start
      return try plainValue(bytes, &reader)
    }
  }

  /// Whether a word that is `true` or `false` is the former.
  static func isTrue(_ value: RowValue, _ bytes: Span<UInt8>) -> Bool {
    bytes[value.text.range.lowerBound] == UInt8(ascii: "t")
  }

  /// A trace ID that may be any text; see `namedTraceID(_:_:_:)`.
  mutating func namedTraceID(
    _ value: RowValue, _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ batch: inout SpanBatch
  ) throws(JSONError) -> TraceID {
    if value.isText, !value.text.range.isEmpty {
      return Self.traceID(named: value.text.range, bytes, &batch)
    }
    reader.position = value.start
    return try namedTraceID(bytes, &reader, &batch)
  }

  /// A span ID that may be any text; see `namedSpanID(_:_:_:isOptional:)`.
  mutating func namedSpanID(
    _ value: RowValue, _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ batch: inout SpanBatch,
    isOptional: Bool = false
  ) throws(JSONError) -> SpanID {
    if value.isText, !value.text.range.isEmpty {
      return Self.spanID(named: value.text.range, bytes, &batch)
    }
    reader.position = value.start
    return try namedSpanID(bytes, &reader, &batch, isOptional: isOptional)
  }

  /// A trace ID; see `traceID(_:_:isOptional:)`.
  mutating func traceID(
    _ value: RowValue, _ bytes: Span<UInt8>, _ reader: inout JSONReader
  ) throws(JSONError) -> TraceID {
    if value.kind == .string, value.text.range.count == 32,
      let number = IDText.number(bytes, value.text.range), number != (0, 0)
    {
      return TraceID(high: number.high, low: number.low)
    }
    reader.position = value.start
    return try traceID(bytes, &reader)
  }

  /// A span ID; see `spanID(_:_:isOptional:)`.
  mutating func spanID(
    _ value: RowValue, _ bytes: Span<UInt8>, _ reader: inout JSONReader, isOptional: Bool = false
  ) throws(JSONError) -> SpanID {
    if value.kind == .string, value.text.range.count == 16,
      let number = IDText.number(bytes, value.text.range), number.low != 0
    {
      return SpanID(number.low)
    }
    reader.position = value.start
    return try spanID(bytes, &reader, isOptional: isOptional)
  }

  /// A length of time as a number; see `duration(_:_:in:)`.
  mutating func duration(
    _ value: RowValue, _ bytes: Span<UInt8>, _ reader: inout JSONReader, in unit: TimeUnit
  ) throws(JSONError) -> DurationNanos? {
    if value.isText,
      let nanos = NumberText.scaled(bytes, value.text.range, by: unit.rawValue)
    {
      return DurationNanos(nanos)
    }
    reader.position = value.start
    return try duration(bytes, &reader, in: unit)
  }

  /// A time as ISO 8601 text; see `iso8601(_:_:)`.
  mutating func iso8601(
    _ value: RowValue, _ bytes: Span<UInt8>, _ reader: inout JSONReader
  ) throws(JSONError) -> UnixNanos {
    if value.kind == .string, let time = TimeText.iso8601(bytes, value.text.range) { return time }
    reader.position = value.start
    return try iso8601(bytes, &reader)
  }

  /// A span's kind by its name; see `kind(_:_:)`.
  mutating func kind(
    _ value: RowValue, _ bytes: Span<UInt8>, _ reader: inout JSONReader
  ) throws(JSONError) -> SpanKind {
    if value.kind == .string, let kind = SpanKind(named: bytes, value.text.range) { return kind }
    reader.position = value.start
    return try kind(bytes, &reader)
  }

  /// A status by its name; see `status(_:_:)`.
  mutating func status(
    _ value: RowValue, _ bytes: Span<UInt8>, _ reader: inout JSONReader
  ) throws(JSONError) -> SpanStatus {
    if value.kind == .string, let status = SpanStatus(named: bytes, value.text.range) {
      return status
    }
    reader.position = value.start
    return try status(bytes, &reader)
  }

  /// A count or set of flags; see `uint32(_:_:)`.
  mutating func uint32(
    _ value: RowValue, _ bytes: Span<UInt8>, _ reader: inout JSONReader
  ) throws(JSONError) -> UInt32 {
    // One digit is what most counts are.
    if value.kind == .number, value.text.range.count == 1 {
      let digit = bytes[value.text.range.lowerBound] &- UInt8(ascii: "0")
      if digit < 10 { return UInt32(digit) }
    }
    reader.position = value.start
    return try uint32(bytes, &reader)
  }
}
