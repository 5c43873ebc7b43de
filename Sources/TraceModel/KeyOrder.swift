/// The order of things by a number that each has.
enum KeyOrder {
  /// Below this many comparing costs less than counting.
  private static let fewest = 512
  private static let digitBits = 11

  private struct Entry {
    var key: UInt64
    var index: UInt32
  }

  /// The indices of `keys` in ascending order of the keys, equal ones in the order given; `nil` when
  /// cancelled.
  ///
  /// Linear: the keys are put in order digit by digit, from the last to the first that tells any two
  /// apart. Times of one trace have so much in common that few are left.
  static func of(_ keys: [UInt64], isCancelled: () -> Bool) -> [UInt32]? {
    let count = UInt32(truncatingIfNeeded: keys.count)
    var (least, most, isSorted) = (UInt64.max, UInt64.min, true)
    for key in keys {
      if key < most { isSorted = false }
      least = min(least, key)
      most = max(most, key)
    }
    if isSorted { return Array(0..<count) }
    if keys.count < fewest {
      return (0..<count).sorted { (keys[Int($0)], $0) < (keys[Int($1)], $1) }
    }
    var entries: [Entry] = []
    entries.reserveCapacity(keys.count)
    for (index, key) in keys.enumerated() {
      entries.append(Entry(key: key &- least, index: UInt32(truncatingIfNeeded: index)))
    }
    var other = entries
    let bits = UInt64.bitWidth - (most &- least).leadingZeroBitCount
    for shift in stride(from: 0, to: bits, by: digitBits) {
      guard distribute(entries, by: UInt64(shift), to: &other, isCancelled) else { return nil }
      swap(&entries, &other)
    }
    return entries.map(\.index)
  }

  /// Puts entries in the order of one digit; `false` when cancelled.
  private static func distribute(
    _ entries: [Entry], by shift: UInt64, to sorted: inout [Entry], _ isCancelled: () -> Bool
  ) -> Bool {
    let mask = 1 << digitBits - 1
    var places = [Int](repeating: 0, count: mask + 1)
    for entry in entries { places[Int(truncatingIfNeeded: entry.key &>> shift) & mask] &+= 1 }
    var next = 0
    for digit in places.indices {
      let count = places[digit]
      places[digit] = next
      next += count
    }
    for piece in Pieces.of(entries.count) {
      if isCancelled() { return false }
      for index in piece {
        let entry = entries[index]
        let digit = Int(truncatingIfNeeded: entry.key &>> shift) & mask
        sorted[places[digit]] = entry
        places[digit] &+= 1
      }
    }
    return true
  }
}
