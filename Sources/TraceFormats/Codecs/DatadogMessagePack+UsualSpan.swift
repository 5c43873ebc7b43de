import TraceModel

// Spans as tracers write them nearly always, straight from MessagePack. All else takes the way by
// JSON, which says what is wrong; both give the same.
extension DatadogMessagePack {
  /// Decodes the span at `range`; false, with nothing done, if anything in it is not as usual.
  mutating func usualSpan(
    _ bytes: Span<UInt8>, _ range: Range<Int>, byteOffset: Int, into batch: inout SpanBatch
  ) -> Bool {
    usual.follow(batch.number)
    codec.span.begin(byteOffset: byteOffset, resolution: .nanosecond)
    var reader = MessagePackReader(at: range.lowerBound)
    guard let parts = try? members(bytes, &reader, &batch), codec.span.traceID != nil,
      codec.span.spanID != nil
    else {
      fields.notes.discard()
      batch.rollBack()
      return false
    }
    codec.completeTraceID(parts)
    codec.end(parts, &fields, &batch)
    return true
  }

  /// What is learned of spans, for those behind them.
  struct Usual: Sendable {
    fileprivate var habits = AttributeHabits()
    /// The payload's strings in the batch; the empty one for those not asked for yet.
    fileprivate var known: [Known] = []
    private var batchNumber: Int?

    /// Forgets the strings of an earlier payload.
    mutating func forgetStrings() { known.removeAll(keepingCapacity: true) }

    fileprivate mutating func follow(_ number: Int) {
      habits.follow(number)
      guard number != batchNumber else { return }
      batchNumber = number
      forgetStrings()
    }
  }

  /// One of the payload's strings: its number in the batch, and what it means as a key and as a type.
  fileprivate struct Known: Sendable {
    var id = StringID.empty
    var meta: DatadogJSON.Meta?
    var kind: SpanKind?
  }

  /// A string: its number in the batch, and where it lies in the span's bytes (in the payload's
  /// strings, if it is named by number: then its meanings are known).
  private struct Text {
    var id: StringID
    var range: Range<Int>
    var meta: DatadogJSON.Meta?
    var kind: SpanKind?
  }

  private static let order: [DatadogJSON.Field] = [
    .service, .name, .resource, .traceID, .spanID, .parentID, .start, .duration, .error, .meta,
    .metrics, .type,
  ]

  /// Reads all members; nil if one is not as usual.
  private mutating func members(
    _ bytes: Span<UInt8>, _ reader: inout MessagePackReader, _ batch: inout SpanBatch
  ) throws(MessagePackError) -> DatadogParts? {
    var parts = DatadogParts()
    switch try reader.next(bytes) {
    case .map(let count):
      for _ in 0..<count {
        guard case .string(let key) = try reader.next(bytes),
          let field = DatadogJSON.names.find(bytes, key),
          try member(field, isNumbered: false, bytes, &reader, &parts, &batch)
        else { return nil }
      }
    case .array(Self.order.count):
      for field in Self.order {
        guard try member(field, isNumbered: true, bytes, &reader, &parts, &batch) else {
          return nil
        }
      }
    default: return nil
    }
    return parts
  }

  /// Reads the value of a member; false if it is not as usual. `isNumbered`: strings are named by
  /// number.
  @inline(__always)
  private mutating func member(
    _ field: DatadogJSON.Field, isNumbered: Bool, _ bytes: Span<UInt8>,
    _ reader: inout MessagePackReader, _ parts: inout DatadogParts, _ batch: inout SpanBatch
  ) throws(MessagePackError) -> Bool {
    let start = reader.position
    let value = try reader.next(bytes)
    switch field {
    case .traceID:
      guard case .uint(let id) = value, id != 0 else { return false }
      codec.span.traceID = TraceID(high: 0, low: id)
    case .spanID:
      guard case .uint(let id) = value, id != 0 else { return false }
      codec.span.spanID = SpanID(id)
    case .parentID:
      guard case .uint(let id) = value else { return false }
      codec.span.draft.parentSpanID = SpanID(id)
    case .start:
      guard let time = value.integer, time >= 0 else { return false }
      codec.span.draft.start = UnixNanos(UInt64(time))
    case .duration:
      guard let duration = value.integer else { return false }
      codec.span.duration = DurationNanos(duration)
    case .error:
      guard let error = value.integer, UInt32(exactly: error) != nil else { return false }
      if error != 0 { codec.span.draft.status = .error }
    case .service:
      guard let text = text(value, isNumbered, bytes, &batch) else { return false }
      parts.service = text.id
    case .name:
      guard let text = text(value, isNumbered, bytes, &batch) else { return false }
      parts.operation = text.id
    case .resource:
      guard let text = text(value, isNumbered, bytes, &batch) else { return false }
      parts.resource = text.id
    case .type:
      guard let text = text(value, isNumbered, bytes, &batch) else { return false }
      parts.type = text.id
      parts.kindOfType = isNumbered ? text.kind : DatadogParts.kinds.find(bytes, text.range)
    case .meta:
      guard case .map(let count) = value else { return false }
      return try meta(count, isNumbered, bytes, &reader, &parts, &batch)
    case .metrics:
      guard case .map(let count) = value else { return false }
      var habit = usual.habits.first(of: parts.resource)
      for _ in 0..<count {
        habit = usual.habits.next(after: habit)
        guard let key = key(try reader.next(bytes), isNumbered, bytes, at: habit, &batch) else {
          return false
        }
        let value = try reader.next(bytes)
        if case .double(let double) = value, double.isFinite {
          batch.withAttributes { columns, _ in columns.append(key: key.id, double: double) }
        } else if let int = value.integer {
          batch.withAttributes { columns, _ in columns.append(key: key.id, int: int) }
        } else {
          return false
        }
      }
    case .links, .events:
      reader.position = start
      json.removeAll()
      try json.append(bytes, &reader)
      let list = json.text
      var listReader = JSONReader()
      do throws(JSONError) {
        if field == .links {
          try DatadogDetails.links(list.span, &listReader, &fields, into: &batch)
        } else {
          try DatadogDetails.events(list.span, &listReader, &fields, into: &batch)
        }
      } catch {
        return false
      }
      return fields.notes.isEmpty
    case .fullTraceID, .end: return false
    }
    return true
  }

