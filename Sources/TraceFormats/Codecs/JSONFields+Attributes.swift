import TraceModel

extension JSONFields {
  /// Appends the members of an object to the attributes of the span that is being read, or of its
  /// event or link.
  mutating func attributes(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, isDetail: Bool = false,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    guard try enterObject(bytes, &reader) else { return }
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      try attribute(key, bytes, &reader, isDetail: isDetail, into: &batch)
    }
  }

  /// Appends the value that is next as an attribute.
  mutating func attribute(
    _ key: JSONReader.Text, _ bytes: Span<UInt8>, _ reader: inout JSONReader,
    isDetail: Bool = false, into batch: inout SpanBatch
  ) throws(JSONError) {
    let keyID = intern(key, bytes, &batch.strings)
    let value = try plainValue(bytes, &reader)
    append(keyID, value, bytes, isDetail: isDetail, to: &batch)
  }

  /// The value that is next as a string of the pool, whatever it is: a number as it is written. Empty
  /// if it is null.
  mutating func internedText(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ strings: inout StringPool
  ) throws(JSONError) -> StringID {
    switch try reader.peekKind(bytes) {
    case .string: return try interned(bytes, &reader, &strings)
    case .null:
      try reader.skipValue(bytes)
      return .empty
    case .number, .bool, .object, .array:
      return strings.intern(bytes.extracting(try reader.skipValue(bytes)))
    }
  }
}
