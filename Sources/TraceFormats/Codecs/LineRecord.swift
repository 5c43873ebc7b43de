import TraceModel

/// A span on its way from lines of text into a batch, and what is written alike in these formats.
struct LineRecord: Sendable {
  var draft = SpanDraft()
  /// What was wrong with the line that is read.
  private(set) var notes: [(kind: ImportIssue.Kind, detail: String)] = []
  private var noteCount = 0
  /// Whether the line that is read is valid UTF-8; if not, texts are repaired.
  var isValidText = true
  /// The lines that say what the resource is, and the scope, behind one another: those of the span
  /// before are mostly the same and need not be read again.
  private var resourceText: [UInt8] = []
  private var scopeText: [UInt8] = []
  private var scopes = ScopeTable()
  /// The event whose attributes come, or the link.
  var event: (time: UnixNanos, name: StringID)?
  var link: (traceID: TraceID, spanID: SpanID, traceState: StringID)?

  init() {}

  /// Begins the next record.
  mutating func begin(keepsResource: Bool = false) {
    draft = SpanDraft()
    noteCount = 0
    event = nil
    link = nil
    scopeText.removeAll(keepingCapacity: true)
    if !keepsResource { forgetResource() }
  }

  // MARK: Notes

  mutating func takeNotes() -> [(kind: ImportIssue.Kind, detail: String)] {
    if notes.isEmpty { return [] }
    defer { notes = [] }
    return notes
  }

  mutating func note(_ kind: ImportIssue.Kind, _ detail: String) {
    guard noteCount < ImportLimits.issuesPerRecord else { return }
    noteCount += 1
    notes.append((kind, detail))
  }

  // MARK: Events and links

  /// Begins an event.
  mutating func beginEvent(
    time: UnixNanos = .unset, name: StringID = .empty, in batch: inout SpanBatch
  ) {
    endDetail(in: &batch)
    event = (time, name)
  }

  /// Begins a link.
  mutating func beginLink(
    traceID: TraceID = .invalid, spanID: SpanID = .invalid, in batch: inout SpanBatch
  ) {
    endDetail(in: &batch)
    link = (traceID, spanID, .empty)
  }

  private mutating func endDetail(in batch: inout SpanBatch) {
    if let event { batch.endEvent(time: event.time, name: event.name) }
    if let link {
      batch.endLink(traceID: link.traceID, spanID: link.spanID, traceState: link.traceState)
    }
    event = nil
    link = nil
  }

  // MARK: Resource and scope

  /// Takes a line of what says what the resource is.
  mutating func addToResource(_ line: Range<Int>, _ bytes: Span<UInt8>) {
    resourceText.append(bytes, line)
    resourceText.append(0x0a)
  }

  /// Begins another resource.
  mutating func forgetResource() { resourceText.removeAll(keepingCapacity: true) }

  /// Takes a line of what says what the scope is.
  mutating func addToScope(_ line: Range<Int>, _ bytes: Span<UInt8>) {
    scopeText.append(bytes, line)
    scopeText.append(0x0a)
  }

  /// Makes a row of the span. `resource` and `scope` read lines that are not known yet.
  mutating func commit(
    to batch: inout SpanBatch, resource: ([String]) -> Resource,
    scope: ([String]) -> InstrumentationScope
  ) {
    endDetail(in: &batch)
    scopes.follow(batch)
    scopes.beginResource()
    let (resourceText, scopeText) = (resourceText, scopeText)
    let resourceNumber = scopes.number(of: resourceText.span)
    if !scopes.hasResource(resourceNumber) {
      scopes.define(resourceNumber, as: resource(Self.lines(resourceText)))
    }
    let scopeNumber = scopes.number(of: scopeText.span)
    if !scopes.hasScope(scopeNumber) {
      scopes.define(scopeNumber, as: scope(Self.lines(scopeText)))
    }
    _ = scopes.setResource(resourceNumber)
    _ = scopes.setScope(scopeNumber)
    draft.scope = scopes.scope(in: &batch)
    batch.commit(draft)
  }

