import Testing
import TraceFormats
import TraceModel
import TraceTestSupport

/// An input that is read in parts at the same time gives what it gives to one reader.
@Suite struct PartReadingTests {
  private static func check<Importer: SpanImporter>(
    _ bytes: [UInt8], by importer: Importer.Type, blocks sizes: [Int], _ comment: String
  ) -> Int {
    let whole = ImporterReading(bytes, by: importer)
    var joins = 0
    for size in sizes {
      let parts = ImporterReading(bytes, inPartsBy: importer, blocks: size, joins: &joins)
      // As text, in which a NaN equals itself.
      let isSame =
        parts.records == whole.records
        || parts.records.map { "\($0)" } == whole.records.map { "\($0)" }
      #expect(isSame, "\(comment) in blocks of \(size)")
      #expect(parts.byteOffsets == whole.byteOffsets, "\(comment) in blocks of \(size)")
      #expect(
        parts.issues.map(\.line) == whole.issues.map(\.line), "\(comment) in blocks of \(size)")
    }
    return joins
  }

  @Test func everyFixtureInBlocksOfAnySize() throws {
    for fixture in try Fixture.all(of: FormatRegistry.formats.map(\.name)) {
      let importer = try #require(FormatRegistry.named(fixture.format))
      _ = Self.check(fixture.bytes, by: importer, blocks: [61, 400, 1_500, 7_000], fixture.path)
    }
  }

  /// Records that share resources and scopes, some with what stands behind the spans.
  private static func records(_ seed: UInt64, _ count: Int) -> [SpanRecord] {
    var random = RandomRecords(seed: seed)
    let sources = (0..<3).map { _ in random.record() }
    return (0..<count).map { number in
      var record = random.record()
      record.resource = sources[number % 7 % 3].resource
      record.scope = sources[number % 5 % 3].scope
      return record
    }
  }

  @Test func linesOfOTLP() {
    let text = (0..<40).map { OTLPJSONWriter.text(Self.records(UInt64($0), 5)) }
      .joined(separator: "\n")
    let joins = Self.check(
      Array(text.utf8), by: JSONTextImporter.self, blocks: [2_000, 5_000, 9_999], "lines")
    #expect(joins > 20)
  }

  @Test func oneObjectOfManyResources() {
    let text = OTLPJSONWriter.text(Self.records(1, 100))
    let joins = Self.check(
      Array(text.utf8), by: JSONTextImporter.self, blocks: [2_000, 5_000, 9_999], "one object")
    #expect(joins > 20)
  }

  /// Spans of one scope, which stands before all cuts; more of them than are waited for.
  @Test func oneListOfSpans() {
    let records = Self.records(2, 300)
    let spans = records.map(OTLPJSONWriter.span).joined(separator: ",\n ")
    let head = #"""
      {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"a"}}]},"scopeSpans":[{"scope":{"name":"s","version":"1"},"schemaUrl":"u","spans":[
      """#
    let tail = #"""
      ]},{"scope":{"name":"t"},"spans":[\#(OTLPJSONWriter.span(records[0]))]}],"schemaUrl":""}]}
      """#
    let joins = Self.check(
      Array((head + spans + tail).utf8), by: JSONTextImporter.self, blocks: [3_000, 5_000, 9_999],
      "one list")
    #expect(joins > 20)
  }

  @Test func whatOnlyLooksLikeOTLP() {
    let lines = (0..<60).map { number in
      number % 3 == 0
        ? #"log {"resource":{"a":1}} {"traceId":"x","startTimeUnixNano":"1"} text"#
        : #"{"resource":{},"scopeSpans":[{"spans":[{"traceId":"0000000000000000000000000000000\#(number % 9 + 1)","spanId":"000000000000000\#(number % 9 + 1)","startTimeUnixNano":"1"}]}]}"#
    }
    _ = Self.check(
      Array(lines.joined(separator: "\n").utf8), by: JSONTextImporter.self,
      blocks: [150, 500, 1_700], "mixed")
  }

  /// Found by fuzzing: what looked like OTLP at a cut was taken for it before it was read.
  @Test func cutsAreLookedForOnlyWhereOneIsFoundSoon() {
    let object = Array("{\"resourceSpans\":[]}".utf8)
    var (late, early) = (JSONTextImporter().cutter(), JSONTextImporter().cutter())
    #expect(late?.cut(in: object.span, base: 70_000) == nil)
    #expect(early?.cut(in: object.span, base: 0) != nil)
    #expect(early?.cut(in: object.span, base: 70_000) != nil)
  }

  @Test func rowsThatLookLikeSpansAreNotCut() {
    let row = #"{"traceId":"1","spanID":"2","startTimeUnixNano":"1"}"#
    var (rows, list) = (JSONTextImporter().cutter(), JSONTextImporter().cutter())
    #expect(rows?.cut(in: Array("\(row)\n\(row)\n".utf8).span, base: 0) == nil)
    #expect(list?.cut(in: Array("\(row),\n\(row)\n".utf8).span, base: 0)?.offset == row.count + 2)
  }

  @Test func whatLooksLikeOTLPAtACutOnly() {
    let broken = #"{"resourceSpans""name" }"#
    let good = #"{"resourceSpans":[{"scopeSpans":[{"spans":[{"spanId":"0000000000000001"}]}]}]}"#
    for text in ["text\n\(broken)", "text\n\(broken)\n\(good)", "\(good)\n\(broken)\n\(broken)"] {
      _ = Self.check(Array(text.utf8), by: JSONTextImporter.self, blocks: [5, 20, 60], text)
    }
  }

  /// Else parts would be read that nothing can join.
  /// Text before an object that is open at the end of its part: it is not known yet what it is.
  @Test func textBeforeAnOpenObject() {
    let lines = (0..<4).map { OTLPJSONWriter.text(Self.records(UInt64($0), 1)) + "\n" }
    let text = lines.joined() + "# more:\n" + #"text {"resource":{"attributes":[{"key":"a"#
    let joins = Self.check(
      Array(text.utf8), by: JSONTextImporter.self,
      blocks: Array(stride(from: 500, to: 4_000, by: 97)),
      "text before")
    #expect(joins > 20)
  }

  @Test func recordsOfAnotherFormatEndTheJoining() {
    let otlp = #"{"resourceSpans":[{"scopeSpans":[{"spans":[{"spanId":"0000000000000001"}]}]}]}"#
    let row = #"{"trace_id":"0000000000000001","span_id":"0000000000000002","start":1795362205}"#
    var importer = JSONTextImporter()
    var batch = SpanBatch(source: SourceID(0))
    importer.read(Array(otlp.utf8).span, into: &batch)
    #expect(importer.mayJoin && batch.count == 1)
    importer.read(Array(row.utf8).span, into: &batch)
    #expect(!importer.mayJoin && batch.count == 2)
  }

  @Test func damagedInput() {
    var random = SplitMix64(seed: 5)
    for seed in 0..<25 {
      var bytes = Array(
        (0..<4).map { OTLPJSONWriter.text(Self.records(UInt64(seed * 4 + $0), 6)) }
          .joined(separator: "\n").utf8)
      for _ in 0..<3 {
        let place = Int(random.next() % UInt64(bytes.count))
        if random.next() % 2 == 0 {
          bytes[place] = UInt8(truncatingIfNeeded: random.next())
        } else {
          bytes.removeSubrange(place..<min(bytes.count, place + 40))
        }
      }
      _ = Self.check(
        bytes, by: JSONTextImporter.self, blocks: [1_000, 4_000], "damaged with seed \(seed)")
    }
  }

  @Test func frames() {
    var bytes: [UInt8] = []
    for number in 0..<60 {
      let records = Self.records(UInt64(number), 1 + number % 7)
      bytes += OTLPProtobufWriter.frame(OTLPProtobufWriter.bytes(records))
    }
    let importer = OTLPProtobufFramesImporter.self
    let joins = Self.check(bytes, by: importer, blocks: [5, 700, 3_000], "frames")
    #expect(joins > 50)
    _ = Self.check(Array(bytes.dropLast(3)), by: importer, blocks: [700], "cut frames")
    bytes[bytes.count / 2] ^= 0xff
    _ = Self.check(bytes, by: importer, blocks: [700], "damaged frames")
  }
}
