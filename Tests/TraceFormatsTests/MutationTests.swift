import Testing
import TraceFormats
import TraceModel
import TraceTestSupport

/// Fixtures with several seeded changes at a time: whatever comes, an importer reads it, the same in
/// pieces as whole. `TRACEVIEW_SLOW_TESTS=1` tries many more.
@Suite struct MutationTests {
  /// Changed bytes; the same for the same seed.
  static func mutated(_ bytes: [UInt8], with other: [UInt8], seed: UInt64) -> [UInt8] {
    var random = SplitMix64(seed: seed)
    var result = bytes
    func below(_ limit: Int) -> Int { Int(random.next() % UInt64(max(1, limit))) }
    for _ in 0...below(6) where !result.isEmpty {
      let start = below(result.count)
      let end = min(result.count, start + 1 + below(below(2) == 0 ? 4 : 200))
      switch below(9) {
      case 0: result[start] ^= 1 << UInt8(below(8))
      case 1: result[start] = UInt8(truncatingIfNeeded: random.next())
      case 2: result[start] = [0, 0x7f, 0x80, 0xff, 0x22, 0x5c, 0x0a, 0x5b, 0x7b][below(9)]
      case 3: result.removeSubrange(start..<end)
      case 4: result.insert(contentsOf: Array(result[start..<end]), at: below(result.count))
      case 5:
        // A part of another fixture.
        let from = below(other.count)
        result.insert(
          contentsOf: other[from..<min(other.count, from + 1 + below(300))], at: start)
      case 6:
        // Lengths and numbers that are too large.
        let count = [1, 2, 4, 8][below(4)]
        result.replaceSubrange(
          start..<min(result.count, start + count),
          with: [UInt8](repeating: below(2) == 0 ? 0xff : 0x7f, count: count))
      case 7:
        let opening = [UInt8(ascii: "["), UInt8(ascii: "{"), 0x91, 0x0a][below(4)]
        result.insert(contentsOf: [UInt8](repeating: opening, count: 1 + below(400)), at: start)
      default: result.removeSubrange(start...)
      }
    }
    return result
  }

  @Test func everyImporterReadsEveryMutation() throws {
    let fixtures = try ImporterConformanceTests.fixtures().filter {
      $0.0.bytes.count <= ImporterConformanceTests.smallSize
    }
    let rounds = ImporterChecks.isSlow ? 2_000 : 12
    for (number, (fixture, importer)) in fixtures.enumerated() {
      for round in 0..<rounds {
        let seed = UInt64(number * 1_000_003 + round)
        let other = fixtures[(number + round) % fixtures.count].0.bytes
        let bytes = Self.mutated(fixture.bytes, with: other, seed: seed)
        let whole = ImporterReading(bytes, by: importer)
        let pieces = 1 + Int(seed % 251)
        let text = ImporterChecks.difference(
          whole, ImporterReading(bytes, by: importer, pieces: pieces))
        #expect(text == nil, "\(fixture), seed \(seed), pieces of \(pieces)")
        // What is chosen by the content must not trap either.
        if let chosen = FormatRegistry.importer(
          for: bytes.span.extracting(0..<min(4096, bytes.count)), isWhole: bytes.count <= 4096),
          chosen != importer
        {
          _ = ImporterReading(bytes, by: chosen)
        }
        if text != nil { break }
      }
    }
  }

  /// Found by mutation: the value of the last member was looked at behind the end.
  @Test(arguments: ["", " ", "x", "[", "[{", "\u{1}"])
  func anObjectEndsWhereAValueShouldBegin(rest: String) {
    let text = #"{"traceId":"1","id":"2","name":"a","localEndpoint":{},"annotations":"# + rest
    let whole = ImporterReading(text, by: JSONTextImporter.self)
    #expect(whole.records.isEmpty && !whole.issues.isEmpty)
    for size in 1...text.utf8.count {
      let cut = ImporterReading(text + "\n{", by: JSONTextImporter.self, pieces: size)
      #expect(cut.records.isEmpty && !cut.issues.isEmpty)
    }
  }
}