  private static func lines(_ text: [UInt8]) -> [String] {
    text.split(separator: 0x0a).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The resource of lines that are an attribute each.
  static func resource(_ lines: [String]) -> Resource {
    Resource(
      attributes: lines.compactMap { line in
        pair(line).map { Attribute($0.key, .string($0.value)) }
      })
  }

  // MARK: Fields

  /// `key: value`, each without white space around it; nil if there is no colon.
  static func pair(
    _ line: Range<Int>, _ bytes: Span<UInt8>
  ) -> (key: Range<Int>, value: Range<Int>)? {
    let colon = bytes.firstIndex(of: UInt8(ascii: ":"), in: line)
    guard colon > line.lowerBound, colon < line.upperBound else { return nil }
    return (
      trimmed(line.lowerBound..<colon, bytes), trimmed(colon + 1..<line.upperBound, bytes)
    )
  }

  /// `key: value` of a line on its own.
  static func pair(_ line: String) -> (key: String, value: String)? {
    let bytes = line.utf8Span.span
    guard let (key, value) = pair(bytes.indices, bytes) else { return nil }
    func text(_ range: Range<Int>) -> String {
      String(decoding: range.map { bytes[$0] }, as: UTF8.self)
    }
    return (text(key), text(value))
  }

  /// The range without white space at its ends.
  static func trimmed(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, JSONReader.isSpace(bytes[start]) { start &+= 1 }
    while end > start, JSONReader.isSpace(bytes[end &- 1]) { end &-= 1 }
    return start..<end
  }

  /// The number of a text.
  func text(
    _ range: Range<Int>, _ bytes: Span<UInt8>, _ strings: inout StringPool
  ) -> StringID {
    if isValidText { return strings.intern(bytes.extracting(range)) }
    return strings.intern(String(decoding: range.map { bytes[$0] }, as: UTF8.self))
  }

  /// Appends the attribute that a line is, as text: these formats do not tell types. False if it is
  /// none.
  func addAttribute(
    _ line: Range<Int>, _ bytes: Span<UInt8>, isDetail: Bool, to batch: inout SpanBatch
  ) -> Bool {
    guard let (key, value) = Self.pair(line, bytes) else { return false }
    let keyID = text(key, bytes, &batch.strings)
    batch.append(keyID, text(value, bytes, &batch.strings), isDetail: isDetail)
    return true
  }

  mutating func traceID(_ range: Range<Int>, _ bytes: Span<UInt8>) -> TraceID {
    if let id = IDText.traceID(bytes, range)?.id, id != .invalid { return id }
    note(.invalidID, "no trace ID: \(Excerpt.text(bytes, range))")
    return .invalid
  }

  /// `isOptional`: nothing, or zeros, are none.
  mutating func spanID(
    _ range: Range<Int>, _ bytes: Span<UInt8>, isOptional: Bool = false
  ) -> SpanID {
    if let id = IDText.spanID(bytes, range)?.id, id != .invalid { return id }
    let isNone = isOptional && range.allSatisfy { bytes[$0] == UInt8(ascii: "0") }
    if !isNone { note(.invalidID, "no span ID: \(Excerpt.text(bytes, range))") }
    return .invalid
  }

  /// `value`, or none with a note that the text in `range` is no time.
  mutating func time(
    _ value: UnixNanos?, _ range: Range<Int>, _ bytes: Span<UInt8>
  ) -> UnixNanos {
    if let value { return value }
    note(.invalidTime, "no time: \(Excerpt.text(bytes, range))")
    return .unset
  }

  static func kind(_ range: Range<Int>, _ bytes: Span<UInt8>) -> SpanKind {
    if bytes.matches(range, "Internal") { return .internal }
    if bytes.matches(range, "Server") { return .server }
    if bytes.matches(range, "Client") { return .client }
    if bytes.matches(range, "Producer") { return .producer }
    if bytes.matches(range, "Consumer") { return .consumer }
    return .unspecified
  }

  /// The status that is written in letters of any case.
  static func status(_ range: Range<Int>, _ bytes: Span<UInt8>) -> SpanStatus {
    func isText(_ text: StaticString) -> Bool { bytes.matches(range, text) }
    if isText("Unset") || isText("") { return .unset }
    if isText("Ok") || isText("OK") || isText("ok") { return .ok }
    if isText("Error") || isText("ERROR") || isText("error") { return .error }
    return .unset
  }
}
