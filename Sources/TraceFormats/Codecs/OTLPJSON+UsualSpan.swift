import TraceModel

// The fast way through spans that are written as nearly all are: without white space, keys in
// camelCase, IDs in hexadecimal, times of 19 digits.
//
// Keys and punctuation are compared eight bytes at a time instead of being read, and what a span of
// the same name had at the same place is expected to come again. A member or an attribute that is not
// as expected is left to the codec's other functions, and the whole span to `anySpan` if not even the
// punctuation is: this file decides how fast a span is read, never what is read.
extension OTLPJSON {
  /// Reads the span at the reader's position and commits it to `batch`, if it is written as usual.
  /// False, with nothing kept or consumed, if it is not, or the bytes end too near behind it.
  mutating func usualSpan(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ draft: SpanDraft,
    into batch: inout SpanBatch
  ) -> Bool {
    habits.follow(batch.number)
    var draft = draft
    do throws(JSONError) {
      if let end = try usualFields(bytes, from: reader, &draft, &batch), draft.traceID.isValid,
        draft.spanID.isValid
      {
        batch.commit(draft)
        reader.position = end
        return true
      }
    } catch {
      // `anySpan` finds the same and says so.
    }
    batch.rollBack()
    fields.notes.discard()
    return false
  }

  /// Reads the fields of the span; where it ends, or nil if a field is not as usual.
  @inline(__always)
  private mutating func usualFields(
    _ bytes: Span<UInt8>, from reader: JSONReader, _ draft: inout SpanDraft,
    _ batch: inout SpanBatch
  ) throws(JSONError) -> Int? {
    guard reader.position < bytes.count, bytes[reader.position] == UInt8(ascii: "{") else {
      return nil
    }
    var position = reader.position &+ 1
    while position &+ UsualText.room <= bytes.count {
      let word = bytes.word(at: position)
      if word == usual.traceID {
        guard let high = FixedText.hexadecimal16(bytes, at: position &+ 11),
          let low = FixedText.hexadecimal16(bytes, at: position &+ 27),
          bytes.half(at: position &+ 7) == usual.traceIDEnd,
          bytes[position &+ 43] == UInt8(ascii: "\"")
        else { return nil }
        draft.traceID = TraceID(high: high, low: low)
        position &+= 44
      } else if word == usual.spanID {
        guard let id = FixedText.hexadecimal16(bytes, at: position &+ 10),
          bytes[position &+ 8] == UInt8(ascii: ":"), bytes[position &+ 9] == UInt8(ascii: "\""),
          bytes[position &+ 26] == UInt8(ascii: "\"")
        else { return nil }
        draft.spanID = SpanID(id)
        position &+= 27
      } else if word == usual.parentSpanID {
        guard bytes.word(at: position &+ 8) == usual.parentSpanIDEnd else { return nil }
        position &+= 16
        if bytes[position] == UInt8(ascii: "\"") {
          draft.parentSpanID = .invalid
          position &+= 1
        } else {
          guard let id = FixedText.hexadecimal16(bytes, at: position),
            bytes[position &+ 16] == UInt8(ascii: "\"")
          else { return nil }
          draft.parentSpanID = SpanID(id)
          position &+= 17
        }
      } else if word == usual.startTime {
        guard bytes.word(at: position &+ 8) == usual.startTimeMiddle,
          let nanos = time(bytes, at: position &+ 16)
        else { return nil }
        draft.start = nanos
        position &+= 41
      } else if word == usual.endTime {
        guard bytes.word(at: position &+ 8) == usual.endTimeMiddle,
          let nanos = time(bytes, at: position &+ 14)
        else { return nil }
        draft.end = nanos
        position &+= 39
      } else if word == usual.name {
        guard
          let (name, end, _) = string(bytes, from: position &+ 8, &batch.strings)
        else { return nil }
        draft.name = name
        position = end &+ 1
      } else if word & UsualText.sevenBytes == usual.kind {
        guard let kind = SpanKind(rawValue: bytes[position &+ 7] &- UInt8(ascii: "0")) else {
          return nil
        }
        draft.kind = kind
        position &+= 8
      } else if word == usual.flags {
        var value: UInt32 = 0
        position &+= 8
        let start = position
        while position &- start < 9, let digit = digit(bytes[position]) {
          value = value &* 10 &+ UInt32(digit)
          position &+= 1
        }
        guard position > start else { return nil }
        draft.flags = value
      } else if word == usual.attributes {
        guard bytes.word(at: position &+ 6) == usual.attributesEnd else { return nil }
        guard
          let end = try usualAttributes(bytes, from: position &+ 14, reader, draft.name, &batch)
        else { return nil }
        position = end
      } else if word == usual.status,
        let end = usualStatus(bytes, from: position &+ 8, &draft)
      {
        position = end
      } else {
        guard bytes[position] == UInt8(ascii: "\"") else { return nil }
        var next = JSONReader(at: position, isWhole: reader.isWhole)
        let key = try next.string(bytes)
        guard next.position < bytes.count, bytes[next.position] == UInt8(ascii: ":") else {
          return nil
        }
        next.position &+= 1
        try member(key, bytes, &next, &draft, &batch)
        position = next.position
      }
      // The room asked for is more than any field needs, so one byte is left.
      guard position < bytes.count else { return nil }
      if bytes[position] == UInt8(ascii: "}") { return position &+ 1 }
      guard bytes[position] == UInt8(ascii: ",") else { return nil }
      position &+= 1
    }
    return nil
  }

