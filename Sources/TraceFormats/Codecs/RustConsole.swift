import TraceModel

/// Reads what OpenTelemetry Rust's stdout exporter prints. (opentelemetry-rust,
/// opentelemetry-stdout/src/trace/exporter.rs.)
///
///     Spans
///     Resource
///     	 ->  service.name=String(Static("shop"))
///     Span #0
///     	Instrumentation Scope
///     		Name         : "shop-lib"
///
///     	Name         : GET /cart
///     	TraceId      : 0af7651916cd43dd8448eb211c80319c
///     	Attributes:
///     		 ->  http.response.status_code: I64(200)
///
/// The resource is printed once, and no line says that a span ends. The first releases that printed text
/// put a space behind the tabs and the span's name in quotes.
struct RustConsole: SpanLines {
  static let format = FormatDescriptor(
    name: "rust-console", summary: "OpenTelemetry Rust's stdout exporter",
    example: "opentelemetry_stdout::SpanExporter::default()", priority: 36)
  static let isOpenEnded = true

  private enum Section {
    /// In front of the spans.
    case context
    case scope, span, attributes, events, links
  }

  var text = LineText()
  var record = LineRecord()
  private var section = Section.context
  /// Whether lines of another resource than the last one's have come.
  private var hasResource = false
  /// The status is what a span has last, and always.
  private var hasStatus = false

  init() {}

  static func sniff(_ prefix: Span<UInt8>) -> Bool {
    var last: Range<Int>?
    return prefix.anyLine { line in
      defer { last = line }
      if isSpan(line, prefix) { return true }
      // Words that also stand elsewhere, if not one behind the other.
      guard let last else { return false }
      if prefix.matches(last, "Spans") { return prefix.matches(line, "Resource") }
      guard prefix.matches(last, "Resource"), isNested(line, prefix) else { return false }
      let sign = prefix.firstIndex(of: UInt8(ascii: "="), in: line)
      return sign < line.upperBound
        && RustDebugText.plainString(prefix, sign + 1..<line.upperBound) != nil
    }
  }

  static func role(of line: Range<Int>, _ bytes: Span<UInt8>) -> LineRole {
    if isNested(line, bytes) || line.isEmpty { return .other }
    if isSpan(line, bytes) || bytes.matches(line, "Spans") || bytes.matches(line, "Resource") {
      return .first
    }
    // Logs and metrics are printed by the same program, with the same words in them.
    let isStranger =
      bytes.matches(line, "Logs") || bytes.matches(line, "Metrics")
      || bytes.hasPrefix("Log #", line) || bytes.hasPrefix("Metric #", line)
      || bytes.hasPrefix("Instrumentation Scope #", line)
    return isStranger ? .stranger : .other
  }

  /// `Span #0`
  private static func isSpan(_ line: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
    guard bytes.hasPrefix("Span #", line), line.count > 6 else { return false }
    return NumberText.uint64(bytes, line.dropFirst(6)) != nil
  }

  private static func isNested(_ line: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
    !line.isEmpty && bytes[line.lowerBound] == UInt8(ascii: "\t")
  }

  mutating func begin() {
    record.begin(keepsResource: true)
    record.draft.resolution = .microsecond
    section = .context
    hasResource = false
    hasStatus = false
  }

  mutating func end(in batch: inout SpanBatch) -> LineRecordEnd {
    if section == .context { return .context }
    guard hasStatus else { return .incomplete }
    record.commit(to: &batch, resource: Self.resource, scope: Self.scope)
    return .span
  }

  mutating func take(
    _ line: Range<Int>, _ bytes: Span<UInt8>, into batch: inout SpanBatch
  ) -> Bool {
    if line.isEmpty {
      if section == .scope { section = .span }
      return true
    }
    guard Self.isNested(line, bytes) else {
      if Self.isSpan(line, bytes) { section = .span }
      return Self.role(of: line, bytes) == .first
    }
    var depth = 1
    while depth < line.count, bytes[line.lowerBound &+ depth] == UInt8(ascii: "\t") { depth &+= 1 }
    let content = LineRecord.trimmed(line.dropFirst(depth), bytes)
    guard let last = content.last else { return true }
    if section == .context {
      if !hasResource { record.forgetResource() }
      hasResource = true
      record.addToResource(content, bytes)
      return true
    }
    if section == .scope, depth > 1 {
      record.addToScope(content, bytes)
      return true
    }
    if section == .span, bytes.matches(content, "Instrumentation Scope") {
      section = .scope
      return true
    }
    if let attribute = Self.attribute(content, bytes) {
      guard section != .span else { return false }
      let isDetail = section != .attributes
      guard !isDetail || record.event != nil || record.link != nil else { return false }
      return add(attribute, bytes, isDetail: isDetail, to: &batch)
    }
    if bytes[last] == UInt8(ascii: ":") || section == .events || section == .links,
      heading(content, bytes, &batch)
    {
      return true
    }
    if depth > 1, section == .attributes {
      return add(content, bytes, isDetail: false, to: &batch)
    }
    if depth > 2, record.event != nil || record.link != nil {
      return add(content, bytes, isDetail: true, to: &batch)
    }
    guard let (key, value) = LineRecord.pair(content, bytes) else { return false }
    switch section {
    case .events: return event(key, value, depth, bytes, &batch)
    case .links: return link(key, value, depth, bytes, &batch)
    default: return field(key, value, bytes, &batch.strings)
    }
  }

