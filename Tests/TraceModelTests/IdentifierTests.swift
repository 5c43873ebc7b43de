import Testing
import TraceModel

@Suite struct IdentifierTests {
  @Test func identifiersAreWrittenWithAllTheirDigits() {
    #expect(SpanID(0xab).description == "00000000000000ab")
    #expect(SpanID(.max).description == "ffffffffffffffff")
    #expect(TraceID(high: 1, low: 2).description == "00000000000000010000000000000002")
    #expect(TraceID.invalid.description == String(repeating: "0", count: 32))
  }

  @Test func onlyZeroIsInvalid() {
    #expect(!SpanID.invalid.isValid && SpanID(1).isValid)
    #expect(!TraceID.invalid.isValid)
    #expect(TraceID(high: 0, low: 1).isValid && TraceID(high: 1, low: 0).isValid)
  }

  @Test func anIDThatIsNoNumberIsShownAsItIsWritten() throws {
    var batch = SpanBatch(source: SourceID(0))
    let trace = batch.traceID(named: "order 7".utf8Span.span)
    let span = batch.spanID(named: "ABC".utf8Span.span)
    #expect(trace.isValid && span.isValid)
    #expect(batch.text(of: trace) == "order 7" && batch.text(of: span) == "ABC")
    #expect(batch.textID(of: SpanID(7)) == nil && batch.text(of: SpanID(7)) == "0000000000000007")

    // The same in every run and batch, or spans of two files would not be joined.
    #expect(span == SpanID(0x6ec6_d354_50fa_ece9))
    #expect(TraceID(hashing: "a".utf8Span.span) != TraceID(hashing: "b".utf8Span.span))
    #expect(TraceID(hashing: "".utf8Span.span) == .invalid)
    #expect(batch.spanID(named: "".utf8Span.span) == .invalid)
  }

  @Test func theIDsOfAViewAreThoseOfItsSource() throws {
    var batch = SpanBatch(source: SourceID(0))
    for (id, parent) in [("a", ""), ("b", "a"), ("c", "x")] {
      var draft = SpanDraft()
      draft.traceID = batch.traceID(named: "T".utf8Span.span)
      draft.spanID = batch.spanID(named: id.utf8Span.span)
      draft.parentSpanID = batch.spanID(named: parent.utf8Span.span)
      draft.start = UnixNanos(UInt64(batch.count + 1))
      batch.commit(draft)
    }
    var database = SpanDatabase()
    database.append(batch)
    let data = database.dataSet
    let rows = data.traces.rows(of: TraceRow(0))
    let tree = TraceTree(rows: rows, of: data.store)
    let texts = tree.rows.indices.map { tree.spanIDText(at: $0, in: data.store) }
    #expect(texts == ["a", "b", "x", "c"])
    let child = data.store[tree.rows[1]]
    #expect(child.traceIDText == "T" && child.spanIDText == "b" && child.parentSpanIDText == "a")
  }

  @Test func orderIsThatOfTheDigits() {
    let ids = [
      TraceID(high: 0, low: 1), TraceID(high: 0, low: .max), TraceID(high: 1, low: 0),
      TraceID(high: .max, low: 3),
    ]
    #expect(ids.reversed().sorted() == ids)
    #expect(ids.map(\.description) == ids.map(\.description).sorted())
  }
}
