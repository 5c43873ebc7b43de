import TraceModel

/// Decodes trace events as Chrome, Perfetto and many profilers write them. (Trace Event Format.)
///
/// Events have no IDs: one lies in another if its thread and its times say so. As they come in any
/// order, nothing can be said before the last one, and all are kept until then.
struct ChromeTrace: JSONValueCodec {
  static let format = FormatDescriptor(
    name: "chrome-trace",
    summary: "Chrome trace events: chrome://tracing, Perfetto's JSON, profilers",
    example: "viztracer -o trace.json app.py", priority: 52)

  static let telltales = ["traceEvents", "ph"]
  static let claimsByKeys = true

  /// Programs that are killed leave the array open, and the format allows it.
  static let mayEndOpen = true

  private var events = ChromeEvents()

  init() {}

  func claim(_ object: JSONShape, _ bytes: Span<UInt8>) -> JSONClaim {
    object.has("ph", bytes) && (object.has("ts", bytes) || object.has("pid", bytes))
      ? .spans : .none
  }

  private enum Field: UInt8 {
    case phase, time, duration, pid, tid, name, category, id, id2
    /// A key by which an object may be one around records.
    case wrapper

    var bit: UInt32 { 1 &<< UInt32(rawValue) }
  }
  private static let names = JSONKeyTable<Field>([
    ("ph", .phase), ("ts", .time), ("dur", .duration), ("pid", .pid), ("tid", .tid),
    ("name", .name), ("cat", .category), ("id", .id), ("id2", .id2),
  ])

  /// The members of the events before.
  private var habits = KeyHabits<Field>()
  /// What the last event had where most have the same.
  private var pid = LastValue()
  private var tid = LastValue()
  private var category = LastValue()
  private var hasNoted = false

  mutating func decode(
    _ bytes: Span<UInt8>, byteOffset: Int, fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSONError) {
    var event = events.begin(byteOffset: byteOffset)
    var reader = JSONReader()
    let members = try read(bytes, &reader, &fields, into: &event)
    events.setThread(of: &event, pid: members.pid, tid: members.tid)
    if ChromeEvents.isKnown(event.phase) {
      events.append(event)
    } else {
      let phase = String(UnicodeScalar(event.phase))
      fields.notes.add(
        .otherSignal, at: 0, phase == "C" ? "a counter" : "an event of phase \(phase)")
    }
    if hasNoted { return }
    hasNoted = true
    fields.notes.add(
      .assumption, at: 0, "times are counted from a moment that is not told: they are no dates")
  }

  static let readsUsual = true

  mutating func decodeUsual(
    _ bytes: Span<UInt8>, byteOffset: Int, fields: inout JSONFields, into batch: inout SpanBatch
  ) -> (end: Int, isRead: Bool) {
    var event = events.begin(byteOffset: byteOffset)
    var reader = JSONReader()
    let members = (try? read(bytes, &reader, &fields, into: &event)) ?? Members()
    let seen = members.fields
    guard hasNoted, fields.notes.isEmpty, ChromeEvents.isKnown(event.phase),
      seen & Field.phase.bit != 0, seen & (Field.time.bit | Field.pid.bit) != 0,
      seen & Field.wrapper.bit == 0
    else {
      events.rollBack(event)
      fields.notes.discard()
      return (reader.position, false)
    }
    events.setThread(of: &event, pid: members.pid, tid: members.tid)
    events.append(event)
    return (reader.position, true)
  }

  /// What is known of an event's members beside the event.
  private struct Members {
    var pid = StringID.empty
    var tid = StringID.empty
    /// The bits of the fields that it has; none of them if there are more members than are looked at.
    var fields: UInt32 = 0
  }

  /// Reads the members of an event.
  private mutating func read(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    into event: inout ChromeEvents.Event
  ) throws(JSONError) -> Members {
    var members = Members()
    var count = 0
    var place = KeyHabits<Field>.first
    while let member = try nextMember(bytes, &reader, &place) {
      count &+= 1
      if let key = member.key { members.fields |= key.bit }
      switch member.key {
      case .phase:
        guard let text = try fields.text(bytes, &reader), text.range.count == 1 else { continue }
        event.phase = bytes[text.range.lowerBound]
      case .time: event.start = try nanoseconds(bytes, &reader, &fields) ?? 0
      case .duration: event.duration = try nanoseconds(bytes, &reader, &fields)
      case .pid: members.pid = try self.pid.read(bytes, &reader, &fields, &events.strings)
      case .tid: members.tid = try self.tid.read(bytes, &reader, &fields, &events.strings)
      case .name: event.name = try fields.internedText(bytes, &reader, &events.strings)
      case .category:
        event.category = try category.read(bytes, &reader, &fields, &events.strings)
      case .id, .id2: event.id = try fields.internedText(bytes, &reader, &events.strings)
      case .wrapper, nil:
        let value = try reader.skipValue(bytes)
        events.addMember(member.quote..<value.upperBound, bytes, to: &event)
      }
    }
    if count > JSONShape.memberLimit { members.fields = 0 }
    return members
  }

  /// Passes the next key with its colon; nil, with the brace passed, if there is none.
  @inline(__always)
  private mutating func nextMember(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ place: inout Int
  ) throws(JSONError) -> KeyHabits<Field>.Member? {
    if let member = habits.next(after: &place, bytes, at: reader.position) {
      reader.position = member.end
      return member
    }
    return try anyMember(bytes, &reader, &place)
  }

  private mutating func anyMember(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ place: inout Int
  ) throws(JSONError) -> KeyHabits<Field>.Member? {
    let start = reader.position
    var isFirst = place == KeyHabits<Field>.first
    if isFirst { try reader.enterObject(bytes) }
    guard let key = try reader.nextKey(bytes, isFirst: &isFirst) else { return nil }
    var field = Self.names.find(bytes, key)
    if field == nil, JSONTrigger.keys.find(bytes, key.range) != nil { field = .wrapper }
    let member = KeyHabits<Field>.Member(
      key: field, quote: key.range.lowerBound - 1, end: reader.position)
    habits.learn(member.key, after: &place, bytes, start..<member.end, quote: member.quote)
    return member
  }

  private func nanoseconds(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields
  ) throws(JSONError) -> Int64? {
    try fields.duration(bytes, &reader, in: .microseconds)?.rawValue
  }

  mutating func finish(fields: inout JSONFields, into batch: inout SpanBatch) {
    events.commit(to: &batch)
    self = ChromeTrace()
  }

  /// A value that most often is the same as in the event before.
  private struct LastValue {
    /// How it was written.
    private var text: [UInt8] = []
    private var number = StringID.empty

    /// The number of the value that is next.
    @inline(__always)
    mutating func read(
      _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
      _ strings: inout StringPool
    ) throws(JSONError) -> StringID {
      let end = reader.position &+ text.count
      // A number could go on.
      if end < bytes.count, bytes[end] == UInt8(ascii: ",") || bytes[end] == UInt8(ascii: "}"),
        bytes.equals(reader.position..<end, text.span, from: 0), !text.isEmpty
      {
        reader.position = end
        return number
      }
      return try readNew(bytes, &reader, &fields, &strings)
    }

    private mutating func readNew(
      _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
      _ strings: inout StringPool
    ) throws(JSONError) -> StringID {
      let start = reader.position
      number = try fields.internedText(bytes, &reader, &strings)
      text.removeAll(keepingCapacity: true)
      // What was noted of it is noted again.
      if fields.notes.isEmpty { text.append(bytes, start..<reader.position) }
      return number
    }
  }
}
