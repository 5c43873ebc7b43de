import TraceModel

/// Decodes the parts of Lightstep's reports. (lightstep-tracer-common, `collector.proto`.)
struct LightstepProtobuf: Sendable {
  private var notes = RecordNotes()
  private var resource = Resource()
  private var scope = ScopeID.unknown
  private var batchNumber: Int?
  private var hasSpans = false
  private var hasReporter = false
  private var habits = AttributeHabits()
  /// The name of the last span: the next one most likely is called as the one behind that name was.
  private var lastName = StringID.empty

  init() {}

  // MARK: Reporter

  /// Reads who reports the spans behind.
  mutating func reporter(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ base: Int, into batch: inout SpanBatch
  ) {
    do throws(ProtobufError) {
      var attributes: [Attribute] = []
      var reader = ProtobufReader(range)
      while let tag = try reader.nextTag(bytes) {
        guard tag.number == 4, tag.type == .length else {
          try reader.skip(tag, bytes)
          continue
        }
        let pair = try pair(bytes, try reader.delimited(bytes))
        attributes.append(Attribute(text(bytes, pair.key), value(pair.value, bytes)))
      }
      resource = Resource(attributes: attributes.namingService())
      batchNumber = nil
      // Behind spans that have one, another report begins.
      if hasSpans, !hasReporter {
        notes.add(
          .resourceAfterSpans, at: range.lowerBound, "the reporter stands behind spans without one")
      }
      hasReporter = true
      flush(base, &batch)
    } catch {
      fail(error, base, &batch)
    }
  }

  /// The number of the reporter in the batch.
  @inline(__always)
  private mutating func scope(in batch: inout SpanBatch) -> ScopeID {
    if batch.number != batchNumber { addScope(to: &batch) }
    return scope
  }

  private mutating func addScope(to batch: inout SpanBatch) {
    batchNumber = batch.number
    scope = batch.intern(InstrumentationScope(), of: batch.intern(resource))
  }

  // MARK: Spans

  /// Reads a span and commits it.
  mutating func span(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ base: Int, into batch: inout SpanBatch
  ) {
    hasSpans = true
    do throws(ProtobufError) {
      var draft = SpanDraft()
      draft.byteOffset = base + range.lowerBound
      draft.resolution = .microsecond
      draft.scope = scope(in: &batch)
      var duration = DurationNanos.zero
      var references = References()
      habits.follow(batch.number)
      var habit: Int?
      var reader = ProtobufReader(range)
      while let tag = try reader.nextTag(bytes) {
        switch tag {
        case .length(1):
          let context = try context(bytes, try reader.delimited(bytes))
          draft.traceID = TraceID(high: 0, low: context.traceID)
          draft.spanID = SpanID(context.spanID)
        case .length(2):
          let place = habits.first(of: lastName)
          draft.name = value(bytes, try reader.delimited(bytes), at: place, &batch)
        case .length(3): references.add(try reader.delimited(bytes))
        case .length(4): draft.start = try time(bytes, try reader.delimited(bytes))
        case .varint(5):
          let nanos = try reader.varint(bytes).multipliedReportingOverflow(by: 1_000)
          duration = DurationNanos(nanos.overflow ? .max : Int64(clamping: nanos.partialValue))
        case .length(6):
          let place = habits.next(after: habit ?? habits.first(of: draft.name))
          habit = place
          let range = try reader.delimited(bytes)
          if let entry = habits.entry(at: place, bytes, range) {
            batch.withAttributes { columns, _ in columns.append(entry) }
          } else {
            try take(tag: bytes, range, at: place, &draft, &batch)
          }
        case .length(7):
          var place = habit ?? habits.first(of: draft.name)
          try log(bytes, try reader.delimited(bytes), behind: &place, &batch)
          habit = place
        default: try reader.skip(tag, bytes)
        }
      }
      try follow(references, bytes, &draft, &batch)
      if draft.start != .unset { draft.end = draft.start.advanced(by: duration) }
      if !draft.traceID.isValid { notes.add(.invalidID, at: range.lowerBound, "no trace ID") }
      if !draft.spanID.isValid { notes.add(.invalidID, at: range.lowerBound, "no span ID") }
      batch.commit(draft)
      lastName = draft.name
      flush(base, &batch)
    } catch {
      batch.rollBack()
      fail(error, base, &batch)
    }
  }

