/// A format that spans are written in.
public enum OutputFormat: String, CaseIterable, Sendable {
  case otlpJSONLines = "otlp-jsonl"
  case otlpProtobuf = "otlp-protobuf"
  case jaegerJSON = "jaeger-json"
  case zipkinJSON = "zipkin-json"

  /// The format that a file of that name has by custom; nil if the name says nothing.
  public init?(fileName: String) {
    let name = fileName.lowercased()
    if name.hasSuffix("jaeger.json") {
      self = .jaegerJSON
    } else if name.hasSuffix("zipkin.json") {
      self = .zipkinJSON
    } else if [".json", ".jsonl", ".ndjson"].contains(where: name.hasSuffix) {
      self = .otlpJSONLines
    } else if [".pb", ".binpb", ".protobuf"].contains(where: name.hasSuffix) {
      self = .otlpProtobuf
    } else {
      return nil
    }
  }

  /// What writes it.
  var writer: any SpanWriter {
    switch self {
    case .otlpJSONLines: OTLPJSONLinesWriter()
    case .otlpProtobuf: OTLPProtobufWriter()
    case .jaegerJSON: JaegerJSONWriter()
    case .zipkinJSON: ZipkinJSONWriter()
    }
  }
}
