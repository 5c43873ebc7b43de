import TraceModel

/// Finds the place of a span ID in an array of IDs; made once and used for trace after trace.
///
/// Open addressing over as many slots as the trace needs, so a small trace behind a large one does
/// not pay for the large one's table.
struct SpanIDTable {
  private var slots: [Int32] = []
  private var mask = 0
  private let seed = SpanIDTable.seed

  /// Forgets all and makes room for `count` IDs.
  mutating func reset(for count: Int) {
    var length = 16
    while length < count * 2 { length *= 2 }
    if slots.count < length {
      slots = Array(repeating: -1, count: length)
    } else {
      for slot in 0..<length { slots[slot] = -1 }
    }
    mask = length - 1
  }

  /// Enters `node` under `ids[node]`; `false` if the ID is there already.
  mutating func insert(_ node: Int, of ids: [SpanID]) -> Bool {
    var slot = hash(ids[node]) & mask
    while slots[slot] >= 0 {
      if ids[Int(slots[slot])] == ids[node] { return false }
      slot = (slot + 1) & mask
    }
    slots[slot] = Int32(truncatingIfNeeded: node)
    return true
  }

  /// The node of an ID, or -1.
  func find(_ id: SpanID, in ids: [SpanID]) -> Int32 {
    var slot = hash(id) & mask
    while slots[slot] >= 0 {
      if ids[Int(slots[slot])] == id { return slots[slot] }
      slot = (slot + 1) & mask
    }
    return -1
  }

  /// Different in every run, so that no file can be made whose IDs all collide; no result depends
  /// on it.
  private static let seed = UInt64.random(in: 0...UInt64.max)

  private func hash(_ id: SpanID) -> Int {
    var state = (id.rawValue ^ seed) &* 0x9e37_79b9_7f4a_7c15
    state ^= state &>> 32
    state = state &* 0xff51_afd7_ed55_8ccd
    return Int(truncatingIfNeeded: state &>> 32)
  }
}
