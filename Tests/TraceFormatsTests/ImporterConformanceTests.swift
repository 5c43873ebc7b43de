import Testing
import TraceFormats
import TraceModel
import TraceTestSupport

/// What must hold for every format, tried on every fixture.
@Suite struct ImporterConformanceTests {
  /// Small fixtures are tried harder.
  static let smallSize = 16 << 10

  /// The fixtures of all formats of the registry, with their importers.
  static func fixtures() throws -> [(Fixture, any SpanImporter.Type)] {
    try FormatRegistry.formats.map(\.name).flatMap { name in
      let importer = try #require(FormatRegistry.named(name))
      return try Fixture.all(of: [name]).map { ($0, importer) }
    }
  }

  @Test func everyFormatHasFixtures() throws {
    for format in FormatRegistry.formats {
      #expect(try Fixture.all(of: [format.name]).count >= 2, "\(format.name)")
    }
  }

  @Test func cuttingAnywhereChangesNothing() throws {
    for (fixture, importer) in try Self.fixtures() {
      let count = fixture.bytes.count
      let sizes =
        count <= Self.smallSize
        ? [1, 2, 3, 5, 7, 16, 61, 256, 1024, count / 2, count - 1] : [61, 4096, 65_536, count - 1]
      let text = ImporterChecks.sameInPieces(
        fixture.bytes, by: importer, sizes: sizes,
        // What stands behind its spans cannot reach those that have gone out.
        replacingBatches: !fixture.path.contains("behind-spans"))
      #expect(text == nil, "\(fixture)")
    }
  }

  /// Formats whose spans are made of several records, which may stand far behind: a beginning gives
  /// other spans, or in another order. A table's last cell may be cut without a trace.
  static let ofSeveralRecords: Set = ["chrome-trace", "csv", "honeycomb-json"]

  @Test func aPrefixGivesTheFirstSpans() throws {
    for (fixture, importer) in try Self.fixtures()
    where !fixture.isDamaged && !Self.ofSeveralRecords.contains(fixture.format) {
      let whole = ImporterReading(fixture.bytes, by: importer)
      let samples = fixture.bytes.count > Self.smallSize ? 10 : ImporterChecks.isSlow ? 2000 : 100
      let step = max(1, fixture.bytes.count / samples)
      for length in stride(from: 0, to: fixture.bytes.count, by: step) {
        let text = ImporterChecks.prefixGivesFirstSpans(
          fixture.bytes, length: length, of: whole, by: importer,
          isOpenEnded: fixture.format == "rust-console")
        #expect(text == nil, "\(fixture)")
        if text != nil { break }
      }
    }
  }

  @Test func damagedBytesAreReadTheSameInPieces() throws {
    var random = SplitMix64(seed: 1)
    for (fixture, importer) in try Self.fixtures() where fixture.bytes.count <= Self.smallSize {
      let samples = ImporterChecks.isSlow ? 1000 : 60
      for _ in 0..<samples {
        var bytes = fixture.bytes
        let index = Int(random.next() % UInt64(bytes.count))
        let old = bytes[index]
        bytes[index] = [old ^ 1, old ^ 0x80, 0x22, 0x7b, 0x0a, 0xff][Int(random.next() % 6)]
        let whole = ImporterReading(bytes, by: importer)
        let cut = ImporterReading(bytes, by: importer, pieces: 1 + Int(random.next() % 300))
        let text = ImporterChecks.difference(whole, cut)
        #expect(text == nil, "\(fixture), byte \(index) from \(old) to \(bytes[index])")
        if text != nil { break }
      }
    }
  }

  @Test func noiseIsReadTheSameInPieces() throws {
    for importer in FormatRegistry.all {
      for seed in 0..<(ImporterChecks.isSlow ? 200 : 20) as Range<UInt64> {
        for bytes in [Noise.bytes(2000, seed: seed), Noise.jsonPieces(3000, seed: seed)] {
          let text = ImporterChecks.sameInPieces(
            bytes, by: importer, sizes: [1, 13, 500], replacingBatches: false)
          #expect(text == nil, "\(importer), seed \(seed)")
        }
      }
    }
  }

  @Test func muchNoiseIsRead() throws {
    let count = (ImporterChecks.isSlow ? 8 : 1) << 20
    for importer in FormatRegistry.all {
      let binary = ImporterReading(Noise.bytes(count, seed: 7), by: importer, pieces: 65_536)
      #expect(!binary.issues.isEmpty, "\(importer)")
      let text = ImporterReading(Noise.jsonPieces(count, seed: 7), by: importer, pieces: 65_536)
      #expect(!text.issues.isEmpty, "\(importer)")
    }
  }

  @Test func eachFixtureIsClaimedByItsFormat() throws {
    for (fixture, importer) in try Self.fixtures() {
      for length in [fixture.bytes.count, 4096, 300] where length <= fixture.bytes.count {
        let prefix = fixture.bytes.span.extracting(0..<length)
        let isWhole = length == fixture.bytes.count
        for other in FormatRegistry.all {
          #expect(
            other.sniff(prefix, isWhole: isWhole) == (other == importer),
            "\(fixture), first \(length) bytes, by \(other)")
        }
        // Of the formats that share an importer the codec that claims the records says which it is.
        let reading = ImporterReading(Array(fixture.bytes.prefix(length)), by: importer)
        let isOther = reading.issues.contains { $0.kind == .otherSignal } && !isWhole
        #expect(
          reading.format == fixture.format || isOther || fixture.isDamaged && !isWhole,
          "\(fixture), first \(length) bytes")
      }
    }
  }
}
