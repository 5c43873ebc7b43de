import TraceModel

/// Reads the fields of JSON records whatever their types are, and notes what is not as expected: a
/// field of a wrong type costs the field, not the record.
///
/// All functions consume the value that is next. They throw only where the JSON itself is broken.
struct JSONFields: Sendable {
  var notes = RecordNotes()
  var nested = NestedValues()
  private var scratch: [UInt8] = []
  /// The joined keys of attributes that nothing else is known of.
  var flatKeys = FlatKeys()
  private var guesses = StringGuesses()

  init() {}

  // MARK: Strings

  /// A string, or nil with a note if it is something else; nil without one if it is null.
  @inline(__always)
  mutating func text(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader
  ) throws(JSONError) -> JSONReader.Text? {
    let kind = try reader.peekKind(bytes)
    if kind == .string { return try reader.string(bytes) }
    try skip(bytes, &reader, expected: "a string")
    return nil
  }

  /// The number of a string in the pool; the empty one if the value is none.
  @inline(__always)
  mutating func interned(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ strings: inout StringPool
  ) throws(JSONError) -> StringID {
    guard let text = try text(bytes, &reader) else { return .empty }
    return intern(text, bytes, &strings)
  }

  /// A string as such; empty if the value is none.
  mutating func string(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader
  ) throws(JSONError) -> String {
    guard let text = try text(bytes, &reader) else { return "" }
    return string(text, bytes)
  }

  /// The number of `text` in the pool. Without escapes nothing is copied on the way.
  @inline(__always)
  mutating func intern(
    _ text: JSONReader.Text, _ bytes: Span<UInt8>, _ strings: inout StringPool
  ) -> StringID {
    if !text.isASCII { checkUTF8(text, bytes) }
    if !text.hasEscapes { return strings.intern(bytes.extracting(text.range)) }
    unescape(text, bytes)
    return strings.intern(scratch.span)
  }

  /// The number of `text`, the key of an attribute: most often the one that followed the last key
  /// before.
  @inline(__always)
  mutating func internKey(
    _ text: JSONReader.Text, _ bytes: Span<UInt8>, _ strings: inout StringPool
  ) -> StringID {
    guard text.isASCII, !text.hasEscapes else { return intern(text, bytes, &strings) }
    return guesses.key(bytes, text.range, &strings)
  }

  /// The number of `text`, the value of an attribute: most often the one that the key had before.
  @inline(__always)
  mutating func internValue(
    _ text: JSONReader.Text, of key: StringID, _ bytes: Span<UInt8>, _ strings: inout StringPool
  ) -> StringID {
    guard text.isASCII, !text.hasEscapes else { return intern(text, bytes, &strings) }
    return guesses.value(bytes, text.range, of: key, &strings)
  }

  /// What `body` makes of the bytes of `text`, without its escapes.
  mutating func withUTF8<Result>(
    of text: JSONReader.Text, _ bytes: Span<UInt8>, _ body: (Span<UInt8>) -> Result
  ) -> Result {
    if !text.isASCII { checkUTF8(text, bytes) }
    if !text.hasEscapes { return body(bytes.extracting(text.range)) }
    unescape(text, bytes)
    return body(scratch.span)
  }

  /// `text` as a string; bytes that are no UTF-8 become U+FFFD.
  mutating func string(_ text: JSONReader.Text, _ bytes: Span<UInt8>) -> String {
    if !text.isASCII { checkUTF8(text, bytes) }
    unescape(text, bytes)
    return String(decoding: scratch, as: UTF8.self)
  }

  /// Notes a string that is no UTF-8.
  mutating func checkUTF8(_ text: JSONReader.Text, _ bytes: Span<UInt8>) {
    if !bytes.isValidUTF8(text.range) {
      notes.add(.invalidUTF8, at: text.range.lowerBound, "in a string; its bytes are kept")
    }
  }

  private mutating func unescape(_ text: JSONReader.Text, _ bytes: Span<UInt8>) {
    scratch.removeAll(keepingCapacity: true)
    if text.hasEscapes {
      JSONText.unescape(bytes, text.range, into: &scratch)
    } else {
      scratch.append(bytes, text.range)
    }
  }

  // MARK: Numbers

  /// The text of a number, bare or in quotes; nil with a note if it is something else.
  @inline(__always)
  mutating func number(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader
  ) throws(JSONError) -> Range<Int>? {
    switch try reader.peekKind(bytes) {
    case .number: return try reader.word(bytes)
    case .string: return try reader.string(bytes).range
    default:
      try skip(bytes, &reader, expected: "a number")
      return nil
    }
  }

  /// A count or set of flags; 0 if it is none.
  mutating func uint32(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader
  ) throws(JSONError) -> UInt32 {
    guard let range = try number(bytes, &reader) else { return 0 }
    guard let value = NumberText.uint64(bytes, range) else {
      notes.add(.unexpectedType, at: range.lowerBound, "expected a number; left out")
      return 0
    }
    guard let fitting = UInt32(exactly: value) else {
      notes.add(.numberOutOfRange, at: range.lowerBound, "expected 32 bits; cut to the largest")
      return .max
    }
    return fitting
  }