  /// Reads the attributes that are strings; false if one is not as usual.
  private mutating func meta(
    _ count: Int, _ isNumbered: Bool, _ bytes: Span<UInt8>, _ reader: inout MessagePackReader,
    _ parts: inout DatadogParts, _ batch: inout SpanBatch
  ) throws(MessagePackError) -> Bool {
    var habit = usual.habits.first(of: parts.operation)
    for _ in 0..<count {
      habit = usual.habits.next(after: habit)
      guard let key = key(try reader.next(bytes), isNumbered, bytes, at: habit, &batch),
        let value = self.value(try reader.next(bytes), isNumbered, bytes, at: habit, &batch)
      else { return false }
      if let field = isNumbered ? key.meta : DatadogJSON.metaNames.find(bytes, key.range) {
        let known = strings.text
        let isTaken = take(field, value, in: isNumbered ? known.span : bytes, &parts, &batch)
        guard let isTaken else { return false }
        if isTaken { continue }
      }
      batch.withAttributes { columns, _ in columns.append(key: key.id, string: value.id) }
    }
    return true
  }

  /// Takes a string that says something of the span; false if it is an attribute like any other, nil
  /// if it is not as usual.
  private mutating func take(
    _ field: DatadogJSON.Meta, _ value: Text, in bytes: Span<UInt8>, _ parts: inout DatadogParts,
    _ batch: inout SpanBatch
  ) -> Bool? {
    switch field {
    case .kind:
      codec.span.draft.kind = SpanKind(named: bytes, value.range) ?? .unspecified
      return codec.span.draft.kind != .unspecified
    case .highHalf:
      parts.highHalf = IDText.number(bytes, value.range)?.low
      return parts.highHalf != nil
    case .environment: parts.environment = value.id
    case .version: parts.version = value.id
    case .message, .oldMessage: codec.span.draft.statusMessage = value.id
    case .events, .links:
      return try? DatadogDetails.read(
        bytes.extracting(value.range), areLinks: field == .links, &fields, into: &batch)
    }
    return true
  }

  // MARK: Strings

  /// The key that is `value`, most likely the one expected at `habit`.
  @inline(__always)
  private mutating func key(
    _ value: MessagePackReader.Value, _ isNumbered: Bool, _ bytes: Span<UInt8>, at habit: Int,
    _ batch: inout SpanBatch
  ) -> Text? {
    guard !isNumbered, case .string(let range) = value else {
      return text(value, isNumbered, bytes, &batch)
    }
    if usual.habits.isKey(at: habit, bytes, range, batch.strings) {
      return Text(id: usual.habits.key(at: habit), range: range)
    }
    guard let text = text(value, isNumbered, bytes, &batch) else { return nil }
    usual.habits.learn(text.id, at: habit, batch.strings)
    return text
  }

  /// The string that is `value`, perhaps the one expected at `habit`.
  @inline(__always)
  private mutating func value(
    _ value: MessagePackReader.Value, _ isNumbered: Bool, _ bytes: Span<UInt8>, at habit: Int,
    _ batch: inout SpanBatch
  ) -> Text? {
    guard !isNumbered, case .string(let range) = value else {
      return text(value, isNumbered, bytes, &batch)
    }
    if usual.habits.isValue(at: habit, bytes, range, batch.strings) {
      return Text(id: usual.habits.value(at: habit), range: range)
    }
    guard let text = text(value, isNumbered, bytes, &batch) else { return nil }
    usual.habits.learn(value: text.id, at: habit, batch.strings)
    return text
  }

  /// The string that is `value`, or that it names by number; nil if it is none, or no UTF-8.
  @inline(__always)
  private mutating func text(
    _ value: MessagePackReader.Value, _ isNumbered: Bool, _ bytes: Span<UInt8>,
    _ batch: inout SpanBatch
  ) -> Text? {
    switch value {
    case .string(let range) where !isNumbered && bytes.isValidUTF8(range):
      return Text(id: batch.strings.intern(bytes.extracting(range)), range: range)
    case .uint(let number) where isNumbered:
      guard let range = strings.range(number) else { return nil }
      let index = Int(number)
      if index >= usual.known.count || usual.known[index].id == .empty {
        guard strings.text.span.isValidUTF8(range) else { return nil }
        while usual.known.count <= index { usual.known.append(Known()) }
        usual.known[index] = Known(
          id: batch.strings.intern(strings.text.span.extracting(range)),
          meta: DatadogJSON.metaNames.find(strings.text.span, range),
          kind: DatadogParts.kinds.find(strings.text.span, range))
      }
      let known = usual.known[index]
      return Text(id: known.id, range: range, meta: known.meta, kind: known.kind)
    default: return nil
    }
  }
}

extension MessagePackReader.Value {
  /// The integer that it is, if it fits 64 bits with a sign.
  fileprivate var integer: Int64? {
    switch self {
    case .uint(let int): Int64(exactly: int)
    case .int(let int): int
    default: nil
    }
  }
}
