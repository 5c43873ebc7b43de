import TraceModel

/// Reads what OpenTelemetry C++'s `OStreamSpanExporter` prints. (opentelemetry-cpp,
/// exporters/ostream.)
///
///     {
///       name          : GET /cart
///       trace_id      : 0af7651916cd43dd8448eb211c80319c
///       attributes    :
///     	http.request.method: GET
///     }
///
/// What is nested is indented by tabs.
struct CppConsole: SpanLines {
  static let format = FormatDescriptor(
    name: "cpp-console", summary: "OpenTelemetry C++'s ostream exporter",
    example: "OStreamSpanExporterFactory::Create()", priority: 35)
  static let firstLine = "  name          : "
  static let openingLine = "{\n"
  static let resolution = TimeResolution.nanosecond

  private enum Section {
    case span, attributes, events, links, resource
  }

  private(set) var span = SpanRecord()
  private var section = Section.span
  private var duration: UInt64?
  private var fields = LineFields()

  init() {}

  mutating func takeNotes() -> [(kind: ImportIssue.Kind, detail: String)] { fields.takeNotes() }

  mutating func take(_ line: String) -> SpanLine {
    if line == "}" {
      setEnd()
      return .last
    }
    if line.hasPrefix("\t") { return nested(line.dropFirst()) }
    guard line.hasPrefix("  "), let (key, value) = LineFields.pair(line) else { return .foreign }
    switch key {
    case "name": span.name = value
    case "trace_id": span.traceID = fields.traceID(value)
    case "span_id": span.spanID = fields.spanID(value)
    case "tracestate": span.traceState = value
    case "parent_span_id": span.parentSpanID = fields.spanID(value, isOptional: true)
    case "start": span.start = fields.time(LineFields.unsigned(value).map { UnixNanos($0) }, value)
    case "duration":
      duration = LineFields.unsigned(value)
      if duration == nil { _ = fields.time(nil, value) }
    case "description": span.statusMessage = value
    case "span kind": span.kind = LineFields.kind(value)
    case "status": span.status = LineFields.status(value)
    case "attributes": section = .attributes
    case "events": section = .events
    case "links": section = .links
    case "resources": section = .resource
    case "instr-lib": scope(value)
    default: return .foreign
    }
    return .part
  }

  private mutating func setEnd() {
    guard let duration, span.start != .unset else { return }
    let (end, overflow) = span.start.rawValue.addingReportingOverflow(duration)
    span.end = UnixNanos(overflow ? .max : end)
  }

  /// A line behind a tab.
  private mutating func nested(_ line: Substring) -> SpanLine {
    switch (section, line) {
    case (.events, "{"): span.events.append(SpanEvent())
    case (.links, "{"): span.links.append(SpanLink())
    case (.events, "}"), (.links, "}"): break
    case (.attributes, _):
      guard let attribute = LineFields.attribute(line) else { return .foreign }
      span.attributes.append(attribute)
    case (.resource, _):
      guard let attribute = LineFields.attribute(line) else { return .foreign }
      span.resource.attributes.append(attribute)
    case (.events, _):
      guard let last = span.events.indices.last else { return .foreign }
      return event(line, last)
    case (.links, _):
      guard let last = span.links.indices.last else { return .foreign }
      return link(line, last)
    case (.span, _): return .foreign
    }
    return .part
  }

  private mutating func event(_ line: Substring, _ index: Int) -> SpanLine {
    guard let (key, value) = LineFields.pair(line) else { return .foreign }
    switch key {
    case _ where line.hasPrefix("\t"):
      span.events[index].attributes.append(Attribute(key, .string(value)))
    case "name": span.events[index].name = value
    case "timestamp":
      let time = LineFields.unsigned(value).map { UnixNanos($0) }
      span.events[index].time = fields.time(time, value)
    case "attributes": break
    default: return .foreign
    }
    return .part
  }

  private mutating func link(_ line: Substring, _ index: Int) -> SpanLine {
    guard let (key, value) = LineFields.pair(line) else { return .foreign }
    switch key {
    case _ where line.hasPrefix("\t"):
      span.links[index].attributes.append(Attribute(key, .string(value)))
    case "trace_id": span.links[index].traceID = fields.traceID(value)
    case "span_id": span.links[index].spanID = fields.spanID(value)
    case "tracestate": span.links[index].traceState = value
    case "attributes": break
    default: return .foreign
    }
    return .part
  }

  /// `shop-lib-1.2.0`: the version begins behind the last `-` that a digit follows.
  private mutating func scope(_ text: String) {
    let bytes = Array(text.utf8)
    let cut = bytes.indices.dropLast().last {
      bytes[$0] == UInt8(ascii: "-")
        && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[$0 + 1])
    }
    guard let cut else { return span.scope.name = text }
    span.scope.name = String(decoding: bytes[..<cut], as: UTF8.self)
    span.scope.version = String(decoding: bytes[(cut + 1)...], as: UTF8.self)
  }
}
