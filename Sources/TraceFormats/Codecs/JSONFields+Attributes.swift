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
    let keyID = internKey(key, bytes, &batch.strings)
    if try reader.peek(bytes) == UInt8(ascii: "\"") {
      let value = internValue(try reader.string(bytes), of: keyID, bytes, &batch.strings)
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
// `http.method`. Deeper than values may nest, and behind very long keys, they are kept as values.
extension JSONFields {
  /// Appends the members of an object, made flat, to the attributes of the span that is being read,
  /// or of its event or link.
  mutating func flatAttributes(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, isDetail: Bool = false,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    var keys = FlatKeys()
    swap(&keys, &flatKeys)
    defer { swap(&keys, &flatKeys) }
    try flatAttributes(bytes, &reader, &keys, isDetail: isDetail, into: &batch)
  }

  /// Appends the value that is next as an attribute of the span that is being read; the members of an
  /// object, made flat, behind `key`.
  mutating func flatAttribute(
    _ key: JSONReader.Text, _ bytes: Span<UInt8>, _ reader: inout JSONReader,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    guard try reader.peekKind(bytes) == .object, key.range.count <= FlatKeys.lengthLimit else {
      return try attribute(key, bytes, &reader, into: &batch)
    }
    var keys = FlatKeys()
    swap(&keys, &flatKeys)
    defer { swap(&keys, &flatKeys) }
    try flatAttributes(bytes, &reader, behind: key, &keys, into: &batch)
  }

  /// The same as `flatAttributes` for keys that are known from `keys`, which may have other names for
  /// them; those of the object are put behind `outer`.
  mutating func flatAttributes(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, behind outer: JSONReader.Text? = nil,
    _ keys: inout FlatKeys, isDetail: Bool = false, into batch: inout SpanBatch
  ) throws(JSONError) {
    guard try enterObject(bytes, &reader) else { return }
    keys.begin(batch.number)
    var object = FlatKeys.root
    if let outer { object = keys.enterOuter(outer, bytes, &self) }
    var last = 0
    var depth = 0
    var isFirst = true
    while true {
      guard let key = try reader.nextKey(bytes, isFirst: &isFirst) else {
        let parent = keys.parent(of: object)
        last = keys.leave(object, after: 0)
        if depth == 0 { return }
        depth -= 1
        object = parent
        isFirst = false
        continue
      }
      let next = try reader.peek(bytes)
      // What is no UTF-8 is kept at the top only.
      if !key.isASCII, object == FlatKeys.root, next != UInt8(ascii: "{"), !keys.hasNames {
        try attribute(key, bytes, &reader, isDetail: isDetail, into: &batch)
        continue
      }
      let place = keys.enter(key, bytes, in: object, after: last, &self)
      if next == UInt8(ascii: "{"), depth < AttributeValue.nestingLimit,
        keys.length(of: place) <= FlatKeys.lengthLimit
      {
        reader.position += 1
        if try reader.peek(bytes) != UInt8(ascii: "}") {
          depth += 1
          (object, last) = (place, 0)
          isFirst = true
          continue
        }
        reader.position += 1
        let keyID = keys.number(of: place, &batch.strings)
        append(keyID, .nested(.map([])), bytes, isDetail: isDetail, to: &batch)
      } else if next == UInt8(ascii: "\"") {
        let text = try reader.string(bytes)
        let keyID = keys.number(of: place, &batch.strings)
        let value =
          depth == 0 || text.isASCII
          ? intern(text, bytes, &batch.strings) : batch.strings.intern(string(text, bytes))
        batch.append(keyID, value, isDetail: isDetail)
      } else {
        var value = try plainValue(bytes, &reader, depth: depth)
        if depth > 0, case .text(let text) = value { value = .nested(.string(string(text, bytes))) }
        let keyID = keys.number(of: place, &batch.strings)
        append(keyID, value, bytes, isDetail: isDetail, to: &batch)
      }
      last = keys.leave(place, after: last)
    }
  }

  /// Appends `text` without its escapes; bytes that are no UTF-8 become U+FFFD.
  mutating func append(
    _ text: JSONReader.Text, _ bytes: Span<UInt8>, to output: inout [UInt8]
  ) {
    if text.isASCII, !text.hasEscapes {
      output.append(bytes, text.range)
    } else {
      output += string(text, bytes).utf8
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
      if case .map(let members) = attribute.value, !members.isEmpty,
        attribute.key.utf8.count <= FlatKeys.lengthLimit
      {
        open += members.reversed().map { Attribute(attribute.key + "." + $0.key, $0.value) }
      } else {
        list.append(attribute)
      }
    }
  }
}