  /// Where the references of a span stand; nearly always there is one at most.
  private struct References {
    private(set) var first: Range<Int>?
    private(set) var others: [Range<Int>] = []

    mutating func add(_ range: Range<Int>) {
      if first == nil {
        first = range
      } else {
        others.append(range)
      }
    }
  }

  private struct Target {
    var isChild = true
    var traceID: UInt64 = 0
    var spanID: UInt64 = 0
  }

  /// The first reference as a child is the parent, or else the first one; the others are links.
  private func follow(
    _ references: References, _ bytes: Span<UInt8>, _ draft: inout SpanDraft,
    _ batch: inout SpanBatch
  ) throws(ProtobufError) {
    guard let first = references.first else { return }
    let target = try target(bytes, first, of: draft)
    if references.others.isEmpty, target.traceID == draft.traceID.low {
      draft.parentSpanID = SpanID(target.spanID)
      return
    }
    var targets = [target]
    for range in references.others { targets.append(try self.target(bytes, range, of: draft)) }
    let own = targets.indices.filter { targets[$0].traceID == draft.traceID.low }
    let parent = own.first { targets[$0].isChild } ?? own.first
    for (index, target) in targets.enumerated() {
      if index == parent {
        draft.parentSpanID = SpanID(target.spanID)
      } else {
        batch.endLink(
          traceID: TraceID(high: 0, low: target.traceID), spanID: SpanID(target.spanID))
      }
    }
  }

  private func target(
    _ bytes: Span<UInt8>, _ range: Range<Int>, of draft: SpanDraft
  ) throws(ProtobufError) -> Target {
    var target = Target()
    var reader = ProtobufReader(range)
    while let tag = try reader.nextTag(bytes) {
      switch tag {
      case .varint(1): target.isChild = try reader.varint(bytes) == 0
      case .length(2):
        let context = try context(bytes, try reader.delimited(bytes))
        (target.traceID, target.spanID) = (context.traceID, context.spanID)
      default: try reader.skip(tag, bytes)
      }
    }
    // Most clients leave out the trace ID.
    if target.traceID == 0 { target.traceID = draft.traceID.low }
    return target
  }

  @inline(__always)
  private func context(
    _ bytes: Span<UInt8>, _ range: Range<Int>
  ) throws(ProtobufError) -> (traceID: UInt64, spanID: UInt64) {
    if let (traceID, spanID) = ProtobufReader.twoVarints(bytes, range) { return (traceID, spanID) }
    return try anyContext(bytes, range)
  }

  private func anyContext(
    _ bytes: Span<UInt8>, _ range: Range<Int>
  ) throws(ProtobufError) -> (traceID: UInt64, spanID: UInt64) {
    var context = (traceID: UInt64(0), spanID: UInt64(0))
    var reader = ProtobufReader(range)
    while let tag = try reader.nextTag(bytes) {
      switch tag {
      case .varint(1): context.traceID = try reader.varint(bytes)
      case .varint(2): context.spanID = try reader.varint(bytes)
      default: try reader.skip(tag, bytes)
      }
    }
    return context
  }

  /// A `Timestamp`.
  private mutating func time(
    _ bytes: Span<UInt8>, _ range: Range<Int>
  ) throws(ProtobufError) -> UnixNanos {
    if let (seconds, nanos) = ProtobufReader.twoVarints(bytes, range) {
      return time(seconds, nanos, at: range.lowerBound)
    }
    var (seconds, nanos) = (UInt64(0), UInt64(0))
    var reader = ProtobufReader(range)
    while let tag = try reader.nextTag(bytes) {
      switch tag {
      case .varint(1): seconds = try reader.varint(bytes)
      case .varint(2): nanos = try reader.varint(bytes)
      default: try reader.skip(tag, bytes)
      }
    }
    return time(seconds, nanos, at: range.lowerBound)
  }

  @inline(__always)
  private mutating func time(_ seconds: UInt64, _ nanos: UInt64, at position: Int) -> UnixNanos {
    let product = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let sum = product.partialValue.addingReportingOverflow(nanos)
    if !product.overflow, !sum.overflow { return UnixNanos(sum.partialValue) }
    notes.add(.invalidTime, at: position, "the time is before 1970 or after 2554")
    return .unset
  }

