public import TraceModel

// Reading the parts of one input at the same time: OTLP only, which is what large files are.
extension JSONTextImporter {
  public func cutter() -> (any PartCutter)? {
    // What begins at a cut reads all formats.
    readsOTLP && codecs.count == JSONCodecs.all.count ? OTLPJSONCutter() : nil
  }

  public init(at cut: PartCut) {
    self.init()
    self.cut = cut
    offset = cut.offset
    lines = LineTracker(from: cut.offset)
    if cut.kind != .whole {
      // An object of OTLP has begun before.
      recognize(OTLPJSON.format.name)
      mode = .otlp
      stream.begin(at: cut.kind)
    }
  }

  // What codecs have learned of records ends at no cut.
  public var mayJoin: Bool { !hasRecords }

  public mutating func join(_ next: Self, _ batch: inout SpanBatch) -> Bool {
    // What is around records ends at no cut either.
    guard !wrapper.isOpen, mayJoin,
      let cut = next.cut, cut.offset == offset, carried == nil,
      cut.kind == .whole ? mode == .text : mode == .otlp && stream.isBefore(cut.kind)
    else { return false }
    if cut.kind == .whole {
      // What only looked like an object of OTLP belongs to the text before it.
      let isText = batch.issues.contains { $0.kind == .skippedText && $0.byteOffset == cut.offset }
      guard next.isRecognized, !isText else { return false }
    }
    var joined = next
    joined.stream = stream
    let lateNotes = joined.stream.join(next.stream, &batch)
    joined.lines.follow(lines)
    joined.skipped.follow(lines)
    joined.wrapper.textBefore.follow(lines)
    if joined.array == .unknown { joined.array = array }
    joined.examined += examined

    var issues: [ImportIssue] = []
    if let issue = skipped.take(.skippedText) { issues.append(issue) }
    let hasBase64 = stream.codec.fields.notes.reportedBase64
    var lateCount = 0
    for var issue in batch.issues where !(hasBase64 && issue.kind == .base64ID) {
      if issue.kind == .resourceAfterSpans {
        lateCount += 1
        if lateCount <= lateNotes.count, !lateNotes[lateCount - 1] { continue }
      }
      issue.place = issue.place.map { lines.placing($0) }
      issues.append(issue)
    }
    batch.issues = issues
    self = joined
    return true
  }
}
