import TraceModel

// Objects of which it is not known yet what they are.
extension JSONTextImporter {
  /// Reads the object at `start`, as far as it goes.
  mutating func readCandidate(
    _ bytes: Span<UInt8>, from start: Int, base: Int, _ batch: inout SpanBatch
  ) -> Int {
    if let end = readUsual(bytes, from: start, base: base, &batch) { return end }
    // Among records a broken one ends where its brackets do, so that the others keep what is around
    // them.
    scanner = JSONScanner(memberDepth: 1, framesDamage: wrapper.isOpen && wrapper.isClaimed)
    beginShape()
    mode = outside
    switch whole(bytes, from: start) {
    case .object(let end):
      object(bytes, start..<end, base: base, &batch)
      return end
    case .wrapper(let trigger, let value, let depth):
      return begin(
        trigger, bytes, from: start, scannedTo: value, depth: depth, base: base, &batch)
    case nil: break
    }
    var position = start
    while true {
      let before = scanner.consumed
      let step = scanner.scan(bytes, from: position)
      examined &+= scanner.consumed &- before
      switch step {
      case .member(let value):
        position = value
        guard
          let trigger = trigger(
            bytes.extracting(start..<value), scanner.key, value: bytes[value], scanner.depth)
        else { continue }
        return begin(
          trigger, bytes, from: start, scannedTo: value, depth: scanner.depth, base: base, &batch)
      case .end(let end):
        guard end - start <= recordLimit else {
          recordTooLong(bytes, from: start, base: base, &batch)
          return end
        }
        object(bytes, start..<end, base: base, &batch)
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
        let read = bytes.extracting(start..<error.offset)
        lines.advance(to: base + start, in: bytes, base: base)
        if mayBeLiteral(read, next: bytes[error.offset]) {
          return readLiteral(bytes, from: start, base: base, &batch)
        }
        brokenObject(error, read, at: read.count, base: base + start, &batch)
        return error.offset
      }
    }
  }

  /// Reads the object at `start` without scanning it first, and gives its end; nil, with nothing read,
  /// if it is not a usual record or does not end in the bytes.
  private mutating func readUsual(
    _ bytes: Span<UInt8>, from start: Int, base: Int, _ batch: inout SpanBatch
  ) -> Int? {
    let index: Int
    let isLiteral: Bool
    if recognizedCodec == recentCodec, type(of: codecs[recentCodec]).readsUsual {
      (index, isLiteral) = (recentCodec, false)
    } else if !wrapper.isOpen, beginsLiteral(bytes, at: start), let literalCodec {
      (index, isLiteral) = (literalCodec, true)
    } else {
      return nil
    }
    let limit = start + min(bytes.count - start, recordLimit)
    let object = codecs[index].decodeUsual(
      bytes.extracting(start..<limit), byteOffset: base + start, fields: &fields, into: &batch)
    examined &+= object.end
    guard object.isRead else { return nil }
    mode = outside
    endSkipped(&batch)
    if isLiteral {
      recognize(type(of: codecs[index]).format.name)
      hasRecords = true
    }
    return start + object.end
  }

  /// What is known of an object without scanning it.
  private enum Whole {
    /// It ends here, and its members are noted.
    case object(end: Int)
    /// It is one to walk into, by the member whose value is here.
    case wrapper(JSONTrigger, value: Int, depth: Int)
  }

  /// What the object at `start` is, if it is well-formed and lies whole in the bytes, or is one to walk
  /// into; nil, with nothing noted, if it must be scanned to know.
  private mutating func whole(_ bytes: Span<UInt8>, from start: Int) -> Whole? {
    let object = bytes.extracting(start...)
    var wrapper: Whole?
    let end = JSONScanner.endOfWhole(
      object, from: 0, memberDepth: 1,
      guess: { start in
        guard let (key, value) = claimed.expected(object, at: start) else { return nil }
        noteMember(key, value: value)
        scanner.memberDepth = 1
        return value
      },
      member: { key, value, depth in
        guard
          let trigger = trigger(object.extracting(..<value), key, value: object[value], depth)
        else { return scanner.memberDepth }
        wrapper = .wrapper(trigger, value: start &+ value, depth: depth)
        return nil
      })
    if let end, end <= recordLimit {
      examined &+= end
      return .object(end: start &+ end)
    }
    // What is skipped is scanned from here on.
    if case .wrapper(let trigger, _, _) = wrapper, !trigger.isOtherSignal { return wrapper }
    beginShape()
    scanner.memberDepth = 1
    return nil
  }

  /// Begins to note the members of another object.
  private mutating func beginShape() {
    shape.members.removeAll(keepingCapacity: true)
    claimed.begin()
    isEmptyOTLP = false
  }

  /// Takes note of a member: where its key is, and where its value begins.
  @inline(__always)
  mutating func noteMember(_ key: Range<Int>, value: Int) {
    guard shape.members.count < JSONShape.memberLimit else { return }
    shape.members.append(.init(key: key, value: value))
  }

  /// Begins an object that is known by `trigger`, in the chunk.
  mutating func begin(
    _ trigger: JSONTrigger, _ bytes: Span<UInt8>, from start: Int, scannedTo value: Int, depth: Int,
    base: Int, _ batch: inout SpanBatch
  ) -> Int {
    lines.advance(to: base + start, in: bytes, base: base)
    switch trigger {
    case .otherSignal:
      endSkipped(&batch)
      otherSignal(&batch)
      return skipValue(bytes, from: value, base: base, &batch)
    case .list, .object, .listOrInside:
      enter(trigger, bytes.extracting(start..<value), depth: depth, base: base + start, &batch)
      return value
    case .otlp(let root):
      endSkipped(&batch)
      recognize(OTLPJSON.format.name)
      stream.begin(root)
      mode = .otlp
      return start
    }
  }

