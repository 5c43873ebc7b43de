import TraceModel

extension OTLPJSON {
  private enum ValueField {
    case string, bool, int, double, bytes, array, map
  }
  private static let valueFields = JSONKeyTable<ValueField>(camelCase: [
    ("stringValue", .string), ("boolValue", .bool), ("intValue", .int), ("doubleValue", .double),
    ("bytesValue", .bytes), ("arrayValue", .array), ("kvlistValue", .map),
  ])
  /// Whether the member is the key, and not the value.
  private static let pairFields = JSONKeyTable<Bool>([("key", true), ("value", false)])
  private static let listFields = JSONKeyTable<Bool>([("values", true)])

  /// Reads a list of key-value pairs into plain values: for resources, scopes and nested maps.
  mutating func attributeList(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, depth: Int
  ) throws(JSONError) -> [Attribute] {
    guard try fields.enterArray(bytes, &reader) else { return [] }
    var list: [Attribute] = []
    var isFirst = true
    while try reader.nextElement(bytes, isFirst: &isFirst) {
      guard let (key, value) = try keyValue(bytes, &reader, depth: depth) else { continue }
      let name = key.map { fields.string($0, bytes) } ?? ""
      list.append(Attribute(name, fields.attributeValue(value, bytes)))
    }
    return list
  }