  // MARK: Parts

  /// The time of `no":"1760000000015267857"`.
  @inline(__always)
  private func time(_ bytes: Span<UInt8>, at position: Int) -> UnixNanos? {
    guard bytes.half(at: position) == usual.timeEnd, bytes[position &+ 4] == UInt8(ascii: "\""),
      bytes[position &+ 24] == UInt8(ascii: "\"")
    else { return nil }
    return FixedText.decimal19(bytes, at: position &+ 5).map { UnixNanos($0) }
  }

  @inline(__always)
  private func digit(_ byte: UInt8) -> UInt8? {
    let digit = byte &- UInt8(ascii: "0")
    return digit < 10 ? digit : nil
  }

  /// The string that begins behind its quote at `start`: its number, where it ends, and whether it
  /// is ASCII and was written without escapes.
  @inline(__always)
  private mutating func string(
    _ bytes: Span<UInt8>, from start: Int, _ strings: inout StringPool
  ) -> (id: StringID, end: Int, isPlain: Bool)? {
    var sum: UInt64 = 0
    let end = bytes.endOfPlainText(from: start, sum: &sum)
    guard end < bytes.count, bytes[end] == UInt8(ascii: "\""), sum == 0
    else { return unusualString(bytes, from: start, &strings) }
    return (strings.intern(bytes.extracting(start..<end)), end, true)
  }

  private mutating func unusualString(
    _ bytes: Span<UInt8>, from start: Int, _ strings: inout StringPool
  ) -> (id: StringID, end: Int, isPlain: Bool)? {
    var reader = JSONReader(at: start &- 1, isWhole: false)
    guard let text = try? reader.string(bytes) else { return nil }
    return (fields.intern(text, bytes, &strings), text.range.upperBound, false)
  }

  /// Reads `:{}` or `:{"code":2}`; where it ends.
  @inline(__always)
  private func usualStatus(
    _ bytes: Span<UInt8>, from start: Int, _ draft: inout SpanDraft
  ) -> Int? {
    if bytes.half(at: start) & 0x00ff_ffff == usual.statusEmpty { return start &+ 3 }
    guard bytes.word(at: start) == usual.statusCode, bytes[start &+ 8] == UInt8(ascii: ":"),
      let status = SpanStatus(rawValue: bytes[start &+ 9] &- UInt8(ascii: "0")),
      bytes[start &+ 10] == UInt8(ascii: "}")
    else { return nil }
    draft.status = status
    return start &+ 11
  }

  // MARK: Attributes

