import Testing
import TraceAnalysis
import TraceModel

/// What must stay quiet: each of these is normal.
@Suite struct UnjoinedRootsFalseAlarmTests {
  private let process = UnjoinedRootsTests.python

  private func groups(_ spans: [SpanRecord]) -> Int { UnjoinedRootsTests.groups(spans).count }

  /// Roots one after another: each so long, with so long a gap behind it.
  private func roots(
    _ names: [String], each length: Int64, gap: Int64, kind: SpanKind = .internal, from: Int64 = 0,
    firstTrace: UInt64 = 1, resource: [String: String]? = nil
  ) -> [SpanRecord] {
    names.enumerated().map { number, name in
      let start = from + Int64(number) * (length + gap)
      return span(
        name, trace: firstTrace + UInt64(number), id: firstTrace + UInt64(number), start,
        start + length, kind: kind, resource: resource ?? process)
    }
  }

  @Test(arguments: [SpanKind.server, .consumer]) func entriesOneAfterAnother(kind: SpanKind) {
    //  |GET /a| |GET /b| |GET /c|     requests of one client
    #expect(groups(roots(["a", "b", "c"], each: 5_000_000, gap: 100_000, kind: kind)) == 0)
  }

  @Test func cronJobEachMinute() {
    //  |backup|          59 s          |backup|          59 s          |backup|
    #expect(
      groups(roots(["backup", "backup", "backup"], each: 1_000_000_000, gap: 59_000_000_000)) == 0)
  }

  @Test func differentJobsWithIdleSecondsBetween() {
    #expect(groups(roots(["a", "b", "c"], each: 20_000_000, gap: 2_000_000_000)) == 0)
  }

  @Test func twoProcessesInterleaved() {
    //  one    |a|     |b|     |c|
    //  two        |x|     |y|     |z|
    let other = ["service.instance.id": "other", "telemetry.sdk.language": "python"]
    let spans =
      roots(["a", "b", "c"], each: 1_000_000, gap: 1_200_000)
      + roots(
        ["x", "y", "z"], each: 1_000_000, gap: 1_200_000, from: 1_100_000, firstTrace: 10,
        resource: other)
    #expect(groups(spans) == 0)
  }

  @Test func rootsOfThreadsOverlap() {
    //  one    |a.......| |b.......|
    //  two       |x.......| |y.......|
    let spans =
      roots(["a", "b"], each: 1_000_000, gap: 100_000)
      + roots(["x", "y"], each: 1_000_000, gap: 100_000, from: 500_000, firstTrace: 10)
    #expect(groups(spans) == 0)
  }

  @Test func rootsInsideOfARequest() {
    //  GET /   |0..................................10 ms|   a parent elsewhere
    //  a, b       |1.2 ms|  |2.1.3.1 ms|                    the context was lost in the process
    let request = span(
      "GET /", trace: 99, id: 99, parent: 5, 0, 10_000_000, kind: .server, resource: process)
    let inside = roots(["a", "b"], each: 1_000_000, gap: 100_000, from: 1_000_000)
    #expect(groups(inside) == 1)
    #expect(groups(inside + [request]) == 0)
  }

  @Test(arguments: [0, 10_000, 1_000_000] as [Int64]) func workerLoop(gap: Int64) {
    //  |poll||poll||poll||poll| …     hundreds of times
    #expect(groups(roots(Array(repeating: "poll", count: 300), each: 2_000_000, gap: gap)) == 0)
  }

  @Test func workerLoopThatRestsAfterEachThree() {
    //  |poll||poll||poll|    1 s    |poll||poll||poll|    1 s    …
    let spans = (0..<100).flatMap { round in
      roots(
        ["poll", "poll", "poll"], each: 200_000, gap: 10_000,
        from: Int64(round) * 1_000_000_000, firstTrace: UInt64(round) * 3 + 1)
    }
    #expect(groups(spans) == 0)
  }

  @Test(arguments: [
    ["SELECT", "SET", "SELECT", "SET"], ["SELECT", "SET", "SELECT", "SET", "SELECT"],
    ["GET", "SELECT", "SET", "GET", "SELECT", "SET"],
  ]) func shortLoopOverSeveralCalls(names: [String]) {
    //  |SELECT||SET||SELECT||SET|     for each item: read it, cache it
    #expect(groups(roots(names, each: 2_000_000, gap: 10_000, kind: .client)) == 0)
    #expect(groups(roots(names, each: 2_000_000, gap: 10_000)) == 0)
  }

  @Test func lessThanTwoRoundsAreNoLoop() {
    #expect(groups(roots(["add", "subtract", "add"], each: 2_000_000, gap: 10_000)) == 1)
    #expect(
      groups(roots(["open", "read", "write", "open", "read"], each: 2_000_000, gap: 10_000)) == 1)
    #expect(
      groups(roots(["GET", "GET", "GET", "GET"], each: 2_000_000, gap: 10_000, kind: .client)) == 1)
  }

  @Test func schedulerWithManyRounds() {
    //  |refresh||expire||report|    1 s    |refresh||expire||report|    1 s    …
    let spans = (0..<20).flatMap { round in
      roots(
        ["refresh", "expire", "report"], each: 200_000, gap: 10_000,
        from: Int64(round) * 1_000_000_000, firstTrace: UInt64(round) * 3 + 1)
    }
    #expect(groups(spans) == 0)
  }

  @Test func itemsOfABatchJob() {
    //  |import 1.csv||import 2.csv| …   one trace for each item, on purpose
    #expect(groups(roots((0..<40).map { "import \($0).csv" }, each: 5_000_000, gap: 50_000)) == 0)
  }

  @Test func testRunner() {
    //  |test_add||test_subtract||test_mul|
    #expect(
      groups(roots(["test_add", "test_subtract", "test_mul"], each: 300_000, gap: 20_000)) == 0)
  }

  @Test func oneRootAlone() {
    #expect(groups(roots(["main"], each: 1_000_000, gap: 0)) == 0)
  }

  @Test func receiveAndProcessAreLinked() {
    //  |receive| |process|──link──►
    var spans = roots(["receive", "process"], each: 1_000_000, gap: 10_000)
    spans[1].links = [SpanLink(traceID: spans[0].traceID, spanID: spans[0].spanID)]
    #expect(groups(spans) == 0)
  }

  @Test func fetchesOfAPage() {
    let page = ["telemetry.sdk.language": "webjs", "service.instance.id": "page"]
    #expect(
      groups(
        roots(
          ["GET", "GET", "GET"], each: 80_000_000, gap: 5_000_000, kind: .client, resource: page))
        == 0)
  }

  @Test func backgroundWorkBehindARequest() {
    //  The rich capture: three `tiny` roots, all of one name, right behind a request that the same
    //  process served. A server's background work is made of such roots.
    //
    //  GET /orders/{id}  |0...............7478|
    //  tiny                                     |7543.7554| |7579.7586| |7621.7629|   µs
    let tiny = [(7_543, 7_554), (7_579, 7_586), (7_621, 7_629)].enumerated().map { number, time in
      span(
        "tiny", trace: UInt64(number + 1), id: UInt64(number + 1), time.0 * 1_000, time.1 * 1_000,
        resource: process)
    }
    let request = span(
      "GET /orders/{id}", trace: 9, id: 9, parent: 0x00f0_67aa_0ba9_02b7, 0, 7_478_000,
      kind: .server, resource: process)
    #expect(groups(tiny + [request]) == 0)
  }

  @Test func incompleteTracesSayNothing() {
    //  An orphan may have its root, or the missing parent may enclose them all.
    let spans = [
      span("a", trace: 1, id: 1, parent: 9, 0, 1_000_000, resource: process),
      span("b", trace: 2, id: 2, parent: 9, 1_010_000, 2_000_000, resource: process),
    ]
    #expect(groups(spans) == 0)
  }
}