  /// Reads `{"key":…,"value":…}`, in either order; nil, with a note, if it is something else.
  @inline(__always)
  mutating func keyValue(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, depth: Int
  ) throws(JSONError) -> (key: JSONReader.Text?, value: JSONValue)? {
    if let pair = try usualPair(bytes, &reader) { return pair }
    guard try fields.enterObject(bytes, &reader) else { return nil }
    var name: JSONReader.Text?
    var value = JSONValue.empty
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      switch Self.pairFields.find(bytes, key) {
      case true: name = try fields.text(bytes, &reader)
      case false: value = try anyValue(bytes, &reader, depth: depth)
      case nil: try reader.skipValue(bytes)
      }
    }
    return (name, value)
  }

  /// Reads a pair of a string or an integer that is written without white space and in the usual
  /// order, as nearly all are; nil, with nothing consumed, if it is not. Comparing the punctuation
  /// and names between key and value as words saves half of the time that attributes take.
  @inline(__always)
  private func usualPair(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader
  ) throws(JSONError) -> (key: JSONReader.Text?, value: JSONValue)? {
    let start = reader.position
    guard start &+ 8 <= bytes.count, bytes.word(at: start) == UsualText.key else { return nil }
    reader.position = start &+ 7
    let key = try reader.string(bytes)
    let after = reader.position
    guard after &+ 26 <= bytes.count, bytes.word(at: after) == UsualText.value,
      bytes.word(at: after &+ 3) == UsualText.brace
    else {
      reader.position = start
      return nil
    }
    let name = bytes.word(at: after &+ 11)
    let isString = name == UsualText.string && bytes.word(at: after &+ 17) == UsualText.stringEnd
    let isInt =
      name == UsualText.int && bytes[after &+ 19] == UInt8(ascii: "\"")
      && bytes[after &+ 20] == UInt8(ascii: ":") && bytes[after &+ 21] == UInt8(ascii: "\"")
    guard isString || isInt else {
      reader.position = start
      return nil
    }
    reader.position = after &+ (isString ? 24 : 21)
    let text = try reader.string(bytes)
    let end = reader.position
    guard end &+ 2 <= bytes.count, bytes[end] == UInt8(ascii: "}"),
      bytes[end &+ 1] == UInt8(ascii: "}")
    else {
      reader.position = start
      return nil
    }
    if isString {
      reader.position = end &+ 2
      return (key, .text(text))
    }
    guard let int = NumberText.int64(bytes, text.range) else {
      reader.position = start
      return nil
    }
    reader.position = end &+ 2
    return (key, .int(int))
  }

  /// What stands around nearly all attributes, as words.
  private enum UsualText {
    static let key = word("{\"key\":\"")
    static let value = word(",\"value\"")
    /// The last of `,"value":{"`, overlapping the word before.
    static let brace = word("alue\":{\"")
    static let string = word("stringVa")
    /// The last of `stringValue":"`, overlapping the word before.
    static let stringEnd = word("Value\":\"")
    static let int = word("intValue")

    private static func word(_ text: StaticString) -> UInt64 {
      "\(text)".utf8.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
  }

  /// Reads an `AnyValue`. Of several members the first that is not null counts: some writers name
  /// all of them. `depth` is how many arrays and maps are around it.
  mutating func anyValue(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, depth: Int
  ) throws(JSONError) -> JSONValue {
    let start = reader.position
    let kind = try reader.peekKind(bytes)
    guard kind == .object else {
      if kind != .null {
        fields.notes.add(
          .unexpectedType, at: start, "expected an object with a typed value; read as plain JSON")
      }
      return try fields.plainValue(bytes, &reader, depth: depth)
    }
    try reader.enterObject(bytes)
    var result: JSONValue?
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      let memberKind = try reader.peekKind(bytes)
      guard result == nil, memberKind != .null, let field = Self.valueFields.find(bytes, key) else {
        try reader.skipValue(bytes)
        continue
      }
      result = try member(field, memberKind, bytes, &reader, depth: depth)
    }
    return result ?? .empty
  }

  /// Reads the value of a member that is not null. A type that does not fit the member is noted,
  /// and the value is kept as what it is.
  @inline(__always)
  private mutating func member(
    _ field: ValueField, _ kind: JSONReader.Kind, _ bytes: Span<UInt8>,
    _ reader: inout JSONReader, depth: Int
  ) throws(JSONError) -> JSONValue {
    switch (field, kind) {
    case (.string, .string): return .text(try reader.string(bytes))
    case (.bool, .bool): return try fields.plainValue(bytes, &reader)
    case (.double, .number):
      let range = try reader.word(bytes)
      if let double = NumberText.double(bytes, range) { return .double(double) }
      return fields.numberValue(bytes, range)
    case (.int, .number): return intValue(bytes, try reader.word(bytes))
    case (.int, .string): return intValue(bytes, try reader.string(bytes).range)
    case (.double, .string):
      let text = try reader.string(bytes)
      if let double = NumberText.double(bytes, text.range) { return .double(double) }
      noteType(text.range, "a number")
      return .text(text)
    case (.bytes, .string):
      let text = try reader.string(bytes)
      if let decoded = IDText.base64(bytes, text.range) { return .bytes(decoded) }
      noteType(text.range, "base64")
      return .text(text)
    case (.array, .object), (.map, .object):
      if depth >= AttributeValue.nestingLimit { return try fields.tooDeep(bytes, &reader) }
      return .nested(
        field == .array
          ? .array(try arrayValues(bytes, &reader, depth: depth + 1))
          : .map(try mapValues(bytes, &reader, depth: depth + 1)))
    default:
      let start = reader.position
      noteType(start..<start, "another type")
      return try fields.plainValue(bytes, &reader, depth: depth)
    }
  }

  /// An integer; JavaScript writes whole doubles as one too, such as 1e20.
  private mutating func intValue(_ bytes: Span<UInt8>, _ range: Range<Int>) -> JSONValue {
    if let int = NumberText.int64(bytes, range) { return .int(int) }
    if let double = NumberText.double(bytes, range), double.isFinite {
      fields.notes.add(
        .numberOutOfRange, at: range.lowerBound,
        "\(Excerpt.text(bytes, range)) is no 64-bit integer; kept as a double")
      return .double(double)
    }
    noteType(range, "an integer")
    return .text(JSONReader.Text(range: range, hasEscapes: true, isASCII: false))
  }

  private mutating func noteType(_ range: Range<Int>, _ expected: String) {
    fields.notes.add(
      .unexpectedType, at: range.lowerBound, "expected \(expected); kept as it is")
  }

  private mutating func arrayValues(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, depth: Int
  ) throws(JSONError) -> [AttributeValue] {
    var values: [AttributeValue] = []
    try reader.enterObject(bytes)
    var isFirstKey = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirstKey) {
      guard Self.listFields.find(bytes, key) != nil else {
        try reader.skipValue(bytes)
        continue
      }
      guard try fields.enterArray(bytes, &reader) else { continue }
      var isFirst = true
      while try reader.nextElement(bytes, isFirst: &isFirst) {
        let value = try anyValue(bytes, &reader, depth: depth)
        values.append(fields.attributeValue(value, bytes))
      }
    }
    return values
  }

  private mutating func mapValues(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, depth: Int
  ) throws(JSONError) -> [Attribute] {
    var values: [Attribute] = []
    try reader.enterObject(bytes)
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      if Self.listFields.find(bytes, key) != nil {
        values += try attributeList(bytes, &reader, depth: depth)
      } else {
        try reader.skipValue(bytes)
      }
    }
    return values
  }
}