  /// Reads the attributes of a span called `name`, from behind their bracket on; where they end.
  @inline(__always)
  private mutating func usualAttributes(
    _ bytes: Span<UInt8>, from start: Int, _ reader: JSONReader, _ name: StringID,
    _ batch: inout SpanBatch
  ) throws(JSONError) -> Int? {
    var position = start
    if bytes[position] == UInt8(ascii: "]") { return position &+ 1 }
    var place = habits.first(of: name)
    while true {
      if let (attribute, end) = usualAttribute(bytes, from: position, place, &batch.strings) {
        batch.append(attribute.key, attribute.value)
        position = end
      } else {
        var next = JSONReader(at: position, isWhole: reader.isWhole)
        if let (key, value) = try keyValue(bytes, &next, depth: 0) {
          let keyID = key.map { fields.intern($0, bytes, &batch.strings) } ?? .empty
          fields.append(keyID, value, bytes, isDetail: false, to: &batch)
        }
        position = next.position
      }
      guard position < bytes.count else { return nil }
      let byte = bytes[position]
      position &+= 1
      if byte == UInt8(ascii: "]") { return position }
      guard byte == UInt8(ascii: ",") else { return nil }
      place = habits.next(after: place)
    }
  }

  /// The attribute that begins at `start`, and where it ends; nil if it is not written as usual.
  @inline(__always)
  private mutating func usualAttribute(
    _ bytes: Span<UInt8>, from start: Int, _ place: Int, _ strings: inout StringPool
  ) -> (attribute: (key: StringID, value: UsualValue), end: Int)? {
    guard start &+ UsualText.room <= bytes.count, bytes.word(at: start) == usual.key else {
      return nil
    }
    var position = start &+ 8
    let key: StringID
    if let end = habits.endOfKey(at: place, bytes, position, strings) {
      key = habits.key(at: place)
      position = end &+ 1
    } else {
      guard let text = string(bytes, from: position, &strings) else { return nil }
      key = text.id
      if text.isPlain { habits.learn(key, at: place, strings) }
      position = text.end &+ 1
    }
    guard position &+ UsualText.room <= bytes.count, bytes.word(at: position) == usual.value,
      bytes.half(at: position &+ 7) == usual.valueEnd,
      let (value, end) = usualValue(bytes, from: position &+ 11, place, &strings),
      end &+ 2 <= bytes.count, bytes[end] == UInt8(ascii: "}"),
      bytes[end &+ 1] == UInt8(ascii: "}")
    else { return nil }
    return ((key, value), end &+ 2)
  }

  /// The value whose type's name begins at `start`, and where it ends.
  @inline(__always)
  private mutating func usualValue(
    _ bytes: Span<UInt8>, from start: Int, _ place: Int, _ strings: inout StringPool
  ) -> (value: UsualValue, end: Int)? {
    let word = bytes.word(at: start)
    if word == usual.string, bytes.word(at: start &+ 6) == usual.stringEnd {
      let first = start &+ 14
      if let end = habits.endOfValue(at: place, bytes, first, strings) {
        return (.string(habits.value(at: place)), end &+ 1)
      }
      guard let text = string(bytes, from: first, &strings) else { return nil }
      if text.isPlain { habits.learn(value: text.id, at: place, strings) }
      return (.string(text.id), text.end &+ 1)
    }
    if word == usual.int { return usualInt(bytes, from: start &+ 8) }
    if word == usual.double, bytes.half(at: start &+ 8) == usual.doubleEnd,
      bytes[start &+ 12] == UInt8(ascii: ":"), JSONReader.beginsWord(bytes[start &+ 13])
    {
      let first = start &+ 13
      var end = first
      while end < bytes.count, JSONReader.isWord(bytes[end]) { end &+= 1 }
      return NumberText.double(bytes, first..<end).map { (.double($0), end) }
    }
    if word == usual.bool {
      if bytes.half(at: start &+ 8) == usual.boolTrue, bytes.half(at: start &+ 11) == usual.true {
        return (.bool(true), start &+ 15)
      }
      if bytes.half(at: start &+ 8) == usual.boolFalse, bytes.half(at: start &+ 12) == usual.false {
        return (.bool(false), start &+ 16)
      }
    }
    return nil
  }

