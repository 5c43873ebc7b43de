import TraceModel

/// An attribute's value as it was read; a string is still a place in the input, so that it can go
/// into the string pool without being made first.
enum JSONValue {
  case empty
  case text(JSONReader.Text)
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case bytes([UInt8])
  case nested(AttributeValue)
}

extension JSONFields {
  /// Reads plain JSON: a string, number, bool, null, array or object. `depth` is how many arrays
  /// and objects are around it.
  mutating func plainValue(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, depth: Int = 0
  ) throws(JSONError) -> JSONValue {
    switch try reader.peekKind(bytes) {
    case .string: return .text(try reader.string(bytes))
    case .null:
      try reader.skipValue(bytes)
      return .empty
    case .bool: return .bool(bytes[try reader.word(bytes).lowerBound] == UInt8(ascii: "t"))
    case .number: return numberValue(bytes, try reader.word(bytes))
    case .array, .object:
      if depth >= AttributeValue.nestingLimit { return try tooDeep(bytes, &reader) }
    }
    let start = reader.position
    if depth == 0, let known = nested.find(bytes, at: start) {
      reader.position = known.end
      return .nested(known.value)
    }
    let value = try nestedValue(bytes, &reader, depth: depth)
    if depth == 0, notes.isEmpty { nested.learn(value, bytes, start..<reader.position) }
    return .nested(value)
  }

  /// Reads an array or object.
  private mutating func nestedValue(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, depth: Int
  ) throws(JSONError) -> AttributeValue {
    if try reader.peekKind(bytes) == .array {
      try reader.enterArray(bytes)
      var values: [AttributeValue] = []
      var isFirst = true
      while try reader.nextElement(bytes, isFirst: &isFirst) {
        let value = try plainValue(bytes, &reader, depth: depth + 1)
        values.append(attributeValue(value, bytes))
      }
      return .array(values)
    }
    return .map(try plainMap(bytes, &reader, depth: depth))
  }

  /// The members of an object as attributes; none, with a note, if it is something else.
  mutating func plainMap(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, depth: Int = 0
  ) throws(JSONError) -> [Attribute] {
    guard try enterObject(bytes, &reader) else { return [] }
    var attributes: [Attribute] = []
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      let value = try plainValue(bytes, &reader, depth: depth + 1)
      attributes.append(Attribute(string(key, bytes), attributeValue(value, bytes)))
    }
    return attributes
  }

  /// Passes over plain JSON of which nothing is kept, with the notes that reading it would make.
  mutating func passValue(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, depth: Int = 0
  ) throws(JSONError) {
    let kind = try reader.peekKind(bytes)
    switch kind {
    case .string:
      let text = try reader.string(bytes)
      if !text.isASCII { checkUTF8(text, bytes) }
    case .null, .bool: _ = try reader.word(bytes)
    case .number: _ = numberValue(bytes, try reader.word(bytes))
    case .array, .object:
      if depth >= AttributeValue.nestingLimit {
        _ = try tooDeep(bytes, &reader)
        return
      }
    }
    var isFirst = true
    if kind == .array {
      try reader.enterArray(bytes)
      while try reader.nextElement(bytes, isFirst: &isFirst) {
        try passValue(bytes, &reader, depth: depth + 1)
      }
    } else if kind == .object {
      try reader.enterObject(bytes)
      while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
        try passMember(key, bytes, &reader, depth: depth + 1)
      }
    }
  }

  /// Passes over the value of a member likewise.
  mutating func passMember(
    _ key: JSONReader.Text, _ bytes: Span<UInt8>, _ reader: inout JSONReader, depth: Int
  ) throws(JSONError) {
    if key.isASCII { return try passValue(bytes, &reader, depth: depth) }
    if try reader.peek(bytes) == UInt8(ascii: "\"") { checkUTF8(key, bytes) }
    try passValue(bytes, &reader, depth: depth)
    checkUTF8(key, bytes)
  }

  /// A number: whole and in range is an integer, everything else a double.
  mutating func numberValue(_ bytes: Span<UInt8>, _ range: Range<Int>) -> JSONValue {
    let decimal = NumberText.decimal(bytes, range)
    if let decimal, !decimal.isFractional {
      if let int = NumberText.int64(decimal) { return .int(int) }
      if let double = NumberText.double(bytes, range) {
        notes.add(
          .numberOutOfRange, at: range.lowerBound,
          "\(Excerpt.text(bytes, range)) does not fit 64 bits; kept as a double")
        return .double(double)
      }
    }
    if let double = NumberText.double(bytes, range) { return .double(double) }
    notes.add(
      .unexpectedType, at: range.lowerBound,
      "expected a number, found \(Excerpt.text(bytes, range)); kept as text")
    return .text(JSONReader.Text(range: range, hasEscapes: true, isASCII: false))
  }

  /// A value that is nested too deeply: its JSON text as a string.
  mutating func tooDeep(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader
  ) throws(JSONError) -> JSONValue {
    let range = try reader.skipValue(bytes)
    notes.add(
      .nestingTooDeep, at: range.lowerBound,
      "more than \(AttributeValue.nestingLimit) levels; the rest is kept as text")
    var raw: [UInt8] = []
    raw.append(bytes, range)
    return .nested(.string(String(decoding: raw, as: UTF8.self)))
  }

  /// The value on its own.
  mutating func attributeValue(_ value: JSONValue, _ bytes: Span<UInt8>) -> AttributeValue {
    switch value {
    case .empty: .empty
    case .text(let text): .string(string(text, bytes))
    case .bool(let bool): .bool(bool)
    case .int(let int): .int(int)
    case .double(let double): .double(double)
    case .bytes(let bytes): .bytes(bytes)
    case .nested(let value): value
    }
  }

  /// Appends an attribute to the span that is being read, or to its event or link.
  @inline(__always)
  mutating func append(
    _ key: StringID, _ value: JSONValue, _ bytes: Span<UInt8>, isDetail: Bool,
    to batch: inout SpanBatch
  ) {
    var textID = StringID.empty
    if case .text(let text) = value {
      textID = internValue(text, of: key, bytes, &batch.strings)
    }
    if isDetail {
      batch.withDetailAttributes { Self.append(key, value, textID, to: &$0, &$1) }
    } else {
      batch.withAttributes { Self.append(key, value, textID, to: &$0, &$1) }
    }
  }

  private static func append(
    _ key: StringID, _ value: JSONValue, _ text: StringID, to columns: inout AttributeColumns,
    _ strings: inout StringPool
  ) {
    switch value {
    case .empty: columns.append(emptyFor: key)
    case .text: columns.append(key: key, string: text)
    case .bool(let bool): columns.append(key: key, bool: bool)
    case .int(let int): columns.append(key: key, int: int)
    case .double(let double): columns.append(key: key, double: double)
    case .bytes(let bytes): columns.append(key: key, bytes: strings.intern(bytes.span))
    case .nested(let value): columns.append(key: key, value: value, strings: &strings)
    }
  }
}
