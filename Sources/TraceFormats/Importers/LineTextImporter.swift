import TraceModel

/// Reads text with spans in it that are several lines each, whatever stands between them.
struct LineTextImporter<Lines: SpanLines>: SpanImporter {
  static var format: FormatDescriptor { Lines.format }

  static func sniff(_ prefix: Span<UInt8>, isWhole: Bool) -> Bool {
    guard TextSniff.isText(prefix) else { return false }
    var start = 0
    while start < prefix.count {
      if begins(prefix, at: start) { return true }
      guard let lineFeed = prefix.firstLineFeed(from: start) else { break }
      start = lineFeed + 1
    }
    return false
  }

  private static func begins(_ bytes: Span<UInt8>, at start: Int) -> Bool {
    let end = start + Lines.firstLine.utf8.count
    return end <= bytes.count && bytes.matches(start..<end, text: Lines.firstLine)
  }

  /// The span that is read.
  private var lines: Lines?
  private var spanStart = 0
  private var spanPlace = ImportIssue.LineAndColumn(line: 1, column: 1)
  /// A line that is the first one's herald, or text.
  private var opening: (bytes: [UInt8], start: Int)?
  private var skipped = SkippedText()
  private var isRecognized = false

  private var offset = 0
  private var line = 1
  /// The beginning of a line that was cut.
  private var carry: [UInt8] = []
  private var lineStart = 0
  /// Whether the line is longer than the limit: it is passed over to its end.
  private var isSkipping = false

  /// The longest line and the longest span; smaller only in tests.
  var recordLimit = ImportLimits.recordBytes

  init() {}

  mutating func read(_ chunk: Span<UInt8>, into batch: inout SpanBatch) {
    var position = 0
    while position < chunk.count {
      if carry.isEmpty, !isSkipping { lineStart = offset + position }
      let lineFeed = chunk.firstLineFeed(from: position)
      let end = lineFeed.map { $0 + 1 } ?? chunk.count
      if !isSkipping, offset + end - lineStart > recordLimit {
        carry = []
        isSkipping = true
        lines = nil
        report(.recordTooLong, "a line longer than \(recordLimit) bytes; skipped", &batch)
      }
      if lineFeed == nil {
        if !isSkipping { carry.append(chunk, position..<end) }
      } else if isSkipping {
        isSkipping = false
        line += 1
      } else if carry.isEmpty {
        take(chunk.extracting(position..<end), &batch)
      } else {
        carry.append(chunk, position..<end)
        let whole = carry
        carry = []
        take(whole.span, &batch)
      }
      position = end
    }
    offset += chunk.count
    if isRecognized { batch.format = Self.format.name }
  }

  mutating func finish(into batch: inout SpanBatch) {
    if lines == nil, !carry.isEmpty {
      let whole = carry
      carry = []
      take(whole.span, &batch)
    }
    skipOpening()
    if lines != nil {
      endSkipped(&batch)
      batch.issues.append(
        ImportIssue(
          .truncatedInput, byteOffset: spanStart, place: spanPlace,
          detail: "the input ends inside a span"))
      lines = nil
    }
    if isRecognized {
      endSkipped(&batch)
    } else if let issue = skipped.take(
      .unrecognizedFormat, FormatRegistry.tried([Self.format.name]))
    {
      batch.issues.append(issue)
    } else if batch.issues.isEmpty {
      batch.issues.append(
        ImportIssue(
          .emptyInput, byteOffset: 0, detail: "\(offset) bytes without a span in them"))
    }
    if isRecognized { batch.format = Self.format.name }
  }

  // MARK: Lines

  /// Takes a line with its end.
  private mutating func take(_ bytes: Span<UInt8>, _ batch: inout SpanBatch) {
    defer { line += 1 }
    if Self.begins(bytes, at: 0) { begin(&batch) } else { skipOpening() }
    if Lines.openingLine.utf8.count == bytes.count,
      bytes.matches(bytes.indices, text: Lines.openingLine)
    {
      var copy: [UInt8] = []
      copy.append(bytes, bytes.indices)
      opening = (copy, lineStart)
      return
    }
    guard lines != nil else { return skip(bytes, at: lineStart, line: line) }
    guard lineStart + bytes.count - spanStart <= recordLimit else {
      lines = nil
      return report(.recordTooLong, "a span longer than \(recordLimit) bytes; skipped", &batch)
    }
    var end = bytes.count
    while end > 0, bytes[end - 1] == 0x0a || bytes[end - 1] == 0x0d { end -= 1 }
    if !bytes.isValidUTF8(0..<end) {
      report(.invalidUTF8, "in a line; the bad bytes are shown as a replacement sign", &batch)
    }
    let text = String(decoding: (0..<end).map { bytes[$0] }, as: UTF8.self)
    let found = lines?.take(text) ?? .foreign
    for note in lines?.takeNotes() ?? [] { report(note.kind, note.detail, &batch) }
    switch found {
    case .part: break
    case .foreign: skip(bytes, at: lineStart, line: line)
    case .last:
      endSkipped(&batch)
      if let span = lines?.span {
        batch.append(span, byteOffset: spanStart, resolution: Lines.resolution)
      }
      lines = nil
    }
  }

  /// Begins a span with the line.
  private mutating func begin(_ batch: inout SpanBatch) {
    endSkipped(&batch)
    if lines != nil {
      batch.issues.append(
        ImportIssue(
          .malformedRecord, byteOffset: spanStart, place: spanPlace,
          detail: "expected the end of a span before the next one begins; skipped"))
    }
    isRecognized = true
    lines = Lines()
    spanStart = opening?.start ?? lineStart
    spanPlace = .init(line: opening == nil ? line : line - 1, column: 1)
    opening = nil
  }

  /// Counts a line as text that only looked like a span's opening.
  private mutating func skipOpening() {
    guard let (bytes, start) = opening.take() else { return }
    skip(bytes.span, at: start, line: line - 1)
  }

  private mutating func skip(_ bytes: Span<UInt8>, at start: Int, line: Int) {
    for index in bytes.indices {
      if !skipped.isActive {
        if JSONReader.isSpace(bytes[index]) { continue }
        skipped.begin(at: start + index, place: .init(line: line, column: index + 1))
      }
      skipped.append(bytes[index], at: start + index)
    }
  }

  private mutating func endSkipped(_ batch: inout SpanBatch) {
    if let issue = skipped.take(.skippedText) { batch.issues.append(issue) }
  }

  /// Reports an issue of the line.
  private mutating func report(
    _ kind: ImportIssue.Kind, _ detail: String, _ batch: inout SpanBatch
  ) {
    batch.issues.append(
      ImportIssue(
        kind, byteOffset: lineStart, place: .init(line: line, column: 1), detail: detail))
  }
}
