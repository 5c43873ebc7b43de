import Testing
import TraceModel

@Suite struct TraceTreeTests {
  @Test func childHangsUnderItsParentWhateverCameFirst() {
    var batch = SpanBatch(source: SourceID(0))
    var child = SpanRecord()
    child.traceID = TraceID(high: 0, low: 1)
    child.spanID = SpanID(2)
    child.parentSpanID = SpanID(1)
    child.start = UnixNanos(20)
    child.end = UnixNanos(30)
    var root = SpanRecord()
    root.traceID = child.traceID
    root.spanID = SpanID(1)
    root.start = UnixNanos(10)
    root.end = UnixNanos(40)
    batch.append(child)
    batch.append(root)
    var database = SpanDatabase()
    database.append(batch)
    let data = database.dataSet
    let tree = TraceTree(rows: data.traces.rows(of: TraceRow(0)), of: data.store)
    #expect(tree.spanIDs == [SpanID(1), SpanID(2)])
    #expect(tree.depths == [0, 1])
    #expect(tree.placements == [.root, .child])
    #expect(tree.subtreeEnds == [2, 2])
    #expect(data.store[tree.rows[1]].record == child)
  }
}
