/// Everything that a span says, as bytes: equal if, and only if, one span is a copy of the other.
///
/// `SpanRecord`'s own equality is Swift's: there "é" is "e" with an accent, 0 is -0, and a NaN is
/// not itself. Copies are found, and what is left is put in order, by bytes.
struct SpanContents: Hashable, Comparable {
  private var bytes: [UInt8] = []

  init(_ record: SpanRecord) {
    append(record.traceID.high)
    append(record.traceID.low)
    append(record.spanID.rawValue)
    append(record.parentSpanID.rawValue)
    append(record.name)
    append(UInt64(record.kind.rawValue))
    append(record.start.rawValue)
    append(record.end.rawValue)
    append(UInt64(record.status.rawValue))
    append(record.statusMessage)
    append(record.attributes)
    append(UInt64(record.events.count))
    for event in record.events {
      append(event.time.rawValue)
      append(event.name)
      append(event.attributes)
      append(UInt64(event.droppedAttributes))
    }
    append(UInt64(record.links.count))
    for link in record.links {
      append(link.traceID.high)
      append(link.traceID.low)
      append(link.spanID.rawValue)
      append(link.traceState)
      append(UInt64(link.flags))
      append(link.attributes)
      append(UInt64(link.droppedAttributes))
    }
    append(record.traceState)
    append(UInt64(record.flags))
    append(UInt64(record.dropped.attributes))
    append(UInt64(record.dropped.events))
    append(UInt64(record.dropped.links))
    append(record.resource.attributes)
    append(UInt64(record.resource.droppedAttributes))
    append(record.resource.schemaURL)
    append(record.scope.name)
    append(record.scope.version)
    append(record.scope.attributes)
    append(UInt64(record.scope.droppedAttributes))
    append(record.scope.schemaURL)
  }

  static func < (one: SpanContents, other: SpanContents) -> Bool {
    one.bytes.lexicographicallyPrecedes(other.bytes)
  }

  // Numbers have 8 bytes and everything else its length before it, so that no two different spans
  // give the same bytes.

  private mutating func append(_ number: UInt64) {
    for shift in stride(from: UInt64(56), through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: number &>> shift))
    }
  }

  private mutating func append(_ text: String) {
    append(UInt64(text.utf8.count))
    bytes += text.utf8
  }

  private mutating func append(_ attributes: [Attribute]) {
    append(UInt64(attributes.count))
    for attribute in attributes {
      append(attribute.key)
      append(attribute.value)
    }
  }

  private mutating func append(_ value: AttributeValue) {
    switch value {
    case .empty: bytes.append(0)
    case .string(let text):
      bytes.append(1)
      append(text)
    case .bool(let bool): bytes.append(bool ? 3 : 2)
    case .int(let int):
      bytes.append(4)
      append(UInt64(bitPattern: int))
    case .double(let double):
      bytes.append(5)
      append(double.bitPattern)
    case .bytes(let list):
      bytes.append(6)
      append(UInt64(list.count))
      bytes += list
    case .array(let values):
      bytes.append(7)
      append(UInt64(values.count))
      for value in values { append(value) }
    case .map(let attributes):
      bytes.append(8)
      append(attributes)
    }
  }
}
