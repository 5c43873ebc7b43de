import Testing
import TraceModel
import TraceTestSupport

@testable import TraceFormats

/// Datadog's spans in MessagePack are read straight, or by way of JSON: both give the same.
@Suite struct DatadogMessagePackTests {
  private static func read(_ bytes: [UInt8], usual: Bool) -> ImporterReading {
    var importer = DatadogMessagePackImporter()
    importer.codec.readsUsual = usual
    return ImporterReading(bytes, by: importer)
  }

  @Test func bothWaysReadTheSame() throws {
    let fixtures = try Fixture.all(of: ["datadog-msgpack"])
    #expect(fixtures.count > 4)
    for (number, fixture) in fixtures.enumerated() {
      for round in 0..<(ImporterChecks.isSlow ? 5_000 : 200) {
        let other = fixtures[(number + round) % fixtures.count].bytes
        let seed = UInt64(number * 1_000_003 + round)
        let bytes =
          round == 0
          ? fixture.bytes : MutationTests.mutated(fixture.bytes, with: other, seed: seed)
        let text = ImporterChecks.difference(
          Self.read(bytes, usual: true), Self.read(bytes, usual: false))
        #expect(text == nil, "\(fixture), round \(round)")
      }
    }
  }

  /// A span of v0.5, whose members are numbers below 128.
  private static func span(_ values: Int) -> [UInt8] {
    [0x90 | UInt8(values), 1, 1, 1, 7, 8, 0, 9, 1, 0, 0x80, 0x80, 1]
      + [UInt8](repeating: 0, count: values - 12)
  }

  @Test func theUsualSpanIsReadStraight() {
    var codec = DatadogMessagePack()
    let text = Array("shop".utf8)
    codec.addString(text.span, 0..<0)
    codec.addString(text.span, 0..<4)
    var batch = SpanBatch(source: SourceID(0))
    let bytes = Self.span(12)
    #expect(codec.usualSpan(bytes.span, from: 0, byteOffset: 0, into: &batch) == bytes.count)
    #expect(batch.count == 1 && batch.record(at: 0).name == "shop")
  }

  @Test func aSpanOfMoreThanTwelveValuesIsReadAndReported() {
    let strings: [UInt8] = [0x92, 0x92, 0xa0, 0xa4] + Array("shop".utf8)
    let bytes = strings + [0x91, 0x92] + Self.span(14) + Self.span(12)
    let reading = Self.read(bytes, usual: true)
    #expect(reading.records.map(\.name) == ["shop", "shop"])
    #expect(
      reading.issues.map(\.line) == [
        "@10 unexpected-type: the span has more than 12 values; the others are left out"
      ])
  }

  /// A span of v0.5 whose strings are one of that number under a key of that number, and whose only
  /// metric has that value.
  private static func span(_ key: UInt8, _ value: UInt8, metric: UInt8) -> [UInt8] {
    [0x9c, 1, 1, 1, 7, 8, 0, 9, 1, 0, 0x81, key, value, 0x81, 1, metric, 1]
  }

  @Test func stringsThatAreNamedAgainAreReadTheSame() throws {
    let texts = [
      "", "shop", "_dd.span_links", #"[{"trace_id":"0b","span_id":"0c","attributes":{"a":"b"}}]"#,
      #"[{"trace_id":"0d","span_id":"0e"},{"trace_id":"0d","span_id":"0f"}]"#, "no links",
      "span.kind", "server", "env", "version", "_dd.p.tid", "6b03128e00000000", "unspecified",
    ]
    var random = SplitMix64(seed: 20_261_128)
    for round in 0..<200 {
      var bytes: [UInt8] = [0x92, 0x90 | UInt8(texts.count)]
      for text in texts { bytes += [0xd9, UInt8(text.utf8.count)] + Array(text.utf8) }
      bytes += [0x91, 0x9f]
      for _ in 0..<15 {
        let key = random.next() % 4 == 0 ? UInt8(random.next() % 13) : 2
        // A string is no metric, and a number that names none is no string.
        let metric = random.next() % 4 == 0 ? UInt8(0xa0) : 5
        bytes += Self.span(key, UInt8(random.next() % 14), metric: metric)
      }
      let straight = Self.read(bytes, usual: true)
      let text = ImporterChecks.difference(straight, Self.read(bytes, usual: false))
      #expect(text == nil, "round \(round)")
      #expect(straight.records.count == 15)
    }
  }
}
