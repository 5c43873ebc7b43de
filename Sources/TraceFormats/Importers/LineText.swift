import TraceModel

/// Where an importer is in text with spans in it that are several lines each, whatever stands between
/// them.
struct LineText: Sendable {
  /// A line of the input.
  struct Line {
    /// Where it begins in the input.
    var start: Int
    var number: Int
  }
  /// A record that has begun.
  struct Record {
    /// The opening line, if there is one, or the first.
    var place: Line
    var first: Line
  }

  fileprivate var open: Record?
  /// A line that is the first one's herald, or text.
  fileprivate var opening: Line?
  fileprivate var skipped = SkippedText()
  fileprivate var isRecognized = false

  /// Where the carried bytes begin in the input, or else the next chunk.
  fileprivate var offset = 0
  /// The number of the line that is read next, and where it begins in `carry`.
  fileprivate var number = 1
  fileprivate var lineStart = 0
  /// The beginning of a line that was cut, behind its record.
  fileprivate var carry: [UInt8] = []
  /// Whether the line is longer than the limit: it is passed over to its end.
  fileprivate var isSkipping = false

  /// The longest line and the longest span; smaller only in tests.
  var recordLimit = ImportLimits.recordBytes
}

/// Finds the records. Each is decoded when all of its lines are there, most often where they stand.
///
/// Methods of the protocol and not of a generic type around the reader: the compiler specializes these
/// for each importer, and those it does not.
extension SpanLines {
  static func sniff(_ prefix: Span<UInt8>, isWhole: Bool) -> Bool {
    TextSniff.isText(prefix) && sniff(prefix)
  }

  mutating func read(_ chunk: Span<UInt8>, into batch: inout SpanBatch) {
    // Where the bytes begin that are still needed, and the next line.
    var (first, line) = (0, 0)
    while line < chunk.count, text.isSkipping || !text.carry.isEmpty {
      (first, line) = continueLine(chunk, from: line, &batch)
    }
    if first < chunk.count {
      let bytes = chunk.extracting(first...)
      let kept = takeLines(bytes, from: line - first, &batch)
      text.carry.append(copying: bytes.extracting(kept.first...))
      text.offset += kept.first
      text.lineStart = kept.line - kept.first
      checkLength(&batch)
    }
    if text.isRecognized { batch.format = Self.format.name }
  }

  mutating func finish(into batch: inout SpanBatch) {
    let whole = text.carry
    text.carry = []
    let bytes = whole.span
    var end = text.lineStart
    if text.lineStart < whole.count {
      // The last line has no end.
      let role = Self.role(of: bytes.withoutLineEnd(text.lineStart..<whole.count), bytes)
      if text.open == nil || role == .last || Self.isOpenEnded {
        take(text.lineStart..<whole.count, bytes, &batch)
        end = whole.count
      }
    }
    if text.open == nil { skipOpening(bytes, before: end) }
    close(at: end, bytes, isEnd: true, &batch)
    if text.isRecognized {
      endSkipped(&batch)
    } else if let issue = text.skipped.take(
      .unrecognizedFormat, FormatRegistry.tried([Self.format.name]))
    {
      batch.issues.append(issue)
    } else if batch.issues.isEmpty {
      batch.issues.append(
        ImportIssue(
          .emptyInput, byteOffset: 0,
          detail: "\(text.offset + whole.count) bytes without a span in them"))
    }
    if text.isRecognized { batch.format = Self.format.name }
  }

  // MARK: Chunks

  /// Goes on with the line that was cut, and with its record. Returns where bytes of `chunk` begin that
  /// are needed and not carried, and the next line.
  private mutating func continueLine(
    _ chunk: Span<UInt8>, from position: Int, _ batch: inout SpanBatch
  ) -> (first: Int, line: Int) {
    let lineFeed = chunk.firstLineFeed(from: position)
    let end = lineFeed.map { $0 + 1 } ?? chunk.count
    if text.isSkipping {
      text.offset += end - position
      if lineFeed != nil {
        text.isSkipping = false
        text.number += 1
      }
      return (end, end)
    }
    let isWholeHere = text.carry.count == text.lineStart
    text.carry.append(chunk, position..<end)
    guard lineFeed != nil else {
      checkLength(&batch)
      return (end, end)
    }
    var whole = text.carry
    text.carry = []
    let kept = takeLines(whole.span, from: text.lineStart, &batch)
    text.offset += kept.first
    // A record that begins with this line needs none of what was carried.
    if isWholeHere, kept.first == text.lineStart { return (position, end) }
    whole.removeSubrange(..<kept.first)
    text.carry = whole
    text.lineStart = kept.line - kept.first
    return (end, end)
  }

  /// Skips the line that was cut if it is too long.
  private mutating func checkLength(_ batch: inout SpanBatch) {
    guard text.carry.count - text.lineStart > text.recordLimit else { return }
    let whole = text.carry
    text.carry = []
    skipLine(text.lineStart..<whole.count, whole.span, &batch)
    text.isSkipping = true
    text.offset += whole.count
    text.lineStart = 0
  }

  /// Takes all whole lines from `start` on. Returns where what is still needed begins, and the first
  /// line that is not whole.
  private mutating func takeLines(
    _ bytes: Span<UInt8>, from start: Int, _ batch: inout SpanBatch
  ) -> (first: Int, line: Int) {
    var start = start
    while let lineFeed = bytes.firstLineFeed(from: start) {
      take(start..<lineFeed + 1, bytes, &batch)
      start = lineFeed + 1
    }
    let first = text.open?.first.start ?? text.opening?.start
    return (first.map { $0 - text.offset } ?? start, start)
  }

  // MARK: Lines

