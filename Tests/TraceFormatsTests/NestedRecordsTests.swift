import Testing
import TraceModel
import TraceTestSupport

@testable import TraceFormats

/// Records with others inside, or with what holds for those behind them: X-Ray's and Elastic's.
@Suite struct NestedRecordsTests {
  // MARK: X-Ray

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

  // MARK: Elastic

  private static func lines(_ metadata: [String]) -> String {
    metadata.enumerated().map { number, metadata in
      #"{"metadata": \#(metadata)}"# + "\n"
        + #"{"transaction":{"id":"\#(number + 1)","trace_id":"1","name":"t","type":"request"}}"#
        + "\n"
    }.joined()
  }

  @Test func metadataThatComeAgainAreTheSame() {
    func metadata(_ service: Int) -> String { #"{"service":{"name":"s\#(service)","x":null}}"# }
    // More than are known again at the same time.
    let order = (0..<40).map { $0 < 20 ? $0 % 2 : $0 % 11 }
    let text = Self.lines(order.map(metadata))
    for isCut in [false, true] {
      let reading = ImporterReading(
        Array(text.utf8), by: JSONTextImporter.self, pieces: isCut ? 64 : nil,
        replacesBatches: isCut)
      #expect(reading.records.map(\.resource.serviceName) == order.map { "s\($0)" })
      #expect(reading.records.allSatisfy { $0.resource.attributes.count == 1 })
      #expect(reading.issues == [])
    }
  }

  @Test func whatIsNotedOfMetadataIsNotedEachTime() {
    let metadata = #"{"service":{"name":"s","n":99999999999999999999}}"#
    let reading = ImporterReading(
      Self.lines([metadata, metadata, metadata]), by: JSONTextImporter.self)
    #expect(reading.issues.map { $0.place?.line } == [1, 3, 5])
    #expect(Set(reading.records.map(\.resource)).count == 1)
  }
}
