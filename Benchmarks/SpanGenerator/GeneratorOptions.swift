/// What to generate. The same options give the same bytes, on any machine and in any run.
public struct GeneratorOptions: Sendable, Hashable {
  /// How many spans are written, repeated ones included.
  public var spans: Int
  public var seed: UInt64
  public var shape: Shape
  public var format: Format
  /// How many attributes each span has.
  public var attributes: Int
  /// How many events each span has, beside those that a few have in any case.
  public var events: Int
  /// How many spans an export has: what a line or a frame holds.
  public var batchSize: Int

  public init(
    spans: Int, seed: UInt64 = 1, shape: Shape = .mixed, format: Format = .otlpJSONLines,
    attributes: Int = 10, events: Int = 0, batchSize: Int = 512
  ) {
    self.spans = max(0, spans)
    self.seed = seed
    self.shape = shape
    self.format = format
    self.attributes = max(0, attributes)
    self.events = max(0, events)
    self.batchSize = max(1, batchSize)
  }

  /// How the spans hang together.
  public enum Shape: String, Sendable, CaseIterable {
    /// Traces of 1 to 200 spans that run side by side, with orphans, duplicates and late spans.
    case mixed
    /// The same, but each span comes up to ten seconds late: a trace is all over the file.
    case scattered
    /// One trace of all spans.
    case oneTrace = "one-trace"
    /// One trace in which each span is the only child of the one before.
    case deep
    /// One trace in which all spans are children of the first.
    case wide
    /// Bursts of roots of one process that no span encloses.
    case unjoined
    /// Traces of one span each.
    case single
  }

  /// How the spans are written.
  public enum Format: String, Sendable, CaseIterable {
    /// One JSON document.
    case otlpJSON = "otlp-json"
    /// One JSON document a line, as the Collector's file exporter writes it.
    case otlpJSONLines = "otlp-jsonl"
    /// One protobuf message (`TracesData`).
    case otlpProtobuf = "otlp-protobuf"
    /// Messages behind their lengths in four bytes, as the Collector's file exporter writes it.
    case otlpProtobufFrames = "otlp-protobuf-frames"
  }
}
