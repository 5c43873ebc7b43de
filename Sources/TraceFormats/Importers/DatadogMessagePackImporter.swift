public import TraceModel

/// Reads what Datadog's tracers send to agents in MessagePack: lists of traces (v0.3, v0.4), or a
/// list of strings and then of traces whose spans name them by number (v0.5).
///
///     [[{"trace_id":1,…},…],…]          [["","shop",…],[[[1,2,0,…],…],…]]
///
/// One span at a time is held, and the strings of one payload. Several payloads may stand one behind
/// the other.
public struct DatadogMessagePackImporter: SpanImporter {
  public static let format = FormatDescriptor(
    name: "datadog-msgpack", summary: "Datadog: agent payloads v0.3, v0.4 and v0.5 in MessagePack",
    example: "the body of PUT /v0.5/traces", priority: 22)

  public static func sniff(_ prefix: Span<UInt8>, isWhole: Bool) -> Bool {
    (try? isPayload(prefix)) ?? false
  }

  /// The names of a span's members, any of which may stand first.
  private static let names: Set = [
    "trace_id", "span_id", "parent_id", "service", "name", "resource", "type", "start", "duration",
    "error", "meta", "metrics", "span_links", "span_events", "meta_struct",
  ]

  private static func isPayload(_ bytes: Span<UInt8>) throws(MessagePackError) -> Bool {
    var reader = MessagePackReader()
    guard case .array(let count) = try reader.next(bytes), count > 0 else { return false }
    // Traces without spans say nothing.
    for _ in 0..<count {
      guard case .array(let inner) = try reader.next(bytes) else { return false }
      if inner == 0 { continue }
      switch try reader.next(bytes) {
      // The first string of a payload is the empty one.
      case .string(let range): return count == 2 && range.isEmpty
      case .map(let count):
        guard count > 0, case .string(let key) = try reader.next(bytes) else { return false }
        return names.contains { bytes.matches(key, text: $0) }
      default: return false
      }
    }
    return false
  }

  /// The longest record to hold; smaller only in tests.
  var recordLimit = ImportLimits.recordBytes
  var codec = DatadogMessagePack()
  /// How many elements of the arrays that we are in are to come, outermost first.
  private var levels: [Int] = []
  /// Whether strings came first, so that traces are one level further in.
  private var hasStrings = false
  /// The end of the value that is looked at, if it does not end in what was read so far.
  private var scanner: MessagePackScanner?
  /// Whether the value is longer than what we hold.
  private var isTooLong = false
  /// What is read but not decoded, and where it begins.
  private var held: [UInt8] = []
  private var offset = 0
  private var isBroken = false
  /// How many bytes to add to what is held, at least.
  private static let step = 4_096

  public init() {}

  public mutating func read(_ chunk: Span<UInt8>, into batch: inout SpanBatch) {
    batch.format = Self.format.name
    if isBroken { return offset += chunk.count }
    var position = 0
    // What is held mostly needs a few bytes more: all others are read where they are.
    while !held.isEmpty, position < chunk.count, !isBroken {
      var bytes = held
      held = []
      let stop = min(chunk.count, position + max(bytes.count, Self.step))
      bytes.append(chunk, position..<stop)
      let end = consume(bytes.span, &batch)
      offset += end
      if bytes.count - end <= stop - position {
        position = stop - (bytes.count - end)
      } else {
        position = stop
        bytes.removeFirst(end)
        held = bytes
      }
    }
    guard position < chunk.count, !isBroken else { return }
    let rest = chunk.extracting(position..<chunk.count)
    let end = consume(rest, &batch)
    offset += end
    if !isBroken { held.append(rest, end..<rest.count) }
  }

  public mutating func finish(into batch: inout SpanBatch) {
    batch.format = Self.format.name
    if isBroken { return }
    if offset == 0, held.isEmpty {
      batch.issues.append(ImportIssue(.emptyInput, byteOffset: 0, detail: "the input has no bytes"))
    } else if !held.isEmpty || !levels.isEmpty || scanner != nil {
      batch.issues.append(
        ImportIssue(
          .truncatedInput, byteOffset: offset, detail: "the input ends inside a payload"))
    }
  }

