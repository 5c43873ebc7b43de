import TraceModel

/// Reads one OTLP protobuf message that comes in pieces, however large it is.
///
/// A `ResourceSpans` or `ScopeSpans` up to `unitLimit` is decoded when it is whole, because what all
/// its spans share (`schema_url`) may stand behind them. A larger one is walked into, down to single
/// spans.
struct OTLPProtobufStream: Sendable {
  /// Messages up to this length are waited for.
  static let unitLimit = 1 << 20

  /// The longest record to hold; smaller only in tests.
  var recordLimit = ImportLimits.recordBytes
  /// How many bytes are held at the moment.
  var heldCount: Int { held.count }

  private enum Level {
    case tracesData, resourceSpans, scopeSpans
  }

  private var codec = OTLPProtobuf()
  /// The messages we are in, outermost first, with where they end in the source.
  private var levels: [(level: Level, end: Int)] = []
  /// The groups we are in.
  private var groups: [UInt32] = []
  /// The beginning of a field that is not whole yet, and where in the source it begins.
  private var held: [UInt8] = []
  private var heldStart = 0
  /// How long the field that is held will be; 0 while its length is not known.
  private var needed = 0
  /// How many bytes to pass without looking at them.
  private var passing = 0
  /// Whether the outermost message is broken, so that nothing behind it can be read.
  private var isBroken = false
  /// Where the outermost message ends, as was said before it; `Int.max` if that is not known.
  private var end = Int.max
  /// Whether to walk into messages whatever their length, because the input has ended.
  private var walksIntoAll = false

  init() {}

  /// Begins a message that ends at `end` of the source, or with the input if that is not known.
  mutating func begin(end: Int = Int.max) {
    self.end = end
    levels = [(.tracesData, end)]
    groups = []
    held = []
    passing = 0
    isBroken = false
    walksIntoAll = false
  }

  /// Reads on; `bytes` begin at `base` of the source and must not go beyond the message.
  mutating func read(_ bytes: Span<UInt8>, base: Int, into batch: inout SpanBatch) {
    var position = 0
    while position < bytes.count, !isBroken {
      if passing > 0 {
        let step = min(passing, bytes.count - position)
        passing -= step
        position += step
      } else if held.isEmpty {
        position = consume(bytes, from: position, base: base, &batch)
      } else {
        let wanted = needed > 0 ? needed - held.count : 1
        let stop = min(bytes.count, position + max(1, wanted))
        held.append(bytes, position..<stop)
        position = stop
        if needed == 0 || held.count >= needed { consumeHeld(&batch) }
      }
    }
  }

  /// Says that the message ends here, and reports what is missing.
  mutating func finish(at offset: Int, into batch: inout SpanBatch) {
    walksIntoAll = true
    if !held.isEmpty { consumeHeld(&batch) }
    codec.assignLate(in: &batch)
    let isWhole =
      held.isEmpty && passing == 0 && groups.isEmpty
      && levels.allSatisfy { $0.end <= offset || $0.end == .max }
    if !isWhole, !isBroken {
      let isEnd = offset < end
      batch.issues.append(
        ImportIssue(
          isEnd ? .truncatedInput : .malformedRecord,
          byteOffset: held.isEmpty ? offset : heldStart,
          detail: isEnd
            ? "the input ends inside a message" : "the message ends inside a field; left out"))
    }
    levels = []
    held = []
  }

  /// Gives rows what was learned behind them; to be called before the batch may be handed on.
  mutating func assignLate(in batch: inout SpanBatch) { codec.assignLate(in: &batch) }

  private mutating func consumeHeld(_ batch: inout SpanBatch) {
    let bytes = held
    held = []
    needed = 0
    var position = 0
    while position < bytes.count {
      if passing > 0 {
        let step = min(passing, bytes.count - position)
        passing -= step
        position += step
        continue
      }
      position = consume(bytes.span, from: position, base: heldStart, &batch)
    }
  }

