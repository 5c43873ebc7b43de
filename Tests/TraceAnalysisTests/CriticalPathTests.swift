import Testing
import TraceAnalysis
import TraceModel
import TraceTestSupport

@Suite struct CriticalPathTests {
  /// The names of the spans on the path, in the order of the tree.
  private func path(_ spans: [SpanRecord]) -> [String] {
    let (tree, data) = tree(spans)
    return zip(CriticalPath.of(tree), tree.rows).compactMap {
      $0 ? ($1 == .none ? "(missing)" : data.store[$1].name) : nil
    }
  }

  @Test func lastToEndThenWhatEndedBeforeItStarted() {
    //  root   |0.................................100|
    //  a        |5..........40|
    //  b           |10..30|
    //  c                      |40........90|
    #expect(
      path([
        span("root", id: 1, 0, 100), span("a", id: 2, parent: 1, 5, 40),
        span("b", id: 3, parent: 1, 10, 30), span("c", id: 4, parent: 1, 40, 90),
      ]) == ["root", "a", "c"])
  }

  @Test func backToBackSiblingsStay() {
    //  root   |0......................30|
    //  a      |0....10|
    //  b             |10....20|
    //  c                     |20....30|
    #expect(
      path([
        span("root", id: 1, 0, 30), span("a", id: 2, parent: 1, 0, 10),
        span("b", id: 3, parent: 1, 10, 20), span("c", id: 4, parent: 1, 20, 30),
      ]) == ["root", "a", "b", "c"])
  }

  @Test func zeroLengthSiblingsStay() {
    //  root   |0......10|
    //  a      |0......10|
    //  b, c             |10|
    #expect(
      path([
        span("root", id: 1, 0, 10), span("a", id: 2, parent: 1, 0, 10),
        span("b", id: 3, parent: 1, 10, 10), span("c", id: 4, parent: 1, 10, 10),
      ]) == ["root", "a", "b", "c"])
  }

  @Test func notFollowedBeyondTheParent() {
    //  root   |0..............50|
    //  a         |10........................90|   outlives the root: counts up to 50
    //  a1           |20..30|
    //  a2                          |60..80|       behind the root's end
    //  b                             |70..75|     starts behind the root's end
    #expect(
      path([
        span("root", id: 1, 0, 50), span("a", id: 2, parent: 1, 10, 90),
        span("a1", id: 3, parent: 2, 20, 30), span("a2", id: 4, parent: 2, 60, 80),
        span("b", id: 5, parent: 1, 70, 75),
      ]) == ["root", "a", "a1"])
  }

  @Test func longChildThatEndsLastHidesShorterOnes() {
    //  root   |0...........100|
    //  a      |0.........90|
    //  b        |20.30|
    #expect(
      path([
        span("root", id: 1, 0, 100), span("a", id: 2, parent: 1, 0, 90),
        span("b", id: 3, parent: 1, 20, 30),
      ]) == ["root", "a"])
  }

  @Test func eachRootHasAPath() {
    #expect(
      path([
        span("one", id: 1, 0, 10), span("two", id: 2, 20, 30),
        span("child", id: 3, parent: 2, 20, 25),
        span("orphan", id: 4, parent: 9, 40, 50),
      ]) == ["one", "two", "child", "(missing)", "orphan"])
  }

  @Test func connectedAndInsideOfTheRoot() {
    for seed in 0..<300 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let (tree, _) = tree(randomTrace(Int.random(in: 1...60, using: &random), using: &random))
      let path = CriticalPath.of(tree)
      #expect(path.count == tree.count)
      var top = SpanExtent(start: .unset, end: .unset)
      for position in tree.rows.indices {
        if tree.depths[position] == 0 {
          #expect(path[position], "seed \(seed)")
          top = tree.extents[position]
        } else if path[position] {
          #expect(path[Int(tree.parents[position])], "seed \(seed)")
          #expect(tree.extents[position].start <= top.end, "seed \(seed)")
          #expect(tree.extents[position].end >= top.start, "seed \(seed)")
        }
      }
    }
  }

  @Test func deepChainNeedsNoStack() {
    let count: UInt64 = 100_000
    let spans = (1...count).map { span("deep", id: $0, parent: $0 - 1, 0, Int64(count)) }
    let (tree, _) = tree(spans)
    #expect(CriticalPath.of(tree).allSatisfy { $0 })
    #expect(SelfTimes.of(tree).last?.rawValue == Int64(count))
  }
}
