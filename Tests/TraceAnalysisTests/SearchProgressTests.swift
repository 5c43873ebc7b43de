import Dispatch
import Testing
import TraceAnalysis
import TraceModel
import TraceTestSupport

/// Searches on many threads, and what they say before they end.
@Suite struct SearchProgressTests {
  private func threads(_ count: Int) -> Workers {
    Workers(count: count) { count, body in
      DispatchQueue.concurrentPerform(iterations: count, execute: body)
    }
  }

  private func word(_ random: inout SplitMix64, _ letters: [String]) -> String {
    (0..<Int.random(in: 0...12, using: &random)).map { _ in
      letters.randomElement(using: &random) ?? ""
    }.joined()
  }

  /// One trace in the order of arrival, so that positions need no tree to be known.
  private func data(_ random: inout SplitMix64, _ letters: [String], traces: UInt64) -> DataSet {
    let spans = (1...300 as ClosedRange<UInt64>).map { id in
      var record = span(word(&random, letters), trace: id % traces + 1, id: id, 0, 5)
      record.attributes = (0..<3).map { _ in
        Attribute(word(&random, letters), .string(word(&random, letters)))
      }
      record.events = [SpanEvent(name: word(&random, letters))]
      return record
    }
    return dataSet(spans, batchSize: Int.random(in: 1...60, using: &random))
  }

  @Test func sameForAnyWorkersAndAnyStart() throws {
    for seed in 0..<60 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      // Long runs of one letter, so that much is tried in vain.
      let letters = ["z", "z", "z", "Z", "y", "=", "é"]
      let data = data(&random, letters, traces: 1)
      let tree = TraceTree(rows: data.traces.rows(of: TraceRow(0)), of: data.store)
      let text = (0..<Int.random(in: 1...6, using: &random)).map { _ in
        letters.randomElement(using: &random) ?? ""
      }.joined()
      let query = SpanQuery(text)
      let expected = tree.rows.indices.filter { position in
        let record = data.store[tree.rows[position]].record
        return query.matches(record.name)
          || record.events.contains { query.matches($0.name) }
          || record.attributes.contains { attribute in
            guard case .string(let value) = attribute.value else { return false }
            return query.matches("\(attribute.key)=\(value)")
          }
          || query.matches("service.name=shop")
      }
      let origin = Int.random(in: tree.rows.indices, using: &random)
      for count in [1, 2, 3] {
        var reports: [SpanSearch.Progress<[Int]>] = []
        let found = SpanSearch.matches(
          query, in: tree, of: data.store, from: origin, workers: threads(count),
          report: { reports.append($0) }, isCancelled: { false })
        #expect(found == expected, "seed \(seed), text \(text), \(count) workers")
        let first = expected.first { $0 >= origin } ?? expected.first
        #expect(reports.compactMap(\.first) == (first.map { [$0] } ?? []), "seed \(seed)")
        #expect(reports.first?.first == first || first == nil, "seed \(seed)")
        for report in reports {
          #expect(Set(report.found).isSubset(of: expected) && report.found == report.found.sorted())
        }
        #expect(reports.count <= 40)
      }
    }
  }

  @Test func tracesAreReportedInTheOrderOfTheList() throws {
    for seed in 0..<40 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let data = data(&random, ["z", "y", "x"], traces: 40)
      let query = SpanQuery("zyx")
      let expected = SpanSearch.traces(query, in: data) { false }
      let order = (0..<40 as Range<UInt32>).map { TraceRow($0) }.shuffled(using: &random)
      let rest = order.dropFirst(Int.random(in: 0..<40, using: &random))
      var reports: [SpanSearch.Progress<TraceSet>] = []
      let found = SpanSearch.traces(
        query, in: data, order: rest, workers: threads(3), report: { reports.append($0) },
        isCancelled: { false })
      #expect(found == expected)
      let first = rest.indices.first { expected?.contains(rest[$0]) == true }
      #expect(reports.compactMap(\.first) == (first.map { [$0] } ?? []), "seed \(seed)")
      for report in reports {
        #expect(
          zip(report.found.members, expected?.members ?? []).allSatisfy { !$0 || $1 },
          "seed \(seed)")
      }
    }
  }

  @Test func matchBeyondTheNearOnesIsReportedBeforeAllAreCounted() throws {
    let spans = (1...20_000 as ClosedRange<UInt64>).map { id in
      span(id % 5_000 == 0 ? "needle" : "hay", trace: 1, id: id, Int64(id), 5)
    }
    let data = dataSet(spans, batchSize: 500)
    let tree = TraceTree(rows: data.traces.rows(of: TraceRow(0)), of: data.store)
    // From here on the first one is behind the 4,096 that are tested alone.
    for (origin, first) in [(5_000, 9_999), (15_500, 19_999), (10_050, 14_999)] {
      var reports: [SpanSearch.Progress<[Int]>] = []
      let found = SpanSearch.matches(
        SpanQuery("needle"), in: tree, of: data.store, from: origin, workers: threads(2),
        report: { reports.append($0) }, isCancelled: { false })
      #expect(found == [4_999, 9_999, 14_999, 19_999])
      #expect(reports.compactMap(\.first) == [first])
      #expect(reports.first { $0.first != nil }?.found.count ?? 4 < 4, "from \(origin)")
    }
  }

  @Test func traceBeyondTheNearOnesIsReportedBeforeAllAreCounted() throws {
    let spans = (1...20_000 as ClosedRange<UInt64>).map { id in
      span(id % 5_000 == 0 ? "needle" : "hay", trace: id, id: id, Int64(id), 5)
    }
    let data = dataSet(spans, batchSize: 500)
    let order = (0..<20_000 as Range<UInt32>).map { TraceRow($0) }
    var reports: [SpanSearch.Progress<TraceSet>] = []
    let found = SpanSearch.traces(
      SpanQuery("needle"), in: data, order: order[10_050...], workers: threads(2),
      report: { reports.append($0) }, isCancelled: { false })
    #expect(found?.members.count { $0 } == 4)
    #expect(reports.compactMap(\.first) == [14_999])
  }

  @Test func manySmallBatchesAreNotManyReports() {
    let spans = (1...3_000 as ClosedRange<UInt64>).map { span("a", trace: $0, id: $0, 0, 5) }
    var reports = 0
    let found = SpanSearch.traces(
      SpanQuery("a"), in: dataSet(spans, batchSize: 1), report: { _ in reports += 1 },
      isCancelled: { false })
    #expect(found?.members.count { $0 } == 3_000)
    #expect(reports <= 20)
  }

  @Test func patternThatAlmostOccursEverywhereIsQuick() {
    // 400,000 letters and a pattern that fails in its middle at each: quadratic would be
    // 4,000,000,000 steps.
    let half = String(repeating: "a", count: 10_000)
    let record = span(String(repeating: "a", count: 400_000), id: 1, 0, 1)
    let found = SpanSearch.traces(SpanQuery(half + "b" + half), in: dataSet([record])) { false }?
      .members
    #expect(found == [false])
    // The same over the ends of many strings.
    var many = span("", id: 1, 0, 1)
    many.attributes = (0..<2_000).map { number in
      Attribute(String(repeating: "a", count: 200) + "\(number)", .bool(true))
    }
    #expect(SpanSearch.traces(SpanQuery(half), in: dataSet([many])) { false }?.members == [false])
  }
}
