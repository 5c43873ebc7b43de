public import TraceModel

/// Spans with random values in every field.
public struct RandomRecords {
  private var random: SplitMix64

  public init(seed: UInt64) { random = SplitMix64(seed: seed) }

  /// The next span.
  public mutating func record() -> SpanRecord {
    var record = SpanRecord()
    record.traceID = TraceID(high: random.next(), low: random.next() | 1)
    record.spanID = SpanID(random.next() | 1)
    if chance(2) { record.parentSpanID = SpanID(random.next() | 1) }
    record.name = text()
    record.kind = SpanKind(rawValue: UInt8(below(6))) ?? .unspecified
    record.start = UnixNanos(chance(4) ? 0 : random.next())
    record.end = UnixNanos(chance(4) ? .max : random.next() >> UInt64(below(64)))
    record.status = SpanStatus(rawValue: UInt8(below(3))) ?? .unset
    record.statusMessage = text()
    record.attributes = attributes(5)
    record.events = (0..<below(3)).map { _ in
      SpanEvent(
        time: UnixNanos(random.next()), name: text(), attributes: attributes(3),
        droppedAttributes: count())
    }
    record.links = (0..<below(3)).map { _ in
      SpanLink(
        traceID: TraceID(high: random.next(), low: random.next() | 1),
        spanID: SpanID(random.next() | 1), traceState: text(), flags: count(),
        attributes: attributes(2), droppedAttributes: count())
    }
    record.traceState = text()
    record.flags = count()
    record.dropped = DroppedCounts(attributes: count(), events: count(), links: count())
    record.resource = Resource(
      attributes: attributes(3), droppedAttributes: count(), schemaURL: text())
    record.scope = InstrumentationScope(
      name: text(), version: text(), attributes: attributes(2), droppedAttributes: count(),
      schemaURL: text())
    return record
  }

  private mutating func below(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }
  private mutating func chance(_ one: Int) -> Bool { below(one) == 0 }
  private mutating func count() -> UInt32 {
    chance(2) ? 0 : UInt32(truncatingIfNeeded: random.next()) >> UInt32(below(32))
  }

  private mutating func text() -> String {
    let pieces = [
      "a", "GET /orders", " ", "é", "日本", "😀", "\u{202e}", "\u{1b}[31m", "\"", "\\", "\n{", "\0",
      "}", "key=", "0",
    ]
    return (0..<below(5)).map { _ in pieces[below(pieces.count)] }.joined()
  }

  private mutating func attributes(_ limit: Int) -> [Attribute] {
    (0..<below(limit + 1)).map { _ in Attribute(text(), value(depth: 0)) }
  }

  private mutating func value(depth: Int) -> AttributeValue {
    switch below(depth < 3 ? 9 : 6) {
    case 0: .empty
    case 1: .string(text())
    case 2: .bool(chance(2))
    case 3: .int(Int64(bitPattern: random.next()) >> Int64(below(64)))
    case 4: .double(double())
    case 5: .bytes((0..<below(6)).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    case 6: .map(attributes(2))
    default: .array((0..<below(4)).map { _ in value(depth: depth + 1) })
    }
  }

  private mutating func double() -> Double {
    let double = Double(bitPattern: random.next())
    if double.isNaN { return .infinity }
    return chance(3) ? Double(below(1000)) / 8 : double
  }
}
