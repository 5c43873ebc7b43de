import TraceModel

/// What a key means in a row, and what it says of the row.
struct RowField: Sendable {
  var meaning: SpanColumnMeaning?
  /// See `RowSigns`.
  var signs: UInt32 = 0

  /// The field whose key is in `key`.
  init(_ meaning: SpanColumnMeaning?, _ bytes: Span<UInt8>, _ key: Range<Int>) {
    self.meaning = meaning
    guard let meaning else { return }
    guard let column = meaning.column else {
      signs = RowSigns.log
      return
    }
    // A moment that is not said to be a beginning says nothing: log records have one as well.
    if column != .start || !meaning.isWeak { signs = column.bit }
    if bytes.matches(key, "startTimeUnixNano") { signs |= RowSigns.otlpStart }
    if bytes.matches(key, "spanId") { signs |= RowSigns.otlpSpanID }
  }
}

/// What the keys of an object say of it: whether it is a row that stands for a span.
///
/// The lowest bits are those of the columns that the keys name.
struct RowSigns: Sendable {
  /// A field of a log record.
  static let log: UInt32 = 1 << 28
  static let otlpStart: UInt32 = 1 << 29
  static let otlpSpanID: UInt32 = 1 << 30
  /// A key by which an object may be one around records.
  static let wrapper: UInt32 = 1 << 31

  private static let ids = SpanColumn.traceID.bit | SpanColumn.spanID.bit
  private static let times =
    SpanColumn.start.bit | SpanColumn.end.bit | SpanColumn.duration.bit
  private static let otlp = otlpStart | otlpSpanID

  private var seen: UInt32 = 0
  /// What was seen more than once.
  private var repeated: UInt32 = 0
  private var count = 0

  /// Takes note of what a key says.
  @inline(__always)
  mutating func add(_ signs: UInt32) {
    repeated |= seen & signs
    seen |= signs
    count &+= 1
  }

  /// Whether the object is a row of a span. `isMapped`: whether the user has said what fields are.
  func areOfSpan(isMapped: Bool) -> Bool {
    guard seen & Self.ids == Self.ids, seen & Self.times != 0 else { return false }
    if isMapped { return true }
    // Pieces of damaged OTLP are no rows: their attributes would not be read.
    return repeated & Self.log == 0 && seen & Self.otlp != Self.otlp
  }

  /// Whether they are all that anything can know the object by, and it is none around records.
  var areCertain: Bool { count <= JSONShape.memberLimit && seen & Self.wrapper == 0 }
}
