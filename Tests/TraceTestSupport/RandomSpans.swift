public import TraceModel

/// Makes spans at random: as broken as input can be, or full of everything a span can have.
public struct RandomSpans: Sendable {
  public var random: SplitMix64

  public init(seed: UInt64) { random = SplitMix64(seed: seed) }

  /// Spans of a trace that has everything that goes wrong: identifiers and times come from so few
  /// that orphans, rings, duplicates, equal starts and missing values are common.
  public mutating func brokenTrace(
    _ count: Int, traceID: TraceID = TraceID(high: 1, low: 1)
  ) -> [SpanRecord] {
    var records: [SpanRecord] = []
    let ids = max(2, count * 5 / 4)
    for _ in 0..<count {
      if random.happens(15), !records.isEmpty {
        var copy = random.pick(records)
        if random.happens(50) { change(&copy) }
        records.append(copy)
        continue
      }
      var record = SpanRecord()
      record.traceID = traceID
      record.spanID = SpanID(random.happens(5) ? 0 : UInt64(random.below(ids)))
      record.parentSpanID = SpanID(random.happens(25) ? 0 : UInt64(random.below(ids)))
      record.start = time(count)
      record.end = time(count)
      record.kind = random.pick(SpanKind.allCases)
      record.status = random.pick(SpanStatus.allCases)
      change(&record)
      let service = random.pick(["cart", "payment", ""])
      record.resource = Resource(attributes: [Attribute("service.name", .string(service))])
      records.append(record)
    }
    return records
  }

  /// Gives a span contents that often differ in nothing but bytes.
  private mutating func change(_ record: inout SpanRecord) {
    record.name = random.pick(["a", "b", "caf\u{e9}", "cafe\u{301}"])
    if random.happens(30) {
      record.attributes = [Attribute("n", .double(random.pick([0, -0.0, .nan, .infinity])))]
    }
  }

  private mutating func time(_ count: Int) -> UnixNanos {
    switch random.below(12) {
    case 0: .unset
    case 1: UnixNanos(.max)
    default: UnixNanos(UInt64(random.below(count + 2)))
    }
  }

  /// A sound trace: each span is inside its parent, which comes before it in the list.
  public mutating func soundTrace(
    _ count: Int, traceID: TraceID = TraceID(high: 1, low: 1)
  ) -> [SpanRecord] {
    var records: [SpanRecord] = []
    for index in 0..<count {
      var record = SpanRecord()
      record.traceID = traceID
      record.spanID = SpanID(UInt64(index + 1))
      record.name = "span \(index)"
      record.start = UnixNanos(1_000)
      record.end = UnixNanos(1_000_000)
      if index > 0 {
        let parent = records[random.below(records.count)]
        record.parentSpanID = parent.spanID
        let length = Int(parent.end.rawValue - parent.start.rawValue)
        let start = parent.start.rawValue + UInt64(random.below(length / 2 + 1))
        record.start = UnixNanos(start)
        record.end = UnixNanos(
          start + UInt64(random.below(Int(parent.end.rawValue - start) + 1)))
      }
      records.append(record)
    }
    return records
  }

  /// A span with everything a span can have.
  public mutating func fullRecord() -> SpanRecord {
    var record = SpanRecord()
    record.traceID = TraceID(high: random.next(), low: random.next())
    record.spanID = SpanID(random.next())
    record.parentSpanID = SpanID(random.happens(30) ? 0 : random.next())
    record.name = text()
    record.kind = random.pick(SpanKind.allCases)
    record.start = UnixNanos(random.next())
    record.end = UnixNanos(random.next())
    record.status = random.pick(SpanStatus.allCases)
    record.statusMessage = random.happens(30) ? text() : ""
    record.attributes = attributes(8)
    for _ in 0..<random.below(3) {
      record.events.append(
        SpanEvent(
          time: UnixNanos(random.next()), name: text(), attributes: attributes(3),
          droppedAttributes: UInt32(random.below(3))))
    }
    for _ in 0..<random.below(3) {
      record.links.append(
        SpanLink(
          traceID: TraceID(high: random.next(), low: random.next()), spanID: SpanID(random.next()),
          traceState: text(), flags: UInt32(truncatingIfNeeded: random.next()),
          attributes: attributes(3), droppedAttributes: UInt32(random.below(3))))
    }
    record.traceState = random.happens(20) ? text() : ""
    record.flags = random.happens(50) ? 0x101 : UInt32(truncatingIfNeeded: random.next())
    if random.happens(20) {
      record.dropped = DroppedCounts(
        attributes: UInt32(random.below(5)), events: UInt32(random.below(5)), links: .max)
    }
    if random.happens(80) {
      record.resource = Resource(
        attributes: [Attribute("service.name", .string(random.pick(["cart", "pay", ""])))],
        droppedAttributes: UInt32(random.below(2)), schemaURL: random.pick(["", "schema"]))
      record.scope = InstrumentationScope(
        name: random.pick(["", "lib"]), version: random.pick(["", "1"]),
        attributes: random.happens(20) ? [Attribute("a", .bool(true))] : [],
        droppedAttributes: UInt32(random.below(2)), schemaURL: random.pick(["", "schema"]))
    }
    return record
  }

  /// Up to and without `limit` attributes; a key may occur twice.
  public mutating func attributes(_ limit: Int) -> [Attribute] {
    (0..<random.below(limit)).map { _ in Attribute(text(), value(depth: 0)) }
  }

  private mutating func value(depth: Int) -> AttributeValue {
    switch random.below(depth < 3 ? 9 : 7) {
    case 0: .empty
    case 1: .string(text())
    case 2: .bool(random.happens(50))
    case 3: .int(random.pick([0, 1, -1, Int64(Int32.max), Int64(Int32.min), .max, .min]))
    case 4: .int(Int64(bitPattern: random.next()))
    case 5: .double(random.pick([0, -0.0, 1.5, .infinity, -.infinity, .leastNonzeroMagnitude]))
    case 6: .bytes((0..<random.below(4)).map { _ in UInt8(random.below(256)) })
    case 7: .array((0..<random.below(4)).map { _ in value(depth: depth + 1) })
    default: .map((0..<random.below(4)).map { _ in Attribute(text(), value(depth: depth + 1)) })
    }
  }

  private mutating func text() -> String {
    random.pick([
      "", "a", "http.request.method", "GET", "caf\u{e9}", "日本", "\u{0}\u{1b}[31m", "🧵",
      "value \(random.below(50))",
    ])
  }
}

extension SpanDatabase {
  /// The spans in batches of these sizes; the last size goes on to the end.
  public init(_ records: [SpanRecord], batches sizes: [Int] = [.max]) {
    self.init()
    var rest = records[...]
    var number = 0
    while !rest.isEmpty {
      var batch = SpanBatch(source: SourceID(0), number: number)
      let size = max(1, sizes[min(number, sizes.count - 1)])
      for record in rest.prefix(size) { batch.append(record) }
      append(batch)
      rest = rest.dropFirst(size)
      number += 1
    }
  }
}

extension DataSet {
  /// The tree of a trace.
  public func tree(of trace: TraceRow) -> TraceTree {
    TraceTree(rows: traces.rows(of: trace), of: store)
  }
}
