import Testing
import TraceModel
import TraceTestSupport

/// Evicting the oldest traces, and sharing blocks between small batches.
@Suite struct SpanDatabaseTests {
  private func record(_ trace: UInt64, _ span: UInt64, service: String = "s") -> SpanRecord {
    var record = SpanRecord()
    record.traceID = TraceID(high: 1, low: trace)
    record.spanID = SpanID(span)
    record.name = "operation \(span % 7)"
    record.start = UnixNanos(span)
    record.end = UnixNanos(span + 1)
    record.attributes = [Attribute("number", .int(Int64(span))), Attribute("text", .string("t"))]
    record.resource = Resource(attributes: [Attribute("service.name", .string(service))])
    return record
  }

  private func batch(_ records: [SpanRecord], source: Int = 0) -> SpanBatch {
    var batch = SpanBatch(source: SourceID(source))
    for record in records { batch.append(record) }
    return batch
  }

  private func spans(of trace: TraceRow, in data: DataSet) -> [UInt64] {
    data.traces.rows(of: trace).map { data.store[$0].spanID.rawValue }.sorted()
  }

  /// The traces that are there, each with its spans, by a slow and simple walk.
  private func contents(_ data: DataSet) -> [TraceID: [UInt64]] {
    var contents: [TraceID: [UInt64]] = [:]
    for number in data.traces.numbers {
      let trace = TraceRow(UInt32(number))
      contents[data.traces[trace].id] = spans(of: trace, in: data)
    }
    return contents
  }

  @Test func evictingKeepsWholeTracesAndEveryCount() {
    for seed: UInt64 in 0..<40 {
      var random = SplitMix64(seed: seed)
      var database = SpanDatabase()
      /// Traces in the order of their first span.
      var expected: [(id: UInt64, spans: [UInt64])] = []
      var next: UInt64 = 1
      var evicted = 0
      for round in 0..<30 {
        var records: [SpanRecord] = []
        for _ in 0..<random.below(round % 3 == 0 ? 3_000 : 60) {
          let trace = next / 20 + UInt64(random.below(6))
          records.append(record(trace, next))
          if let known = expected.firstIndex(where: { $0.id == trace }) {
            expected[known].spans.append(next)
          } else {
            expected.append((trace, [next]))
          }
          next += 1
        }
        database.append(batch(records, source: random.below(2)), sharesBlocks: random.happens(70))
        guard random.happens(30) else { continue }
        let before = database.dataSet.store.evictedCount
        database.evict(bytes: database.byteCount * random.below(120) / 100)
        let data = database.dataSet
        evicted += data.store.evictedCount - before
        let gone = expected.count - data.traces.count
        #expect(gone >= 0, "seed \(seed)")
        expected.removeFirst(max(0, gone))
      }
      let data = database.dataSet
      let found = contents(data)
      #expect(found.count == expected.count, "seed \(seed)")
      for trace in expected {
        #expect(found[TraceID(high: 1, low: trace.id)] == trace.spans, "seed \(seed)")
      }
      #expect(data.store.count == expected.reduce(0) { $0 + $1.spans.count }, "seed \(seed)")
      #expect(data.store.count + evicted == Int(next - 1), "seed \(seed)")
      for number in data.traces.numbers {
        let trace = TraceRow(UInt32(number))
        #expect(data.traces.find(data.traces[trace].id) == trace, "seed \(seed)")
      }
    }
  }

  @Test func evictingFreesWhatWasAskedFor() {
    var database = SpanDatabase()
    for number: UInt64 in 0..<100 {
      database.append(batch((0..<200).map { record(number, number * 200 + $0) }))
    }
    let before = database.byteCount
    database.evict(bytes: before / 2)
    #expect(database.byteCount <= before / 2)
    #expect(database.byteCount > before / 3)
    #expect(database.dataSet.traces.find(TraceID(high: 1, low: 3)) == nil)
    #expect(database.dataSet.traces.find(TraceID(high: 1, low: 99)) != nil)
    database.evict(bytes: .max)
    #expect(database.byteCount == 0)
    #expect(database.dataSet.store.count == 0 && database.dataSet.traces.count == 0)
    database.append(batch([record(3, 1)]))
    #expect(spans(of: TraceRow(100), in: database.dataSet) == [1])
  }

  @Test func rowsOfASnapshotOutliveTheirTraces() {
    var database = SpanDatabase()
    database.append(batch([record(1, 1)]))
    let earlier = database.dataSet
    database.evict(bytes: .max)
    database.append(batch([record(2, 2)]))
    var later = database.dataSet
    #expect(!later.store.hasBlock(0))
    #expect(later.traces.rows(of: TraceRow(0)).isEmpty)
    later.store.restore([0, 1], from: earlier.store)
    #expect(later.store[SpanRow(0)].spanID == SpanID(1))
    #expect(earlier.store[SpanRow(0)].name == "operation 1")
  }

  @Test func smallBatchesShareBlocks() {
    var database = SpanDatabase()
    for number: UInt64 in 0..<10_000 {
      let source = Int(number % 3)
      database.append(
        batch([record(number / 4, number, service: "s\(source)")], source: source),
        sharesBlocks: true)
    }
    let data = database.dataSet
    #expect(data.store.blockCount < 12)
    #expect(data.store.count == 10_000)
    for number: UInt64 in 0..<2_500 {
      let trace = data.traces.find(TraceID(high: 1, low: number)) ?? TraceRow(0)
      #expect(spans(of: trace, in: data) == (number * 4..<number * 4 + 4).map { $0 })
      for row in data.traces.rows(of: trace) {
        let span = data.store[row]
        #expect(span.source.rawValue == Int(span.spanID.rawValue % 3))
        #expect(
          span.record == record(number, span.spanID.rawValue, service: "s\(span.source.rawValue)"))
      }
    }
  }

  @Test func aTraceIsSettledWhenNothingHasComeForLong() {
    var database = SpanDatabase()
    database.append(batch([record(1, 1)]), second: 5)
    database.append(batch([record(2, 2)]), second: 9)
    let data = database.dataSet(settled: 7)
    #expect(data.isSettled(TraceRow(0)) && !data.isSettled(TraceRow(1)))
    #expect(database.dataSet.isSettled(TraceRow(1)))
  }
}