  /// The integer of `":"429"` or `":429`, and where it ends.
  @inline(__always)
  private func usualInt(_ bytes: Span<UInt8>, from start: Int) -> (value: UsualValue, end: Int)? {
    guard bytes[start] == UInt8(ascii: "\""), bytes[start &+ 1] == UInt8(ascii: ":") else {
      return nil
    }
    var position = start &+ 2
    let isQuoted = bytes[position] == UInt8(ascii: "\"")
    if isQuoted { position &+= 1 }
    let isNegative = bytes[position] == UInt8(ascii: "-")
    if isNegative { position &+= 1 }
    let first = position
    var value: Int64 = 0
    // With 18 digits nothing overflows, and the room that was asked for is not used up.
    while position &- first < 18, let digit = digit(bytes[position]) {
      value = value &* 10 &+ Int64(digit)
      position &+= 1
    }
    guard position > first, isQuoted == (bytes[position] == UInt8(ascii: "\"")),
      isQuoted || !JSONReader.isWord(bytes[position])
    else { return nil }
    return (.int(isNegative ? 0 &- value : value), isQuoted ? position &+ 1 : position)
  }
}

/// The value of an attribute as most are.
enum UsualValue {
  case string(StringID)
  case int(Int64)
  case double(Double)
  case bool(Bool)
}

extension SpanBatch {
  /// Appends an attribute to the span that is being read, or to its event or link.
  @inline(__always)
  mutating func append(_ key: StringID, _ value: UsualValue, isDetail: Bool = false) {
    func append(_ columns: inout AttributeColumns, _: inout StringPool) {
      switch value {
      case .string(let string): columns.append(.init(key: key, string: string))
      case .int(let int): columns.append(key: key, int: int)
      case .double(let double): columns.append(key: key, double: double)
      case .bool(let bool): columns.append(.init(key: key, bool: bool))
      }
    }
    if isDetail { withDetailAttributes(append) } else { withAttributes(append) }
  }
}

/// What stands around the fields of a span that is written as usual, as words of eight bytes or
/// halves of four.
///
/// Held by the codec: what is static has to be asked for each time whether it was made.
struct UsualText: Sendable {
  static let shared = UsualText()

  /// How many bytes must be left before a field or an attribute is begun: more than the fixed part
  /// of any.
  static let room = 64
  static let sevenBytes: UInt64 = 0x00ff_ffff_ffff_ffff

  let traceID = word("\"traceId")
  let traceIDEnd = half("d\":\"")
  let spanID = word("\"spanId\"")
  let parentSpanID = word("\"parentS")
  let parentSpanIDEnd = word("panId\":\"")
  let startTime = word("\"startTi")
  let startTimeMiddle = word("meUnixNa")
  let endTime = word("\"endTime")
  let endTimeMiddle = word("UnixNano")
  let timeEnd = half("no\":")
  let name = word("\"name\":\"")
  let kind = word("\"kind\":\0") & sevenBytes
  let flags = word("\"flags\":")
  let attributes = word("\"attribu")
  let attributesEnd = word("butes\":[")
  let status = word("\"status\"")
  let statusEmpty = half(":{}\0")
  let statusCode = word(":{\"code\"")

  let key = word("{\"key\":\"")
  let value = word(",\"value\"")
  let valueEnd = half("\":{\"")
  let string = word("stringVa")
  let stringEnd = word("Value\":\"")
  let int = word("intValue")
  let double = word("doubleVa")
  let doubleEnd = half("lue\"")
  let bool = word("boolValu")
  let boolTrue = half("e\":t")
  let `true` = half("true")
  let boolFalse = half("e\":f")
  let `false` = half("alse")

  private static func word(_ text: String) -> UInt64 {
    precondition(text.utf8.count == 8)
    return text.utf8.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private static func half(_ text: String) -> UInt32 {
    precondition(text.utf8.count == 4)
    return text.utf8.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }
}