  /// Reads values as long as they are whole; returns where the next one begins.
  private mutating func consume(_ bytes: Span<UInt8>, _ batch: inout SpanBatch) -> Int {
    var start = 0
    do throws(MessagePackError) {
      while start < bytes.count {
        if scanner == nil {
          // A usual span is read without looking for its end first.
          if mayBeSpan(bytes[start]) {
            let held = bytes.extracting(0..<min(bytes.count, start &+ recordLimit))
            let end = codec.usualSpan(held, from: start, byteOffset: offset &+ start, into: &batch)
            if let end {
              start = end
              endValue()
              continue
            }
          }
          var reader = MessagePackReader(at: start)
          let value = try reader.head(bytes)
          if try enter(value, at: start) {
            start = reader.position
            endArrays()
            continue
          }
        }
        var scan = scanner ?? MessagePackScanner(from: start)
        let isWhole = try scan.scan(bytes)
        if scan.position - start > recordLimit, !isTooLong {
          isTooLong = true
          batch.issues.append(
            ImportIssue(
              .recordTooLong, byteOffset: offset + start,
              detail: "longer than \(recordLimit) bytes; skipped"))
        }
        guard isWhole else {
          if isTooLong { start = min(scan.position, bytes.count) }
          scan.position -= start
          scanner = scan
          return start
        }
        if !isTooLong { try take(bytes, start..<scan.position, &batch) }
        scanner = nil
        isTooLong = false
        start = scan.position
        endValue()
      }
    } catch {
      if error.reason == .endOfInput { return start }
      isBroken = true
      batch.issues.append(
        ImportIssue(
          .malformedRecord, byteOffset: offset + error.offset,
          detail: "\(error.reason.rawValue); the rest is skipped"))
    }
    return start
  }

  /// Goes into an array around spans; false if the value is to be taken as a whole.
  private mutating func enter(
    _ value: MessagePackReader.Value, at start: Int
  ) throws(MessagePackError) -> Bool {
    guard case .array(let count) = value else {
      if levels.isEmpty { throw MessagePackError(.payload, at: start) }
      return false
    }
    switch levels.count {
    case 0:
      hasStrings = false
      codec.begin()
    case 1: break
    case 2 where hasStrings && levels[0] == 1: break
    default: return false
    }
    levels.append(count)
    return true
  }

  /// Whether a value that begins with `head` may be a usual span.
  @inline(__always)
  private func mayBeSpan(_ head: UInt8) -> Bool {
    if head == DatadogMessagePack.twelveValues { return levels.count == 3 }
    return (head & 0xf0 == 0x80 || head == 0xde) && levels.count >= 2
  }

  /// Whether a value that is not entered is a span.
  private func isSpan(_ value: MessagePackReader.Value) -> Bool {
    switch value {
    case .map: levels.count >= 2
    case .array: levels.count == 3
    default: false
    }
  }

  /// Passes an element of the innermost array.
  private mutating func endValue() {
    let last = levels.count &- 1
    levels[last] &-= 1
    if levels[last] == 0 { endArrays() }
  }

  /// Leaves the arrays that have ended.
  private mutating func endArrays() {
    while levels.last == 0 {
      levels.removeLast()
      if !levels.isEmpty { levels[levels.count - 1] -= 1 }
    }
  }

  /// Takes a whole value: a span, or a string that spans name.
  private mutating func take(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ batch: inout SpanBatch
  ) throws(MessagePackError) {
    var reader = MessagePackReader(at: range.lowerBound)
    switch try reader.next(bytes) {
    case let value where isSpan(value):
      codec.span(bytes, range, byteOffset: offset + range.lowerBound, into: &batch)
    case .string(let text) where levels.count == 2 && levels[0] == 2:
      hasStrings = true
      guard codec.strings.size + text.count <= recordLimit else {
        throw MessagePackError(.strings, at: range.lowerBound)
      }
      codec.addString(bytes, text)
    default:
      batch.issues.append(
        ImportIssue(
          .unexpectedType, byteOffset: offset + range.lowerBound,
          detail: levels.count == 1 ? "expected a trace; left out" : "expected a span; left out"))
    }
  }
}
