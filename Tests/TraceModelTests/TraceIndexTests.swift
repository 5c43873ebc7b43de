import Testing
import TraceModel
import TraceTestSupport

@Suite struct TraceIndexTests {
  /// Spans of several traces, mixed.
  private func records(_ spans: inout RandomSpans) -> [SpanRecord] {
    (0..<UInt64(1 + spans.random.below(5))).flatMap { trace in
      spans.brokenTrace(1 + spans.random.below(25), traceID: TraceID(high: 0, low: trace))
    }.shuffled(using: &spans.random)
  }

  @Test func summariesAreWhatTheSpansSay() {
    for seed: UInt64 in 0..<150 {
      var spans = RandomSpans(seed: seed)
      let records = records(&spans)
      let sizes = (0..<4).map { _ in 1 + spans.random.below(30) }
      let data = SpanDatabase(records, batches: sizes).dataSet
      let byTrace = Dictionary(grouping: records, by: \.traceID)
      #expect(data.traces.count == byTrace.count, "seed \(seed)")
      for (id, records) in byTrace {
        guard let row = data.traces.find(id) else {
          Issue.record("seed \(seed): \(id) is not found")
          continue
        }
        let summary = data.traces[row]
        #expect(summary.id == id, "seed \(seed)")
        #expect(Int(summary.spanCount) == records.count, "seed \(seed)")
        let errors = records.count { $0.status == .error }
        #expect(Int(summary.errorCount) == errors, "seed \(seed)")
        let extents = records.map { SpanExtent(start: $0.start, end: $0.end) }
        let timed = extents.filter { !$0.isUnset }
        #expect(summary.extent.isUnset == timed.isEmpty, "seed \(seed)")
        if let start = timed.map(\.start).min(), let end = timed.map(\.end).max() {
          #expect(summary.extent == SpanExtent(start: start, end: end), "seed \(seed)")
        }
        let services = Set(records.map(\.resource.serviceName))
        let found = data.traces.services(of: row)
        #expect(Set(found.map(data.store.name(of:))) == services, "seed \(seed)")
        #expect(found == found.sorted() && found.count == services.count, "seed \(seed)")
        let roots = records.filter { !$0.parentSpanID.isValid }
        #expect(summary.hasRoot == !roots.isEmpty, "seed \(seed)")
        let root = data.store[summary.rootRow].record
        let first = (roots.isEmpty ? records : roots).map { key($0) }.min { $0 < $1 }
        #expect(first.map { $0 == key(root) } == true, "seed \(seed)")
      }
    }
  }

  private func key(_ record: SpanRecord) -> (UnixNanos, SpanID) {
    (SpanExtent(start: record.start, end: record.end).start, record.spanID)
  }

  @Test func orderOfArrivalDoesNotShowInTheList() {
    for seed: UInt64 in 0..<150 {
      var spans = RandomSpans(seed: seed)
      let records = records(&spans)
      func lines(_ records: [SpanRecord], _ sizes: [Int]) -> [[UInt8]] {
        let data = SpanDatabase(records, batches: sizes).dataSet
        return (0..<UInt32(data.traces.count)).map { number in
          let summary = data.traces[TraceRow(number)]
          let root = data.store[summary.rootRow]
          let services = data.traces.services(of: TraceRow(number)).map(data.store.name(of:))
          let line = """
            \(summary.id) \(summary.spanCount) \(summary.errorCount) \(summary.extent) \
            \(services.sorted()) \(summary.hasRoot) \(root.name) \(root.spanID) \(root.extent) \
            \(data.store.name(of: root.service))
            """
          return Array(line.utf8)
        }.sorted { $0.lexicographicallyPrecedes($1) }
      }
      let expected = lines(records, [.max])
      for _ in 0..<4 {
        let sizes = (0..<4).map { _ in 1 + spans.random.below(30) }
        let isSame = lines(records.shuffled(using: &spans.random), sizes) == expected
        #expect(isSame, "seed \(seed)")
      }
    }
  }

  @Test func rowsOfATraceAreAllOfThemLastFirst() {
    var spans = RandomSpans(seed: 5)
    let records = (0..<300).map { index in
      var record = spans.fullRecord()
      record.traceID = TraceID(high: 0, low: UInt64(index % 7))
      return record
    }
    let data = SpanDatabase(records, batches: [1, 100, 3]).dataSet
    for trace in 0..<UInt64(7) {
      guard let row = data.traces.find(TraceID(high: 0, low: trace)) else {
        Issue.record("trace \(trace) is not found")
        continue
      }
      let found = data.traces.rows(of: row).map { data.store[$0].record }
      #expect(found == records.filter { $0.traceID.low == trace }.reversed())
    }
    #expect(data.traces.find(TraceID(high: 9, low: 9)) == nil)
  }

  @Test func servicesBeyondTheLimitAreLeftOut() {
    let records = (0..<TraceIndex.serviceLimit * 2).map { index in
      var record = SpanRecord()
      record.spanID = SpanID(UInt64(index + 1))
      record.resource = Resource(attributes: [
        Attribute("service.name", .string("s\(index % (TraceIndex.serviceLimit + 20))"))
      ])
      return record
    }
    let data = SpanDatabase(records, batches: [10]).dataSet
    #expect(data.store.services.count == TraceIndex.serviceLimit + 20)
    #expect(data.traces.services(of: TraceRow(0)).count == TraceIndex.serviceLimit)
    #expect(data.traces[TraceRow(0)].spanCount == UInt32(records.count))
  }

  @Test func snapshotStaysWhatItWas() {
    var spans = RandomSpans(seed: 9)
    var database = SpanDatabase(spans.brokenTrace(50))
    let before = database.dataSet
    let rows = before.traces.rows(of: TraceRow(0))
    var batch = SpanBatch(source: SourceID(0), number: 1)
    for record in spans.brokenTrace(50) { batch.append(record) }
    database.append(batch)
    #expect(before.traces[TraceRow(0)].spanCount == 50)
    #expect(before.traces.rows(of: TraceRow(0)) == rows)
    #expect(before.store.count == 50)
    #expect(database.dataSet.traces[TraceRow(0)].spanCount == 100)
  }

  @Test func issuesArriveWithAndWithoutSpans() {
    var batch = SpanBatch(source: SourceID(3))
    batch.issues = [ImportIssue(.malformedRecord, byteOffset: 4)]
    var database = SpanDatabase()
    database.append(batch)
    #expect(database.store.count == 0)
    #expect(database.log.entries.map(\.source) == [SourceID(3)])
    #expect(database.dataSet.log.count(atLeast: .dataLoss) == 1)
  }
}
