import TraceModel

// Objects that Node.js has printed, which are no JSON.
extension JSONTextImporter {
  /// Whether the object at `start` is most likely one that Node.js has printed, over several lines.
  func beginsLiteral(_ bytes: Span<UInt8>, at start: Int) -> Bool {
    bytes.stands("{\n  ", at: start) && start + 4 < bytes.count
      && JSLiteralScanner.mayBegin(bytes.extracting(start..<start + 4), next: bytes[start + 4])
  }

  /// Reads the object at `start`, as far as it goes.
  mutating func readLiteral(
    _ bytes: Span<UInt8>, from start: Int, base: Int, _ batch: inout SpanBatch
  ) -> Int {
    literal = JSLiteralScanner()
    let step = literal.scan(bytes, from: start)
    examined &+= literal.consumed
    switch step {
    case .end(let end):
      guard end - start <= recordLimit else {
        recordTooLong(bytes, from: start, base: base, &batch)
        return end
      }
      lines.advance(to: base + start, in: bytes, base: base)
      takeLiteral(bytes.extracting(start..<end), base: base + start, &batch)
      return end
    case .more, .member:
      carry(.literal, bytes, from: start, base: base)
      return bytes.count
    case .bad(let error):
      lines.advance(to: base + start, in: bytes, base: base)
      let read = bytes.extracting(start..<error.offset)
      brokenLiteral(error, read, base: base + start, &batch)
      return error.offset
    }
  }

  /// Takes an object that is whole.
  mutating func takeLiteral(_ bytes: Span<UInt8>, base: Int, _ batch: inout SpanBatch) {
    let json = JSLiteralText.json(bytes)
    scanner = JSONScanner(memberDepth: 1)
    shape.members.removeAll(keepingCapacity: true)
    var position = 0
    scan: while true {
      switch scanner.scan(json.span, from: position) {
      case .member(let value):
        position = value
        noteMember(scanner.key, value: value)
      case .end(let end) where end == json.count: break scan
      case .end, .more, .bad: return noObject(bytes, base: base)
      }
    }
    for index in codecs.indices where codecs[index].claim(shape, json.span) == .spans {
      endSkipped(&batch)
      recognize(type(of: codecs[index]).format.name)
      hasRecords = true
      do throws(JSONError) {
        try codecs[index].decode(json.span, byteOffset: base, fields: &fields, into: &batch)
        // Places in the JSON are none in the source.
        for note in fields.notes.take() {
          batch.issues.append(issue(note.kind, at: 0, bytes, base: base, note.detail))
        }
      } catch {
        fields.notes.discard()
        batch.rollBack()
        batch.issues.append(
          issue(
            .malformedRecord, at: 0, bytes, base: base, "\(error.reason.rawValue); skipped"))
      }
      return
    }
    noObject(bytes, base: base)
  }

  /// Takes the bytes of an object up to an error behind them: a record if its first key says so, and
  /// text otherwise.
  mutating func brokenLiteral(
    _ error: JSONError, _ bytes: Span<UInt8>, base: Int, _ batch: inout SpanBatch
  ) {
    guard literal.isKnown else { return noObject(bytes, base: base) }
    endSkipped(&batch)
    recognize(JSConsole.format.name)
    malformed(
      JSONError(error.reason, at: bytes.count), resumingAt: bytes.count, bytes, base: base, &batch)
  }

  /// Whether an object that is no JSON, of which `head` was scanned, may be one of these.
  func mayBeLiteral(_ head: Span<UInt8>, next: UInt8) -> Bool {
    JSLiteralScanner.mayBegin(head, next: next) && codecs.contains { $0 is JSConsole }
  }
}
