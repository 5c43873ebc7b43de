import Testing
import TraceAnalysis
import TraceModel

@Suite struct MissingParentTests {
  private func problems(_ spans: [SpanRecord]) -> [Problem] {
    DataQuality.analyze(dataSet(spans), sourceNames: []) { false }?.problems ?? []
  }

  @Test func orphansOfOneParentAreOneRow() throws {
    let data = dataSet([
      span("c", id: 4, parent: 0x7ad6_b7c2_0000_0001, 30, 40),
      span("a", id: 2, parent: 0x7ad6_b7c2_0000_0001, 10, 20),
      span("b", id: 3, parent: 0x7ad6_b7c2_0000_0001, 20, 30), span("root", id: 1, 0, 50),
    ])
    let quality = try #require(DataQuality.analyze(data, sourceNames: []) { false })
    let problem = try #require(quality.problems.first)
    #expect(quality.problems.count == 1)
    #expect(problem.summary == "3 spans of shop name a parent that is not here: 7ad6b7c2…")
    #expect(problem.severity == .error)
    #expect(problem.spans.map { data.store[$0].name } == ["a", "b", "c"])
    #expect(problem.count == 3)
    #expect(
      quality.defectCounts(of: TraceRow(0)) == TraceDefects(orphans: 3, isIncomplete: true))
  }

  /// The cause that is named for one orphan.
  private func cause(_ orphan: SpanRecord, among others: [SpanRecord] = []) -> String {
    problems([orphan] + others).first { $0.kind == .missingParent }?.cause ?? ""
  }

  @Test func flagsSayThatTheParentIsRemote() {
    var orphan = span("a", id: 2, parent: 9, 0, 10)
    orphan.flags = 0x301
    #expect(cause(orphan).contains("another process"))
    // Bit 8 alone: the parent is local, whatever the kind.
    orphan.flags = 0x101
    orphan.kind = .server
    #expect(cause(orphan).contains("did not export it"))
  }

  @Test func entriesHaveTheirParentElsewhere() {
    #expect(cause(span("a", id: 2, parent: 9, 0, 10, kind: .server)).contains("another process"))
    #expect(cause(span("a", id: 2, parent: 9, 0, 10, kind: .consumer)).contains("another process"))
    #expect(cause(span("a", id: 2, parent: 9, 0, 10)).contains("shop did not export it"))
  }

  @Test func parentInAnotherTrace() {
    let other = span("caller", trace: 0xabc, id: 9, 0, 20, kind: .server)
    #expect(cause(span("a", id: 2, parent: 9, 0, 10), among: [other]).contains("00000000…"))
  }

  @Test func placeInTheWindow() {
    //  data     |0..........................................1000|
    //  late                                               |995.1000|   may not have ended
    //  early    |0..5|                                                begins where the data does
    //  middle                    |500..510|
    let data = [span("all", trace: 50, id: 50, 0, 1_000, kind: .server)]
    #expect(cause(span("a", id: 2, parent: 9, 995, 1_000), among: data).contains("end of the data"))
    #expect(cause(span("a", id: 2, parent: 9, 0, 5), among: data).contains("begins where the data"))
    #expect(cause(span("a", id: 2, parent: 9, 500, 510), among: data).contains("did not export it"))
  }

  @Test func neverAdvisesToReload() {
    let orphans = (0..<3).map { number in
      span(
        "a", trace: UInt64(number + 1), id: 2, parent: 9, 0, 10,
        kind: number == 0 ? .server : .internal)
    }
    for problem in problems(orphans) { #expect(!problem.cure.lowercased().contains("reload")) }
  }

  @Test func manyMissingParentsAreFewRows() {
    let orphans = (1...100_000 as ClosedRange<UInt64>).map { number in
      span(
        "a", trace: number, id: number, parent: number + 1_000_000, Int64(number) * 1_000,
        Int64(number) * 1_000 + 10, kind: number % 2 == 0 ? .server : .internal)
    }
    let found = problems(orphans)
    #expect(found.count <= 5)
    #expect(found.reduce(0) { $0 + $1.count } == 100_000)
    #expect(found.allSatisfy { $0.spans.count == 100 && $0.traces.count == 100 })
    #expect(
      found.first?.summary == "50,000 spans in 50,000 traces name 50,000 parents that are not here")
  }

  @Test func fiftyMissingParentsHaveARowEach() {
    let orphans = (1...50 as ClosedRange<UInt64>).map {
      span("a", id: $0, parent: $0 + 100, 0, 10)
    }
    #expect(problems(orphans).count == 50)
  }
}
