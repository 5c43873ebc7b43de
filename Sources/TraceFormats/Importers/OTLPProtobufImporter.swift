public import TraceModel

/// Reads OTLP protobuf: one `TracesData` or `ExportTraceServiceRequest`, as an OTLP/HTTP request's
/// body has it.
public struct OTLPProtobufImporter: SpanImporter {
  public static let format = FormatDescriptor(
    name: "otlp-protobuf", summary: "OTLP protobuf: one message, as in an OTLP/HTTP request",
    example: "the body of POST /v1/traces", priority: 20)

  public static func sniff(_ prefix: Span<UInt8>, isWhole: Bool) -> Bool {
    OTLPProtobufSniff.isTracesData(prefix, 0..<prefix.count)
  }

  private(set) var stream = OTLPProtobufStream()
  private var offset = 0

  public init() { stream.begin() }

  public mutating func read(_ chunk: Span<UInt8>, into batch: inout SpanBatch) {
    batch.format = Self.format.name
    stream.read(chunk, base: offset, into: &batch)
    offset += chunk.count
    stream.assignLate(in: &batch)
  }

  public mutating func finish(into batch: inout SpanBatch) {
    batch.format = Self.format.name
    if offset == 0 {
      batch.issues.append(ImportIssue(.emptyInput, byteOffset: 0, detail: "the input has no bytes"))
    }
    stream.finish(at: offset, into: &batch)
  }
}