  /// Reads fields until the bytes are used up, the rest is held, or something is to be passed.
  private mutating func consume(
    _ bytes: Span<UInt8>, from start: Int, base: Int, _ batch: inout SpanBatch
  ) -> Int {
    var position = start
    while position < bytes.count, passing == 0 {
      while let last = levels.last, last.end <= base + position {
        levels.removeLast()
        groups = []
      }
      guard let (level, end) = levels.last else { return bytes.count }
      let limit = min(bytes.count, end == .max ? bytes.count : end - base)
      var reader = ProtobufReader(position..<limit)
      do throws(ProtobufError) {
        guard let tag = try reader.nextTag(bytes) else { continue }
        if tag.type == .length {
          let length = try reader.varint(bytes)
          let room = end == .max ? Int.max - base - reader.position : end - base - reader.position
          guard length <= UInt64(room) else {
            throw ProtobufError(.length, at: reader.position)
          }
          let field = reader.position..<reader.position + Int(length)
          switch take(level, tag.number, bytes, field, from: position, base: base, &batch) {
          case .entered: position = field.lowerBound
          case .held: return bytes.count
          case .done:
            position = min(field.upperBound, bytes.count)
            passing = field.upperBound - position
          }
          continue
        }
        try skip(tag, bytes, &reader)
        position = reader.position
      } catch {
        if error.reason == .endOfInput, limit == bytes.count, bytes.count - position < 20 {
          hold(bytes, from: position, base: base, needed: 0)
          return bytes.count
        }
        fail(error, base: base, &batch)
        // Where the message ends is known, unless it is the outermost one.
        groups = []
        if end == .max {
          isBroken = true
          return bytes.count
        }
        levels.removeLast()
        let next = end - base
        position = min(next, bytes.count)
        passing = next - position
      }
    }
    return position
  }

  /// What was done with a length-delimited field.
  private enum Outcome {
    /// Decoded or not wanted: reading goes on behind it.
    case done
    /// Its own fields are next.
    case entered
    /// It is held until it is whole.
    case held
  }

  /// Reads a length-delimited field, or prepares for it.
  private mutating func take(
    _ level: Level, _ number: UInt32, _ bytes: Span<UInt8>, _ field: Range<Int>,
    from start: Int, base: Int, _ batch: inout SpanBatch
  ) -> Outcome {
    let inner: Level?
    switch (level, number) {
    case _ where !groups.isEmpty: return .done
    case (.tracesData, 1): inner = .resourceSpans
    case (.resourceSpans, 2), (.resourceSpans, 1000): inner = .scopeSpans
    case (.resourceSpans, 1), (.resourceSpans, 3), (.scopeSpans, 1...3): inner = nil
    default: return .done
    }
    if let inner, walksIntoAll || field.count > Self.unitLimit {
      levels.append((inner, base + field.upperBound))
      if inner == .resourceSpans { codec.beginResource(&batch) } else { codec.beginScope() }
      return .entered
    }
    if field.count > recordLimit {
      batch.issues.append(
        ImportIssue(
          .recordTooLong, byteOffset: base + start,
          detail: "longer than \(recordLimit) bytes; skipped"))
      return .done
    }
    guard field.upperBound <= bytes.count else {
      hold(bytes, from: start, base: base, needed: field.upperBound - start)
      return .held
    }
    switch (level, number) {
    case (.tracesData, _): codec.resourceSpans(bytes, field, base, &batch)
    case (.resourceSpans, 1), (.resourceSpans, 3):
      codec.resourceField(number, bytes, field, base, &batch)
    case (.resourceSpans, _): codec.scopeSpans(bytes, field, base, &batch)
    case (.scopeSpans, 2): codec.span(bytes, field, base, &batch)
    case (.scopeSpans, _): codec.scopeField(number, bytes, field, base, &batch)
    }
    return .done
  }

  private mutating func skip(
    _ tag: ProtobufReader.Tag, _ bytes: Span<UInt8>, _ reader: inout ProtobufReader
  ) throws(ProtobufError) {
    switch tag.type {
    case .groupStart:
      guard groups.count < ProtobufReader.groupLimit else {
        throw ProtobufError(.nesting, at: reader.position)
      }
      groups.append(tag.number)
    case .groupEnd:
      guard groups.popLast() == tag.number else {
        throw ProtobufError(.group, at: reader.position)
      }
    default: try reader.skip(tag, bytes)
    }
  }

  private mutating func hold(_ bytes: Span<UInt8>, from start: Int, base: Int, needed: Int) {
    held.append(bytes, start..<bytes.count)
    heldStart = base + start
    self.needed = needed
  }

  private mutating func fail(_ error: ProtobufError, base: Int, _ batch: inout SpanBatch) {
    batch.issues.append(
      ImportIssue(
        .malformedRecord, byteOffset: base + error.offset,
        detail: "\(error.reason.rawValue); the rest of the message is skipped"))
  }
}
