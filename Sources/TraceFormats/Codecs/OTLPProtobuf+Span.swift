import TraceModel

extension OTLPProtobuf {
  /// Reads the fields of a `Span`.
  mutating func read(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ draft: inout SpanDraft,
    _ batch: inout SpanBatch
  ) throws(ProtobufError) {
    habits.follow(batch.number)
    var habit = habits.first(of: .empty)
    var isFirst = true
    var reader = ProtobufReader(range)
    var hasTraceID = false
    var hasSpanID = false
    while let tag = try reader.nextTag(bytes) {
      switch tag {
      case .length(1):
        hasTraceID = true
        draft.traceID = traceID(bytes, try reader.delimited(bytes))
      case .length(2):
        hasSpanID = true
        draft.spanID = spanID(bytes, try reader.delimited(bytes), isOptional: false)
      case .length(3):
        draft.traceState = string(bytes, try reader.delimited(bytes), &batch.strings)
      case .length(4):
        draft.parentSpanID = spanID(bytes, try reader.delimited(bytes), isOptional: true)
      case .length(5):
        draft.name = string(bytes, try reader.delimited(bytes), &batch.strings)
        if isFirst { habit = habits.first(of: draft.name) }
      case .varint(6):
        let start = reader.position
        let value = try reader.varint(bytes)
        if let kind = UInt8(exactly: value).flatMap(SpanKind.init) {
          draft.kind = kind
        } else {
          note(.numberOutOfRange, at: start, "no span kind: \(value)")
        }
      case .fixed64(7): draft.start = UnixNanos(try reader.fixed64(bytes))
      case .fixed64(8): draft.end = UnixNanos(try reader.fixed64(bytes))
      case .length(9):
        if !isFirst { habit = habits.next(after: habit) }
        isFirst = false
        try attribute(bytes, try reader.delimited(bytes), habit, isDetail: false, &batch)
      case .varint(10): draft.dropped.attributes = try uint32(bytes, &reader)
      case .length(11): try event(bytes, try reader.delimited(bytes), behind: &habit, &batch)
      case .varint(12): draft.dropped.events = try uint32(bytes, &reader)
      case .length(13): try link(bytes, try reader.delimited(bytes), behind: &habit, &batch)
      case .varint(14): draft.dropped.links = try uint32(bytes, &reader)
      case .length(15): try status(bytes, try reader.delimited(bytes), &draft, &batch.strings)
      case .fixed32(16): draft.flags = try reader.fixed32(bytes)
      default: try skip(tag, knownUpTo: 16, bytes, &reader)
      }
    }
    if !hasTraceID {
      note(.invalidID, at: range.lowerBound, "the span has no trace ID")
    }
    if !hasSpanID { note(.invalidID, at: range.lowerBound, "the span has no span ID") }
  }

  /// Passes a field that is unknown, or known but of another wire type, which is noted.
  private mutating func skip(
    _ tag: ProtobufReader.Tag, knownUpTo last: UInt32, _ bytes: Span<UInt8>,
    _ reader: inout ProtobufReader
  ) throws(ProtobufError) {
    if tag.number <= last {
      note(
        .unexpectedType, at: reader.position,
        "field \(tag.number) has wire type \(tag.type.rawValue); left out")
    }
    try reader.skip(tag, bytes)
  }

  private mutating func uint32(
    _ bytes: Span<UInt8>, _ reader: inout ProtobufReader
  ) throws(ProtobufError) -> UInt32 {
    let start = reader.position
    let value = try reader.varint(bytes)
    guard let fitting = UInt32(exactly: value) else {
      note(.numberOutOfRange, at: start, "expected 32 bits; cut to the largest")
      return .max
    }
    return fitting
  }

  @inline(__always)
  private mutating func string(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ strings: inout StringPool
  ) -> StringID {
    checkUTF8(bytes, range)
    return strings.intern(bytes.extracting(range))
  }

