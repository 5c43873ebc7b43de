import TraceModel

// Spans as tracers write them nearly always, straight from MessagePack. All else takes the way by
// JSON, which says what is wrong; both give the same.
extension DatadogMessagePack {
  /// Decodes the span that begins at `start`, and returns where it ends; nil, with nothing done, if
  /// anything in it is not as usual, or not all of it is there.
  mutating func usualSpan(
    _ bytes: Span<UInt8>, from start: Int, byteOffset: Int, into batch: inout SpanBatch
  ) -> Int? {
    guard readsUsual, start < bytes.count else { return nil }
    usual.follow(batch.number)
    codec.span.begin(byteOffset: byteOffset, resolution: .nanosecond)
    var parts = DatadogParts()
    let end =
      bytes[start] == Self.twelveValues
      ? numberedMembers(bytes, from: start, &parts, &batch)
      : members(bytes, from: start, &parts, &batch)
    guard let end, codec.span.traceID != nil, codec.span.spanID != nil else {
      fields.notes.discard()
      batch.rollBack()
      usual.links = nil
      return nil
    }
    codec.completeTraceID(parts)
    codec.end(parts, &fields, &batch)
    return end
  }

  /// What is learned of spans, for those behind them.
  struct Usual: Sendable {
    fileprivate var habits = AttributeHabits()
    /// The payload's strings by their numbers, as far as they were asked for.
    var known: [Known] = []
    /// What strings of the batch mean; nil for those not asked for yet.
    private var meanings: [Meaning?] = []
    /// The last string that links were read from, and where they stand among all of the batch.
    var links: (number: UInt64, range: Range<Int>)?
    /// Of strings that are JSON.
    fileprivate var fields = JSONFields()
    private var batchNumber: Int?

    /// Forgets the strings of an earlier payload.
    mutating func forgetStrings() {
      known.removeAll(keepingCapacity: true)
      links = nil
    }

    @inline(__always)
    fileprivate mutating func follow(_ number: Int) {
      habits.follow(number)
      if number != batchNumber { forgetBatch(number) }
    }

    private mutating func forgetBatch(_ number: Int) {
      batchNumber = number
      meanings.removeAll(keepingCapacity: true)
      forgetStrings()
    }

    /// What a string means.
    @inline(__always)
    mutating func meaning(of id: StringID, _ strings: StringPool) -> Meaning {
      let index = Int(id.rawValue)
      if index < meanings.count, let known = meanings[index] { return known }
      return addMeaning(of: id, strings)
    }

    private mutating func addMeaning(of id: StringID, _ strings: StringPool) -> Meaning {
      let (text, range) = (strings.bytes, strings.range(of: id))
      let meta = DatadogJSON.metaNames.find(text.span, range)
      let meaning = Meaning(
        role: meta.map { .meta($0) } ?? .attribute,
        kindOfType: DatadogParts.kinds.find(text.span, range),
        kind: SpanKind(named: text.span, range) ?? .unspecified)
      while meanings.count <= Int(id.rawValue) { meanings.append(nil) }
      meanings[Int(id.rawValue)] = meaning
      return meaning
    }
  }

  /// What a string means.
  struct Meaning: Sendable {
    /// What it is as a key among the strings of a span.
    enum Role: Sendable {
      case attribute
      case meta(DatadogJSON.Meta)
    }
    var role: Role
    /// What it says as the type of a span.
    var kindOfType: SpanKind?
    /// What it is as the kind of a span.
    var kind: SpanKind
  }

  /// A string of the payload; its meaning is nil if it was not asked for yet.
  struct Known: Sendable {
    /// Its number in the batch.
    var id = StringID.empty
    var meaning: Meaning?
  }

  // MARK: v0.3 and v0.4

  /// Reads the map of members by their names that begins at `start`, and returns where it ends; nil if
  /// one is not as usual.
  private mutating func members(
    _ bytes: Span<UInt8>, from start: Int, _ parts: inout DatadogParts, _ batch: inout SpanBatch
  ) -> Int? {
    var reader = MessagePackReader(at: start)
    guard let count = reader.mapCount(bytes) else { return nil }
    for _ in 0..<count {
      guard let key = reader.string(bytes), let field = DatadogJSON.names.find(bytes, key),
        member(field, bytes, &reader, &parts, &batch)
      else { return nil }
    }
    return reader.position
  }

