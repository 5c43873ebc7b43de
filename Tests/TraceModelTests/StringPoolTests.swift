import Testing
import TraceModel
import TraceTestSupport

@Suite struct StringPoolTests {
  @Test func emptyStringIsAlwaysThere() {
    var pool = StringPool()
    #expect(pool.count == 1)
    #expect(pool[.empty] == "")
    #expect(pool.intern("") == .empty)
    #expect(pool.find("") == .empty)
    #expect(pool.count == 1)
    #expect(pool.byteCount == 0)
  }

  @Test func equalStringsAreKeptOnce() {
    var pool = StringPool()
    let one = pool.intern("http.route")
    #expect(pool.intern("http.route") == one)
    #expect(pool.find("http.route") == one)
    #expect(pool.find("http.rout") == nil)
    #expect(pool.find("http.routes") == nil)
    #expect(pool[one] == "http.route")
    #expect(pool.count == 2)
    #expect(pool.byteCount == 10)
  }

  @Test func stringsThatOnlyLookTheSameAreTwo() {
    var pool = StringPool()
    #expect(pool.intern("caf\u{e9}") != pool.intern("cafe\u{301}"))
  }

  @Test func bytesThatAreNoTextAreKept() {
    var pool = StringPool()
    let bytes: [UInt8] = [0x61, 0xff, 0xc3, 0x28, 0x00]
    let id = pool.intern(bytes.span)
    #expect(Array(pool.utf8(id)) == bytes)
    #expect(pool[id] == "a\u{fffd}\u{fffd}(\u{0}")
    let others: [UInt8] = [0x61, 0xfe, 0xc3, 0x28, 0x00]
    #expect(pool.find(others.span) == nil)
    #expect(pool.intern(others.span) != id)
  }

  @Test func numberOfNoStringReadsAsEmpty() {
    let pool = StringPool()
    #expect(pool[StringID(7)] == "")
    #expect(pool.utf8(StringID(.max)).isEmpty)
  }

  @Test func aHundredThousandStringsAreFoundAgain() {
    var pool = StringPool()
    let strings = (0..<100_000).map { "key \($0)" }
    let ids = strings.map { pool.intern($0) }
    #expect(pool.count == 100_001)
    #expect(ids == (1...100_000).map { StringID($0) })
    #expect(strings.map { pool.intern($0) } == ids)
    #expect(ids.map { pool[$0] } == strings)
    #expect(pool.count == 100_001)
  }

  @Test func bytesOfAllLengthsComeBack() {
    for seed: UInt64 in 0..<20 {
      var random = SplitMix64(seed: seed)
      var pool = StringPool()
      var known: [[UInt8]: StringID] = [:]
      for _ in 0..<300 {
        let bytes = (0..<random.below(40)).map { _ in UInt8(random.below(3)) }
        let id = pool.intern(bytes.span)
        #expect(known[bytes, default: id] == id, "seed \(seed)")
        known[bytes] = id
      }
      for (bytes, id) in known {
        #expect(Array(pool.utf8(id)) == bytes, "seed \(seed)")
        #expect(pool.find(bytes.span) == id, "seed \(seed)")
      }
      #expect(Set(known.values).count == known.count, "seed \(seed)")
    }
  }

  /// Pairs of words that differ in their highest bit, and in where a multiplication and a shift by
  /// 29 carry that: what the later flip undid, whatever the seed was, when words were hashed one by
  /// one. Were all hashes equal, this would take minutes.
  @Test(arguments: [false, true])
  func flipsThatUndoEachOtherDoNotCollide(littleEndian: Bool) {
    let words: [[UInt8]] = [[0x80, 0, 0, 0, 0, 0, 0, 0], [0x80, 0, 0, 0x04, 0, 0, 0, 0]]
    let flips = words.flatMap { littleEndian ? $0.reversed() : $0 }
    let blocks = 14
    var pool = StringPool()
    let time = ContinuousClock().measure {
      for number in 0..<1 << blocks {
        var string: [UInt8] = []
        for block in 0..<blocks {
          string += number >> block & 1 == 0 ? Array(repeating: 0, count: 16) : flips
        }
        _ = pool.intern(string.span)
      }
    }
    #expect(pool.count == (1 << blocks) + 1)
    #expect(time < .seconds(20))
  }

  @Test func blocksInAnotherOrderAreOtherStrings() {
    // Two strings of the same blocks must not collide, as they would if blocks were only summed up.
    var pool = StringPool()
    let time = ContinuousClock().measure {
      for number in 0..<1 << 14 {
        var string: [UInt8] = []
        for bit in 0..<14 {
          let (one, other): (UInt8, UInt8) = number >> bit & 1 == 0 ? (1, 2) : (2, 1)
          string += Array(repeating: one, count: 16) + Array(repeating: other, count: 16)
        }
        _ = pool.intern(string.span)
      }
    }
    #expect(pool.count == (1 << 14) + 1)
    #expect(time < .seconds(20))
  }

  @Test func copyThatGrowsLeavesTheOriginal() {
    var pool = StringPool()
    let id = pool.intern("a")
    let snapshot = pool
    for number in 0..<1_000 { _ = pool.intern("s\(number)") }
    #expect(snapshot.count == 2)
    #expect(snapshot[id] == "a")
    #expect(snapshot.find("s1") == nil)
  }
}
