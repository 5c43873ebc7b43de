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
    if try reader.peek(bytes) == UInt8(ascii: "\"") {
      let value = intern(try reader.string(bytes), bytes, &batch.strings)
      batch.append(keyID, value, isDetail: isDetail)
    } else {
      let value = try plainValue(bytes, &reader)
      append(keyID, value, bytes, isDetail: isDetail, to: &batch)
    }
  }

  /// The string that is a member of the object that is next; nil if there is none.
  mutating func member(
    _ name: StaticString, _ bytes: Span<UInt8>, _ reader: inout JSONReader
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
    case .string: return intern(try reader.string(bytes), bytes, &strings)
    case .null:
      try reader.skipValue(bytes)
      return .empty
    case .number, .bool: return strings.intern(bytes.extracting(try reader.word(bytes)))
    case .object, .array:
      return strings.intern(bytes.extracting(try reader.skipValue(bytes)))
    }
  }
}

// Objects in objects, as attributes whose keys are joined by dots: `{"http":{"method":"GET"}}` is
// `http.method`. Deeper than values may nest they are kept as values.
extension JSONFields {
  /// Appends the members of an object, made flat, to the attributes of the span that is being read,
  /// or of its event or link; `prefix` is put before their keys, `names` has other names for some of
  /// these, and `dropped` is left out where they begin with it.
  mutating func flatAttributes(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, prefix: String = "",
    names: JSONKeyTable<String>? = nil, dropping dropped: StaticString = "",
    isDetail: Bool = false, into batch: inout SpanBatch
  ) throws(JSONError) {
    guard try enterObject(bytes, &reader) else { return }
    /// What is put before keys, and how much of it the objects have that are open.
    var name = Array(prefix.utf8)
    var lengths: [Int] = []
    var isFirst = true
    while true {
      guard let key = try reader.nextKey(bytes, isFirst: &isFirst) else {
        guard let length = lengths.popLast() else { return }
        name.removeLast(name.count - length)
        isFirst = false
        continue
      }
      let isObject = try reader.peekKind(bytes) == .object
      if name.isEmpty, !isObject, names == nil {
        try attribute(key, bytes, &reader, isDetail: isDetail, into: &batch)
        continue
      }
      let length = name.count
      append(key, bytes, to: &name)
      if isObject, lengths.count < AttributeValue.nestingLimit {
        try reader.enterObject(bytes)
        if try reader.peek(bytes) != UInt8(ascii: "}") {
          lengths.append(length)
          name.append(UInt8(ascii: "."))
          isFirst = true
          continue
        }
        reader.position += 1
        let keyID = Self.number(of: name, names, dropping: dropped, &batch.strings)
        append(keyID, .nested(.map([])), bytes, isDetail: isDetail, to: &batch)
      } else {
        var value = try plainValue(bytes, &reader, depth: lengths.count)
        // What is no UTF-8 is kept at the top only.
        if case .text(let text) = value, !lengths.isEmpty, !text.isASCII {
          value = .nested(.string(string(text, bytes)))
        }
        let keyID = Self.number(of: name, names, dropping: dropped, &batch.strings)
        append(keyID, value, bytes, isDetail: isDetail, to: &batch)
      }
      name.removeLast(name.count - length)
    }
  }

  private static func number(
    of name: [UInt8], _ names: JSONKeyTable<String>?, dropping dropped: StaticString,
    _ strings: inout StringPool
  ) -> StringID {
    if let other = names?.find(name.span, name.indices) { return strings.intern(other) }
    let start = name.span.hasPrefix(dropped, name.indices) ? dropped.utf8CodeUnitCount : 0
    return strings.intern(name.span.extracting(start...))
  }

  private mutating func append(
    _ key: JSONReader.Text, _ bytes: Span<UInt8>, to name: inout [UInt8]
  ) {
    if key.isASCII, !key.hasEscapes {
      name.append(bytes, key.range)
    } else {
      name += string(key, bytes).utf8
    }
  }

  /// The members of an object, made flat.
  mutating func flatAttributeList(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader
  ) throws(JSONError) -> [Attribute] {
    var list: [Attribute] = []
    for attribute in try plainMap(bytes, &reader) { Self.flatten(attribute, into: &list) }
    return list
  }

  /// Appends an attribute, or all that is in it if it is a map. Without recursion: maps nest.
  private static func flatten(_ attribute: Attribute, into list: inout [Attribute]) {
    var open = [attribute]
    while let attribute = open.popLast() {
      if case .map(let members) = attribute.value, !members.isEmpty {
        open += members.reversed().map { Attribute(attribute.key + "." + $0.key, $0.value) }
      } else {
        list.append(attribute)
      }
    }
  }
}
