import TraceFormats
import TraceModel
import TraceTestSupport

/// What holds of writers: spans that were read from anything come back from OTLP, and no other format
/// lets a writer trap.
enum WriterChecks {
  static func failure(_ bytes: [UInt8]) -> String? {
    let prefix = bytes.span.extracting(0..<min(4_096, bytes.count))
    let chosen = FormatRegistry.importer(for: prefix, isWhole: bytes.count <= 4_096)
    let records = ImporterReading(bytes, by: chosen ?? JSONTextImporter.self).records
    guard !records.isEmpty else { return nil }
    for format in OutputFormat.allCases {
      let written = written(records, in: format)
      switch format {
      case .otlpJSONLines, .otlpProtobuf:
        let importer: any SpanImporter.Type =
          format == .otlpProtobuf ? OTLPProtobufImporter.self : JSONTextImporter.self
        let again = ImporterReading(written, by: importer).records
        // Spans of one resource are written together.
        let (before, after) = (sorted(records), sorted(again))
        if before != after {
          let (index, _) = zip(before, after).enumerated().first { $1.0 != $1.1 } ?? (0, ("", ""))
          return "\(format): \(after.dropFirst(index).first ?? "nothing")\ninstead of\n"
            + (before.dropFirst(index).first ?? "nothing")
        }
      case .jaegerJSON, .zipkinJSON: _ = ImporterReading(written, by: JSONTextImporter.self)
      }
    }
    return nil
  }

  private static func sorted(_ records: [SpanRecord]) -> [String] {
    records.map { SpanTable.text([$0]) }.sorted()
  }

  private static func written(_ records: [SpanRecord], in format: OutputFormat) -> [UInt8] {
    var batch = SpanBatch(source: SourceID(0))
    for record in records { batch.append(record) }
    var database = SpanDatabase()
    database.append(batch)
    var conversion = SpanConversion()
    var bytes: [UInt8] = []
    conversion.run(database.dataSet, to: format) {
      bytes += $0
      return true
    }
    return bytes
  }
}