  /// Skips a line that is too long, and with it the record.
  private mutating func skipLine(
    _ range: Range<Int>, _ bytes: Span<UInt8>, _ batch: inout SpanBatch
  ) {
    if text.open == nil { skipOpening(bytes, before: range.lowerBound) }
    text.opening = nil
    text.open = nil
    report(
      .recordTooLong, "a line longer than \(text.recordLimit) bytes; skipped",
      at: LineText.Line(start: text.offset + range.lowerBound, number: text.number), &batch)
  }

  /// Takes a line with its end.
  private mutating func take(
    _ range: Range<Int>, _ bytes: Span<UInt8>, _ batch: inout SpanBatch
  ) {
    defer { text.number += 1 }
    let role = Self.role(of: bytes.withoutLineEnd(range), bytes)
    // Most lines are none but the next one of a record.
    if role == .other, text.opening == nil, let open = text.open,
      text.offset + range.upperBound - open.place.start <= text.recordLimit,
      Self.openingLine.utf8CodeUnitCount != range.count
    {
      return
    }
    guard range.count <= text.recordLimit else { return skipLine(range, bytes, &batch) }
    let line = LineText.Line(start: text.offset + range.lowerBound, number: text.number)
    if role == .first {
      close(at: (text.opening?.start ?? line.start) - text.offset, bytes, isEnd: false, &batch)
      endSkipped(&batch)
      text.isRecognized = true
      text.open = .init(place: text.opening ?? line, first: line)
      text.opening = nil
    } else {
      if text.open == nil { skipOpening(bytes, before: range.lowerBound) }
      text.opening = nil
      if role == .stranger, Self.isOpenEnded {
        close(at: range.lowerBound, bytes, isEnd: false, &batch)
      }
      if Self.openingLine.utf8CodeUnitCount == range.count,
        bytes.matches(range, Self.openingLine)
      {
        text.opening = line
        return
      }
    }
    guard let open = text.open else { return skip(range, bytes, line) }
    guard line.start + range.count - open.place.start <= text.recordLimit else {
      text.open = nil
      return report(
        .recordTooLong, "a span longer than \(text.recordLimit) bytes; skipped", at: line, &batch)
    }
    if role == .last { close(at: range.upperBound, bytes, isEnd: false, &batch, isWhole: true) }
  }

  /// Decodes the record that is open, if one is, whose lines end at `end`.
  private mutating func close(
    at end: Int, _ bytes: Span<UInt8>, isEnd: Bool, _ batch: inout SpanBatch,
    isWhole: Bool = Self.isOpenEnded
  ) {
    guard let open = text.open else { return }
    text.open = nil
    decode(open.first.start - text.offset..<end, open.first.number, bytes, &batch)
    endSkipped(&batch)
    record.draft.byteOffset = open.place.start
    if isWhole, self.end(in: &batch) != .incomplete { return }
    batch.rollBack()
    let place = ImportIssue.LineAndColumn(line: open.place.number, column: 1)
    batch.issues.append(
      isEnd
        ? ImportIssue(
          .truncatedInput, byteOffset: open.place.start, place: place,
          detail: "the input ends inside a span")
        : ImportIssue(
          .malformedRecord, byteOffset: open.place.start, place: place,
          detail: "expected the end of a span before the next one begins; skipped"))
  }

  /// Gives the reader all lines of a record.
  private mutating func decode(
    _ range: Range<Int>, _ number: Int, _ bytes: Span<UInt8>, _ batch: inout SpanBatch
  ) {
    begin()
    let isValid = bytes.isValidUTF8(range)
    record.isValidText = isValid
    var (start, number) = (range.lowerBound, number)
    while start < range.upperBound {
      let end = min(range.upperBound, bytes.firstLineFeed(from: start).map { $0 + 1 } ?? .max)
      let content = bytes.withoutLineEnd(start..<end)
      let line = LineText.Line(start: text.offset + start, number: number)
      if !isValid, !bytes.isValidUTF8(content) {
        report(
          .invalidUTF8, "in a line; the bad bytes are shown as a replacement sign", at: line, &batch
        )
      }
      let isTaken = take(content, bytes, into: &batch)
      for note in record.takeNotes() { report(note.kind, note.detail, at: line, &batch) }
      if isTaken { endSkipped(&batch) } else { skip(start..<end, bytes, line) }
      start = end
      number += 1
    }
  }

  // MARK: Text between records

  /// Counts a line as text that only looked like a record's opening.
  private mutating func skipOpening(_ bytes: Span<UInt8>, before end: Int) {
    guard let opening = text.opening.take() else { return }
    skip(opening.start - text.offset..<end, bytes, opening)
  }

  private mutating func skip(_ range: Range<Int>, _ bytes: Span<UInt8>, _ line: LineText.Line) {
    for index in range {
      if !text.skipped.isActive {
        if JSONReader.isSpace(bytes[index]) { continue }
        text.skipped.begin(
          at: text.offset + index,
          place: .init(line: line.number, column: index - range.lowerBound + 1))
      }
      return text.skipped.append(bytes, index..<range.upperBound, base: text.offset)
    }
  }

  private mutating func endSkipped(_ batch: inout SpanBatch) {
    guard text.skipped.isActive, let issue = text.skipped.take(.skippedText) else { return }
    batch.issues.append(issue)
  }

  /// Reports an issue of a line.
  private func report(
    _ kind: ImportIssue.Kind, _ detail: String, at line: LineText.Line, _ batch: inout SpanBatch
  ) {
    batch.issues.append(
      ImportIssue(
        kind, byteOffset: line.start, place: .init(line: line.number, column: 1), detail: detail))
  }
}
