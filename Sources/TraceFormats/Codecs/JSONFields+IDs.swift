import TraceModel

// IDs as systems other than OpenTelemetry write them.
extension JSONFields {
  /// A trace ID of up to 32 hexadecimal digits, zeros in front left out; invalid, with a note, if it
  /// is none.
  mutating func unpaddedTraceID(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader
  ) throws(JSONError) -> TraceID {
    guard let number = try hexadecimal(bytes, &reader, "trace ID", digits: 32, isOptional: false)
    else { return .invalid }
    return TraceID(high: number.high, low: number.low)
  }

  /// A span ID of up to 16 hexadecimal digits, zeros in front left out; invalid, with a note, if it
  /// is none. Where it is optional (a parent's), null, empty and zero are the ways to say none.
  mutating func unpaddedSpanID(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, isOptional: Bool = false
  ) throws(JSONError) -> SpanID {
    let name = isOptional ? "parent span ID" : "span ID"
    let number = try hexadecimal(bytes, &reader, name, digits: 16, isOptional: isOptional)
    return SpanID(number?.low ?? 0)
  }

  /// A trace ID as a decimal number of 64 bits, bare or in quotes, or as 32 hexadecimal digits;
  /// invalid, with a note, if it is none.
  mutating func decimalTraceID(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader
  ) throws(JSONError) -> TraceID {
    let (high, low) = try decimalID(bytes, &reader, "trace ID", isOptional: false)
    return TraceID(high: high, low: low)
  }

  /// A span ID as a decimal number, bare or in quotes, or as 16 hexadecimal digits; invalid, with a
  /// note, if it is none. Where it is optional (a parent's), null, empty and zero say none.
  mutating func decimalSpanID(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, isOptional: Bool = false
  ) throws(JSONError) -> SpanID {
    let name = isOptional ? "parent span ID" : "span ID"
    return SpanID(try decimalID(bytes, &reader, name, isOptional: isOptional).low)
  }

  private mutating func decimalID(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ name: String, isOptional: Bool
  ) throws(JSONError) -> (high: UInt64, low: UInt64) {
    guard let range = try namedID(bytes, &reader, name, isOptional: isOptional) else {
      return (0, 0)
    }
    // A number of 16 digits is more likely to be short than hexadecimal: the latter has letters.
    if range.count <= 20, let number = NumberText.uint64(bytes, range) {
      if number == 0, !isOptional {
        notes.add(.invalidID, at: range.lowerBound, "the \(name) is zero")
      }
      return (0, number)
    }
    if range.count == 16 || range.count == 32, let number = IDText.number(bytes, range) {
      return number
    }
    if !range.isEmpty { noteID(name, bytes, range, isOptional) }
    return (0, 0)
  }

  /// A trace ID that may be any text: hexadecimal digits are read as such, and of anything else the
  /// text is kept. Invalid, with a note, if it is neither text nor a number.
  mutating func namedTraceID(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ batch: inout SpanBatch
  ) throws(JSONError) -> TraceID {
    guard let range = try namedID(bytes, &reader, "trace ID", isOptional: false) else {
      return .invalid
    }
    return Self.traceID(named: range, bytes, &batch)
  }

  /// The trace ID that text is; see `namedTraceID(_:_:_:)`.
  static func traceID(
    named range: Range<Int>, _ bytes: Span<UInt8>, _ batch: inout SpanBatch
  ) -> TraceID {
    if range.count == 32 || range.count == 16, let number = IDText.number(bytes, range) {
      return TraceID(high: number.high, low: number.low)
    }
    return batch.traceID(named: bytes.extracting(range))
  }

  /// A span ID that may be any text: 16 hexadecimal digits are read as such, and of anything else the
  /// text is kept. Invalid, with a note, if it is neither text nor a number.
  mutating func namedSpanID(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ batch: inout SpanBatch,
    isOptional: Bool = false
  ) throws(JSONError) -> SpanID {
    let name = isOptional ? "parent span ID" : "span ID"
    guard let range = try namedID(bytes, &reader, name, isOptional: isOptional) else {
      return .invalid
    }
    return Self.spanID(named: range, bytes, &batch)
  }

  /// The span ID that text is; see `namedSpanID(_:_:_:isOptional:)`.
  static func spanID(
    named range: Range<Int>, _ bytes: Span<UInt8>, _ batch: inout SpanBatch
  ) -> SpanID {
    if range.count == 16, let number = IDText.number(bytes, range) { return SpanID(number.low) }
    return batch.spanID(named: bytes.extracting(range))
  }

  private mutating func namedID(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ name: String, isOptional: Bool
  ) throws(JSONError) -> Range<Int>? {
    if try reader.peekKind(bytes) == .number { return try reader.word(bytes) }
    guard let text = try idText(bytes, &reader, name, isOptional) else { return nil }
    if text.range.isEmpty { noteID(name, bytes, text.range, isOptional) }
    return text.range
  }

  private mutating func hexadecimal(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ name: String, digits: Int, isOptional: Bool
  ) throws(JSONError) -> (high: UInt64, low: UInt64)? {
    guard let text = try idText(bytes, &reader, name, isOptional) else { return nil }
    let number =
      (1...digits).contains(text.range.count) ? IDText.number(bytes, text.range) : nil
    guard let number else {
      noteID(name, bytes, text.range, isOptional)
      return nil
    }
    if number == (0, 0), !isOptional {
      notes.add(.invalidID, at: text.range.lowerBound, "the \(name) is zero")
    }
    return number
  }
}
