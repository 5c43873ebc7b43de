import TraceModel

/// A format whose records are rows, of JSON or of a table: the same members mean the same in both.
///
/// A codec takes one member after the other, and knows what its key means by its place; where the
/// value stands as JSON text is all that it needs. So nothing is written to read the row of a table.
protocol RowCodec: JSONValueCodec {
  /// What a key can mean.
  associatedtype Meaning: Sendable

  var keys: RowKeys<Meaning> { get set }

  /// What the key means.
  func meaning(of key: JSONReader.Text, _ bytes: Span<UInt8>) -> Meaning?

  /// Takes the value that is next, whose key stands at `place` of `keys` and is `text`.
  mutating func take(
    _ place: Int, _ text: JSONReader.Text, _ bytes: Span<UInt8>, _ reader: inout JSONReader,
    _ fields: inout JSONFields, _ batch: inout SpanBatch
  ) throws(JSONError)

  /// Decodes one row, of which `members` says where what is; without them `bytes` are an object.
  mutating func decode(
    _ bytes: Span<UInt8>, members: [RowMember]?, byteOffset: Int, fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError)
}

/// A cell of a row: where its value is written as JSON.
struct RowMember: Sendable {
  /// The number of its column.
  var column: Int
  /// Where the value begins.
  var value: Int
}

extension RowCodec {
  mutating func decode(
    _ bytes: Span<UInt8>, byteOffset: Int, fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSONError) {
    try decode(bytes, members: nil, byteOffset: byteOffset, fields: &fields, into: &batch)
  }

  /// Says what the columns of all rows are.
  mutating func setColumns(_ columns: [JSONReader.Text], _ bytes: Span<UInt8>) {
    for column in columns { keys.append(column, bytes, meaning: meaning(of: column, bytes)) }
  }

  /// Takes all members of a row.
  mutating func takeAll(
    _ bytes: Span<UInt8>, _ members: [RowMember]?, _ fields: inout JSONFields,
    _ batch: inout SpanBatch
  ) throws(JSONError) {
    var reader = JSONReader()
    guard let members else {
      try reader.enterObject(bytes)
      return try takeObject(bytes, &reader, &fields, &batch)
    }
    keys.beginRow(in: batch.number)
    for member in members {
      reader.position = member.value
      let key = keys.text(member.column)
      try take(member.column, key, bytes, &reader, &fields, &batch)
    }
  }

  /// Takes the members of the object that the reader is in.
  mutating func takeObject(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    _ batch: inout SpanBatch
  ) throws(JSONError) {
    keys.beginRow(in: batch.number)
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      let place =
        keys.find(key, bytes)
        ?? keys.insert(key, bytes, meaning: meaning(of: key, bytes))
      try take(place, key, bytes, &reader, &fields, &batch)
    }
  }

  // MARK: Values

  /// Appends the value that is next as an attribute.
  mutating func attribute(
    _ place: Int, _ key: JSONReader.Text, _ bytes: Span<UInt8>, _ reader: inout JSONReader,
    isDetail: Bool = false, _ fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSONError) {
    let number = keys.number(place, key, bytes, &fields, &batch.strings)
    if try reader.peekKind(bytes) == .string {
      let text = try reader.string(bytes)
      let value = keys.value(place, text, bytes, &fields, &batch.strings)
      batch.append(number, value, isDetail: isDetail)
    } else {
      let value = try fields.plainValue(bytes, &reader)
      fields.append(number, value, bytes, isDetail: isDetail, to: &batch)
    }
  }

  /// The number of the string that is next; the empty one if the value is none.
  mutating func interned(
    _ place: Int, _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    _ strings: inout StringPool
  ) throws(JSONError) -> StringID {
    guard let text = try fields.text(bytes, &reader) else { return .empty }
    return keys.value(place, text, bytes, &fields, &strings)
  }

  /// The value that is next as a string of the pool, whatever it is: a number as it is written. Empty
  /// if it is null.
  mutating func internedText(
    _ place: Int, _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    _ strings: inout StringPool
  ) throws(JSONError) -> StringID {
    if try reader.peekKind(bytes) == .string {
      return try interned(place, bytes, &reader, &fields, &strings)
    }
    return try fields.internedText(bytes, &reader, &strings)
  }
}
