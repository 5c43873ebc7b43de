import Testing
import TraceAnalysis
import TraceModel

/// Orders of traces, statistics of operations, and joined trees.
@Suite struct ListsTests {
  private static let data: DataSet = {
    var failed = span("slow", trace: 3, id: 3, 20, 90, service: "b")
    failed.status = .error
    return dataSet([
      span("quick", trace: 1, id: 1, 10, 12, service: "b"),
      span("quick", trace: 2, id: 2, 0, 30, service: "a"), failed,
      span("child", trace: 2, id: 4, parent: 2, 0, 10, service: "a"),
    ])
  }()

  @Test(
    arguments: [
      (TraceOrder.Key.start, false, [2, 1, 3]), (.start, true, [3, 1, 2]),
      (.duration, true, [3, 2, 1]), (.spans, true, [2, 1, 3]), (.errors, true, [3, 2, 1]),
      (.errors, false, [2, 1, 3]), (.name, false, [2, 1, 3]), (.name, true, [3, 1, 2]),
    ] as [(TraceOrder.Key, Bool, [UInt64])])
  func order(key: TraceOrder.Key, descending: Bool, ids: [UInt64]) {
    let rows = TraceOrder.order(Self.data, by: key, descending: descending)
    #expect(rows.map { Self.data.traces[$0].id.low } == ids)
  }

  @Test func onlyWhatIsKept() {
    #expect(
      TraceOrder.order(Self.data, by: .start, descending: false) { $0 != TraceRow(1) }
        == [TraceRow(0), TraceRow(2)])
  }

  @Test func percentileAmongSpansOfTheOperation() throws {
    let spans = (1...10 as ClosedRange<UInt64>).map {
      span("get", trace: $0, id: $0, 0, Int64($0) * 10)
    }
    var unfinished = span("get", trace: 20, id: 20, 0, 0)
    unfinished.end = .unset
    let others = [span("put", trace: 11, id: 11, 0, 900), unfinished]
    let data = dataSet(spans + others, batchSize: 4)
    let seventh = data.store[data.traces[TraceRow(6)].rootRow]
    let operation = Operation(of: seventh)
    let durations = try #require(OperationDurations(of: operation, in: data.store) { false })
    let statistics = try #require(durations.statistics(of: seventh))
    #expect(statistics.count == 10)
    #expect(statistics.percentile == 70)
    #expect(statistics.median == DurationNanos(50))
    #expect(statistics.max == DurationNanos(100))
    #expect(durations.statistics(of: data.store[data.traces[TraceRow(11)].rootRow]) == nil)
    #expect(OperationDurations(of: operation, in: data.store) { true } == nil)
  }

  @Test func joinedTreeHasOneRowMore() throws {
    //  (proposed)  |0....................116|
    //    add       |0..25|
    //    subtract         |74.82|
    //    add                       |109.116|
    let data = dataSet(UnjoinedRootsTests.tutorial)
    let group = try #require(
      DataQuality.analyze(data, sourceNames: []) { false }?.unjoined.first)
    let trees = group.traces.map { TraceTree(rows: data.traces.rows(of: $0), of: data.store) }
    let joined = JoinedTree.make(group, trees: trees)
    #expect(joined.placements == [.proposedRoot, .root, .root, .root])
    #expect(joined.depths == [0, 1, 1, 1])
    #expect(joined.parents == [-1, 0, 0, 0])
    #expect(joined.subtreeEnds == [4, 2, 3, 4])
    #expect(joined.rows == [.none] + group.roots)
    #expect(joined.extents[0] == group.extent)
    #expect(joined.children(of: 0) == [1, 2, 3])
    #expect(SelfTimes.of(joined).map(\.rawValue) == [0, 25_000, 8_000, 7_000])
    #expect(CriticalPath.of(joined) == [true, true, true, true])
  }

  @Test(arguments: [
    "python", "nodejs", "webjs", "java", "go", "dotnet", "ruby", "php", "rust", "cpp", "swift",
    "erlang",
  ]) func eachLanguageHasItsCode(language: String) {
    let cure = EnclosingSpanCure(sdkLanguage: language, serviceName: "shop")
    #expect((2...5).contains(cure.lines.count))
    #expect(cure.lines.contains { $0.contains("shop") })
    #expect(!cure.language.isEmpty)
  }

  @Test(arguments: ["x\"); system(\"rm", "unknown_service:python3", "", "a b", "naïve"])
  func namesThatAreNoCode(service: String) {
    #expect(EnclosingSpanCure(sdkLanguage: "go", serviceName: service).suggestedName == "main")
    #expect(EnclosingSpanCure(sdkLanguage: nil, serviceName: service).lines.count == 3)
  }
}