  @inline(__always)
  private mutating func member(
    _ field: DatadogJSON.Field, _ bytes: Span<UInt8>, _ reader: inout MessagePackReader,
    _ parts: inout DatadogParts, _ batch: inout SpanBatch
  ) -> Bool {
    switch field {
    case .traceID:
      guard let id = reader.uint(bytes), id != 0 else { return false }
      codec.span.traceID = TraceID(high: 0, low: id)
    case .spanID:
      guard let id = reader.uint(bytes), id != 0 else { return false }
      codec.span.spanID = SpanID(id)
    case .parentID:
      guard let id = reader.uint(bytes) else { return false }
      codec.span.draft.parentSpanID = SpanID(id)
    case .start, .duration, .error: return number(field, bytes, &reader)
    // Of the strings each is most likely what it was behind the one before.
    case .service:
      let habit = usual.habits.first(of: .empty)
      guard let text = text(bytes, &reader, at: habit, &batch) else { return false }
      parts.service = text
    case .name:
      let habit = usual.habits.first(of: parts.service)
      guard let text = text(bytes, &reader, at: habit, &batch) else { return false }
      parts.operation = text
    case .resource:
      let habit = usual.habits.first(of: parts.operation)
      guard let text = text(bytes, &reader, at: habit, &batch) else { return false }
      parts.resource = text
    case .type:
      let habit = usual.habits.first(of: parts.resource)
      guard let text = text(bytes, &reader, at: habit, &batch) else { return false }
      parts.type = text
      parts.kindOfType = usual.meaning(of: text, batch.strings).kindOfType
    case .meta: return meta(bytes, &reader, &parts, &batch)
    case .metrics:
      guard let count = reader.mapCount(bytes) else { return false }
      var habit = usual.habits.first(of: parts.resource)
      for _ in 0..<count {
        habit = usual.habits.next(after: habit)
        guard let key = key(bytes, &reader, at: habit, &batch),
          metric(key, bytes, &reader, &batch)
        else { return false }
      }
    case .links: return links(bytes, &reader, &batch)
    case .events: return events(bytes, &reader, &batch)
    case .fullTraceID, .end: return false
    }
    return true
  }

  /// Reads the attributes that are strings; false if one is not as usual.
  private mutating func meta(
    _ bytes: Span<UInt8>, _ reader: inout MessagePackReader, _ parts: inout DatadogParts,
    _ batch: inout SpanBatch
  ) -> Bool {
    guard let count = reader.mapCount(bytes) else { return false }
    var habit = usual.habits.first(of: parts.operation)
    for _ in 0..<count {
      habit = usual.habits.next(after: habit)
      guard let key = key(bytes, &reader, at: habit, &batch) else { return false }
      guard case .meta(let field) = usual.meaning(of: key, batch.strings).role else {
        guard let value = text(bytes, &reader, at: habit, &batch) else { return false }
        batch.append(key, value, isDetail: false)
        continue
      }
      let start = reader.position
      if !field.isText {
        guard let range = reader.string(bytes),
          let isTaken = take(field, bytes, range, &parts, &batch)
        else { return false }
        if isTaken { continue }
        reader.position = start
      }
      guard let value = text(bytes, &reader, at: habit, &batch) else { return false }
      if field.isText {
        codec.take(field, value, &parts)
        continue
      }
      batch.append(key, value, isDetail: false)
    }
    return true
  }

  /// The key that is next, most likely the one expected at `habit`; nil if it is not as usual.
  @inline(__always)
  private mutating func key(
    _ bytes: Span<UInt8>, _ reader: inout MessagePackReader, at habit: Int,
    _ batch: inout SpanBatch
  ) -> StringID? {
    guard let range = reader.string(bytes) else { return nil }
    if usual.habits.isKey(at: habit, bytes, range, batch.strings) {
      return usual.habits.key(at: habit)
    }
    guard bytes.isValidUTF8(range) else { return nil }
    let key = batch.strings.intern(bytes.extracting(range))
    usual.habits.learn(key, at: habit, batch.strings)
    return key
  }

  /// The string that is next, perhaps the one expected at `habit`; nil if it is not as usual.
  @inline(__always)
  private mutating func text(
    _ bytes: Span<UInt8>, _ reader: inout MessagePackReader, at habit: Int,
    _ batch: inout SpanBatch
  ) -> StringID? {
    guard let range = reader.string(bytes) else { return nil }
    if usual.habits.isValue(at: habit, bytes, range, batch.strings) {
      return usual.habits.value(at: habit)
    }
    guard bytes.isValidUTF8(range) else { return nil }
    let text = batch.strings.intern(bytes.extracting(range))
    usual.habits.learn(value: text, at: habit, batch.strings)
    return text
  }

  // MARK: Values