  /// A time in nanoseconds since the epoch; unset, with a note, if it is none.
  @inline(__always)
  mutating func unixNanos(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader
  ) throws(JSONError) -> UnixNanos {
    let start = reader.position
    switch try reader.peekKind(bytes) {
    case .null:
      try reader.skipValue(bytes)
      return .unset
    case .number, .string:
      guard let range = try number(bytes, &reader) else { return .unset }
      if let value = NumberText.uint64(bytes, range) { return UnixNanos(value) }
      notes.add(
        .invalidTime, at: range.lowerBound,
        "expected nanoseconds, found \(Excerpt.text(bytes, range))")
    default:
      try reader.skipValue(bytes)
      notes.add(.invalidTime, at: start, "expected a number of nanoseconds")
    }
    return .unset
  }

  /// A time as ISO 8601 text; unset, with a note, if it is none; unset if it is null.
  mutating func iso8601(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader
  ) throws(JSONError) -> UnixNanos {
    let start = reader.position
    switch try reader.peekKind(bytes) {
    case .null: try reader.skipValue(bytes)
    case .string:
      let text = try reader.string(bytes)
      if let time = TimeText.iso8601(bytes, text.range) { return time }
      notes.add(
        .invalidTime, at: text.range.lowerBound,
        "expected an ISO 8601 time, found \(Excerpt.text(bytes, text.range))")
    default:
      try reader.skipValue(bytes)
      notes.add(.invalidTime, at: start, "expected an ISO 8601 time")
    }
    return .unset
  }

  // MARK: IDs

  /// A trace ID; invalid, with a note, if it is none.
  mutating func traceID(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, isOptional: Bool = false
  ) throws(JSONError) -> TraceID {
    guard let text = try idText(bytes, &reader, "trace ID", isOptional) else { return .invalid }
    guard let parsed = IDText.traceID(bytes, text.range) else {
      noteID("trace ID", bytes, text.range, isOptional)
      return .invalid
    }
    if parsed.isBase64 { noteBase64(text.range) }
    if !parsed.id.isValid, !isOptional {
      notes.add(.invalidID, at: text.range.lowerBound, "the trace ID is zero")
    }
    return parsed.id
  }

  /// A span ID; invalid, with a note, if it is none. Where it is optional (a parent's), empty and
  /// zero are the ways to say none, and not noted.
  mutating func spanID(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, isOptional: Bool = false
  ) throws(JSONError) -> SpanID {
    let name = isOptional ? "parent span ID" : "span ID"
    guard let text = try idText(bytes, &reader, name, isOptional) else { return .invalid }
    guard let parsed = IDText.spanID(bytes, text.range) else {
      noteID(name, bytes, text.range, isOptional)
      return .invalid
    }
    if parsed.isBase64 { noteBase64(text.range) }
    if !parsed.id.isValid, !isOptional {
      notes.add(.invalidID, at: text.range.lowerBound, "the \(name) is zero")
    }
    return parsed.id
  }

  mutating func idText(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ name: String, _ isOptional: Bool
  ) throws(JSONError) -> JSONReader.Text? {
    switch try reader.peekKind(bytes) {
    case .string: return try reader.string(bytes)
    case .null where isOptional: try reader.skipValue(bytes)
    default:
      let range = try reader.skipValue(bytes)
      notes.add(.invalidID, at: range.lowerBound, "expected the \(name) as a string")
    }
    return nil
  }

  mutating func noteID(
    _ name: String, _ bytes: Span<UInt8>, _ range: Range<Int>, _ isOptional: Bool
  ) {
    if range.isEmpty, isOptional { return }
    notes.add(
      .invalidID, at: range.lowerBound,
      range.isEmpty ? "the \(name) is empty" : "no \(name): \(Excerpt.text(bytes, range))")
  }

  private mutating func noteBase64(_ range: Range<Int>) {
    notes.add(.base64ID, at: range.lowerBound, "this ID and perhaps others; read all the same")
  }

  // MARK: Anything else

  /// Skips a value that is not what the field should have; null is not worth a note.
  mutating func skip(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, expected: String
  ) throws(JSONError) {
    let kind = try reader.peekKind(bytes)
    let range = try reader.skipValue(bytes)
    if kind != .null {
      notes.add(.unexpectedType, at: range.lowerBound, "expected \(expected); left out")
    }
  }

  /// Enters an object; false, with the value skipped and noted, if it is something else.
  mutating func enterObject(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader
  ) throws(JSONError) -> Bool {
    if try reader.peekKind(bytes) == .object {
      try reader.enterObject(bytes)
      return true
    }
    try skip(bytes, &reader, expected: "an object")
    return false
  }

  /// Enters an array; false, with the value skipped and noted, if it is something else.
  mutating func enterArray(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader
  ) throws(JSONError) -> Bool {
    if try reader.peekKind(bytes) == .array {
      try reader.enterArray(bytes)
      return true
    }
    try skip(bytes, &reader, expected: "an array")
    return false
  }

  /// Enters the next object of the array that the reader is in, and passes over elements that are none,
  /// with a note; false at the end of the array.
  mutating func nextObject(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, isFirst: inout Bool
  ) throws(JSONError) -> Bool {
    while try reader.nextElement(bytes, isFirst: &isFirst) {
      if try enterObject(bytes, &reader) { return true }
    }
    return false
  }
}
