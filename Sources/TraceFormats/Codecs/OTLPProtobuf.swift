public import TraceModel

/// Decodes OTLP protobuf: `TracesData`, which is the same as `ExportTraceServiceRequest`, and its
/// parts. (trace.proto, common.proto, resource.proto.)
///
/// A part that is broken costs that part and an issue: a span among others, or what is left of the
/// message around it.
public struct OTLPProtobuf: Sendable {
  private var notes = RecordNotes()
  /// What attributes the spans of each name have had.
  var habits = AttributeHabits()
  private var table = ScopeTable()

  public init() {}

  /// Decodes one complete message, which begins at `byteOffset` of its source, into `batch`.
  public mutating func decode(
    _ message: Span<UInt8>, byteOffset: Int, into batch: inout SpanBatch
  ) {
    batch.format = OTLPProtobufImporter.format.name
    eachField(message, 0..<message.count, byteOffset, &batch) {
      (this, tag, range, batch) in
      if tag.number == 1, let range { this.resourceSpans(message, range, byteOffset, &batch) }
    }
    assignLate(in: &batch)
  }

  /// Walks over the fields of a message whose parts are read on their own; nil is given for what is
  /// not length-delimited. A broken field ends the walk with an issue.
  private mutating func eachField(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ base: Int, _ batch: inout SpanBatch,
    _ body: (inout Self, ProtobufReader.Tag, Range<Int>?, inout SpanBatch) -> Void
  ) {
    var reader = ProtobufReader(range)
    do throws(ProtobufError) {
      while let tag = try reader.nextTag(bytes) {
        if tag.type == .length {
          body(&self, tag, try reader.delimited(bytes), &batch)
        } else {
          try reader.skip(tag, bytes)
        }
      }
    } catch {
      fail(error, base, &batch)
    }
  }

  // MARK: Messages around spans

  /// Decodes a whole `ResourceSpans`. Walks over it once: what stands behind its spans is given to them
  /// then, and most of the time is that of touching the bytes first.
  mutating func resourceSpans(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ base: Int, _ batch: inout SpanBatch
  ) {
    beginResource(&batch)
    eachField(bytes, range, base, &batch) { this, tag, field, batch in
      guard let field else { return }
      switch tag.number {
      case 1, 3: this.resourceField(tag.number, bytes, field, base, &batch)
      case 2, 1000: this.scopeSpans(bytes, field, base, &batch)
      default: break
      }
    }
  }

  /// Decodes a whole `ScopeSpans` of the current resource.
  mutating func scopeSpans(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ base: Int, _ batch: inout SpanBatch
  ) {
    beginScope()
    eachField(bytes, range, base, &batch) { this, tag, field, batch in
      guard let field else { return }
      switch tag.number {
      case 1, 3: this.scopeField(tag.number, bytes, field, base, &batch)
      case 2: this.span(bytes, field, base, &batch)
      default: break
      }
    }
  }

  /// Begins a `ResourceSpans`.
  mutating func beginResource(_ batch: inout SpanBatch) {
    table.assignLate(in: &batch)
    table.follow(batch)
    table.beginResource()
  }

  /// Begins a `ScopeSpans` of the current resource.
  mutating func beginScope() { table.beginScope() }

  /// Gives rows what was learned behind them; to be called before the batch may be handed on.
  mutating func assignLate(in batch: inout SpanBatch) { table.assignLate(in: &batch) }

  /// Decodes a field of `ResourceSpans` that is none of its spans.
  mutating func resourceField(
    _ number: UInt32, _ bytes: Span<UInt8>, _ range: Range<Int>, _ base: Int,
    _ batch: inout SpanBatch
  ) {
    table.follow(batch)
    do throws(ProtobufError) {
      if number == 1 {
        let raw = table.number(of: bytes.extracting(range))
        if !table.hasResource(raw) { table.define(raw, as: try resource(bytes, range)) }
        if !table.setResource(raw) { noteLate("resource", range) }
      } else if number == 3 {
        checkUTF8(bytes, range)
        if !table.setResourceSchema(table.number(of: bytes.extracting(range))) {
          noteLate("schema URL", range)
        }
      }
      flush(base, &batch)
    } catch {
      fail(error, base, &batch)
    }
  }

  /// Decodes a field of `ScopeSpans` that is none of its spans.
  mutating func scopeField(
    _ number: UInt32, _ bytes: Span<UInt8>, _ range: Range<Int>, _ base: Int,
    _ batch: inout SpanBatch
  ) {
    table.follow(batch)
    do throws(ProtobufError) {
      if number == 1 {
        let raw = table.number(of: bytes.extracting(range))
        if !table.hasScope(raw) { table.define(raw, as: try scope(bytes, range)) }
        if !table.setScope(raw) { noteLate("scope", range) }
      } else if number == 3 {
        checkUTF8(bytes, range)
        if !table.setScopeSchema(table.number(of: bytes.extracting(range))) {
          noteLate("schema URL", range)
        }
      }
      flush(base, &batch)
    } catch {
      fail(error, base, &batch)
    }
  }

  private mutating func noteLate(_ name: String, _ range: Range<Int>) {
    notes.add(
      .resourceAfterSpans, at: range.lowerBound,
      "the \(name) stands behind spans that were already shown")
  }

  /// Decodes a `Span` of the current scope and commits it.
  mutating func span(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ base: Int, _ batch: inout SpanBatch
  ) {
    table.follow(batch)
    do throws(ProtobufError) {
      var draft = SpanDraft()
      draft.byteOffset = base + range.lowerBound
      draft.scope = table.scope(in: &batch)
      try read(bytes, range, &draft, &batch)
      batch.commit(draft)
      table.didCommit(to: batch)
      flush(base, &batch)
    } catch {
      batch.rollBack()
      fail(error, base, &batch)
    }
  }

  // MARK: Issues

  private mutating func flush(_ base: Int, _ batch: inout SpanBatch) {
    if notes.isEmpty { return }
    for note in notes.take() {
      batch.issues.append(
        ImportIssue(note.kind, byteOffset: base + note.position, detail: note.detail))
    }
  }

  private mutating func fail(_ error: ProtobufError, _ base: Int, _ batch: inout SpanBatch) {
    notes.discard()
    batch.issues.append(
      ImportIssue(
        .malformedRecord, byteOffset: base + error.offset,
        detail: "\(error.reason.rawValue); skipped"))
  }

  /// Whether a string is UTF-8; notes it if it is not.
  @discardableResult
  mutating func checkUTF8(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    if bytes.isValidUTF8(range) { return true }
    notes.add(.invalidUTF8, at: range.lowerBound, "in a string; its bytes are kept")
    return false
  }

  /// Adds a note to the record that is being read.
  mutating func note(_ kind: ImportIssue.Kind, at position: Int, _ detail: String) {
    notes.add(kind, at: position, detail)
  }
}
