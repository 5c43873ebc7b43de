import TraceModel

// Objects of which it is not known yet what they are.
extension JSONTextImporter {
  /// Reads the object at `start`, as far as it goes.
  mutating func readCandidate(
    _ bytes: Span<UInt8>, from start: Int, base: Int, _ batch: inout SpanBatch
  ) -> Int {
    scanner = JSONScanner(stopsAtMembers: true)
    shape.members.removeAll(keepingCapacity: true)
    isEmptyOTLP = false
    var position = start
    mode = .text
    while true {
      let before = scanner.consumed
      let step = scanner.scan(bytes, from: position)
      examined &+= scanner.consumed &- before
      switch step {
      case .member(let value):
        position = value
        noteMember()
        let isArray = bytes[value] == UInt8(ascii: "[")
        guard let trigger = trigger(bytes, at: start, isArray: isArray) else { continue }
        return begin(trigger, bytes, from: start, scannedTo: value, base: base, &batch)
      case .end(let end):
        guard end - start <= recordLimit else {
          recordTooLong(bytes, from: start, base: base, &batch)
          return end
        }
        lines.advance(to: base + start, in: bytes, base: base)
        object(bytes.extracting(start..<end), base: base + start, &batch)
        return end
      case .more:
        if bytes.count - start > recordLimit {
          recordTooLong(bytes, from: start, base: base, &batch)
          carry(.skipped, bytes, from: start, base: base)
        } else {
          carry(.candidate, bytes, from: start, base: base)
        }
        return bytes.count
      case .bad(let error):
        lines.advance(to: base + start, in: bytes, base: base)
        let read = bytes.extracting(start..<error.offset)
        brokenObject(error, read, at: read.count, base: base + start, &batch)
        return error.offset
      }
    }
  }

  /// Takes note of a member at which the scanner has stopped.
  mutating func noteMember() {
    guard shape.members.count < JSONShape.memberLimit else { return }
    shape.members.append(.init(key: scanner.key, value: scanner.consumed))
  }

  /// A key that says at once what an object is.
  enum Trigger {
    case otlp(OTLPJSONStream.Root)
    case otherSignal
  }
  static let triggers = JSONKeyTable<Trigger>(camelCase: [
    ("resourceSpans", .otlp(.tracesData)), ("scopeSpans", .otlp(.resourceSpans)),
    ("instrumentationLibrarySpans", .otlp(.resourceSpans)), ("resourceLogs", .otherSignal),
    ("resourceMetrics", .otherSignal), ("resourceProfiles", .otherSignal),
    ("scopeLogs", .otherSignal), ("scopeMetrics", .otherSignal),
  ])

  /// What the last member says of the candidate, which begins at `start` of `bytes`.
  mutating func trigger(
    _ bytes: Span<UInt8>, at start: Int, isArray: Bool
  ) -> Trigger? {
    let key = scanner.key
    guard
      let trigger = Self.triggers.find(bytes, start + key.lowerBound..<start + key.upperBound)
    else { return nil }
    if case .otlp = trigger, !isArray {
      isEmptyOTLP = true
      return nil
    }
    return trigger
  }

  /// Begins an object that is known by `trigger`, in the chunk.
  mutating func begin(
    _ trigger: Trigger, _ bytes: Span<UInt8>, from start: Int, scannedTo value: Int, base: Int,
    _ batch: inout SpanBatch
  ) -> Int {
    endSkipped(&batch)
    switch trigger {
    case .otherSignal:
      lines.advance(to: base + start, in: bytes, base: base)
      otherSignal(&batch)
      return skipValue(bytes, from: value, base: base)
    case .otlp(let root):
      recognize(OTLPJSON.format.name)
      stream.begin(root)
      mode = .otlp
      return start
    }
  }

  /// Begins an object that is known by `trigger`, from the carry.
  mutating func pull(_ trigger: Trigger, _ batch: inout SpanBatch) {
    endSkipped(&batch)
    switch trigger {
    case .otherSignal:
      otherSignal(&batch)
      let held = carry
      lines.advance(to: carryStart + held.count, in: held.span, base: carryStart)
      carry = []
      carried = .skipped
    case .otlp(let root):
      recognize(OTLPJSON.format.name)
      stream.begin(root)
      mode = .otlp
      withCarry(&batch) { this, bytes, base, batch in
        _ = this.consume(bytes, from: 0, base: base, &batch)
      }
    }
  }

  /// Reports metrics or logs at the place that is counted up to.
  mutating func otherSignal(_ batch: inout SpanBatch) {
    isRecognized = true
    batch.issues.append(
      ImportIssue(
        .otherSignal, byteOffset: lines.offset, place: lines.place, detail: "metrics or logs"))
  }

  /// Goes on behind an object of which no more is wanted; `scanner` is at `start`.
  mutating func skipValue(_ bytes: Span<UInt8>, from start: Int, base: Int) -> Int {
    var position = start
    while true {
      let step = scanner.scan(bytes, from: position)
      switch step {
      case .member(let next): position = next
      case .end(let end): return end
      case .more:
        carry(.skipped, bytes, from: start, base: base)
        return bytes.count
      case .bad(let error):
        lines.advance(to: base + error.offset, in: bytes, base: base)
        skipped.beginReported(at: base + error.offset, place: lines.place)
        return error.offset
      }
    }
  }

  /// Takes an object that is whole and no OTLP with spans.
  mutating func object(_ bytes: Span<UInt8>, base: Int, _ batch: inout SpanBatch) {
    if isEmptyOTLP {
      endSkipped(&batch)
      recognize(OTLPJSON.format.name)
      return
    }
    for index in codecs.indices {
      switch codecs[index].claim(shape, bytes) {
      case .none: continue
      case .otherSignal:
        endSkipped(&batch)
        // The line tracker is behind by what was read in this chunk, or at the carry.
        batch.issues.append(
          issue(.otherSignal, at: 0, bytes, base: base, "metrics or logs"))
        isRecognized = true
        return
      case .spans: break
      }
      endSkipped(&batch)
      recognize(type(of: codecs[index]).format.name)
      do throws(JSONError) {
        try codecs[index].decode(bytes, byteOffset: base, fields: &fields, into: &batch)
        for note in fields.notes.take() {
          batch.issues.append(issue(note.kind, at: note.position, bytes, base: base, note.detail))
        }
      } catch {
        fields.notes.discard()
        batch.rollBack()
        batch.issues.append(
          issue(
            .malformedRecord, at: error.offset, bytes, base: base,
            "\(error.reason.rawValue); skipped"))
      }
      return
    }
    noObject(bytes, base: base)
  }

  /// Takes the bytes of an object up to an error behind them: a record if its keys say so, and text
  /// otherwise.
  mutating func brokenObject(
    _ error: JSONError, _ bytes: Span<UInt8>, at position: Int, base: Int,
    _ batch: inout SpanBatch
  ) {
    if hasTelltale(bytes) {
      endSkipped(&batch)
      malformed(
        JSONError(error.reason, at: position), resumingAt: position, bytes, base: base, &batch)
    } else {
      noObject(bytes, base: base)
    }
  }

  /// Counts an object that is none, or nobody's, as text.
  mutating func noObject(_ bytes: Span<UInt8>, base: Int) {
    if !skipped.isActive {
      skipped.begin(at: base, place: lines.place(of: base, in: bytes, base: base))
    }
    appendToSkipped(bytes, bytes.indices, base: base)
  }
}