  /// What stands behind `->`, if it does.
  private static func attribute(_ line: Range<Int>, _ bytes: Span<UInt8>) -> Range<Int>? {
    guard bytes.hasPrefix("->", line) else { return nil }
    return LineRecord.trimmed(line.dropFirst(2), bytes)
  }

  /// A line that only says what comes.
  private mutating func heading(
    _ line: Range<Int>, _ bytes: Span<UInt8>, _ batch: inout SpanBatch
  ) -> Bool {
    if bytes.matches(line, "Attributes:") {
      if section != .events, section != .links { section = .attributes }
    } else if bytes.matches(line, "Events:") {
      section = .events
    } else if bytes.matches(line, "Links:") {
      section = .links
    } else if section == .events, bytes.hasPrefix("Event #", line) {
      record.beginEvent(in: &batch)
    } else if section == .links, bytes.hasPrefix("Link #", line) {
      record.beginLink(in: &batch)
    } else {
      return false
    }
    return true
  }

  /// A field of the span.
  private mutating func field(
    _ key: Range<Int>, _ value: Range<Int>, _ bytes: Span<UInt8>, _ strings: inout StringPool
  ) -> Bool {
    func isKey(_ text: StaticString) -> Bool { bytes.matches(key, text) }
    if isKey("Name") {
      // In quotes only where a single space stands in front of the key.
      let isQuoted = key.lowerBound > 0 && bytes[key.lowerBound - 1] == UInt8(ascii: " ")
      record.draft.name =
        isQuoted ? quoted(value, bytes, &strings) : record.text(value, bytes, &strings)
    } else if isKey("TraceId") {
      record.draft.traceID = record.traceID(value, bytes)
    } else if isKey("SpanId") {
      record.draft.spanID = record.spanID(value, bytes)
    } else if isKey("TraceFlags") {
      record.draft.flags = Self.flags(value, bytes)
    } else if isKey("ParentSpanId") {
      if bytes.matches(value, "None (root span)") { return true }
      record.draft.parentSpanID = record.spanID(value, bytes, isOptional: true)
    } else if isKey("Kind") {
      record.draft.kind = LineRecord.kind(value, bytes)
    } else if isKey("Start time") {
      record.draft.start = record.time(TimeText.iso8601(bytes, value), value, bytes)
    } else if isKey("End time") {
      record.draft.end = record.time(TimeText.iso8601(bytes, value), value, bytes)
    } else if isKey("Status") {
      status(value, bytes, &strings)
    } else if isKey("Dropped attributes count") {
      let count = NumberText.uint64(bytes, value) ?? 0
      record.draft.dropped.attributes = UInt32(clamping: count)
    } else {
      return false
    }
    return true
  }

  /// `TraceFlags(1)`
  private static func flags(_ text: Range<Int>, _ bytes: Span<UInt8>) -> UInt32 {
    guard bytes.hasPrefix("TraceFlags(", text), text.count > 12 else { return 0 }
    let number = NumberText.uint64(bytes, text.dropFirst(11).dropLast())
    return UInt32(truncatingIfNeeded: number ?? 0)
  }

  /// `Unset`, `Ok`, `Error { description: "no answer" }`
  private mutating func status(
    _ text: Range<Int>, _ bytes: Span<UInt8>, _ strings: inout StringPool
  ) {
    hasStatus = true
    let end = text.first { bytes[$0] == UInt8(ascii: " ") } ?? text.upperBound
    record.draft.status = LineRecord.status(text.lowerBound..<end, bytes)
    guard bytes.hasPrefix("Error { description: ", text),
      bytes[text.upperBound - 1] == UInt8(ascii: "}")
    else { return }
    let message = LineRecord.trimmed(text.dropFirst(21).dropLast(), bytes)
    record.draft.statusMessage = quoted(message, bytes, &strings)
  }

