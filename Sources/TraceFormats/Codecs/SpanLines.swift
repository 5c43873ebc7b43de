import TraceModel

/// A format in which a span is several lines of text: one file per format.
///
/// `LineTextImporter` finds the lines, also between other output of the program; a reader of this kind
/// says what each is and makes a span of them.
protocol SpanLines: Sendable {
  static var format: FormatDescriptor { get }

  /// How the first line of a span begins.
  static var firstLine: String { get }

  /// The line, with its end, that stands before that one; empty if there is none.
  static var openingLine: String { get }

  /// How exactly the times are written.
  static var resolution: TimeResolution { get }

  /// Begins a span; its first line comes with `take` too.
  init()

  /// Takes a line, without its end, of a span.
  mutating func take(_ line: String) -> SpanLine

  /// What was read so far.
  var span: SpanRecord { get }

  /// What was wrong with the lines since this was asked last.
  mutating func takeNotes() -> [(kind: ImportIssue.Kind, detail: String)]
}

extension SpanLines {
  static var openingLine: String { "" }
}

/// What a line is to the span that it stands in.
enum SpanLine {
  case part
  /// The span ends with it.
  case last
  /// It is somebody else's: two have written at the same time.
  case foreign
}

/// What is written alike in these formats.
struct LineFields: Sendable {
  private(set) var notes: [(kind: ImportIssue.Kind, detail: String)] = []

  mutating func takeNotes() -> [(kind: ImportIssue.Kind, detail: String)] {
    defer { notes = [] }
    return notes
  }

  mutating func note(_ kind: ImportIssue.Kind, _ detail: String) {
    guard notes.count < ImportLimits.issuesPerRecord else { return }
    notes.append((kind, detail))
  }

  /// `key: value`, each without white space around it; nil if there is no colon.
  static func pair(_ line: some StringProtocol) -> (key: String, value: String)? {
    let bytes = Array(line.utf8)
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { return nil }
    return (text(bytes[..<colon]), text(bytes[(colon + 1)...]))
  }

  /// An attribute; the values of these formats do not tell their types.
  static func attribute(_ line: some StringProtocol) -> Attribute? {
    pair(line).map { Attribute($0.key, .string($0.value)) }
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    guard let first = bytes.firstIndex(where: { !JSONReader.isSpace($0) }),
      let last = bytes.lastIndex(where: { !JSONReader.isSpace($0) })
    else { return "" }
    return String(decoding: bytes[first...last], as: UTF8.self)
  }

  mutating func traceID(_ text: String) -> TraceID {
    let bytes = Array(text.utf8)
    if let id = IDText.traceID(bytes.span, bytes.indices)?.id, id != .invalid { return id }
    note(.invalidID, "no trace ID: \(Excerpt.text(bytes.span, bytes.indices))")
    return .invalid
  }

  /// `isOptional`: nothing, or zeros, are none.
  mutating func spanID(_ text: String, isOptional: Bool = false) -> SpanID {
    let bytes = Array(text.utf8)
    let isNone = isOptional && bytes.allSatisfy { $0 == UInt8(ascii: "0") }
    if let id = IDText.spanID(bytes.span, bytes.indices)?.id, id != .invalid { return id }
    if !isNone { note(.invalidID, "no span ID: \(Excerpt.text(bytes.span, bytes.indices))") }
    return .invalid
  }

  mutating func time(_ value: UnixNanos?, _ text: String) -> UnixNanos {
    if let value { return value }
    let bytes = Array(text.utf8)
    note(.invalidTime, "no time: \(Excerpt.text(bytes.span, bytes.indices))")
    return .unset
  }

  static func unsigned(_ text: String) -> UInt64? {
    let bytes = Array(text.utf8)
    return NumberText.uint64(bytes.span, bytes.indices)
  }

  static func iso8601(_ text: String) -> UnixNanos? {
    let bytes = Array(text.utf8)
    return TimeText.iso8601(bytes.span, bytes.indices)
  }

  static func kind(_ text: String) -> SpanKind {
    switch text {
    case "Internal": .internal
    case "Server": .server
    case "Client": .client
    case "Producer": .producer
    case "Consumer": .consumer
    default: .unspecified
    }
  }

  static func status(_ text: String) -> SpanStatus {
    switch text.lowercased() {
    case "ok": .ok
    case "error": .error
    default: .unset
    }
  }
}
