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

  private enum Field {
    case phase, time, duration, pid, tid, name, category, id, id2
  }
  private static let names = JSONKeyTable<Field>([
    ("ph", .phase), ("ts", .time), ("dur", .duration), ("pid", .pid), ("tid", .tid),
    ("name", .name), ("cat", .category), ("id", .id), ("id2", .id2),
  ])

  mutating func decode(
    _ bytes: Span<UInt8>, byteOffset: Int, fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSONError) {
    var event = ChromeEvents.Event()
    event.byteOffset = byteOffset
    events.beginMembers(of: &event)
    var (pid, tid) = (StringID.empty, StringID.empty)
    var reader = JSONReader()
    var isFirst = true
    try reader.enterObject(bytes)
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      switch Self.names.find(bytes, key) {
      case .phase:
        guard let text = try fields.text(bytes, &reader), text.range.count == 1 else { continue }
        event.phase = bytes[text.range.lowerBound]
      case .time: event.start = try nanoseconds(bytes, &reader, &fields) ?? 0
      case .duration: event.duration = try nanoseconds(bytes, &reader, &fields)
      case .pid: pid = try fields.internedText(bytes, &reader, &events.strings)
      case .tid: tid = try fields.internedText(bytes, &reader, &events.strings)
      case .name: event.name = try fields.internedText(bytes, &reader, &events.strings)
      case .category: event.category = try fields.internedText(bytes, &reader, &events.strings)
      case .id, .id2: event.id = try fields.internedText(bytes, &reader, &events.strings)
      case nil:
        let value = try reader.skipValue(bytes)
        events.addMember(key.range.lowerBound - 1..<value.upperBound, bytes, to: &event)
      }
    }
    events.setThread(of: &event, pid: pid, tid: tid)
    if ChromeEvents.isKnown(event.phase) {
      events.append(event)
    } else {
      let phase = String(UnicodeScalar(event.phase))
      fields.notes.add(
        .otherSignal, at: 0, phase == "C" ? "a counter" : "an event of phase \(phase)")
    }
    fields.notes.add(
      .assumption, at: 0, "times are counted from a moment that is not told: they are no dates")
  }

  private func nanoseconds(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields
  ) throws(JSONError) -> Int64? {
    try fields.duration(bytes, &reader, in: .microseconds)?.rawValue
  }

  mutating func finish(fields: inout JSONFields, into batch: inout SpanBatch) {
    events.commit(to: &batch)
    events = ChromeEvents()
  }
}
