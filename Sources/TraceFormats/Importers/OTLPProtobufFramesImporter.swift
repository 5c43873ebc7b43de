public import TraceModel

/// Reads what a Collector's file exporter writes with `format: proto`: messages of OTLP protobuf,
/// each behind its length as four bytes, big-endian.
public struct OTLPProtobufFramesImporter: SpanImporter {
  public static let format = FormatDescriptor(
    name: "otlp-protobuf-frames",
    summary: "OTLP protobuf messages, each behind its length in four bytes",
    example: "otelcol with the file exporter and format: proto", priority: 10)

  public static func sniff(_ prefix: Span<UInt8>, isWhole: Bool) -> Bool {
    guard prefix.count > 4 else { return false }
    let length = length(prefix, at: 0)
    // Text would read as a length of 0x09000000 or more.
    guard length > 0, length <= Self.lengthLimit else { return false }
    let end = min(prefix.count, 4 + length)
    return OTLPProtobufSniff.isTracesData(prefix, 4..<end)
  }

  /// Longer messages are not believed when the format is guessed.
  private static let lengthLimit = 0x0800_0000

  private var stream = OTLPProtobufStream()
  /// Where reading began, and how far it has come.
  private var start = 0
  private var offset = 0
  private var header: [UInt8] = []
  private var headerStart = 0
  /// How many bytes of the current message are still to come.
  private var remaining = 0
  private var isBroken = false

  public init() {}

  public func cutter() -> (any PartCutter)? { FrameCutter() }

  public init(at cut: PartCut) {
    start = cut.offset
    offset = cut.offset
  }

  public mutating func join(_ next: Self, _ batch: inout SpanBatch) -> Bool {
    guard offset == next.start, remaining == 0, header.isEmpty, !isBroken else { return false }
    self = next
    return true
  }

  public mutating func read(_ chunk: Span<UInt8>, into batch: inout SpanBatch) {
    batch.format = Self.format.name
    var position = 0
    while position < chunk.count, !isBroken {
      if remaining > 0 {
        let stop = min(chunk.count, position + remaining)
        let piece = chunk.extracting(position..<stop)
        checkMagic(piece, &batch)
        if isBroken { break }
        stream.read(piece, base: offset + position, into: &batch)
        remaining -= stop - position
        position = stop
        if remaining == 0 { stream.finish(at: offset + position, into: &batch) }
      } else {
        if header.isEmpty { headerStart = offset + position }
        header.append(chunk[position])
        position += 1
        if header.count == 4 {
          remaining = Self.length(header.span, at: 0)
          header = []
          magic = []
          if remaining > 0 { stream.begin(end: offset + position + remaining) }
        }
      }
    }
    offset += chunk.count
    stream.assignLate(in: &batch)
  }

  public mutating func finish(into batch: inout SpanBatch) {
    batch.format = Self.format.name
    if offset == 0 {
      batch.issues.append(ImportIssue(.emptyInput, byteOffset: 0, detail: "the input has no bytes"))
    }
    if isBroken { return }
    if remaining > 0 {
      stream.finish(at: offset, into: &batch)
    } else if !header.isEmpty {
      batch.issues.append(
        ImportIssue(
          .truncatedInput, byteOffset: headerStart,
          detail: "the input ends inside a message's length"))
    }
  }

  /// The first bytes of the current message, as far as they may be zstd's.
  private var magic: [UInt8] = []
  private static let zstd: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd]

  /// Stops if the message is compressed: a Collector may be restarted with other settings.
  private mutating func checkMagic(_ piece: Span<UInt8>, _ batch: inout SpanBatch) {
    var position = 0
    while magic.count < 4, position < piece.count, Self.zstd.starts(with: magic) {
      magic.append(piece[position])
      position += 1
    }
    guard magic == Self.zstd else { return }
    isBroken = true
    batch.issues.append(
      ImportIssue(
        .unrecognizedFormat, byteOffset: headerStart,
        detail: "a message compressed with zstd behind others that are not; the rest was not read"))
  }

  fileprivate static func length(_ bytes: Span<UInt8>, at start: Int) -> Int {
    (0..<4).reduce(0) { $0 << 8 | Int(bytes[start + $1]) }
  }
}

/// Finds the messages by their lengths alone.
private struct FrameCutter: PartCutter {
  /// Where the next length, or the rest of it, is.
  private var next = 0
  private var header: [UInt8] = []

  mutating func cut(in block: Span<UInt8>, base: Int) -> PartCut? {
    var cut: PartCut?
    var position = next - base
    while position < block.count {
      if header.isEmpty, cut == nil { cut = PartCut(offset: base + position, kind: .whole) }
      header.append(block[position])
      position += 1
      if header.count == 4 {
        position += OTLPProtobufFramesImporter.length(header.span, at: 0)
        header = []
      }
    }
    next = base + position
    return cut
  }
}
