import TraceModel

// What Go writes alike in every span: contexts, and attributes of plain values. Their punctuation is
// compared instead of being read, and what a span of the same name had at the same place is expected to
// come again. What is not as expected is left to the codec's other functions: this file decides how
// fast a span is read, never what is read.
extension GoConsole {
  /// How long a context is whose trace state is empty and whose span is not remote.
  private static let contextLength = 123

  /// The context that begins at `start`, and where it ends; nil if it is not written as usual.
  func usualContext(
    _ bytes: Span<UInt8>, at start: Int, isOptional: Bool
  ) -> (context: Context, end: Int)? {
    guard start &+ Self.contextLength <= bytes.count,
      bytes.stands(#"{"TraceID":""#, at: start),
      let high = FixedText.hexadecimal16(bytes, at: start &+ 12),
      let low = FixedText.hexadecimal16(bytes, at: start &+ 28),
      bytes.stands(#"","SpanID":""#, at: start &+ 44),
      let id = FixedText.hexadecimal16(bytes, at: start &+ 56),
      bytes.stands(#"","TraceFlags":""#, at: start &+ 72),
      let first = IDText.hexDigit(bytes[start &+ 88]),
      let second = IDText.hexDigit(bytes[start &+ 89]),
      bytes.stands(#"","TraceState":"","Remote":"#, at: start &+ 90)
    else { return nil }
    var context = Context()
    context.traceID = TraceID(high: high, low: low)
    context.spanID = SpanID(id)
    context.flags = UInt32(first) &<< 4 | UInt32(second)
    guard isOptional || high | low != 0 && id != 0 else { return nil }
    let end = start &+ Self.contextLength
    if bytes.stands("false}", at: end &- 6) { return (context, end) }
    guard bytes.stands("true}", at: end &- 6) else { return nil }
    context.isRemote = true
    return (context, end &- 1)
  }

  /// Passes a list or an object that most likely is written as the one before it; where it lies.
  static func skip(
    like last: inout [UInt8], _ bytes: Span<UInt8>, _ reader: inout JSONReader
  ) throws(JSONError) -> Range<Int> {
    let kind = try reader.peekKind(bytes)
    let end = reader.position &+ last.count
    if !last.isEmpty, end <= bytes.count,
      bytes.equals(reader.position..<end, last.span, from: 0)
    {
      defer { reader.position = end }
      return reader.position..<end
    }
    let range = try reader.skipValue(bytes)
    if kind == .array || kind == .object {
      last.removeAll(keepingCapacity: true)
      last.append(bytes, range)
    }
    return range
  }

  /// The attribute that begins at `start`, and where it ends; nil if it is not written as usual.
  mutating func usualPair(
    _ bytes: Span<UInt8>, at start: Int, _ place: Int, _ fields: inout JSONFields,
    _ strings: inout StringPool
  ) -> (key: StringID, value: UsualValue, end: Int)? {
    guard bytes.stands(#"{"Key":""#, at: start),
      let (key, keyEnd) = usualKey(bytes, at: start &+ 8, place, &strings),
      bytes.stands(#"","Value":{"Type":""#, at: keyEnd)
    else { return nil }
    let type = keyEnd &+ 19
    if bytes.stands(#"STRING","Value":""#, at: type) {
      let first = type &+ 17
      if let end = habits.endOfValue(at: place, bytes, first, strings) {
        guard bytes.stands("}}", at: end &+ 1) else { return nil }
        return (key, .string(habits.value(at: place)), end &+ 3)
      }
      // Go escapes more than it must.
      var reader = JSONReader(at: first &- 1)
      guard let read = try? reader.string(bytes), bytes.stands("}}", at: reader.position)
      else { return nil }
      let value = fields.intern(read, bytes, &strings)
      if read.isASCII, !read.hasEscapes { habits.learn(value: value, at: place, strings) }
      return (key, .string(value), reader.position &+ 2)
    }
    if bytes.stands(#"INT64","Value":"#, at: type) {
      return number(bytes, at: type &+ 15, &fields).map { (key, $0, $1) }
    }
    if bytes.stands(#"FLOAT64","Value":"#, at: type) {
      guard let (value, end) = number(bytes, at: type &+ 17, &fields) else { return nil }
      if case .int(let int) = value { return (key, .double(Double(int)), end) }
      return (key, value, end)
    }
    if bytes.stands(#"BOOL","Value":true}}"#, at: type) { return (key, .bool(true), type &+ 20) }
    if bytes.stands(#"BOOL","Value":false}}"#, at: type) { return (key, .bool(false), type &+ 21) }
    return nil
  }

  /// The number that begins at `start`, and where the braces behind it end.
  private func number(
    _ bytes: Span<UInt8>, at start: Int, _ fields: inout JSONFields
  ) -> (value: UsualValue, end: Int)? {
    var end = start
    while end < bytes.count, JSONReader.isWord(bytes[end]) { end &+= 1 }
    guard bytes.stands("}}", at: end), NumberText.decimal(bytes, start..<end) != nil else {
      return nil
    }
    switch fields.numberValue(bytes, start..<end) {
    case .int(let int): return (.int(int), end &+ 2)
    case .double(let double): return (.double(double), end &+ 2)
    default: return nil
    }
  }

  /// The key that begins at `start`, and where its quote stands.
  @inline(__always)
  private mutating func usualKey(
    _ bytes: Span<UInt8>, at start: Int, _ place: Int, _ strings: inout StringPool
  ) -> (key: StringID, end: Int)? {
    if let end = habits.endOfKey(at: place, bytes, start, strings) {
      return (habits.key(at: place), end)
    }
    guard let (key, end) = plainString(bytes, at: start, &strings) else { return nil }
    habits.learn(key, at: place, strings)
    return (key, end)
  }

  /// The string that begins at `start`, if it is ASCII without escapes, and where its quote stands.
  private func plainString(
    _ bytes: Span<UInt8>, at start: Int, _ strings: inout StringPool
  ) -> (id: StringID, end: Int)? {
    guard start <= bytes.count else { return nil }
    var sum: UInt64 = 0
    let end = bytes.endOfPlainText(from: start, sum: &sum)
    guard end < bytes.count, bytes[end] == UInt8(ascii: "\""), sum == 0
    else { return nil }
    return (strings.intern(bytes.extracting(start..<end)), end)
  }
}
