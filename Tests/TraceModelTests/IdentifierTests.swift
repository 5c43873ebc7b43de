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

  @Test func orderIsThatOfTheDigits() {
    let ids = [
      TraceID(high: 0, low: 1), TraceID(high: 0, low: .max), TraceID(high: 1, low: 0),
      TraceID(high: .max, low: 3),
    ]
    #expect(ids.reversed().sorted() == ids)
    #expect(ids.map(\.description) == ids.map(\.description).sorted())
  }
}
