/// The splitmix64 generator: small, fast, and the same everywhere for the same seed.
struct SplitMix64 {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ word &>> 30) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ word &>> 27) &* 0x94d0_49bb_1331_11eb
    return word ^ word &>> 31
  }

  /// A number below `limit`, or 0 if there is none. The bias is below 2^-32 for the limits used.
  mutating func below(_ limit: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(max(0, limit))).high)
  }

  /// Both ends included.
  mutating func within(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + below(range.upperBound - range.lowerBound + 1)
  }

  /// Whether something happens that does so `count` times in ten thousand.
  mutating func happens(_ count: Int) -> Bool { below(10_000) < count }

  /// A number that can be an identifier: not 0.
  mutating func identifier() -> UInt64 { max(1, next()) }
}