  /// A tag, which may be what OpenTelemetry has a field for.
  private mutating func take(
    tag bytes: Span<UInt8>, _ range: Range<Int>, at habit: Int, _ draft: inout SpanDraft,
    _ batch: inout SpanBatch
  ) throws(ProtobufError) {
    let pair = try pair(bytes, range)
    switch Key(bytes, pair.key) {
    case .kind:
      if case .text(let text) = pair.value, let kind = SpanKind(named: bytes, text) {
        return draft.kind = kind
      }
    case .error:
      if isTrue(pair.value, bytes) { return draft.status = .error }
    case .event, nil: break
    }
    let key = key(bytes, pair.key, at: habit, &batch)
    var text = StringID.empty
    if case .text(let valueRange) = pair.value {
      let isAgain = habits.isValue(at: habit, bytes, valueRange, batch.strings)
      text = value(bytes, valueRange, at: habit, &batch)
      if isAgain, habits.key(at: habit) == key {
        habits.learn(.init(key: key, string: text), at: habit, written: bytes, range)
      }
    }
    batch.withAttributes { columns, _ in Self.append(key, pair.value, text, to: &columns) }
  }

  /// Keys of tags and logs that mean more than others.
  private enum Key {
    case kind, error, event

    /// Nil if it is a key like any other.
    @inline(__always)
    init?(_ bytes: Span<UInt8>, _ range: Range<Int>) {
      switch range.count {
      case 9 where bytes.matches(range, "span.kind"): self = .kind
      case 5 where bytes.matches(range, "error"): self = .error
      case 5 where bytes.matches(range, "event"): self = .event
      default: return nil
      }
    }
  }

  /// The number of a key, most likely of the one expected at `habit`.
  private mutating func key(
    _ bytes: Span<UInt8>, _ range: Range<Int>, at habit: Int, _ batch: inout SpanBatch
  ) -> StringID {
    if habits.isKey(at: habit, bytes, range, batch.strings) { return habits.key(at: habit) }
    let number = batch.strings.intern(bytes.extracting(range))
    if checkUTF8(bytes, range) { habits.learn(number, at: habit, batch.strings) }
    return number
  }

  /// The number of a string, perhaps of the one expected at `habit`.
  private mutating func value(
    _ bytes: Span<UInt8>, _ range: Range<Int>, at habit: Int, _ batch: inout SpanBatch
  ) -> StringID {
    if habits.isValue(at: habit, bytes, range, batch.strings) { return habits.value(at: habit) }
    let number = batch.strings.intern(bytes.extracting(range))
    if checkUTF8(bytes, range) { habits.learn(value: number, at: habit, batch.strings) }
    return number
  }

  /// Python's client writes every value as text.
  private func isTrue(_ value: Value, _ bytes: Span<UInt8>) -> Bool {
    switch value {
    case .bool(let bool): bool
    case .text(let text): bytes.matches(text, "true") || bytes.matches(text, "True")
    default: false
    }
  }

  /// Reads a log as an event; `habit` is the place of what stood before it in the span.
  private mutating func log(
    _ bytes: Span<UInt8>, _ range: Range<Int>, behind habit: inout Int, _ batch: inout SpanBatch
  ) throws(ProtobufError) {
    var (moment, name) = (UnixNanos.unset, StringID.empty)
    var reader = ProtobufReader(range)
    while let tag = try reader.nextTag(bytes) {
      switch tag {
      case .length(1): moment = try time(bytes, try reader.delimited(bytes))
      case .length(2):
        let pair = try pair(bytes, try reader.delimited(bytes))
        habit = habits.next(after: habit)
        if name == .empty, Key(bytes, pair.key) == .event,
          case .text(let text) = pair.value
        {
          name = value(bytes, text, at: habit, &batch)
        } else {
          let key = key(bytes, pair.key, at: habit, &batch)
          var text = StringID.empty
          if case .text(let range) = pair.value { text = value(bytes, range, at: habit, &batch) }
          batch.withDetailAttributes { columns, _ in
            Self.append(key, pair.value, text, to: &columns)
          }
        }
      default: try reader.skip(tag, bytes)
      }
    }
    batch.endEvent(time: moment, name: name)
  }

  // MARK: Values

  private enum Value {
    case empty
    case text(Range<Int>)
    case int(Int64)
    case double(Double)
    case bool(Bool)
  }

