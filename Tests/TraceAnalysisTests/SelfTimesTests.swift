import Testing
import TraceAnalysis
import TraceModel
import TraceTestSupport

@Suite struct SelfTimesTests {
  private func selfTimes(_ spans: [SpanRecord]) -> [Int64] {
    SelfTimes.of(tree(spans).tree).map(\.rawValue)
  }

  @Test func overlapOfChildrenCountsOnce() {
    //  root   |0........................100|
    //  a         |10.....40|
    //  b              |30.....60|
    //  c                            |90....120|   clipped to 100
    #expect(
      selfTimes([
        span("root", id: 1, 0, 100), span("a", id: 2, parent: 1, 10, 40),
        span("b", id: 3, parent: 1, 30, 60), span("c", id: 4, parent: 1, 90, 120),
      ]) == [40, 30, 30, 30])
  }

  @Test func childInsideOfAnotherAddsNothing() {
    //  root   |0......................100|
    //  a        |10...............90|
    //  b           |20..30|
    #expect(
      selfTimes([
        span("root", id: 1, 0, 100), span("a", id: 2, parent: 1, 10, 90),
        span("b", id: 3, parent: 1, 20, 30),
      ]) == [20, 80, 10])
  }

  @Test func childrenOutsideCoverNothing() {
    //  root            |50....60|
    //  a      |0...40|                before it
    //  b                         |70..80|   after it
    #expect(
      selfTimes([
        span("root", id: 1, 50, 60), span("a", id: 2, parent: 1, 0, 40),
        span("b", id: 3, parent: 1, 70, 80),
      ]) == [10, 40, 10])
  }

  @Test func grandchildrenCoverTheirParentOnly() {
    #expect(
      selfTimes([
        span("root", id: 1, 0, 100), span("a", id: 2, parent: 1, 0, 50),
        span("b", id: 3, parent: 2, 0, 80),
      ]) == [50, 0, 80])
  }

  @Test func placeholderAndBackwardsSpanHaveNone() {
    let (tree, _) = tree([span("a", id: 2, parent: 9, 10, 5), span("b", id: 3, parent: 9, 0, 20)])
    #expect(tree.placements == [.missingParent, .orphan, .orphan])
    #expect(SelfTimes.of(tree).map(\.rawValue) == [0, 20, 0])
  }

  @Test func greatestTimesDoNotTrap() {
    var root = span("root", id: 1, 0, 0)
    root.start = UnixNanos(1)
    root.end = UnixNanos(.max)
    #expect(SelfTimes.of(tree([root]).tree) == [DurationNanos(.max)])
  }

  @Test func neverNegativeAndNeverMoreThanTheDuration() {
    for seed in 0..<200 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let (tree, _) = tree(randomTrace(Int.random(in: 1...60, using: &random), using: &random))
      for (position, time) in SelfTimes.of(tree).enumerated() {
        #expect(time >= .zero, "seed \(seed)")
        #expect(time <= tree.extents[position].duration, "seed \(seed)")
      }
    }
  }
}