  private mutating func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
    checkUTF8(bytes, range)
    var copy: [UInt8] = []
    copy.append(bytes, range)
    return String(decoding: copy, as: UTF8.self)
  }

  // MARK: IDs

  private mutating func traceID(_ bytes: Span<UInt8>, _ range: Range<Int>) -> TraceID {
    switch range.count {
    case 16:
      let id = TraceID(
        high: bytes.word(at: range.lowerBound).byteSwapped,
        low: bytes.word(at: range.lowerBound &+ 8).byteSwapped)
      if !id.isValid { note(.invalidID, at: range.lowerBound, "the trace ID is zero") }
      return id
    case 8: return TraceID(high: 0, low: bytes.word(at: range.lowerBound).byteSwapped)
    default:
      note(
        .invalidID, at: range.lowerBound, "expected 16 bytes of trace ID, found \(range.count)")
      return .invalid
    }
  }

  private mutating func spanID(
    _ bytes: Span<UInt8>, _ range: Range<Int>, isOptional: Bool
  ) -> SpanID {
    let name = isOptional ? "parent span ID" : "span ID"
    guard range.count == 8 else {
      if !isOptional || !range.isEmpty {
        note(.invalidID, at: range.lowerBound, "expected 8 bytes of \(name), found \(range.count)")
      }
      return .invalid
    }
    let id = SpanID(bytes.word(at: range.lowerBound).byteSwapped)
    if !id.isValid, !isOptional { note(.invalidID, at: range.lowerBound, "the \(name) is zero") }
    return id
  }

  // MARK: Parts

  private mutating func status(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ draft: inout SpanDraft,
    _ strings: inout StringPool
  ) throws(ProtobufError) {
    var reader = ProtobufReader(range)
    while let tag = try reader.nextTag(bytes) {
      switch tag {
      case .length(2): draft.statusMessage = string(bytes, try reader.delimited(bytes), &strings)
      case .varint(3):
        let start = reader.position
        let value = try reader.varint(bytes)
        if let status = UInt8(exactly: value).flatMap(SpanStatus.init) {
          draft.status = status
        } else {
          note(.numberOutOfRange, at: start, "no status code: \(value)")
        }
      default: try reader.skip(tag, bytes)
      }
    }
  }

  /// Reads an event; `habit` is the place of what stood before it in the span.
  private mutating func event(
    _ bytes: Span<UInt8>, _ range: Range<Int>, behind habit: inout Int, _ batch: inout SpanBatch
  ) throws(ProtobufError) {
    var reader = ProtobufReader(range)
    var (time, name, dropped) = (UnixNanos.unset, StringID.empty, UInt32(0))
    while let tag = try reader.nextTag(bytes) {
      switch tag {
      case .fixed64(1): time = UnixNanos(try reader.fixed64(bytes))
      case .length(2): name = string(bytes, try reader.delimited(bytes), &batch.strings)
      case .length(3):
        habit = habits.next(after: habit)
        try attribute(bytes, try reader.delimited(bytes), habit, isDetail: true, &batch)
      case .varint(4): dropped = try uint32(bytes, &reader)
      default: try skip(tag, knownUpTo: 4, bytes, &reader)
      }
    }
    batch.endEvent(time: time, name: name, droppedAttributes: dropped)
  }

  /// Reads a link; `habit` is the place of what stood before it in the span.
  private mutating func link(
    _ bytes: Span<UInt8>, _ range: Range<Int>, behind habit: inout Int, _ batch: inout SpanBatch
  ) throws(ProtobufError) {
    var reader = ProtobufReader(range)
    var (traceID, spanID) = (TraceID.invalid, SpanID.invalid)
    var (traceState, flags, dropped) = (StringID.empty, UInt32(0), UInt32(0))
    while let tag = try reader.nextTag(bytes) {
      switch tag {
      case .length(1): traceID = self.traceID(bytes, try reader.delimited(bytes))
      case .length(2):
        spanID = self.spanID(bytes, try reader.delimited(bytes), isOptional: false)
      case .length(3): traceState = string(bytes, try reader.delimited(bytes), &batch.strings)
      case .length(4):
        habit = habits.next(after: habit)
        try attribute(bytes, try reader.delimited(bytes), habit, isDetail: true, &batch)
      case .varint(5): dropped = try uint32(bytes, &reader)
      case .fixed32(6): flags = try reader.fixed32(bytes)
      default: try skip(tag, knownUpTo: 6, bytes, &reader)
      }
    }
    batch.endLink(
      traceID: traceID, spanID: spanID, traceState: traceState, flags: flags,
      droppedAttributes: dropped)
  }

  /// Decodes a `Resource`.
  mutating func resource(
    _ bytes: Span<UInt8>, _ range: Range<Int>
  ) throws(ProtobufError) -> Resource {
    var reader = ProtobufReader(range)
    var resource = Resource()
    while let tag = try reader.nextTag(bytes) {
      switch tag {
      case .length(1):
        resource.attributes.append(try keyValue(bytes, try reader.delimited(bytes), depth: 0))
      case .varint(2): resource.droppedAttributes = try uint32(bytes, &reader)
      default: try skip(tag, knownUpTo: 2, bytes, &reader)
      }
    }
    return resource
  }

  /// Decodes an `InstrumentationScope`.
  mutating func scope(
    _ bytes: Span<UInt8>, _ range: Range<Int>
  ) throws(ProtobufError) -> InstrumentationScope {
    var reader = ProtobufReader(range)
    var scope = InstrumentationScope()
    while let tag = try reader.nextTag(bytes) {
      switch tag {
      case .length(1): scope.name = text(bytes, try reader.delimited(bytes))
      case .length(2): scope.version = text(bytes, try reader.delimited(bytes))
      case .length(3):
        scope.attributes.append(try keyValue(bytes, try reader.delimited(bytes), depth: 0))
      case .varint(4): scope.droppedAttributes = try uint32(bytes, &reader)
      default: try skip(tag, knownUpTo: 4, bytes, &reader)
      }
    }
    return scope
  }

  // MARK: Values

  /// A value whose bytes are still in the message.
  private enum Value {
    case empty
    case string(Range<Int>)
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case bytes(Range<Int>)
    case nested(AttributeValue)
  }

  /// Appends a `KeyValue` of a plain value, both shorter than 128 bytes and in the usual order, to the
  /// span, or to the event or link that is read; false, with nothing done, if it is something else.
  ///
  ///     0a 08 user.age 12 02 18 2a        0a 04 user 12 05 0a 03 ann
  private mutating func usualAttribute(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ habit: Int, isDetail: Bool = false,
    _ batch: inout SpanBatch
  ) -> Bool {
    let start = range.lowerBound
    guard range.count > 5, bytes[start] == 0x0a, bytes[start &+ 1] < 0x80 else { return false }
    let keyRange = start &+ 2..<start &+ 2 &+ Int(bytes[start &+ 1])
    let value = keyRange.upperBound
    guard value &+ 4 <= range.upperBound else { return false }
    // The tag and the length of the value, and what it begins with.
    let head = bytes.half(at: value)
    guard head & 0x80ff == 0x12, value &+ 2 &+ Int(head &>> 8 & 0x7f) == range.upperBound else {
      return false
    }
    switch head &>> 16 & 0xff {
    case 0x0a:
      let text = value &+ 4..<range.upperBound
      guard text.count == Int(head &>> 24) else { return false }
      let key = usualKey(bytes, keyRange, habit, &batch.strings)
      let content: StringID
      if habits.isValue(at: habit, bytes, text, batch.strings) {
        content = habits.value(at: habit)
      } else {
        content = batch.strings.intern(bytes.extracting(text))
        if checkUTF8(bytes, text) { habits.learn(value: content, at: habit, batch.strings) }
      }
      Self.append(to: &batch, isDetail) { columns, _ in
        columns.append(.init(key: key, string: content))
      }
    case 0x18:
      var reader = ProtobufReader(value &+ 3..<range.upperBound)
      guard let int = try? reader.varint(bytes), reader.position == range.upperBound else {
        return false
      }
      let key = usualKey(bytes, keyRange, habit, &batch.strings)
      Self.append(to: &batch, isDetail) { columns, _ in
        columns.append(key: key, int: Int64(bitPattern: int))
      }
    case 0x10:
      guard value &+ 4 == range.upperBound, head &>> 24 < 0x80 else { return false }
      let key = usualKey(bytes, keyRange, habit, &batch.strings)
      Self.append(to: &batch, isDetail) { columns, _ in
        columns.append(.init(key: key, bool: head &>> 24 != 0))
      }
    case 0x21:
      guard value &+ 11 == range.upperBound else { return false }
      let key = usualKey(bytes, keyRange, habit, &batch.strings)
      let double = Double(bitPattern: bytes.word(at: value &+ 3))
      Self.append(to: &batch, isDetail) { columns, _ in columns.append(key: key, double: double) }
    default: return false
    }
    return true
  }

  /// Appends to the attributes of the span, or of the event or link that is read.
  @inline(__always)
  private static func append(
    to batch: inout SpanBatch, _ isDetail: Bool,
    _ body: (inout AttributeColumns, inout StringPool) -> Void
  ) {
    if isDetail {
      batch.withDetailAttributes(body)
    } else {
      batch.withAttributes(body)
    }
  }

  @inline(__always)
  private mutating func usualKey(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ habit: Int, _ strings: inout StringPool
  ) -> StringID {
    if habits.isKey(at: habit, bytes, range, strings) { return habits.key(at: habit) }
    let key = strings.intern(bytes.extracting(range))
    if checkUTF8(bytes, range) { habits.learn(key, at: habit, strings) }
    return key
  }

  /// Appends a `KeyValue` to the span, or to the event or link that is read; `habit` is the place of
  /// what is expected.
  @inline(__always)
  private mutating func attribute(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ habit: Int, isDetail: Bool,
    _ batch: inout SpanBatch
  ) throws(ProtobufError) {
    if !usualAttribute(bytes, range, habit, isDetail: isDetail, &batch) {
      try anyAttribute(bytes, range, isDetail: isDetail, &batch)
    }
  }

  private mutating func anyAttribute(
    _ bytes: Span<UInt8>, _ range: Range<Int>, isDetail: Bool, _ batch: inout SpanBatch
  ) throws(ProtobufError) {
    let (keyRange, value) = try pair(bytes, range, depth: 0)
    let key = string(bytes, keyRange, &batch.strings)
    var content = StringID.empty
    switch value {
    case .string(let range): content = string(bytes, range, &batch.strings)
    case .bytes(let range): content = batch.strings.intern(bytes.extracting(range))
    default: break
    }
    Self.append(to: &batch, isDetail) { Self.append(key, value, content, to: &$0, &$1) }
  }

  private static func append(
    _ key: StringID, _ value: Value, _ content: StringID, to columns: inout AttributeColumns,
    _ strings: inout StringPool
  ) {
    switch value {
    case .empty: columns.append(emptyFor: key)
    case .string: columns.append(key: key, string: content)
    case .bool(let bool): columns.append(key: key, bool: bool)
    case .int(let int): columns.append(key: key, int: int)
    case .double(let double): columns.append(key: key, double: double)
    case .bytes: columns.append(key: key, bytes: content)
    case .nested(let value): columns.append(key: key, value: value, strings: &strings)
    }
  }

  private mutating func keyValue(
    _ bytes: Span<UInt8>, _ range: Range<Int>, depth: Int
  ) throws(ProtobufError) -> Attribute {
    let (key, value) = try pair(bytes, range, depth: depth)
    return Attribute(text(bytes, key), attributeValue(value, bytes))
  }

  private mutating func pair(
    _ bytes: Span<UInt8>, _ range: Range<Int>, depth: Int
  ) throws(ProtobufError) -> (key: Range<Int>, value: Value) {
    var reader = ProtobufReader(range)
    var key = 0..<0
    var value = Value.empty
    while let tag = try reader.nextTag(bytes) {
      switch tag {
      case .length(1): key = try reader.delimited(bytes)
      case .length(2): value = try anyValue(bytes, try reader.delimited(bytes), depth: depth)
      default: try skip(tag, knownUpTo: 2, bytes, &reader)
      }
    }
    return (key, value)
  }

  /// Decodes an `AnyValue`; of several members the last counts. `depth` is how many arrays and maps
  /// are around it.
  private mutating func anyValue(
    _ bytes: Span<UInt8>, _ range: Range<Int>, depth: Int
  ) throws(ProtobufError) -> Value {
    var reader = ProtobufReader(range)
    var value = Value.empty
    while let tag = try reader.nextTag(bytes) {
      switch tag {
      case .length(1): value = .string(try reader.delimited(bytes))
      case .varint(2): value = .bool(try reader.varint(bytes) != 0)
      case .varint(3): value = .int(Int64(bitPattern: try reader.varint(bytes)))
      case .fixed64(4): value = .double(Double(bitPattern: try reader.fixed64(bytes)))
      case .length(5), .length(6):
        let inner = try reader.delimited(bytes)
        if depth >= AttributeValue.nestingLimit {
          note(
            .nestingTooDeep, at: inner.lowerBound,
            "more than \(AttributeValue.nestingLimit) levels; the rest is kept as bytes")
          value = .bytes(inner)
        } else if tag.number == 5 {
          value = .nested(.array(try arrayValues(bytes, inner, depth: depth + 1)))
        } else {
          value = .nested(.map(try mapValues(bytes, inner, depth: depth + 1)))
        }
      case .length(7): value = .bytes(try reader.delimited(bytes))
      default: try skip(tag, knownUpTo: 7, bytes, &reader)
      }
    }
    return value
  }

  private mutating func arrayValues(
    _ bytes: Span<UInt8>, _ range: Range<Int>, depth: Int
  ) throws(ProtobufError) -> [AttributeValue] {
    var reader = ProtobufReader(range)
    var values: [AttributeValue] = []
    while let tag = try reader.nextTag(bytes) {
      guard tag.number == 1, tag.type == .length else {
        try reader.skip(tag, bytes)
        continue
      }
      let value = try anyValue(bytes, try reader.delimited(bytes), depth: depth)
      values.append(attributeValue(value, bytes))
    }
    return values
  }

  private mutating func mapValues(
    _ bytes: Span<UInt8>, _ range: Range<Int>, depth: Int
  ) throws(ProtobufError) -> [Attribute] {
    var reader = ProtobufReader(range)
    var values: [Attribute] = []
    while let tag = try reader.nextTag(bytes) {
      guard tag.number == 1, tag.type == .length else {
        try reader.skip(tag, bytes)
        continue
      }
      values.append(try keyValue(bytes, try reader.delimited(bytes), depth: depth))
    }
    return values
  }

  private mutating func attributeValue(_ value: Value, _ bytes: Span<UInt8>) -> AttributeValue {
    switch value {
    case .empty: .empty
    case .string(let range): .string(text(bytes, range))
    case .bool(let bool): .bool(bool)
    case .int(let int): .int(int)
    case .double(let double): .double(double)
    case .bytes(let range): .bytes(range.map { bytes[$0] })
    case .nested(let value): value
    }
  }
}
