import Testing
import TraceModel

@Suite struct SpanStoreTests {
  private func batch(_ numbers: Range<Int>, source: Int = 0, service: String = "s") -> SpanBatch {
    var batch = SpanBatch(source: SourceID(source))
    let resource = batch.intern(Resource(attributes: [Attribute("service.name", .string(service))]))
    for number in numbers {
      var draft = SpanDraft()
      draft.spanID = SpanID(UInt64(number))
      draft.scope = batch.intern(InstrumentationScope(), of: resource)
      batch.commit(draft)
    }
    return batch
  }

  @Test(arguments: [1, 4_095, 4_096, 4_097, 8_192, 10_000])
  func rowsOfABatchOfAnySizeAreFound(size: Int) {
    var store = SpanStore()
    #expect(store.append(batch(0..<3))?.count == 1)
    let ranges = store.append(batch(3..<3 + size)) ?? []
    #expect(ranges.count == (size + 4_095) / 4_096)
    #expect(ranges.allSatisfy { $0.count <= 4_096 })
    let ids = ranges.flatMap { $0.map { store[$0].spanID.rawValue } }
    #expect(ids == (3..<UInt64(3 + size)).map { $0 })
    #expect(store.count == size + 3)
  }

  @Test func manySmallBatchesKeepTheirRows() {
    var store = SpanStore()
    var rows: [SpanRow] = []
    for number in 0..<5_000 {
      let ranges = store.append(batch(number * 2..<number * 2 + 2, source: number % 3)) ?? []
      rows += ranges.flatMap { $0.map { $0 } }
    }
    #expect(store.count == 10_000)
    #expect(Set(rows).count == 10_000)
    #expect(rows == rows.sorted())
    #expect(rows.map { store[$0].spanID.rawValue } == (0..<10_000).map { $0 })
    #expect(store[rows[8]].source == SourceID(1))
    #expect(store.services == ["s"])
  }

  @Test func blocksAreAllRowsInOrder() {
    var store = SpanStore()
    for sizes in [0..<5, 5..<9_000, 9_000..<9_001] { _ = store.append(batch(sizes)) }
    var ids: [UInt64] = []
    store.forEachBlock { first, sealed, range in
      for (offset, index) in range.enumerated() {
        let (found, row) = store.locate(first.advanced(by: offset))
        #expect(found === sealed && row == index)
        ids.append(sealed.batch.ids[index].spanID.rawValue)
      }
    }
    #expect(ids == (0..<9_001).map { $0 })
  }

  @Test func emptyBatchAddsNothing() {
    var store = SpanStore()
    #expect(store.append(SpanBatch(source: SourceID(0))) == [])
    #expect(store.count == 0)
    #expect(store.services.isEmpty)
  }

  @Test func servicesAreThoseOfSpans() {
    var store = SpanStore()
    var unused = SpanBatch(source: SourceID(0))
    _ = unused.intern(Resource(attributes: [Attribute("service.name", .string("unused"))]))
    unused.commit(SpanDraft())
    _ = store.append(batch(0..<1, service: "b"))
    _ = store.append(batch(1..<2, service: "a"))
    _ = store.append(batch(2..<3, service: "b"))
    #expect(store.services == ["b", "a"])
    _ = store.append(unused)
    #expect(store.services == ["b", "a", "unknown_service"])
  }

  @Test func snapshotStaysWhatItWas() {
    var store = SpanStore()
    _ = store.append(batch(0..<10))
    let snapshot = store
    _ = store.append(batch(10..<20, service: "other"))
    #expect(snapshot.count == 10)
    #expect(snapshot.services == ["s"])
  }

  @Test func noRowIsTheLastOfAll() {
    #expect(SpanRow(5) < .none)
    #expect(SpanRow(5).advanced(by: 3) == SpanRow(8))
    #expect(SpanRow(8).distance(to: SpanRow(5)) == -3)
  }
}
