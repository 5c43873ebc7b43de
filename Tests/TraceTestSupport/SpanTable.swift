public import TraceModel

/// Spans as text that can be compared with what is written in a test.
public enum SpanTable {
  /// A block of lines for each record; what is empty or zero is left out. Resources and scopes are
  /// written where they change.
  public static func text(_ records: [SpanRecord]) -> String {
    var lines: [String] = []
    var resource: Resource?
    var scope: InstrumentationScope?
    for record in records {
      if record.resource != resource {
        resource = record.resource
        scope = nil
        lines.append(
          "resource" + text(record.resource.attributes)
            + dropped(record.resource.droppedAttributes) + schema(record.resource.schemaURL))
      }
      if record.scope != scope {
        scope = record.scope
        let name = [record.scope.name, record.scope.version].filter { !$0.isEmpty }
        lines.append(
          " scope \(name.isEmpty ? "?" : "")\(name.joined(separator: " "))"
            + text(record.scope.attributes)
            + dropped(record.scope.droppedAttributes) + schema(record.scope.schemaURL))
      }
      lines += text(record)
    }
    return lines.map { visible($0) }.joined(separator: "\n")
  }

  /// `text` with everything escaped that a terminal or editor would not show as it is.
  public static func visible(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
        result += scalar == "\n" ? "\\n" : "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    // A space at the end of a line would be hard to see.
    return result.hasSuffix(" ") ? result + "·" : result
  }

  private static func text(_ record: SpanRecord) -> [String] {
    let parent = record.parentSpanID.isValid ? " < \(record.parentSpanID)" : ""
    var lines = ["  \(record.traceID) \(record.spanID)\(parent) \(record.kind.name) \(record.name)"]
    let status =
      record.status == .unset && record.statusMessage.isEmpty
      ? "" : " \(record.status.name) \"\(record.statusMessage)\""
    lines.append(
      "    \(record.start.rawValue) +\(record.end.since(record.start).rawValue)\(status)")
    if !record.traceState.isEmpty { lines.append("    state \(record.traceState)") }
    if record.flags != 0 { lines.append("    flags \(record.flags)") }
    let counts = record.dropped
    if counts != DroppedCounts() {
      lines.append("    dropped \(counts.attributes) \(counts.events) \(counts.links)")
    }
    for attribute in record.attributes { lines.append("    " + text(attribute)) }
    for event in record.events {
      lines.append(
        "    event \(event.time.rawValue) \(event.name)" + text(event.attributes)
          + dropped(event.droppedAttributes))
    }
    for link in record.links {
      let state = link.traceState.isEmpty ? "" : " state \(link.traceState)"
      let flags = link.flags == 0 ? "" : " flags \(link.flags)"
      lines.append(
        "    link \(link.traceID) \(link.spanID)\(state)\(flags)" + text(link.attributes)
          + dropped(link.droppedAttributes))
    }
    return lines
  }

  private static func text(_ attributes: [Attribute]) -> String {
    attributes.map { " " + text($0) }.joined()
  }

  private static func text(_ attribute: Attribute) -> String {
    "\(attribute.key)=\(text(attribute.value))"
  }

  /// A value as it could be written in a program.
  public static func text(_ value: AttributeValue) -> String {
    switch value {
    case .empty: return "empty"
    case .string(let string): return "\"\(string)\""
    case .bool(let bool): return "\(bool)"
    case .int(let int): return "\(int)"
    case .double(let double): return "\(double)d"
    case .bytes(let bytes): return "bytes\(bytes)"
    case .array(let values): return "[" + values.map { text($0) }.joined(separator: ", ") + "]"
    case .map(let pairs): return "{" + pairs.map { text($0) }.joined(separator: ", ") + "}"
    }
  }

  private static func dropped(_ count: UInt32) -> String { count == 0 ? "" : " dropped \(count)" }
  private static func schema(_ url: String) -> String { url.isEmpty ? "" : " schema \(url)" }
}
