import Testing
import TraceModel
import TraceTestSupport

@testable import TraceFormats

/// Looking for the end of a whole value at once gives what scanning gives.
@Suite struct JSONScannerTests {
  private struct Member: Equatable {
    var key: Range<Int>
    var value: Int
    var depth: Int
  }

  /// The end and the members at most two deep that scanning finds; nil if it finds an error or no end.
  private static func scanned(_ bytes: [UInt8]) -> (end: Int, members: [Member])? {
    var scanner = JSONScanner(memberDepth: 2)
    var members: [Member] = []
    var position = 0
    while true {
      switch scanner.scan(bytes.span, from: position) {
      case .member(let value):
        members.append(Member(key: scanner.key, value: value, depth: scanner.depth))
        position = value
      case .end(let end): return (end, members)
      case .more, .bad: return nil
      }
    }
  }

  private static func atOnce(_ bytes: [UInt8]) -> (end: Int, members: [Member])? {
    var members: [Member] = []
    let end = JSONScanner.endOfWhole(bytes.span, from: 0, memberDepth: 2) { key, value, depth in
      members.append(Member(key: key, value: value, depth: depth))
      return 2
    }
    return end.map { ($0, members) }
  }

  /// An object of up to three levels, with white space of every kind.
  private static func object(_ random: inout SplitMix64, depth: Int = 0) -> String {
    func space(_ random: inout SplitMix64) -> String {
      random.pick(["", "", " ", "\n", "\t", "\r\n", "\n            ", "\n                       "])
    }
    let strings = [
      "", "a", "key", "http.request.method", #"a\"b"#, #"\\"#, #"\u00e9"#, "é", "{[:,]}", "\u{1}",
      "a text of more than sixteen bytes", #"one of more than sixteen bytes with \" in it"#,
    ]
    var text = "{" + space(&random)
    for index in 0..<random.below(5) {
      if index > 0 { text += space(&random) + "," + space(&random) }
      text += "\"" + random.pick(strings) + "\"" + space(&random) + ":" + space(&random)
      switch random.below(6) {
      case 0: text += random.pick(["1", "-2.5e3", "true", "null", "NaN"])
      case 1 where depth < 3: text += object(&random, depth: depth + 1)
      case 2: text += "[" + space(&random) + "]"
      case 3: text += "[1," + space(&random) + "{}, \"x\"" + space(&random) + "]"
      default: text += "\"" + random.pick(strings) + "\""
      }
    }
    return text + space(&random) + "}"
  }

  @Test func wholeObjectsEndWhereScanningFindsTheirEnd() {
    var random = SplitMix64(seed: 7)
    for _ in 0..<2_000 {
      let bytes = Array((Self.object(&random) + random.pick(["", ",", "}", "\n{", " x"])).utf8)
      let found = Self.atOnce(bytes)
      #expect(found?.end == Self.scanned(bytes)?.end)
      #expect(found?.end != nil)
      #expect(found?.members == Self.scanned(bytes)?.members)
    }
  }

  @Test func damagedObjectsAreLeftToScanning() {
    var random = SplitMix64(seed: 8)
    for _ in 0..<20_000 {
      var bytes = Array(Self.object(&random).utf8)
      let place = random.below(bytes.count)
      switch random.below(3) {
      case 0: bytes.remove(at: place)
      case 1: bytes[place] = random.pick(Array("\"\\{}[]:, \n1t".utf8))
      default: bytes.insert(random.pick(Array("\"\\{}[]:, \n1t".utf8)), at: place)
      }
      guard let found = Self.atOnce(bytes) else { continue }
      #expect(found.end == Self.scanned(bytes)?.end, "\(String(decoding: bytes, as: UTF8.self))")
      #expect(found.members == Self.scanned(bytes)?.members)
    }
  }

  /// Where a reader is behind the value that `bytes` begin with, as a part that was scanned before.
  private static func skipped(_ bytes: [UInt8]) -> Int? {
    var reader = JSONReader()
    guard let range = try? reader.skipScannedValue(bytes.span) else { return nil }
    #expect(range.lowerBound >= 0 && range.upperBound == reader.position)
    return reader.position
  }

  @Test func scannedValuesAreSkippedToTheirEnd() {
    var random = SplitMix64(seed: 9)
    for _ in 0..<2_000 {
      let object = Self.object(&random)
      let rest = random.pick(["", ",", "}", "]}", "\n{", #", "\\"]"#, ", \"a text behind it\"}"])
      #expect(Self.skipped(Array((object + rest).utf8)) == object.utf8.count)
      #expect(Self.skipped(Array("[\(object)]\(rest)".utf8)) == object.utf8.count + 2)
    }
    for word in ["1", "true", #""{""#, #""a\"}""#] {
      #expect(Self.skipped(Array((word + "}").utf8)) == word.utf8.count)
    }
  }

  @Test func skippingStaysInBytesThatWereNotScanned() {
    var random = SplitMix64(seed: 10)
    for _ in 0..<20_000 {
      var bytes = Array(Self.object(&random).utf8)
      bytes[random.below(bytes.count)] = random.pick(Array("\"\\{}[]:, \n1t".utf8))
      bytes.removeLast(random.below(bytes.count))
      let isScanned = Self.scanned(bytes) != nil
      guard let end = Self.skipped(bytes) else {
        #expect(!isScanned)
        continue
      }
      #expect(end <= bytes.count)
      if isScanned { #expect(end == Self.scanned(bytes)?.end) }
    }
  }

  @Test func deepNestingIsLeftToScanning() {
    for depth in [1, 63, 64, 65, 100_000] {
      let bytes =
        [UInt8](repeating: UInt8(ascii: "["), count: depth)
        + [UInt8](repeating: UInt8(ascii: "]"), count: depth)
      let end = JSONScanner.endOfWhole(bytes.span, from: 0)
      #expect(end == (depth <= 64 ? bytes.count : nil))
    }
  }
}