  private mutating func event(
    _ key: Range<Int>, _ value: Range<Int>, _ depth: Int, _ bytes: Span<UInt8>,
    _ batch: inout SpanBatch
  ) -> Bool {
    if bytes.matches(key, "Name") {
      if depth > 1 {
        record.beginEvent(name: quoted(value, bytes, &batch.strings), in: &batch)
      } else {
        let name = record.text(value, bytes, &batch.strings)
        record.event?.name = name
      }
    } else if bytes.matches(key, "Timestamp") {
      let time = record.time(TimeText.iso8601(bytes, value), value, bytes)
      record.event?.time = time
    } else {
      return false
    }
    return record.event != nil
  }

  private mutating func link(
    _ key: Range<Int>, _ value: Range<Int>, _ depth: Int, _ bytes: Span<UInt8>,
    _ batch: inout SpanBatch
  ) -> Bool {
    if bytes.matches(key, "TraceId") {
      if depth > 1 { record.beginLink(in: &batch) }
      let traceID = record.traceID(value, bytes)
      record.link?.traceID = traceID
    } else if bytes.matches(key, "SpanId") {
      let spanID = record.spanID(value, bytes)
      record.link?.spanID = spanID
    } else {
      return false
    }
    return record.link != nil
  }

  // MARK: Texts and values

  /// The number of a text in quotes; of any other it itself.
  private func quoted(
    _ range: Range<Int>, _ bytes: Span<UInt8>, _ strings: inout StringPool
  ) -> StringID {
    if let plain = RustDebugText.plainString(bytes, range) {
      return record.text(plain, bytes, &strings)
    }
    return RustDebugText.quoted(bytes, range).map { strings.intern($0) }
      ?? record.text(range, bytes, &strings)
  }

  /// Appends the attribute `key: value`. False if it is none.
  private func add(
    _ line: Range<Int>, _ bytes: Span<UInt8>, isDetail: Bool, to batch: inout SpanBatch
  ) -> Bool {
    guard let (key, value) = LineRecord.pair(line, bytes) else { return false }
    let keyID = record.text(key, bytes, &batch.strings)
    if bytes.hasPrefix("String(", value), let plain = RustDebugText.plainString(bytes, value) {
      batch.append(keyID, record.text(plain, bytes, &batch.strings), isDetail: isDetail)
      return true
    }
    let read = RustDebugText.value(bytes, value)
    if isDetail {
      batch.withDetailAttributes { $0.append(key: keyID, value: read, strings: &$1) }
    } else {
      batch.withAttributes { $0.append(key: keyID, value: read, strings: &$1) }
    }
    return true
  }

  private static func resource(_ lines: [String]) -> Resource {
    var resource = Resource()
    for line in lines {
      let bytes = line.utf8Span.span
      if let (key, value) = LineRecord.pair(bytes.indices, bytes),
        bytes.matches(key, "Resource SchemaUrl")
      {
        resource.schemaURL = text(value, bytes)
        continue
      }
      let content = attribute(bytes.indices, bytes) ?? bytes.indices
      let sign = bytes.firstIndex(of: UInt8(ascii: "="), in: content)
      guard sign < content.upperBound else { continue }
      resource.attributes.append(
        Attribute(
          String(decoding: (content.lowerBound..<sign).map { bytes[$0] }, as: UTF8.self),
          RustDebugText.value(bytes, sign + 1..<content.upperBound)))
    }
    return resource
  }

  private static func scope(_ lines: [String]) -> InstrumentationScope {
    var scope = InstrumentationScope()
    for line in lines {
      let bytes = line.utf8Span.span
      let isAttribute = attribute(bytes.indices, bytes) != nil
      let content = attribute(bytes.indices, bytes) ?? bytes.indices
      guard let (key, value) = LineRecord.pair(content, bytes) else { continue }
      if !isAttribute, bytes.matches(key, "Name") {
        scope.name = text(value, bytes)
      } else if !isAttribute, bytes.matches(key, "Version") {
        scope.version = text(value, bytes)
      } else if !isAttribute, bytes.matches(key, "SchemaUrl") {
        scope.schemaURL = text(value, bytes)
      } else if !bytes.matches(content, "Scope Attributes:") {
        scope.attributes.append(
          Attribute(
            String(decoding: key.map { bytes[$0] }, as: UTF8.self),
            RustDebugText.value(bytes, value)))
      }
    }
    return scope
  }

  /// A text that mostly stands in quotes, in `Some(…)` too.
  private static func text(_ range: Range<Int>, _ bytes: Span<UInt8>) -> String {
    RustDebugText.quoted(bytes, range)
      ?? String(decoding: range.map { bytes[$0] }, as: UTF8.self)
  }
}
