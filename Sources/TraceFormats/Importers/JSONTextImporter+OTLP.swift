import TraceModel

// Inside an OTLP object.
extension JSONTextImporter {
  /// Reads on in an OTLP object.
  mutating func readOTLP(
    _ bytes: Span<UInt8>, from start: Int, base: Int, _ batch: inout SpanBatch
  ) -> Int {
    var position = start
    while true {
      switch stream.advance(bytes, &position, &batch) {
      case .more: return bytes.count
      case .end:
        mode = outside
        return position
      case .element:
        guard isToBeEntered(bytes, at: position) else {
          carry(.element, bytes, from: position, base: base)
          return bytes.count
        }
        stream.enterElement(&position, &batch)
      case .restarted:
        lines.advance(to: base + position, in: bytes, base: base)
        report(.malformedRecord, JSONError.Reason.newObject.rawValue, &batch)
      case .failed(let error):
        malformed(error, resumingAt: error.offset, bytes, base: base, &batch)
        return error.offset
      case .unit(let unit):
        guard let end = read(unit, bytes, from: position, base: base, &batch) else {
          return bytes.count
        }
        position = end
        if mode != .otlp { return position }
      }
    }
  }

  /// Whether to walk into the object at `start` now. If it is cut by the end of the bytes and short,
  /// it is better carried until it is whole: what is said behind the spans (`schemaUrl` is, by
  /// Collectors) must be known before the batch with the spans is handed on.
  mutating func isToBeEntered(_ bytes: Span<UInt8>, at start: Int) -> Bool {
    if entersFirst {
      entersFirst = false
      return true
    }
    if start < wholeUntil || bytes.count - start > ImportLimits.heldBytes { return true }
    // JSON Lines: the end of the line is found faster than the end of the object.
    if start >= nextLineFeed {
      nextLineFeed = bytes.firstLineFeed(from: start) ?? bytes.count
      examined &+= nextLineFeed &- start
    }
    if nextLineFeed < bytes.count, bytes[nextLineFeed &- 1] == UInt8(ascii: "}") {
      wholeUntil = nextLineFeed
      return true
    }
    scanner = JSONScanner()
    let step = scanner.scan(bytes, from: start)
    examined &+= scanner.consumed
    switch step {
    case .more, .member: return false
    case .end(let end): wholeUntil = end
    case .bad(let error): wholeUntil = error.offset
    }
    return true
  }

  /// Walks into what was carried: all of an object, or as much as we are willing to wait for.
  mutating func release(isWhole: Bool, _ batch: inout SpanBatch) {
    withCarry(&batch) { this, bytes, base, batch in
      _ = this.consume(
        bytes, from: 0, base: base, wholeUntil: isWhole ? .max : 0, entersFirst: true, &batch)
    }
  }

  /// Reads the leaf at `start`; where it ends, or nil if its rest is carried.
  mutating func read(
    _ unit: OTLPJSONStream.Unit, _ bytes: Span<UInt8>, from start: Int, base: Int,
    _ batch: inout SpanBatch
  ) -> Int? {
    if unit.isKept, bytes.count - start <= recordLimit,
      let end = attempt(unit, bytes, from: start, base: base, &batch)
    {
      return end
    }
    if unit == .noList { noteNoList(bytes, at: start, base: base, &batch) }
    scanner = JSONScanner(framesDamage: unit == .span)
    let step = scanner.scan(bytes, from: start)
    examined &+= scanner.consumed
    switch step {
    case .end(let end):
      if end - start > recordLimit, unit.isKept {
        recordTooLong(bytes, from: start, base: base, &batch)
        stream.skip()
      } else {
        whole(unit, bytes, start..<end, base: base, &batch)
      }
      return end
    case .bad(let error):
      lines.advance(to: base + start, in: bytes, base: base)
      let shown =
        scanner.damage.map { JSONError($0.reason, at: start + $0.offset) } ?? error
      malformed(shown, resumingAt: error.offset, bytes, base: base, &batch)
      return error.offset
    case .more, .member:
      if !unit.isKept {
        stream.skip()
        carry(.skipped, bytes, from: start, base: base)
      } else if bytes.count - start > recordLimit {
        recordTooLong(bytes, from: start, base: base, &batch)
        stream.skip()
        carry(.skipped, bytes, from: start, base: base)
      } else {
        carry(.unit(unit), bytes, from: start, base: base)
      }
      return nil
    }
  }

  /// Reports a value that should be a list, and is none. Its first byte says so: its end may be far,
  /// or missing. Null is as good as an empty list.
  private mutating func noteNoList(
    _ bytes: Span<UInt8>, at start: Int, base: Int, _ batch: inout SpanBatch
  ) {
    var reader = JSONReader(at: start)
    guard let kind = try? reader.peekKind(bytes), kind != .null else { return }
    lines.advance(to: base + start, in: bytes, base: base)
    report(.unexpectedType, "expected an array; left out", &batch)
  }

  /// Decodes a leaf of which it is not known whether it is whole; nil if it is not, or is broken.
  mutating func attempt(
    _ unit: OTLPJSONStream.Unit, _ bytes: Span<UInt8>, from start: Int, base: Int,
    _ batch: inout SpanBatch
  ) -> Int? {
    var reader = JSONReader(at: start, isWhole: false)
    do throws(JSONError) {
      try stream.take(unit, bytes, &reader, byteOffset: base + start, into: &batch)
      addNotes(bytes, from: start, base: base, &batch)
      return reader.position
    } catch {
      examined &+= error.offset &- start
      batch.rollBack()
      stream.discardNotes()
      return nil
    }
  }

  /// Decodes a leaf that is whole.
  mutating func whole(
    _ unit: OTLPJSONStream.Unit, _ bytes: Span<UInt8>, _ range: Range<Int>, base: Int,
    _ batch: inout SpanBatch
  ) {
    let record = bytes.extracting(range)
    let start = base + range.lowerBound
    var reader = JSONReader()
    lines.advance(to: start, in: bytes, base: base)
    do throws(JSONError) {
      try stream.take(unit, record, &reader, byteOffset: start, into: &batch)
      addNotes(record, from: 0, base: start, &batch)
    } catch {
      batch.rollBack()
      stream.discardNotes()
      stream.skip()
      batch.issues.append(
        issue(
          .malformedRecord, at: error.offset, record, base: start,
          "\(error.reason.rawValue); skipped"))
    }
  }

  /// Makes issues of what was noted while the leaf at `start` was decoded.
  mutating func addNotes(
    _ bytes: Span<UInt8>, from start: Int, base: Int, _ batch: inout SpanBatch
  ) {
    let notes = stream.takeNotes()
    guard !notes.isEmpty else { return }
    lines.advance(to: base + start, in: bytes, base: base)
    for note in notes {
      batch.issues.append(issue(note.kind, at: note.position, bytes, base: base, note.detail))
    }
  }
}
