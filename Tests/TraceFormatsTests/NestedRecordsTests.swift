import Testing
import TraceModel
import TraceTestSupport

@testable import TraceFormats

/// Records with others inside: X-Ray's.
@Suite struct NestedRecordsTests {
  private static let start = #""trace_id":"1-5759e988-bd862e3fe1be46a994272793","start_time":1"#

  @Test func aDocumentCountsWhereverItStands() {
    let inner = #"{\"id\":\"2\",\"name\":\"in\",\"start_time\":3,\"Document\":\"x\"}"#
    let text =
      #"{\#(Self.start),"name":"out","id":"1x","http":{"a":1},"Document":"\#(inner)","z":1}"#
    let reading = ImporterReading(text, by: JSONTextImporter.self)
    #expect(reading.records.map(\.name) == ["in"])
    #expect(reading.records.first?.attributes == [Attribute("Document", .string("x"))])
    // Of what stands around the document nothing is noted.
    #expect(reading.issues.map(\.kind) == [.invalidID])
  }

  @Test func subsegmentsFollowTheirsInOrder() {
    func segment(_ name: String, _ inside: String) -> String {
      #"{"id":"\#(name)","name":"\#(name)","subsegments":[\#(inside)],"end_time":2}"#
    }
    let inner = [
      segment("a", segment("aa", "") + "," + segment("ab", segment("aba", ""))), "7",
      segment("b", ""), segment("c", segment("ca", "")),
    ].joined(separator: ",")
    // Of two lists the last one counts.
    let text =
      #"{\#(Self.start),"id":"f","name":"f","subsegments":[\#(segment("d", ""))],"#
      + #""subsegments":[\#(inner)],"service":{"version":"1"}}"#
    let reading = ImporterReading(text, by: JSONTextImporter.self)
    #expect(reading.records.map(\.name) == ["f", "a", "aa", "ab", "aba", "b", "c", "ca"])
    #expect(
      reading.records.map(\.parentSpanID.rawValue) == [0, 0xf, 0xa, 0xa, 0xab, 0xf, 0xf, 0xc])
    #expect(Set(reading.records.map(\.traceID)).count == 1)
    #expect(Set(reading.records.map(\.resource)).count == 1)
    #expect(reading.issues.map(\.kind) == [.unexpectedType])
  }
}
