import Testing
import TraceAnalysis
import TraceModel

@Suite struct ChildPlacementTests {
  private func problems(_ spans: [SpanRecord]) -> [Problem] {
    DataQuality.analyze(dataSet(spans), sourceNames: []) { false }?.problems ?? []
  }

  /// Calls of 10 ms from `shop` to `cart`, which takes 6 ms; `cart`'s clock is off by `offset` ns.
  ///
  ///     shop    |0..........10 ms|
  ///     cart       |2.....8|            true
  ///     cart  |-3.....3|                as its clock has it, 5 ms behind
  private func calls(offset: Int64, hosts: (String, String) = ("web1", "web2")) -> [SpanRecord] {
    (0..<5 as Range<Int64>).flatMap { number in
      let start = number * 100_000_000
      return [
        span(
          "call", trace: UInt64(number + 1), id: 1, start, start + 10_000_000, kind: .server,
          resource: ["host.name": hosts.0]),
        span(
          "get", trace: UInt64(number + 1), id: 2, parent: 1, start + 2_000_000 + offset,
          start + 8_000_000 + offset, kind: .server, service: "cart",
          resource: ["host.name": hosts.1]),
      ]
    }
  }

  @Test(arguments: [
    (Int64(-5_000_000), "behind"), (5_000_000, "ahead of"), (3_600_000_000_000, "ahead of"),
  ]) func agreeingOffsetIsSkew(offset: Int64, word: String) throws {
    let found = problems(calls(offset: offset))
    let problem = try #require(found.first)
    #expect(found.count == 1)
    #expect(problem.kind == .clockSkew)
    let length = DurationText.short(DurationNanos(abs(offset)))
    #expect(
      problem.summary
        == "The clock of cart (web2) is about \(length) \(word) that of shop (web1): 5 spans outside their parents"
    )
    #expect(problem.count == 5)
    // The offset is said once, and only what there is.
    let side =
      offset < 0 ? "5 child spans start before the parent" : "5 child spans end after the parent"
    #expect(problem.details == ["the median of 5 calls", side])
  }

  /// A source that cuts times to milliseconds may put the start of a child before its parent's.
  ///
  ///     parent    |1.2........5.0|       drawn from 1.2 to 5.0
  ///     child      |1.5....4.9|          drawn from 1 to 5
  @Test(arguments: [
    (TimeResolution.nanosecond, 1), (.microsecond, 1), (.millisecond, 0), (.second, 0),
  ])
  func whatLiesOutsideByLessThanTheResolutionIsInside(resolution: TimeResolution, count: Int) {
    let spans = [
      span("parent", id: 1, 1_200_000, 5_000_000),
      span("child", id: 2, parent: 1, 1_000_000, 5_000_000),
    ]
    let data = dataSet(spans, resolution: resolution)
    let found = DataQuality.analyze(data, sourceNames: []) { false }?.problems ?? []
    #expect(found.count == count)
  }

  @Test func offsetInsideOfTheParentIsNotSeen() {
    #expect(problems(calls(offset: 1_000_000)) == [])
  }

  @Test func oneHostHasOneClock() {
    let found = problems(calls(offset: -5_000_000, hosts: ("web1", "web1")))
    #expect(found.map(\.kind) == [.childOutsideParent])
    #expect(found.first?.summary == "5 spans of cart under shop lie outside their parents in time")
  }

  @Test func workThatOutlivesItsCallerIsNormal() throws {
    //  handle   |0...10|
    //  audit        |5.........50|
    let problem = try #require(
      problems([
        span("handle", id: 1, 0, 10_000, kind: .server),
        span("audit", id: 2, parent: 1, 5_000, 50_000),
      ]).first)
    #expect(problem.kind == .childOutsideParent)
    #expect(problem.severity == .info)
    #expect(problem.summary == "1 span in shop lies outside its parent in time")
    #expect(problem.cause.contains("normal"))
    #expect(problem.details == ["1 child span ends after the parent"])
  }

  @Test func childrenOfAChangedDuplicateSayNothing() {
    //  shop    |call| with one ID, and other contents     which of them is the parent?
    //  cart         |get|
    for offset in [-5_000_000, 50_000_000] as [Int64] {
      let spans = calls(offset: offset)
      let changed = spans.filter { $0.name == "call" }.map { record in
        var record = record
        record.start = record.start.advanced(by: DurationNanos(1))
        return record
      }
      #expect(problems(spans + changed).map(\.kind) == [.duplicateSpan])
    }
  }

  @Test func childrenOfASpanThatWasNotEndedSayNothing() {
    var parent = span("call", id: 1, 0, 10_000, kind: .server)
    parent.end = .unset
    #expect(problems([parent, span("a", id: 2, parent: 1, 10, 90_000)]).map(\.kind) == [.notEnded])
  }

  @Test func consumerLongAfterItsProducerIsNoSkew() {
    let found = problems([
      span("send", id: 1, 0, 10_000, kind: .producer, resource: ["host.name": "a"]),
      span(
        "receive", id: 2, parent: 1, 900_000, 910_000, kind: .consumer, service: "mail",
        resource: ["host.name": "b"]),
    ])
    #expect(found.map(\.kind) == [.childOutsideParent])
  }

  @Test func roundingToAMicrosecondIsNoDefect() {
    #expect(
      problems([
        span("root", id: 1, 0, 10_000, kind: .server), span("a", id: 2, parent: 1, 5_000, 11_000),
      ]) == [])
  }

  @Test func offsetsThatDisagreeAreNoSkew() {
    var spans = calls(offset: -5_000_000)
    for (number, place) in stride(from: 1, to: spans.count, by: 2).enumerated() {
      let shift = DurationNanos(Int64(number) * 20_000_000)
      spans[place].start = spans[place].start.advanced(by: shift)
      spans[place].end = spans[place].end.advanced(by: shift)
    }
    #expect(problems(spans).map(\.kind) == [.childOutsideParent])
  }

  @Test func extremeTimesDoNotTrap() {
    var spans = calls(offset: 0)
    for place in spans.indices {
      spans[place].start = UnixNanos(place % 2 == 0 ? .max - 1 : 1)
      spans[place].end = UnixNanos(place % 3 == 0 ? .max : 2)
    }
    #expect(problems(spans).count > 0)
  }
}
