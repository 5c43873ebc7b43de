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

  /// Takes a value, whose key stands at `place` of `keys` and is `text`. If it is an object or array,
  /// it is next in `reader`.
  mutating func take(
    _ place: Int, _ text: JSONReader.Text, _ value: RowValue, _ bytes: Span<UInt8>,
    _ reader: inout JSONReader, _ fields: inout JSONFields, _ batch: inout SpanBatch
  ) throws(JSONError)

  /// Decodes one row, of which `members` says where what is; without them `bytes` are an object.
  mutating func decode(
    _ bytes: Span<UInt8>, members: [RowMember]?, byteOffset: Int, fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError)
}

/// A cell of a row, whose value is written as JSON.
struct RowMember: Sendable {
  /// The number of its column.
  var column: Int
  var value: RowValue
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
      reader.position = member.value.start
      let key = keys.text(member.column)
      try take(member.column, key, member.value, bytes, &reader, &fields, &batch)
    }
  }

  /// Takes the members of the object that the reader is in.
  mutating func takeObject(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    _ batch: inout SpanBatch
  ) throws(JSONError) {
    keys.beginRow(in: batch.number)
    var isFirst = true
    while true {
      let (place, key): (Int, JSONReader.Text)
      if let (known, text) = keys.next(bytes, &reader, isFirst: isFirst) {
        (place, key) = (known, text)
        isFirst = false
      } else {
        guard let text = try reader.nextKey(bytes, isFirst: &isFirst) else { return }
        key = text
        place =
          keys.find(text, bytes) ?? keys.insert(text, bytes, meaning: meaning(of: text, bytes))
      }
      let value: RowValue
      if keys.hasLastValue(place),
        let last = keys.lastValue(place, bytes, &reader, batch.strings)
      {
        value = last
      } else {
        value = try RowValue(bytes, &reader)
      }
      try take(place, key, value, bytes, &reader, &fields, &batch)
    }
  }

  // MARK: Values

  /// Appends a value as an attribute.
  mutating func attribute(
    _ place: Int, _ key: JSONReader.Text, _ value: RowValue, _ bytes: Span<UInt8>,
    _ reader: inout JSONReader, isDetail: Bool = false, _ fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    let number = keys.number(place, key, bytes, &fields, &batch.strings)
    if value.kind == .string {
      let value = keys.value(place, value, bytes, &fields, &batch.strings)
      batch.append(number, value, isDetail: isDetail)
    } else {
      let value = try fields.plainValue(value, bytes, &reader)
      fields.append(number, value, bytes, isDetail: isDetail, to: &batch)
    }
  }

  /// The number of a string; the empty one if the value is none.
  mutating func interned(
    _ place: Int, _ value: RowValue, _ bytes: Span<UInt8>, _ reader: inout JSONReader,
    _ fields: inout JSONFields, _ strings: inout StringPool
  ) throws(JSONError) -> StringID {
    if value.kind == .string { return keys.value(place, value, bytes, &fields, &strings) }
    reader.position = value.start
    return try fields.interned(bytes, &reader, &strings)
  }

  /// The value as a string of the pool, whatever it is: a number as it is written. Empty if it is null.
  mutating func internedText(
    _ place: Int, _ value: RowValue, _ bytes: Span<UInt8>, _ reader: inout JSONReader,
    _ fields: inout JSONFields, _ strings: inout StringPool
  ) throws(JSONError) -> StringID {
    if value.kind == .string { return keys.value(place, value, bytes, &fields, &strings) }
    reader.position = value.start
    return try fields.internedText(bytes, &reader, &strings)
  }
}