  /// A `KeyValue`.
  @inline(__always)
  private func pair(
    _ bytes: Span<UInt8>, _ range: Range<Int>
  ) throws(ProtobufError) -> (key: Range<Int>, value: Value) {
    if let (key, text) = Self.shortTexts(bytes, range) { return (key, .text(text)) }
    return try anyPair(bytes, range)
  }

  /// Key and value if both are texts shorter than 128 bytes and in the usual order, as nearly always.
  ///
  ///     0a 04 user 12 03 ann
  @inline(__always)
  private static func shortTexts(
    _ bytes: Span<UInt8>, _ range: Range<Int>
  ) -> (key: Range<Int>, text: Range<Int>)? {
    let start = range.lowerBound
    guard range.count >= 4, bytes[start] == 0x0a, bytes[start &+ 1] < 0x80 else { return nil }
    let key = start &+ 2..<start &+ 2 &+ Int(bytes[start &+ 1])
    let text = key.upperBound &+ 2
    guard text <= range.upperBound, bytes[key.upperBound] == 0x12,
      bytes[key.upperBound &+ 1] < 0x80,
      Int(bytes[key.upperBound &+ 1]) == range.upperBound &- text
    else { return nil }
    return (key, text..<range.upperBound)
  }

  private func anyPair(
    _ bytes: Span<UInt8>, _ range: Range<Int>
  ) throws(ProtobufError) -> (key: Range<Int>, value: Value) {
    var key = range.lowerBound..<range.lowerBound
    var value = Value.empty
    var reader = ProtobufReader(range)
    while let tag = try reader.nextTag(bytes) {
      switch tag {
      case .length(1): key = try reader.delimited(bytes)
      // 6 is text that is JSON.
      case .length(2), .length(6): value = .text(try reader.delimited(bytes))
      case .varint(3): value = .int(Int64(bitPattern: try reader.varint(bytes)))
      case .fixed64(4): value = .double(Double(bitPattern: try reader.fixed64(bytes)))
      case .varint(5): value = .bool(try reader.varint(bytes) != 0)
      default: try reader.skip(tag, bytes)
      }
    }
    return (key, value)
  }

  /// Appends an attribute; `text` is its value if that is a string.
  private static func append(
    _ key: StringID, _ value: Value, _ text: StringID, to columns: inout AttributeColumns
  ) {
    switch value {
    case .empty: columns.append(emptyFor: key)
    case .text: columns.append(key: key, string: text)
    case .int(let int): columns.append(key: key, int: int)
    case .double(let double): columns.append(key: key, double: double)
    case .bool(let bool): columns.append(key: key, bool: bool)
    }
  }

  private mutating func value(_ value: Value, _ bytes: Span<UInt8>) -> AttributeValue {
    switch value {
    case .empty: .empty
    case .text(let range): .string(text(bytes, range))
    case .int(let int): .int(int)
    case .double(let double): .double(double)
    case .bool(let bool): .bool(bool)
    }
  }

  private mutating func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
    checkUTF8(bytes, range)
    var copy: [UInt8] = []
    copy.append(bytes, range)
    return String(decoding: copy, as: UTF8.self)
  }

  // MARK: Issues

  /// Whether a string is UTF-8; notes it if it is not.
  @discardableResult
  private mutating func checkUTF8(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    if bytes.isValidUTF8(range) { return true }
    notes.add(.invalidUTF8, at: range.lowerBound, "in a string; its bytes are kept")
    return false
  }

  @inline(__always)
  private mutating func flush(_ base: Int, _ batch: inout SpanBatch) {
    if !notes.isEmpty { flushNotes(base, &batch) }
  }

  private mutating func flushNotes(_ base: Int, _ batch: inout SpanBatch) {
    for note in notes.take() {
      batch.issues.append(
        ImportIssue(note.kind, byteOffset: base + note.position, detail: note.detail))
    }
  }

  private mutating func fail(_ error: ProtobufError, _ base: Int, _ batch: inout SpanBatch) {
    notes.discard()
    batch.issues.append(
      ImportIssue(
        .malformedRecord, byteOffset: base + error.offset,
        detail: "\(error.reason.rawValue); skipped"))
  }
}

extension [Attribute] {
  /// The attributes of one of Lightstep's reporters, which calls the service a component.
  func namingService() -> [Attribute] {
    var copy = self
    if !contains(where: { $0.key == "service.name" }),
      let component = firstIndex(where: { $0.key == "lightstep.component_name" })
    {
      copy[component].key = "service.name"
    }
    return copy
  }
}
