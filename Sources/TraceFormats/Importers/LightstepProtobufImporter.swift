public import TraceModel

/// Reads what Lightstep's tracers send to satellites: one `ReportRequest`, with the reporter before
/// its spans. One span at a time is held.
public struct LightstepProtobufImporter: SpanImporter {
  public static let format = FormatDescriptor(
    name: "lightstep-protobuf", summary: "Lightstep: reports of its own tracers in protobuf",
    example: "the body of POST /api/v2/reports", priority: 24)

  public static func sniff(_ prefix: Span<UInt8>, isWhole: Bool) -> Bool {
    do throws(ProtobufError) {
      var reader = ProtobufReader(0..<prefix.count)
      guard try reader.nextTag(prefix) == ProtobufReader.Tag(number: 1, type: .length),
        try reader.varint(prefix) > 2
      else { return false }
      // The reporter has a number, which may be left out, and tags; OTLP has no number there.
      var tag = try reader.nextTag(prefix)
      if tag == ProtobufReader.Tag(number: 1, type: .varint) {
        _ = try reader.varint(prefix)
        tag = try reader.nextTag(prefix)
      }
      // A tag begins with its key, which is text.
      guard tag == ProtobufReader.Tag(number: 4, type: .length),
        try reader.varint(prefix) > 2,
        try reader.nextTag(prefix) == ProtobufReader.Tag(number: 1, type: .length)
      else { return false }
      let count = Int(clamping: try reader.varint(prefix))
      let end = count < prefix.count - reader.position ? reader.position + count : prefix.count
      return reader.position < end && (reader.position..<end).allSatisfy { prefix[$0] >= 0x20 }
    } catch {
      return false
    }
  }

  /// The longest record to hold; smaller only in tests.
  var recordLimit = ImportLimits.recordBytes
  private var codec = LightstepProtobuf()
  /// The beginning of a field that is not whole yet, and how long it will be (1 if that is not
  /// known).
  private var held: [UInt8] = []
  private var needed = 1
  /// How many bytes to pass without looking at them.
  private var passing = 0
  /// Where what is held, or is read next, begins.
  private var offset = 0
  private var isBroken = false

  public init() {}

  public mutating func read(_ chunk: Span<UInt8>, into batch: inout SpanBatch) {
    batch.format = Self.format.name
    var position = 0
    while position < chunk.count, !isBroken {
      if passing > 0 {
        let step = min(passing, chunk.count - position)
        passing -= step
        position += step
        offset += step
      } else if held.isEmpty {
        let rest = chunk.extracting(position..<chunk.count)
        let end = consume(rest, &batch)
        offset += end
        position += end
        if passing == 0, end < rest.count, !isBroken {
          held.append(rest, end..<rest.count)
          position = chunk.count
        }
      } else {
        let stop = min(chunk.count, position + max(1, needed - held.count))
        held.append(chunk, position..<stop)
        position = stop
        guard held.count >= needed else { continue }
        let bytes = held
        let end = consume(bytes.span, &batch)
        if end > 0 || isBroken || passing > 0 { held = [] }
        offset += end
      }
    }
  }

  public mutating func finish(into batch: inout SpanBatch) {
    batch.format = Self.format.name
    if offset == 0, held.isEmpty, !isBroken {
      batch.issues.append(ImportIssue(.emptyInput, byteOffset: 0, detail: "the input has no bytes"))
    }
    guard !isBroken, !held.isEmpty || passing > 0 else { return }
    batch.issues.append(
      ImportIssue(
        .truncatedInput, byteOffset: offset, detail: "the input ends inside a report"))
  }

  /// Reads fields as long as they are whole; returns how many bytes were used.
  private mutating func consume(_ bytes: Span<UInt8>, _ batch: inout SpanBatch) -> Int {
    var start = 0
    needed = 1
    do throws(ProtobufError) {
      while start < bytes.count {
        var reader = ProtobufReader(start..<bytes.count)
        guard let tag = try reader.nextTag(bytes) else { break }
        guard tag.type == .length else {
          // There are no groups in a report, and nothing else is long.
          if tag.type == .groupStart { throw ProtobufError(.wireType, at: start) }
          try reader.skip(tag, bytes)
          start = reader.position
          continue
        }
        let length = try reader.varint(bytes)
        guard length < UInt64(Int.max / 2 - offset) else {
          throw ProtobufError(.length, at: reader.position)
        }
        let field = reader.position..<reader.position + Int(length)
        if field.count > recordLimit {
          batch.issues.append(
            ImportIssue(
              .recordTooLong, byteOffset: offset + start,
              detail: "longer than \(recordLimit) bytes; skipped"))
          start = min(field.upperBound, bytes.count)
          passing = field.upperBound - start
          continue
        }
        guard field.upperBound <= bytes.count else {
          needed = field.upperBound - start
          return start
        }
        if tag.number == 1 {
          codec.reporter(bytes, field, offset, into: &batch)
        } else if tag.number == 3 {
          codec.span(bytes, field, offset, into: &batch)
        }
        start = field.upperBound
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
}
