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

  private enum Section {
    case span, tags, events, links, scope, resource
  }

  /// An attribute of whose value more lines may come.
  private struct OpenAttribute {
    var key: StringID
    var value: Range<Int>
    /// All lines of the value, if there are more than one.
    var lines: [UInt8] = []
    var isDetail: Bool
  }

  var text = LineText()
  var record = LineRecord()
  private var section = Section.span
  private var attribute: OpenAttribute?

  init() {}

  static func role(of line: Range<Int>, _ bytes: Span<UInt8>) -> LineRole {
    if line.isEmpty { return .last }
    return bytes.hasPrefix("Activity.TraceId:", line) ? .first : .other
  }

  mutating func begin() {
    record.begin()
    // Ticks of .NET are tenths of it.
    record.draft.resolution = .microsecond
    section = .span
    attribute = nil
  }

  mutating func end(in batch: inout SpanBatch) -> LineRecordEnd {
    record.commit(to: &batch, resource: LineRecord.resource) { lines in
      var scope = InstrumentationScope()
      for case let (key, value)? in lines.map(LineRecord.pair) {
        switch key {
        case "Name", "Activity.ActivitySourceName": scope.name = value
        default: scope.version = value
        }
      }
      return scope
    }
    return .span
  }

  mutating func take(
    _ line: Range<Int>, _ bytes: Span<UInt8>, into batch: inout SpanBatch
  ) -> Bool {
    if line.isEmpty {
      closeAttribute(bytes, &batch)
      return true
    }
    if bytes.hasPrefix("        ", line) { return detail(line.dropFirst(8), bytes, &batch) }
    if bytes.hasPrefix("    ", line) { return item(line.dropFirst(4), bytes, &batch) }
    if bytes.hasPrefix(" ", line) { return continueAttribute(line, bytes) }
    return field(line, bytes, &batch)
  }

  /// A line that is not indented.
  private mutating func field(
    _ line: Range<Int>, _ bytes: Span<UInt8>, _ batch: inout SpanBatch
  ) -> Bool {
    guard let (key, value) = LineRecord.pair(line, bytes) else { return false }
    func isKey(_ text: StaticString) -> Bool { bytes.matches(key, text) }
    func text() -> StringID { record.text(value, bytes, &batch.strings) }
    if isKey("Activity.TraceId") {
      record.draft.traceID = record.traceID(value, bytes)
    } else if isKey("Activity.SpanId") {
      record.draft.spanID = record.spanID(value, bytes)
    } else if isKey("Activity.ParentSpanId") {
      record.draft.parentSpanID = record.spanID(value, bytes, isOptional: true)
    } else if isKey("Activity.TraceFlags") {
      record.draft.flags = bytes.matches(value, "Recorded") ? 1 : 0
    } else if isKey("Activity.TraceState") {
      record.draft.traceState = text()
    } else if isKey("Activity.ActivitySourceName") || isKey("Activity.ActivitySourceVersion") {
      record.addToScope(line, bytes)
    } else if isKey("Activity.DisplayName") {
      record.draft.name = text()
    } else if isKey("Activity.Kind") {
      record.draft.kind = LineRecord.kind(value, bytes)
    } else if isKey("Activity.StartTime") {
      record.draft.start = record.time(TimeText.iso8601(bytes, value), value, bytes)
    } else if isKey("Activity.Duration") {
      setEnd(value, bytes)
    } else if isKey("StatusCode") {
      record.draft.status = LineRecord.status(value, bytes)
    } else if isKey("Activity.StatusDescription") {
      record.draft.statusMessage = text()
    } else if isKey("Activity.Tags") {
      section = .tags
    } else if isKey("Activity.Events") {
      section = .events
    } else if isKey("Activity.Links") {
      section = .links
    } else if isKey("Instrumentation scope (ActivitySource)") {
      section = .scope
    } else if isKey("Resource associated with Activity") {
      section = .resource
    } else {
      return false
    }
    return true
  }

  /// A line of a section.
  private mutating func item(
    _ line: Range<Int>, _ bytes: Span<UInt8>, _ batch: inout SpanBatch
  ) -> Bool {
    guard let (key, value) = LineRecord.pair(line, bytes) else {
      return section == .links && link(line, bytes, &batch)
    }
    switch section {
    case .span, .tags:
      if bytes.matches(key, "StatusCode") || bytes.matches(key, "Activity.StatusDescription") {
        return field(line, bytes, &batch)
      }
      guard section == .tags else { return false }
      openAttribute(key, value, isDetail: false, bytes, &batch)
      return true
    case .resource: record.addToResource(line, bytes)
    case .scope:
      guard bytes.matches(key, "Name") || bytes.matches(key, "Version") else { return false }
      record.addToScope(line, bytes)
    case .events: return event(line, bytes, &batch)
    case .links: return link(line, bytes, &batch)
    }
    return true
  }

  /// An attribute of an event or a link.
  private mutating func detail(
    _ line: Range<Int>, _ bytes: Span<UInt8>, _ batch: inout SpanBatch
  ) -> Bool {
    guard let (key, value) = LineRecord.pair(line, bytes) else {
      return continueAttribute(line, bytes)
    }
    guard section == .events && record.event != nil || section == .links && record.link != nil
    else {
      return false
    }
    openAttribute(key, value, isDetail: true, bytes, &batch)
    return true
  }

  /// `cache.miss [11/24/2026 16:42:57 +00:00]`
  private mutating func event(
    _ line: Range<Int>, _ bytes: Span<UInt8>, _ batch: inout SpanBatch
  ) -> Bool {
    guard let last = line.last, bytes[last] == UInt8(ascii: "]"),
      let bracket = line.last(where: { bytes[$0] == UInt8(ascii: "[") })
    else { return false }
    closeAttribute(bytes, &batch)
    let time = bracket + 1..<last
    var name = line.lowerBound..<bracket
    if let end = name.last, bytes[end] == UInt8(ascii: " ") { name = name.dropLast() }
    record.beginEvent(
      time: record.time(Self.eventTime(time, bytes), time, bytes),
      name: record.text(name, bytes, &batch.strings), in: &batch)
    return true
  }

  /// `11/24/2026 16:42:57 +00:00`: month, day, year.
  private static func eventTime(_ range: Range<Int>, _ bytes: Span<UInt8>) -> UnixNanos? {
    guard range.count > 11, bytes[range.lowerBound + 2] == UInt8(ascii: "/"),
      bytes[range.lowerBound + 5] == UInt8(ascii: "/"),
      bytes[range.lowerBound + 10] == UInt8(ascii: " ")
    else { return nil }
    // In the order, and with the signs, of ISO 8601.
    var text: [UInt8] = []
    func append(_ part: Range<Int>, _ sign: Unicode.Scalar) {
      text.append(bytes, part.lowerBound + range.lowerBound..<part.upperBound + range.lowerBound)
      text.append(UInt8(ascii: sign))
    }
    append(6..<10, "-")
    append(0..<2, "-")
    append(3..<5, "T")
    for index in range.dropFirst(11) where bytes[index] != UInt8(ascii: " ") {
      text.append(bytes[index])
    }
    return TimeText.iso8601(text.span, text.indices)
  }

  /// A trace ID and a span ID.
  private mutating func link(
    _ line: Range<Int>, _ bytes: Span<UInt8>, _ batch: inout SpanBatch
  ) -> Bool {
    let words = line.split(omittingEmptySubsequences: true) { bytes[$0] == UInt8(ascii: " ") }
    guard words.count == 2 else { return false }
    closeAttribute(bytes, &batch)
    record.beginLink(
      traceID: record.traceID(words[0], bytes), spanID: record.spanID(words[1], bytes), in: &batch)
    return true
  }

  // MARK: Attributes

  private mutating func openAttribute(
    _ key: Range<Int>, _ value: Range<Int>, isDetail: Bool, _ bytes: Span<UInt8>,
    _ batch: inout SpanBatch
  ) {
    closeAttribute(bytes, &batch)
    attribute = OpenAttribute(
      key: record.text(key, bytes, &batch.strings), value: value, isDetail: isDetail)
  }

  /// A line more of the last value, as the frames of a stack are.
  private mutating func continueAttribute(_ line: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
    guard let (isDetail, value) = attribute.map({ ($0.isDetail, $0.value) }),
      section == (isDetail ? .events : .tags)
    else { return false }
    if attribute?.lines.isEmpty == true { attribute?.lines.append(bytes, value) }
    attribute?.lines.append(0x0a)
    attribute?.lines.append(bytes, line)
    return true
  }

  /// Appends the last attribute, of which no more lines come.
  private mutating func closeAttribute(_ bytes: Span<UInt8>, _ batch: inout SpanBatch) {
    guard let open = attribute.take() else { return }
    let value =
      open.lines.isEmpty
      ? record.text(open.value, bytes, &batch.strings)
      : record.text(open.lines.indices, open.lines.span, &batch.strings)
    batch.append(open.key, value, isDetail: open.isDetail)
  }

  /// Sets the end by a duration such as `00:00:01.5000000` or `1.02:03:04`.
  private mutating func setEnd(_ range: Range<Int>, _ bytes: Span<UInt8>) {
    guard record.draft.start != .unset, let duration = Self.duration(range, bytes) else {
      _ = record.time(nil, range, bytes)
      return
    }
    record.draft.end = record.draft.start.advanced(by: duration)
  }

  private static func duration(_ range: Range<Int>, _ bytes: Span<UInt8>) -> DurationNanos? {
    let point = UInt8(ascii: ".")
    let colon = bytes.firstIndex(of: UInt8(ascii: ":"), in: range)
    let day = bytes.firstIndex(of: point, in: range.lowerBound..<colon)
    let hour = day == colon ? range.lowerBound : day + 1
    guard colon + 6 <= range.upperBound, bytes[colon + 3] == UInt8(ascii: ":"),
      let days = day == colon ? 0 : number(range.lowerBound..<day, bytes),
      let hours = number(hour..<colon, bytes), let minutes = number(colon + 1..<colon + 3, bytes),
      let seconds = number(colon + 4..<colon + 6, bytes)
    else { return nil }
    var nanos: Int64 = 0
    if colon + 6 < range.upperBound {
      guard bytes[colon + 6] == point, colon + 7 < range.upperBound else { return nil }
      var scale: Int64 = 100_000_000
      for index in colon + 7..<range.upperBound {
        guard let digit = number(index..<index + 1, bytes) else { return nil }
        nanos += digit * scale
        scale /= 10
      }
    }
    let whole = (days * 24 + hours) * 3_600 + minutes * 60 + seconds
    let (product, overflow) = whole.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, isTooLong) = product.addingReportingOverflow(nanos)
    return overflow || isTooLong ? nil : DurationNanos(sum)
  }

  /// A number of up to nine digits.
  private static func number(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Int64? {
    guard (1...9).contains(range.count) else { return nil }
    var value: Int64 = 0
    for index in range {
      let digit = bytes[index] &- UInt8(ascii: "0")
      guard digit < 10 else { return nil }
      value = value * 10 + Int64(digit)
    }
    return value
  }
}
