public import TraceModel

/// Writes spans as OTLP JSON, independently of the reader: for tests that read back what was written.
public enum OTLPJSONWriter {
  /// One `TracesData` object, with a `ResourceSpans` for each record.
  public static func text(_ records: [SpanRecord]) -> String {
    object([("resourceSpans", array(records.map(resourceSpans)))])
  }

  private static func resourceSpans(_ record: SpanRecord) -> String {
    object([
      (
        "resource",
        object([
          ("attributes", attributes(record.resource.attributes)),
          ("droppedAttributesCount", "\(record.resource.droppedAttributes)"),
        ])
      ),
      (
        "scopeSpans",
        array([
          object([
            (
              "scope",
              object([
                ("name", string(record.scope.name)), ("version", string(record.scope.version)),
                ("attributes", attributes(record.scope.attributes)),
                ("droppedAttributesCount", "\(record.scope.droppedAttributes)"),
              ])
            ), ("spans", array([span(record)])), ("schemaUrl", string(record.scope.schemaURL)),
          ])
        ])
      ), ("schemaUrl", string(record.resource.schemaURL)),
    ])
  }

  /// One element of `spans`.
  public static func span(_ record: SpanRecord) -> String {
    object([
      ("traceId", string(record.traceID.description)),
      ("spanId", string(record.spanID.description)),
      ("parentSpanId", string(record.parentSpanID.isValid ? record.parentSpanID.description : "")),
      ("traceState", string(record.traceState)), ("flags", "\(record.flags)"),
      ("name", string(record.name)), ("kind", "\(record.kind.rawValue)"),
      ("startTimeUnixNano", "\"\(record.start.rawValue)\""),
      ("endTimeUnixNano", "\"\(record.end.rawValue)\""),
      ("attributes", attributes(record.attributes)),
      ("droppedAttributesCount", "\(record.dropped.attributes)"),
      (
        "events",
        array(
          record.events.map { event in
            object([
              ("timeUnixNano", "\"\(event.time.rawValue)\""), ("name", string(event.name)),
              ("attributes", attributes(event.attributes)),
              ("droppedAttributesCount", "\(event.droppedAttributes)"),
            ])
          })
      ), ("droppedEventsCount", "\(record.dropped.events)"),
      (
        "links",
        array(
          record.links.map { link in
            object([
              ("traceId", string(link.traceID.description)),
              ("spanId", string(link.spanID.description)), ("traceState", string(link.traceState)),
              ("flags", "\(link.flags)"), ("attributes", attributes(link.attributes)),
              ("droppedAttributesCount", "\(link.droppedAttributes)"),
            ])
          })
      ), ("droppedLinksCount", "\(record.dropped.links)"),
      (
        "status",
        object([
          ("code", "\(record.status.rawValue)"), ("message", string(record.statusMessage)),
        ])
      ),
    ])
  }

  private static func attributes(_ list: [Attribute]) -> String {
    array(list.map { object([("key", string($0.key)), ("value", value($0.value))]) })
  }

  private static func value(_ value: AttributeValue) -> String {
    switch value {
    case .empty: "{}"
    case .string(let text): object([("stringValue", string(text))])
    case .bool(let bool): object([("boolValue", "\(bool)")])
    case .int(let int): object([("intValue", "\"\(int)\"")])
    case .double(let double):
      object([("doubleValue", double.isFinite ? "\(double)" : "\"\(name(double))\"")])
    case .bytes(let bytes): object([("bytesValue", string(base64(bytes)))])
    case .array(let values):
      object([("arrayValue", object([("values", array(values.map { Self.value($0) }))]))])
    case .map(let pairs): object([("kvlistValue", object([("values", attributes(pairs))]))])
    }
  }

  private static func name(_ double: Double) -> String {
    double.isNaN ? "NaN" : double < 0 ? "-Infinity" : "Infinity"
  }

  private static func object(_ members: [(String, String)]) -> String {
    "{" + members.map { "\(string($0.0)):\($0.1)" }.joined(separator: ",") + "}"
  }

  private static func array(_ elements: [String]) -> String {
    "[" + elements.joined(separator: ",") + "]"
  }

  /// Escapes what must be, and non-ASCII characters as Python does.
  private static func string(_ text: String) -> String {
    var result = "\""
    for unit in text.utf16 {
      switch unit {
      case 0x22: result += "\\\""
      case 0x5c: result += "\\\\"
      case 0x0a: result += "\\n"
      case 0x20..<0x7f: result.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
      default:
        let digits = String(unit, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    }
    return result + "\""
  }

  private static func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var result = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = Array(bytes[start..<min(start + 3, bytes.count)])
      let word = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for index in 0..<4 {
        result += index <= group.count ? String(digits[word >> (18 - 6 * index) & 63]) : "="
      }
    }
    return result
  }
}
