import TraceModel

/// Reads what OpenTelemetry .NET's `ConsoleActivityExporter` prints. (opentelemetry-dotnet,
/// OpenTelemetry.Exporter.Console.)
///
///     Activity.TraceId:            0af7651916cd43dd8448eb211c80319c
///     Activity.SpanId:             b7ad6b7169203331
///     Activity.Tags:
///         http.request.method: GET
///
/// A span ends with an empty line. Times of events are written as the culture of the process likes; the
/// invariant one's are read.
struct DotNetConsole: SpanLines {
  static let format = FormatDescriptor(
    name: "dotnet-console", summary: "OpenTelemetry .NET's console exporter",
    example: "builder.AddConsoleExporter()", priority: 34)
  static let firstLine = "Activity.TraceId:"
  /// Ticks of .NET are tenths of it.
  static let resolution = TimeResolution.microsecond

  private enum Section {
    case span, tags, events, links, scope, resource
  }

  private(set) var span = SpanRecord()
  private var section = Section.span
  private var fields = LineFields()

  init() {}

  mutating func takeNotes() -> [(kind: ImportIssue.Kind, detail: String)] { fields.takeNotes() }

  mutating func take(_ line: String) -> SpanLine {
    if line.isEmpty { return .last }
    if line.hasPrefix("        ") { return detail(line.dropFirst(8)) }
    if line.hasPrefix("    ") { return item(line.dropFirst(4)) }
    if line.hasPrefix(" ") { return continued(line) }
    guard let (key, value) = LineFields.pair(line) else { return .foreign }
    switch key {
    case "Activity.TraceId": span.traceID = fields.traceID(value)
    case "Activity.SpanId": span.spanID = fields.spanID(value)
    case "Activity.ParentSpanId": span.parentSpanID = fields.spanID(value, isOptional: true)
    case "Activity.TraceFlags": span.flags = value == "Recorded" ? 1 : 0
    case "Activity.TraceState": span.traceState = value
    case "Activity.ActivitySourceName": span.scope.name = value
    case "Activity.ActivitySourceVersion": span.scope.version = value
    case "Activity.DisplayName": span.name = value
    case "Activity.Kind": span.kind = LineFields.kind(value)
    case "Activity.StartTime": span.start = fields.time(LineFields.iso8601(value), value)
    case "Activity.Duration": end(value)
    case "StatusCode": span.status = LineFields.status(value)
    case "Activity.StatusDescription": span.statusMessage = value
    case "Activity.Tags": section = .tags
    case "Activity.Events": section = .events
    case "Activity.Links": section = .links
    case "Instrumentation scope (ActivitySource)": section = .scope
    case "Resource associated with Activity": section = .resource
    default: return .foreign
    }
    return .part
  }

  /// A line of a section.
  private mutating func item(_ line: Substring) -> SpanLine {
    guard let attribute = LineFields.attribute(line) else {
      return section == .links ? link(line) : .foreign
    }
    switch (section, attribute.key) {
    case (.span, "StatusCode"), (.tags, "StatusCode"): return take(String(line))
    case (.span, "Activity.StatusDescription"), (.tags, "Activity.StatusDescription"):
      return take(String(line))
    case (.span, _): return .foreign
    case (.tags, _): span.attributes.append(attribute)
    case (.resource, _): span.resource.attributes.append(attribute)
    case (.scope, "Name"): span.scope.name = LineFields.pair(line)?.value ?? ""
    case (.scope, "Version"): span.scope.version = LineFields.pair(line)?.value ?? ""
    case (.scope, _): return .foreign
    case (.events, _): return event(line)
    case (.links, _): return link(line)
    }
    return .part
  }

  /// An attribute of an event or a link.
  private mutating func detail(_ line: Substring) -> SpanLine {
    guard let attribute = LineFields.attribute(line) else { return continued(String(line)) }
    if section == .events, !span.events.isEmpty {
      span.events[span.events.count - 1].attributes.append(attribute)
    } else if section == .links, !span.links.isEmpty {
      span.links[span.links.count - 1].attributes.append(attribute)
    } else {
      return .foreign
    }
    return .part
  }

  /// `cache.miss [11/24/2026 16:42:57 +00:00]`
  private mutating func event(_ line: Substring) -> SpanLine {
    guard line.utf8.last == UInt8(ascii: "]"), let bracket = line.lastIndex(of: "[") else {
      return .foreign
    }
    let text = String(line[bracket...].dropFirst().dropLast())
    let name = line[..<bracket]
    span.events.append(
      SpanEvent(
        time: fields.time(Self.eventTime(text), text),
        name: String(name.last == " " ? name.dropLast() : name)))
    return .part
  }

  /// `11/24/2026 16:42:57 +00:00`: month, day, year.
  private static func eventTime(_ text: String) -> UnixNanos? {
    let words = text.split(separator: " ")
    guard words.count == 3 else { return nil }
    let date = words[0].split(separator: "/")
    guard date.count == 3 else { return nil }
    return LineFields.iso8601("\(date[2])-\(date[0])-\(date[1])T\(words[1])\(words[2])")
  }

  /// A trace ID and a span ID.
  private mutating func link(_ line: Substring) -> SpanLine {
    let words = line.split(separator: " ")
    guard words.count == 2 else { return .foreign }
    span.links.append(
      SpanLink(traceID: fields.traceID(String(words[0])), spanID: fields.spanID(String(words[1]))))
    return .part
  }

  /// A line more of the last value, as the frames of a stack are.
  private mutating func continued(_ line: String) -> SpanLine {
    func append(to attributes: inout [Attribute]) -> SpanLine {
      guard let last = attributes.last, case .string(let text) = last.value else { return .foreign }
      attributes[attributes.count - 1] = Attribute(last.key, .string(text + "\n" + line))
      return .part
    }
    switch section {
    case .tags: return append(to: &span.attributes)
    case .events where !span.events.isEmpty:
      return append(to: &span.events[span.events.count - 1].attributes)
    default: return .foreign
    }
  }

  /// Sets the end by a duration such as `00:00:01.5000000` or `1.02:03:04`.
  private mutating func end(_ text: String) {
    let parts = text.split(separator: ":")
    let days = parts.first?.split(separator: ".") ?? []
    let seconds = parts.last?.split(separator: ".") ?? []
    let isPlain = text.utf8.allSatisfy {
      (UInt8(ascii: "0")...UInt8(ascii: ":")).contains($0) || $0 == UInt8(ascii: ".")
    }
    let fraction = seconds.count > 1 ? seconds[1].prefix(9) : ""
    guard isPlain, parts.count == 3, (1...2).contains(days.count), (1...2).contains(seconds.count),
      let day = days.count == 2 ? UInt32(days[0]) : 0, let hour = UInt8(days[days.count - 1]),
      let minute = UInt8(parts[1]), let second = UInt8(seconds[0]),
      let nanos = UInt32(fraction + String(repeating: "0", count: 9 - fraction.utf8.count)),
      span.start != .unset
    else {
      _ = fields.time(nil, text)
      return
    }
    let whole = Int64(day) * 86_400 + Int64(hour) * 3_600 + Int64(minute) * 60 + Int64(second)
    let (product, overflow) = whole.multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow else { return _ = fields.time(nil, text) }
    let (sum, isTooLong) = product.addingReportingOverflow(Int64(nanos))
    guard !isTooLong else { return _ = fields.time(nil, text) }
    span.end = span.start.advanced(by: DurationNanos(sum))
  }
}
