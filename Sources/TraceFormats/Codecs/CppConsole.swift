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
  static let openingLine: StaticString = "{\n"

  private enum Section {
    case span, attributes, events, links, resource
  }

  var text = LineText()
  var record = LineRecord()
  private var section = Section.span
  private var duration: UInt64?

  init() {}

  static func role(of line: Range<Int>, _ bytes: Span<UInt8>) -> LineRole {
    if bytes.matches(line, "}") { return .last }
    return bytes.hasPrefix("  name          : ", line) ? .first : .other
  }

  mutating func begin() {
    record.begin()
    section = .span
    duration = nil
  }

  mutating func end(in batch: inout SpanBatch) -> LineRecordEnd {
    if let duration, record.draft.start != .unset {
      let (end, overflow) = record.draft.start.rawValue.addingReportingOverflow(duration)
      record.draft.end = UnixNanos(overflow ? .max : end)
    }
    record.commit(to: &batch, resource: LineRecord.resource) { lines in
      lines.first.flatMap(LineRecord.pair).map { Self.scope($0.value) } ?? InstrumentationScope()
    }
    return .span
  }

  mutating func take(
    _ line: Range<Int>, _ bytes: Span<UInt8>, into batch: inout SpanBatch
  ) -> Bool {
    if bytes.matches(line, "}") { return true }
    if bytes.hasPrefix("\t", line) {
      return nested(line.dropFirst(), bytes, into: &batch)
    }
    guard bytes.hasPrefix("  ", line), let (key, value) = LineRecord.pair(line, bytes) else {
      return false
    }
    func isKey(_ text: StaticString) -> Bool { bytes.matches(key, text) }
    func text() -> StringID { record.text(value, bytes, &batch.strings) }
    if isKey("name") {
      record.draft.name = text()
    } else if isKey("trace_id") {
      record.draft.traceID = record.traceID(value, bytes)
    } else if isKey("span_id") {
      record.draft.spanID = record.spanID(value, bytes)
    } else if isKey("tracestate") {
      record.draft.traceState = text()
    } else if isKey("parent_span_id") {
      record.draft.parentSpanID = record.spanID(value, bytes, isOptional: true)
    } else if isKey("start") {
      record.draft.start = time(value, bytes)
    } else if isKey("duration") {
      duration = NumberText.uint64(bytes, value)
      if duration == nil { _ = record.time(nil, value, bytes) }
    } else if isKey("description") {
      record.draft.statusMessage = text()
    } else if isKey("span kind") {
      record.draft.kind = LineRecord.kind(value, bytes)
    } else if isKey("status") {
      record.draft.status = LineRecord.status(value, bytes)
    } else if isKey("attributes") {
      section = .attributes
    } else if isKey("events") {
      section = .events
    } else if isKey("links") {
      section = .links
    } else if isKey("resources") {
      section = .resource
    } else if isKey("instr-lib") {
      record.addToScope(line, bytes)
    } else {
      return false
    }
    return true
  }

  private mutating func time(_ range: Range<Int>, _ bytes: Span<UInt8>) -> UnixNanos {
    record.time(NumberText.uint64(bytes, range).map { UnixNanos($0) }, range, bytes)
  }

  /// What stands behind the tab of a line.
  private mutating func nested(
    _ line: Range<Int>, _ bytes: Span<UInt8>, into batch: inout SpanBatch
  ) -> Bool {
    switch section {
    case .span: return false
    case .attributes: return record.addAttribute(line, bytes, isDetail: false, to: &batch)
    case .resource:
      guard LineRecord.pair(line, bytes) != nil else { return false }
      record.addToResource(line, bytes)
      return true
    case .events, .links:
      if bytes.matches(line, "}") { return true }
      if bytes.matches(line, "{") {
        if section == .events {
          record.beginEvent(in: &batch)
        } else {
          record.beginLink(in: &batch)
        }
        return true
      }
      guard section == .events ? record.event != nil : record.link != nil else { return false }
      if bytes.hasPrefix("\t", line) {
        return record.addAttribute(line, bytes, isDetail: true, to: &batch)
      }
      guard let (key, value) = LineRecord.pair(line, bytes) else { return false }
      if bytes.matches(key, "attributes") { return true }
      return section == .events
        ? event(key, value, bytes, &batch.strings) : link(key, value, bytes, &batch.strings)
    }
  }

  private mutating func event(
    _ key: Range<Int>, _ value: Range<Int>, _ bytes: Span<UInt8>, _ strings: inout StringPool
  ) -> Bool {
    if bytes.matches(key, "name") {
      let name = record.text(value, bytes, &strings)
      record.event?.name = name
    } else if bytes.matches(key, "timestamp") {
      let time = self.time(value, bytes)
      record.event?.time = time
    } else {
      return false
    }
    return true
  }

  private mutating func link(
    _ key: Range<Int>, _ value: Range<Int>, _ bytes: Span<UInt8>, _ strings: inout StringPool
  ) -> Bool {
    if bytes.matches(key, "trace_id") {
      let traceID = record.traceID(value, bytes)
      record.link?.traceID = traceID
    } else if bytes.matches(key, "span_id") {
      let spanID = record.spanID(value, bytes)
      record.link?.spanID = spanID
    } else if bytes.matches(key, "tracestate") {
      let traceState = record.text(value, bytes, &strings)
      record.link?.traceState = traceState
    } else {
      return false
    }
    return true
  }

  /// `shop-lib-1.2.0`: the version begins behind the last `-` that a digit follows.
  private static func scope(_ text: String) -> InstrumentationScope {
    let bytes = Array(text.utf8)
    let cut = bytes.indices.dropLast().last {
      bytes[$0] == UInt8(ascii: "-")
        && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[$0 + 1])
    }
    guard let cut else { return InstrumentationScope(name: text) }
    return InstrumentationScope(
      name: String(decoding: bytes[..<cut], as: UTF8.self),
      version: String(decoding: bytes[(cut + 1)...], as: UTF8.self))
  }
}
