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

  /// The string that is a member of the object that is next; nil if there is none.
  mutating func member(
    _ name: String, _ bytes: Span<UInt8>, _ reader: inout JSONReader
  ) throws(JSONError) -> JSONReader.Text? {
    var found: JSONReader.Text?
    var isFirst = true
    try reader.enterObject(bytes)
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      if bytes.matches(key.range, name), try reader.peekKind(bytes) == .string {
        found = try reader.string(bytes)
      } else {
        try reader.skipValue(bytes)
      }
    }
    return found
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

// Objects in objects, as attributes whose keys are joined by dots: `{"http":{"method":"GET"}}` is
// `http.method`. Deeper than values may nest they are kept as values.
extension JSONFields {
  /// Appends the members of an object, made flat, to the attributes of the span that is being read,
  /// or of its event or link; `prefix` is put before their keys.
  mutating func flatAttributes(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, prefix: String = "", isDetail: Bool = false,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    guard try enterObject(bytes, &reader) else { return }
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      if prefix.isEmpty, try reader.peekKind(bytes) != .object {
        try attribute(key, bytes, &reader, isDetail: isDetail, into: &batch)
      } else {
        let name = prefix + string(key, bytes)
        let value = try plainValue(bytes, &reader)
        flatten(name, value) { this, name, value in
          let keyID = batch.strings.intern(name)
          this.append(keyID, value, bytes, isDetail: isDetail, to: &batch)
        }
      }
    }
  }

  /// The members of an object, made flat.
  mutating func flatAttributeList(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader
  ) throws(JSONError) -> [Attribute] {
    var list: [Attribute] = []
    for attribute in try plainMap(bytes, &reader) {
      flatten(attribute.key, .nested(attribute.value)) { this, name, value in
        list.append(Attribute(name, this.attributeValue(value, bytes)))
      }
    }
    return list
  }

  /// Calls `body` for a value, or for all that is in it if it is a map. Without recursion: maps nest.
  private mutating func flatten(
    _ name: String, _ value: JSONValue, _ body: (inout JSONFields, String, JSONValue) -> Void
  ) {
    guard case .nested(.map(let members)) = value, !members.isEmpty else {
      return body(&self, name, value)
    }
    var open = members.reversed().map { (name + "." + $0.key, $0.value) }
    while let (name, value) = open.popLast() {
      if case .map(let members) = value, !members.isEmpty {
        open += members.reversed().map { (name + "." + $0.key, $0.value) }
      } else {
        body(&self, name, .nested(value))
      }
    }
  }
}
