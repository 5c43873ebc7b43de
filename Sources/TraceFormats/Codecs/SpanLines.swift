import TraceModel

/// A format in which a span is several lines of text: one file per format.
///
/// `LineText` finds the records, also between other output of the program; an importer of this kind
/// says what each line is and makes a span of them.
protocol SpanLines: SpanImporter {
  /// The line, with its end, that stands before the first one of a record; empty if there is none.
  static var openingLine: StaticString { get }

  /// Whether no line says that a record ends: it does where the next begins, or with the input.
  static var isOpenEnded: Bool { get }

  /// Whether the text that begins with `prefix` has records.
  static func sniff(_ prefix: Span<UInt8>) -> Bool

  /// What a line, without its end, is to the records.
  static func role(of line: Range<Int>, _ bytes: Span<UInt8>) -> LineRole

  /// Where in the text the importer is.
  var text: LineText { get set }

  /// What was read of the record.
  var record: LineRecord { get set }

  /// Forgets the last record; the lines of the next one come.
  mutating func begin()

  /// Takes a line, without its end, of the record. False if it is somebody else's: two have written
  /// at the same time.
  mutating func take(
    _ line: Range<Int>, _ bytes: Span<UInt8>, into batch: inout SpanBatch
  ) -> Bool

  /// What the lines were.
  mutating func end(in batch: inout SpanBatch) -> LineRecordEnd
}

extension SpanLines {
  static var openingLine: StaticString { "" }
  static var isOpenEnded: Bool { false }

  static func sniff(_ prefix: Span<UInt8>) -> Bool {
    prefix.anyLine { role(of: $0, prefix) == .first }
  }
}

/// What a line is to the records of a text.
enum LineRole {
  /// A record begins with it.
  case first
  /// A record ends with it, if one has begun.
  case last
  /// It ends a record that is open, and is no part of it.
  case stranger
  case other
}

/// What the lines of a record were.
enum LineRecordEnd {
  /// A span, which has a row now.
  case span
  /// No span, but something that spans need.
  case context
  /// Too few.
  case incomplete
}

extension Span where Element == UInt8 {
  /// Whether `body` holds for a line, without its end.
  func anyLine(_ body: (Range<Int>) -> Bool) -> Bool {
    var start = 0
    while start < count {
      let lineFeed = firstLineFeed(from: start)
      if body(withoutLineEnd(start..<(lineFeed ?? count))) { return true }
      guard let lineFeed else { return false }
      start = lineFeed + 1
    }
    return false
  }

  /// The line without line feeds and carriage returns at its end.
  func withoutLineEnd(_ line: Range<Int>) -> Range<Int> {
    var end = line.upperBound
    while end > line.lowerBound, self[end - 1] == 0x0a || self[end - 1] == 0x0d { end -= 1 }
    return line.lowerBound..<end
  }
}
