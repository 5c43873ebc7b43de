import Testing
import TraceModel
import TraceTestSupport

/// Expects that both ways to read a format, the usual one and the careful one, give the same of its
/// fixtures and of what they become when they are damaged.
func expectSameReading(
  of format: String, rounds: Int,
  _ read: (_ bytes: [UInt8], _ isUsual: Bool, _ round: Int) -> ImporterReading
) throws {
  let fixtures = try Fixture.all(of: [format])
  #expect(!fixtures.isEmpty)
  for (number, fixture) in fixtures.enumerated() {
    for round in 0..<(ImporterChecks.isSlow ? 20_000 : rounds) {
      let seed = UInt64(number * 1_000_003 + round)
      let other = fixtures[(number + round) % fixtures.count].bytes
      let bytes = fixture.bytes + MutationTests.mutated(fixture.bytes, with: other, seed: seed)
      let text = ImporterChecks.difference(read(bytes, false, round), read(bytes, true, round))
      #expect(text == nil, "\(fixture), round \(round)")
      if text != nil { return }
    }
  }
}
