import Testing
import TraceModel
import TraceTestSupport

@Suite struct SpanBatchTests {
  @Test func recordsComeBack() {
    for seed: UInt64 in 0..<100 {
      var spans = RandomSpans(seed: seed)
      let records = (0..<20).map { _ in spans.fullRecord() }
      var batch = SpanBatch(source: SourceID(4), number: 2)
      for (index, record) in records.enumerated() { batch.append(record, byteOffset: index * 100) }
      #expect(batch.count == 20)
      #expect(records.indices.map { batch.record(at: $0) } == records, "seed \(seed)")
      #expect(records.indices.map { batch.byteOffset(at: $0) } == (0..<20).map { $0 * 100 })
    }
  }

  @Test func fieldsAreReadOneByOne() {
    for seed: UInt64 in 0..<30 {
      var spans = RandomSpans(seed: seed)
      let records = (0..<10).map { _ in spans.fullRecord() }
      let data = SpanDatabase(records).dataSet
      for (row, record) in records.enumerated() {
        let view = data.store[SpanRow(UInt32(row))]
        #expect(view.traceID == record.traceID && view.spanID == record.spanID, "seed \(seed)")
        #expect(view.parentSpanID == record.parentSpanID && view.name == record.name)
        #expect(view.kind == record.kind && view.status == record.status)
        #expect(view.start == record.start && view.end == record.end)
        #expect(view.statusMessage == record.statusMessage)
        #expect(view.resource == record.resource && view.scope == record.scope)
        #expect(view.eventCount == record.events.count && view.linkCount == record.links.count)
        #expect((0..<view.eventCount).map(view.eventTime) == record.events.map(\.time))
        #expect(view.attributeRange.count == record.attributes.count)
        #expect(view.batch.flags(at: row) == record.flags)
        #expect(view.batch.dropped(at: row) == record.dropped)
        #expect(data.store.name(of: view.service) == record.resource.serviceName)
        #expect(view.record == record)
      }
    }
  }

  @Test func rollBackForgetsWhatWasNotCommitted() {
    for seed: UInt64 in 0..<50 {
      var spans = RandomSpans(seed: seed)
      var batch = SpanBatch(source: SourceID(0))
      var kept: [SpanRecord] = []
      for _ in 0..<20 {
        let record = spans.fullRecord()
        if spans.random.happens(50) {
          appendWithoutCommit(record, to: &batch)
          batch.rollBack()
          batch.rollBack()
        } else {
          batch.append(record)
          kept.append(record)
        }
      }
      #expect(batch.count == kept.count, "seed \(seed)")
      #expect(kept.indices.map { batch.record(at: $0) } == kept, "seed \(seed)")
    }
  }

  private func appendWithoutCommit(_ record: SpanRecord, to batch: inout SpanBatch) {
    func fill(_ list: [Attribute], _ columns: inout AttributeColumns, _ pool: inout StringPool) {
      for attribute in list {
        columns.append(key: pool.intern(attribute.key), value: attribute.value, strings: &pool)
      }
    }
    batch.withAttributes { fill(record.attributes, &$0, &$1) }
    for event in record.events {
      batch.withDetailAttributes { fill(event.attributes, &$0, &$1) }
      let name = batch.strings.intern(event.name)
      batch.endEvent(time: event.time, name: name)
    }
    for link in record.links {
      batch.withDetailAttributes { fill(link.attributes, &$0, &$1) }
      batch.endLink(traceID: link.traceID, spanID: link.spanID)
    }
    // Attributes of an event or link that was never ended.
    batch.withDetailAttributes { fill(record.attributes, &$0, &$1) }
  }

  @Test func detailAttributesWithoutOwnerGoToNobody() {
    var batch = SpanBatch(source: SourceID(0))
    batch.withDetailAttributes { columns, _ in columns.append(key: .empty, bool: true) }
    batch.commit(SpanDraft())
    batch.endEvent(time: UnixNanos(1), name: .empty)
    batch.commit(SpanDraft())
    #expect(batch.record(at: 0).events.isEmpty)
    #expect(batch.record(at: 1).events == [SpanEvent(time: UnixNanos(1))])
  }

  @Test func resourcesAndScopesAreKeptOnce() {
    var batch = SpanBatch(source: SourceID(0))
    let resource = Resource(attributes: [Attribute("service.name", .string("cart"))])
    let number = batch.intern(resource)
    #expect(batch.intern(resource) == number)
    #expect(batch.intern(Resource()) == .unknown)
    let scope = batch.intern(InstrumentationScope(name: "lib"), of: number)
    #expect(batch.intern(InstrumentationScope(name: "lib"), of: number) == scope)
    #expect(batch.intern(InstrumentationScope(name: "lib"), of: .unknown) != scope)
    #expect(batch.intern(InstrumentationScope(), of: .unknown) == .unknown)
    #expect(batch.resources.count == 2)
    #expect(batch.scopes.count == 3)
  }

  @Test func resourceMayComeBehindItsSpans() {
    var batch = SpanBatch(source: SourceID(0))
    for _ in 0..<3 { batch.commit(SpanDraft()) }
    let resource = Resource(attributes: [Attribute("service.name", .string("late"))])
    let scope = batch.intern(InstrumentationScope(name: "lib"), of: batch.intern(resource))
    batch.assign(scope, to: 1..<3)
    let names = (0..<3).map { batch.resource(at: $0).serviceName }
    #expect(names == ["unknown_service", "late", "late"])
    #expect(batch.scope(at: 2).scope.name == "lib")
  }

  @Test func batchOfIssuesOnlyIsNotEmpty() {
    var batch = SpanBatch(source: SourceID(0))
    #expect(batch.isEmpty)
    batch.issues.append(ImportIssue(.emptyInput, byteOffset: 0))
    #expect(!batch.isEmpty)
    #expect(batch.count == 0)
  }

  @Test func serviceNameIsTheSpecificationsDefaultWhereThereIsNone() {
    func name(_ attributes: [Attribute]) -> String { Resource(attributes: attributes).serviceName }
    #expect(name([]) == "unknown_service")
    #expect(name([Attribute("service.name", .string(""))]) == "unknown_service")
    #expect(name([Attribute("service.name", .int(4))]) == "unknown_service")
    #expect(
      name([Attribute("service.name", .int(4)), Attribute("service.name", .string("a"))]) == "a")
  }
}
