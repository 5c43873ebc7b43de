public import TraceModel

/// Writes spans as OTLP protobuf, independently of the reader: for tests that read back what was
/// written.
public enum OTLPProtobufWriter {
  /// One `TracesData` message, with a `ResourceSpans` for each record.
  public static func bytes(_ records: [SpanRecord]) -> [UInt8] {
    records.flatMap { field(1, resourceSpans($0)) }
  }

  /// `message` behind its length, as in a Collector's file.
  public static func frame(_ message: [UInt8]) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: message.count >> (24 - 8 * $0)) } + message
  }

  private static func resourceSpans(_ record: SpanRecord) -> [UInt8] {
    let resource =
      attributes(1, record.resource.attributes) + number(2, record.resource.droppedAttributes)
    let scope =
      text(1, record.scope.name) + text(2, record.scope.version)
      + attributes(3, record.scope.attributes) + number(4, record.scope.droppedAttributes)
    let scopeSpans =
      field(1, scope) + field(2, span(record)) + text(3, record.scope.schemaURL)
    return field(1, resource) + field(2, scopeSpans) + text(3, record.resource.schemaURL)
  }

  /// One `Span` message.
  public static func span(_ record: SpanRecord) -> [UInt8] {
    var bytes = field(1, id(record.traceID)) + field(2, big(record.spanID.rawValue))
    bytes += text(3, record.traceState)
    if record.parentSpanID.isValid { bytes += field(4, big(record.parentSpanID.rawValue)) }
    bytes += text(5, record.name) + number(6, UInt32(record.kind.rawValue))
    bytes += fixed(7, record.start.rawValue) + fixed(8, record.end.rawValue)
    bytes += attributes(9, record.attributes) + number(10, record.dropped.attributes)
    for event in record.events {
      bytes += field(
        11,
        fixed(1, event.time.rawValue) + text(2, event.name) + attributes(3, event.attributes)
          + number(4, event.droppedAttributes))
    }
    bytes += number(12, record.dropped.events)
    for link in record.links {
      bytes += field(
        13,
        field(1, id(link.traceID)) + field(2, big(link.spanID.rawValue)) + text(3, link.traceState)
          + attributes(4, link.attributes) + number(5, link.droppedAttributes)
          + fixed32(6, link.flags))
    }
    bytes += number(14, record.dropped.links)
    bytes += field(15, text(2, record.statusMessage) + number(3, UInt32(record.status.rawValue)))
    return bytes + fixed32(16, record.flags)
  }

  private static func attributes(_ number: Int, _ list: [Attribute]) -> [UInt8] {
    list.flatMap { field(number, text(1, $0.key) + field(2, value($0.value))) }
  }

  private static func value(_ value: AttributeValue) -> [UInt8] {
    switch value {
    case .empty: []
    case .string(let text): field(1, Array(text.utf8))
    case .bool(let bool): varint(2 << 3) + [bool ? 1 : 0]
    case .int(let int): varint(3 << 3) + varint(UInt64(bitPattern: int))
    case .double(let double): [4 << 3 | 1] + little(double.bitPattern)
    case .bytes(let bytes): field(7, bytes)
    case .array(let values): field(5, values.flatMap { field(1, Self.value($0)) })
    case .map(let pairs): field(6, attributes(1, pairs))
    }
  }

  /// A length-delimited field.
  public static func field(_ number: Int, _ bytes: [UInt8]) -> [UInt8] {
    varint(UInt64(number << 3 | 2)) + varint(UInt64(bytes.count)) + bytes
  }

  private static func text(_ number: Int, _ text: String) -> [UInt8] {
    text.isEmpty ? [] : field(number, Array(text.utf8))
  }

  private static func number(_ field: Int, _ value: UInt32) -> [UInt8] {
    value == 0 ? [] : varint(UInt64(field << 3)) + varint(UInt64(value))
  }

  private static func fixed(_ field: Int, _ value: UInt64) -> [UInt8] {
    value == 0 ? [] : varint(UInt64(field << 3 | 1)) + little(value)
  }

  private static func fixed32(_ field: Int, _ value: UInt32) -> [UInt8] {
    value == 0 ? [] : varint(UInt64(field << 3 | 5)) + Array(little(UInt64(value)).prefix(4))
  }

  private static func id(_ id: TraceID) -> [UInt8] { big(id.high) + big(id.low) }

  private static func big(_ value: UInt64) -> [UInt8] { little(value).reversed() }

  private static func little(_ value: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
  }

  private static func varint(_ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    while rest > 0x7f {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(truncatingIfNeeded: rest)]
  }
}
