import Testing
import TraceFormats
import TraceModel
import TraceTestSupport

/// What was written is read back, field by field.
@Suite struct OTLPRoundTripTests {
  static let seeds = 0..<(ImporterChecks.isSlow ? 2000 : 100) as Range<UInt64>

  static func records(seed: UInt64) -> [SpanRecord] {
    var random = RandomRecords(seed: seed)
    return (0..<3).map { _ in random.record() }
  }

  @Test func everyFieldComesBackFromJSON() {
    for seed in Self.seeds {
      let records = Self.records(seed: seed)
      let reading = ImporterReading(OTLPJSONWriter.text(records), by: JSONTextImporter.self)
      #expect(SpanTable.text(reading.records) == SpanTable.text(records), "seed \(seed)")
      #expect(reading.records == records && reading.issues == [], "seed \(seed)")
    }
  }

  @Test func everyFieldComesBackFromProtobuf() {
    for seed in Self.seeds {
      let records = Self.records(seed: seed)
      let message = OTLPProtobufWriter.bytes(records)
      let reading = ImporterReading(message, by: OTLPProtobufImporter.self)
      #expect(SpanTable.text(reading.records) == SpanTable.text(records), "seed \(seed)")
      #expect(reading.records == records && reading.issues == [], "seed \(seed)")
      let frames = OTLPProtobufWriter.frame(message) + OTLPProtobufWriter.frame(message)
      let framed = ImporterReading(frames, by: OTLPProtobufFramesImporter.self, pieces: 50)
      #expect(framed.records == records + records && framed.issues == [], "seed \(seed)")
    }
  }

  @Test func aWholeMessageIsDecodedAsAReceiverDoes() {
    let records = Self.records(seed: 1)
    var batch = SpanBatch(source: SourceID(0))
    var codec = OTLPProtobuf()
    codec.decode(OTLPProtobufWriter.bytes(records).span, byteOffset: 7, into: &batch)
    #expect((0..<batch.count).map { batch.record(at: $0) } == records)
    #expect(batch.format == "otlp-protobuf" && batch.byteOffset(at: 0) > 7)
  }

  @Test(arguments: ["one", "three", "rich"])
  func theSameSpansInJSONAndProtobufAreEqual(story: String) throws {
    let client = "opentelemetry-python-1.45.2"
    let json = ImporterReading(
      try Fixture.load("otlp-json/\(client)/\(story).json").bytes, by: JSONTextImporter.self)
    let protobuf = ImporterReading(
      try Fixture.load("otlp-protobuf/\(client)/\(story).pb").bytes, by: OTLPProtobufImporter.self)
    #expect(json.records == protobuf.records && !json.records.isEmpty)
  }

  @Test(arguments: ["base64-ids", "snake-case", "enum-names"])
  func otherSpellingsGiveTheSameSpans(variant: String) throws {
    let rich = try Fixture.load("otlp-json/opentelemetry-python-1.45.2/rich.json")
    let other = try Fixture.load("otlp-json/damaged/\(variant).json")
    let expected = ImporterReading(rich.bytes, by: JSONTextImporter.self)
    #expect(ImporterReading(other.bytes, by: JSONTextImporter.self).records == expected.records)
  }
}
