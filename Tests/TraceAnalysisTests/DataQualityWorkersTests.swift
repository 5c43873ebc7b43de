import Dispatch
import Testing
import TraceAnalysis
import TraceModel
import TraceTestSupport

@Suite struct DataQualityWorkersTests {
  /// Traces with every defect, links to spans that are and are not there, several hosts, and roots
  /// that follow one another.
  private func data(_ random: inout SplitMix64) -> DataSet {
    var spans: [SpanRecord] = []
    for trace in 1...UInt64.random(in: 1...40, using: &random) {
      if Bool.random(using: &random) {
        let start = Int64(trace) * 2_000
        spans.append(span("step", trace: trace, id: trace, start, start + 1_900, service: "job"))
        continue
      }
      spans += randomTrace(Int.random(in: 1...20, using: &random), trace: trace, using: &random)
    }
    for index in spans.indices {
      spans[index].flags = [0, 0x100, 0x300].randomElement(using: &random) ?? 0
      if Int.random(in: 0..<3, using: &random) == 0 {
        let host = "host\(Int.random(in: 0..<3, using: &random))"
        spans[index].resource.attributes.append(Attribute("host.name", .string(host)))
      }
      if Int.random(in: 0..<6, using: &random) == 0 {
        let trace = TraceID(high: 7, low: UInt64.random(in: 0...50, using: &random))
        let id = SpanID(UInt64.random(in: 1...25, using: &random))
        spans[index].links = [SpanLink(traceID: trace, spanID: id)]
      }
    }
    spans.shuffle(using: &random)
    return dataSet(spans, batchSize: Int.random(in: 1...50, using: &random))
  }

  private func threads(_ count: Int) -> Workers {
    Workers(count: count) { count, body in
      DispatchQueue.concurrentPerform(iterations: count, execute: body)
    }
  }

  @Test func workersDoNotShow() throws {
    for seed in 0..<80 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let data = data(&random)
      let alone = DataQuality.analyze(data, sourceNames: []) { false }
      let expected = try #require(alone)
      // So many workers split the traces otherwise each time.
      for count in [1, 2, 3, 7, Int.random(in: 4...20, using: &random)] {
        let result = DataQuality.analyze(
          data, sourceNames: [], workers: threads(count), isCancelled: { false })
        let found = try #require(result)
        #expect(found.problems == expected.problems, "seed \(seed), \(count) workers")
        #expect(found.unjoined == expected.unjoined, "seed \(seed), \(count) workers")
        for number in 0..<data.traces.count {
          let trace = TraceRow(UInt32(number))
          #expect(found.defectCounts(of: trace) == expected.defectCounts(of: trace))
          #expect(found.group(of: trace) == expected.group(of: trace))
        }
      }
    }
  }

  @Test func anyWorkerEndsACancelledAnalysis() {
    let spans = (1...200_000 as ClosedRange<UInt64>).map { span("a", trace: $0, id: $0, 0, 10) }
    let found = DataQuality.analyze(
      dataSet(spans), sourceNames: [], workers: threads(3), isCancelled: { true })
    #expect(found == nil)
  }
}
