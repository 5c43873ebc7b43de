import Testing
import TraceModel

/// Moments, durations and extents, at the ends of what 64 bits hold.
@Suite struct TimeTests {
  private static let moments: [UInt64] = [
    0, 1, 2, 1_000, UInt64(Int64.max) - 1, UInt64(Int64.max), UInt64(Int64.max) + 1, .max - 1, .max,
  ]

  /// The distance in numbers that hold it, then cut.
  private func exact(_ one: UInt64, _ other: UInt64) -> Int64 {
    let distance = Int128(one) - Int128(other)
    return Int64(clamping: max(distance, -Int128(Int64.max)))
  }

  @Test func distanceIsSignedAndCut() {
    for one in Self.moments {
      for other in Self.moments {
        let distance = UnixNanos(one).since(UnixNanos(other))
        #expect(distance.rawValue == exact(one, other), "\(one) since \(other)")
      }
    }
  }

  @Test func momentMovesAsFarAsItCan() {
    for moment in Self.moments {
      for distance in [0, 1, -1, 1_000, -1_000, Int64.max, .min, .min + 1] {
        let moved = UnixNanos(moment).advanced(by: DurationNanos(distance))
        #expect(
          moved.rawValue == UInt64(clamping: Int128(moment) + Int128(distance)),
          "\(moment) by \(distance)")
      }
    }
  }

  @Test func durationIsZeroWithoutATime() {
    func duration(_ start: UInt64, _ end: UInt64) -> Int64 {
      SpanExtent.duration(start: UnixNanos(start), end: UnixNanos(end)).rawValue
    }
    #expect(duration(5, 9) == 4)
    #expect(duration(9, 5) == -4)
    #expect(duration(0, 9) == 0)
    #expect(duration(9, 0) == 0)
    #expect(duration(1, .max) == .max)
    #expect(duration(.max, 1) == -.max)
  }

  @Test func extentNeverRunsBackwards() {
    for start in Self.moments {
      for end in Self.moments {
        let extent = SpanExtent(start: UnixNanos(start), end: UnixNanos(end))
        #expect(extent.start <= extent.end, "\(start) \(end)")
        #expect(extent.duration >= .zero, "\(start) \(end)")
        #expect(extent.isUnset == (start == 0 && end == 0), "\(start) \(end)")
        if start > 0 { #expect(extent.start.rawValue == start) }
      }
    }
    let open = SpanExtent(start: .unset, end: UnixNanos(9))
    #expect(open.start == UnixNanos(9) && open.end == UnixNanos(9))
  }

  @Test func unionIsTheSameInAnyOrder() {
    let extents = Self.moments.flatMap { start in
      Self.moments.map { SpanExtent(start: UnixNanos(start), end: UnixNanos($0)) }
    }
    let unset = SpanExtent(start: .unset, end: .unset)
    for one in extents {
      #expect(one.union(unset) == one && unset.union(one) == one && one.union(one) == one)
      for other in extents {
        let both = one.union(other)
        #expect(both == other.union(one))
        if !one.isUnset { #expect(both.start <= one.start && both.end >= one.end) }
      }
    }
  }
}