  /// Begins an object that is known by `trigger`, from the carry.
  mutating func pull(_ trigger: JSONTrigger, _ batch: inout SpanBatch) {
    switch trigger {
    case .otherSignal:
      endSkipped(&batch)
      otherSignal(&batch)
      let held = carry
      lines.advance(to: carryStart + held.count, in: held.span, base: carryStart)
      carry = []
      carried = .skipped
    case .list, .object, .listOrInside:
      withCarry(&batch) { this, bytes, base, batch in
        this.enter(trigger, bytes, depth: this.scanner.depth, base: base, &batch)
      }
    case .otlp(let root):
      endSkipped(&batch)
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
  mutating func skipValue(
    _ bytes: Span<UInt8>, from start: Int, base: Int, _ batch: inout SpanBatch
  ) -> Int {
    var position = start
    while true {
      let step = scanner.scan(bytes, from: position)
      switch step {
      case .member(let next): position = next
      case .end(let end):
        pass(bytes, start..<end, base: base)
        return end
      case .more:
        pass(bytes, start..<bytes.count, base: base)
        carry(.skipped, bytes, from: start, base: base)
        return bytes.count
      case .bad(let error):
        lines.advance(to: base + error.offset, in: bytes, base: base)
        skipBroken(&batch)
        return error.offset
      }
    }
  }

  /// Goes on as in text behind an error in something of which only the end mattered, at the place
  /// that is counted up to.
  mutating func skipBroken(_ batch: inout SpanBatch) {
    closeWrappers(&batch)
    mode = .text
    skipped.beginReported(at: lines.offset, place: lines.place)
  }

  /// Takes the object in `range` of `around`, which is whole and no OTLP with spans.
  mutating func object(
    _ around: Span<UInt8>, _ range: Range<Int>, base aroundBase: Int, _ batch: inout SpanBatch
  ) {
    let bytes = around.extracting(range)
    let base = aroundBase + range.lowerBound
    if let damage = scanner.damage {
      lines.advance(to: base, in: around, base: aroundBase)
      return damagedObject(damage, bytes, base: base, &batch)
    }
    if isEmptyOTLP {
      endSkipped(&batch)
      recognize(OTLPJSON.format.name)
      return
    }
    guard let (index, claim) = claim(bytes) else {
      lines.advance(to: base, in: around, base: aroundBase)
      return noObject(bytes, base: base)
    }
    endSkipped(&batch)
    if claim == .otherSignal {
      lines.advance(to: base, in: around, base: aroundBase)
      batch.issues.append(issue(.otherSignal, at: 0, bytes, base: base, "metrics or logs"))
      isRecognized = true
      return
    }
    if index != recentCodec { claimed = JSONShape.Claimed() }
    recentCodec = index
    hasRecords = true
    if index != recognizedCodec {
      recognize(type(of: codecs[index]).format.name)
      recognizedCodec = index
    }
    if claim == .nothing { return }
    do throws(JSONError) {
      try codecs[index].decode(bytes, byteOffset: base, fields: &fields, into: &batch)
      // Lines are counted where something is to be said, and else at the end of all bytes at once.
      guard !fields.notes.isEmpty else { return }
      lines.advance(to: base, in: around, base: aroundBase)
      addNotes(bytes, base: base, &batch)
    } catch {
      lines.advance(to: base, in: around, base: aroundBase)
      fields.notes.discard()
      batch.rollBack()
      batch.issues.append(
        issue(
          .malformedRecord, at: error.offset, bytes, base: base,
          "\(error.reason.rawValue); skipped"))
    }
  }

  /// Reports an object among records that is broken inside.
  private mutating func damagedObject(
    _ damage: JSONError, _ bytes: Span<UInt8>, base: Int, _ batch: inout SpanBatch
  ) {
    endSkipped(&batch)
    batch.issues.append(
      issue(
        .malformedRecord, at: damage.offset, bytes, base: base,
        "\(damage.reason.rawValue); skipped"))
  }

  /// The codec that claims the object: the last one is asked first.
  private mutating func claim(_ bytes: Span<UInt8>) -> (index: Int, claim: JSONClaim)? {
    if codecs.indices.contains(recentCodec) {
      if let claim = claimed.claim(of: shape, bytes) { return (recentCodec, claim) }
      let claim = codecs[recentCodec].claim(shape, bytes)
      if claim.isClaimed {
        let byKeys = type(of: codecs[recentCodec]).claimsByKeys
        claimed.add(shape, bytes, byKeys ? claim : nil)
        return (recentCodec, claim)
      }
    }
    for index in codecs.indices {
      let claim = codecs[index].claim(shape, bytes)
      if claim.isClaimed { return (index, claim) }
    }
    return nil
  }

  /// Makes issues of what was noted while `bytes` were decoded.
  mutating func addNotes(_ bytes: Span<UInt8>, base: Int, _ batch: inout SpanBatch) {
    for note in fields.notes.take() {
      batch.issues.append(issue(note.kind, at: note.position, bytes, base: base, note.detail))
    }
  }

  /// Takes the bytes of an object up to an error behind them: a record if its keys say so, and text
  /// otherwise.
  mutating func brokenObject(
    _ error: JSONError, _ bytes: Span<UInt8>, at position: Int, base: Int,
    _ batch: inout SpanBatch
  ) {
    if let format = formatByTelltale(bytes) {
      endSkipped(&batch)
      recognize(format)
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
    skipped.append(bytes, bytes.indices, base: base)
  }
}