  /// Takes the string at `range` that says something of the span and is no text; false if it is an
  /// attribute like any other, nil if it is not as usual.
  mutating func take(
    _ field: DatadogJSON.Meta, _ bytes: Span<UInt8>, _ range: Range<Int>,
    _ parts: inout DatadogParts, _ batch: inout SpanBatch
  ) -> Bool? {
    guard bytes.isValidUTF8(range) else { return nil }
    switch field {
    case .kind:
      codec.span.draft.kind = SpanKind(named: bytes, range) ?? .unspecified
      return codec.span.draft.kind != .unspecified
    case .highHalf:
      parts.highHalf = IDText.number(bytes, range)?.low
      return parts.highHalf != nil
    default:
      return DatadogDetails.readUsual(
        bytes.extracting(range), areLinks: field == .links, &usual.fields, into: &batch)
        ? true : nil
    }
  }

  /// Reads a time, a duration or an error; false if it is not as usual.
  @inline(__always)
  mutating func number(
    _ field: DatadogJSON.Field, _ bytes: Span<UInt8>, _ reader: inout MessagePackReader
  ) -> Bool {
    guard let number = reader.int(bytes) else { return false }
    switch field {
    case .start:
      guard number >= 0 else { return false }
      codec.span.draft.start = UnixNanos(UInt64(number))
    case .duration: codec.span.duration = DurationNanos(number)
    default:
      guard UInt32(exactly: number) != nil else { return false }
      if number != 0 { codec.span.draft.status = .error }
    }
    return true
  }

  /// Reads the number that is next into an attribute; false if it is not as usual.
  @inline(__always)
  func metric(
    _ key: StringID, _ bytes: Span<UInt8>, _ reader: inout MessagePackReader,
    _ batch: inout SpanBatch
  ) -> Bool {
    if let double = reader.double(bytes) {
      guard double.isFinite else { return false }
      batch.withAttributes { columns, _ in columns.append(key: key, double: double) }
    } else {
      guard let int = reader.int(bytes) else { return false }
      batch.withAttributes { columns, _ in columns.append(key: key, int: int) }
    }
    return true
  }

  // MARK: Links and events

  /// Reads a list of links; false if one is not as usual.
  private mutating func links(
    _ bytes: Span<UInt8>, _ reader: inout MessagePackReader, _ batch: inout SpanBatch
  ) -> Bool {
    guard let count = reader.arrayCount(bytes) else { return false }
    for _ in 0..<count {
      guard let members = reader.mapCount(bytes) else { return false }
      var (trace, span, state, flags) = (TraceID.invalid, SpanID.invalid, StringID.empty, UInt32(0))
      for _ in 0..<members {
        guard let key = reader.string(bytes) else { return false }
        switch DatadogDetails.names.find(bytes, key) {
        case .traceID:
          guard let id = reader.uint(bytes), id != 0 else { return false }
          trace.low = id
        case .highHalf:
          guard let half = reader.uint(bytes) else { return false }
          trace.high = half
        case .spanID:
          guard let id = reader.uint(bytes), id != 0 else { return false }
          span = SpanID(id)
        case .traceState:
          guard let text = string(bytes, &reader, &batch) else { return false }
          state = text
        case .flags:
          guard let number = reader.uint(bytes), let known = UInt32(exactly: number) else {
            return false
          }
          flags = DatadogDetails.flags(known)
        case .attributes:
          guard let count = reader.mapCount(bytes) else { return false }
          for _ in 0..<count {
            guard let key = string(bytes, &reader, &batch),
              let value = string(bytes, &reader, &batch)
            else { return false }
            batch.append(key, value, isDetail: true)
          }
        default: return false
        }
      }
      batch.endLink(traceID: trace, spanID: span, traceState: state, flags: flags)
    }
    return true
  }

  /// The string that is next; nil if it is not as usual.
  private func string(
    _ bytes: Span<UInt8>, _ reader: inout MessagePackReader, _ batch: inout SpanBatch
  ) -> StringID? {
    guard let range = reader.string(bytes), bytes.isValidUTF8(range) else { return nil }
    return batch.strings.intern(bytes.extracting(range))
  }

  /// Reads a list of events, by way of JSON: few spans have any. False if one is not as usual.
  private mutating func events(
    _ bytes: Span<UInt8>, _ reader: inout MessagePackReader, _ batch: inout SpanBatch
  ) -> Bool {
    json.removeAll()
    do {
      try json.append(bytes, &reader)
      let list = json.text
      var listReader = JSONReader()
      try DatadogDetails.events(list.span, &listReader, &fields, into: &batch)
    } catch {
      return false
    }
    return fields.notes.isEmpty
  }
}
