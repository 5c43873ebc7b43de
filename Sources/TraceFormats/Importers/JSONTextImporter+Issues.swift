import TraceModel

// Saying what is wrong, and where.
extension JSONTextImporter {
  /// An issue at a position of `bytes`, of which `lines` has not passed the record's start.
  func issue(
    _ kind: ImportIssue.Kind, at position: Int, _ bytes: Span<UInt8>, base: Int, _ detail: String
  ) -> ImportIssue {
    ImportIssue(
      kind, byteOffset: base + position,
      place: lines.place(of: base + position, in: bytes, base: base), detail: detail)
  }

  /// Reports an issue at the place that is counted up to.
  func report(
    _ kind: ImportIssue.Kind, _ detail: String, _ batch: inout SpanBatch
  ) {
    batch.issues.append(
      ImportIssue(kind, byteOffset: lines.offset, place: lines.place, detail: detail))
  }

  /// Reports a record that has no end we could find; the next one is looked for from `next` on.
  mutating func malformed(
    _ error: JSONError, resumingAt next: Int, _ bytes: Span<UInt8>, base: Int,
    _ batch: inout SpanBatch
  ) {
    batch.issues.append(
      issue(
        .malformedRecord, at: error.offset, bytes, base: base,
        "\(error.reason.rawValue); skipped to the next object"))
    isRecognized = true
    lines.advance(to: base + next, in: bytes, base: base)
    stream.assignLate(in: &batch)
    closeWrappers(&batch)
    mode = .text
    skipped.beginReported(at: lines.offset, place: lines.place)
  }

  /// Reports that the input ends too early.
  mutating func truncated(_ what: String, _ batch: inout SpanBatch) {
    isRecognized = true
    report(.truncatedInput, "the input ends inside \(what)", &batch)
  }

  /// Reports a record in these bytes that is longer than the limit.
  mutating func recordTooLong(
    _ bytes: Span<UInt8>, from start: Int, base: Int, _ batch: inout SpanBatch
  ) {
    endSkipped(&batch)
    lines.advance(to: base + start, in: bytes, base: base)
    isRecognized = true
    report(.recordTooLong, "longer than \(recordLimit) bytes; skipped", &batch)
  }

  /// Gives up a carried record that is longer than the limit.
  mutating func tooLong(
    _ chunk: Span<UInt8>, from start: Int, stop: Int, _ step: JSONScanner.Step,
    _ batch: inout SpanBatch
  ) {
    endSkipped(&batch)
    isRecognized = true
    report(.recordTooLong, "longer than \(recordLimit) bytes; skipped", &batch)
    if case .unit = carried { stream.skip() }
    let held = carry
    lines.advance(to: carryStart + held.count, in: held.span, base: carryStart)
    lines.advance(to: offset + stop, in: chunk, base: offset)
    carry = []
    if case .literal = carried {
      // What is left has no end that the scanner of JSON finds.
      carried = nil
      return skipBroken(&batch)
    }
    switch step {
    case .end: carried = nil
    case .bad:
      carried = nil
      skipBroken(&batch)
    case .more, .member: carried = .skipped
    }
  }
}
