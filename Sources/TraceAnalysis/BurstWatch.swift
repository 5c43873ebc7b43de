import TraceModel

/// Notes which bursts of roots were not alone in their process.
///
///     burst      |add| |subtract|
///     alone                     |next|        touches it at most
///     not alone     |a request|
struct BurstWatch {
  private(set) var isDisturbed: [Bool]
  private let bursts: [RootBurst]
  /// For each process its bursts, which stand together and in the order of time.
  private var ranges: [Range<Int>]
  /// For each burst the next one that is not disturbed, maybe itself: followed and shortened, so
  /// that long spans over many bursts cost little.
  private var next: [Int]

  /// `bursts` by process, then time, without overlap inside of a process.
  init(_ bursts: [RootBurst], processCount: Int) {
    self.bursts = bursts
    ranges = Array(repeating: 0..<0, count: processCount)
    isDisturbed = Array(repeating: false, count: bursts.count)
    next = Array(0...bursts.count)
    for (place, burst) in bursts.enumerated() {
      let known = ranges[Int(burst.process)]
      ranges[Int(burst.process)] = (known.isEmpty ? place : known.lowerBound)..<(place + 1)
    }
  }

  /// Takes a span into account. O(log n) and what it disturbs.
  mutating func see(_ extent: SpanExtent, of trace: TraceID, in process: Int32) {
    let range = ranges[Int(process)]
    guard !range.isEmpty, !extent.isUnset else { return }
    // The first burst that ends after the span starts.
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = low + (high - low) / 2
      if bursts[middle].end > extent.start { high = middle } else { low = middle + 1 }
    }
    var place = following(low)
    while place < range.upperBound, bursts[place].start < extent.end {
      if bursts[place].roots.contains(where: { $0.traceID == trace }) {
        place = following(place + 1)
      } else {
        isDisturbed[place] = true
        next[place] = place + 1
        place = following(place)
      }
    }
  }

  /// The first burst from `place` on that is not disturbed.
  private mutating func following(_ place: Int) -> Int {
    var end = place
    while next[end] != end { end = next[end] }
    var step = place
    while next[step] != end, step != end { (next[step], step) = (end, next[step]) }
    return end
  }
}
