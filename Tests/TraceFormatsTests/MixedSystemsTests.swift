import Testing
import TraceModel
import TraceTestSupport

@testable import TraceFormats

/// One trace whose spans are in the hands of several systems.
@Suite struct MixedSystemsTests {
  private static let high = "6b03129a00000000"
  private static let low = "f53083c9f0cbab27"

  private static let front =
    #"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"front"}}]},"#
    + #""scopeSpans":[{"spans":[{"traceId":"\#(high)\#(low)","spanId":"00000000000000a1","name":"GET /","#
    + #""kind":3,"startTimeUnixNano":"1795363482264000000","endTimeUnixNano":"1795363482274000000"}]}]}]}"#
  private static let zipkin =
    #"[{"traceId":"\#(high)\#(low)","id":"00000000000000b1","parentId":"00000000000000a1","name":"get /","#
    + #""kind":"SERVER","timestamp":1795363482265000,"duration":8000,"localEndpoint":{"serviceName":"back"}}]"#
  /// The lower half of the trace ID in decimal; the upper half stands in the first span only.
  private static let datadog =
    #"[[{"service":"db","name":"db.query","resource":"SELECT","trace_id":17667766241526000423,"#
    + #""span_id":193,"parent_id":177,"start":1795363482266000000,"duration":5000000,"#
    + #""meta":{"_dd.p.tid":"\#(high)"}},"#
    + #"{"service":"db","name":"scan","resource":"scan","trace_id":17667766241526000423,"#
    + #""span_id":194,"parent_id":193,"start":1795363482267000000,"duration":1000000}]]"#
  private static let xray =
    #"{"trace_id":"1-6b03129a-00000000f53083c9f0cbab27","id":"00000000000000d1","name":"fn","#
    + #""parent_id":"00000000000000c2","start_time":1795363482.2672,"end_time":1795363482.2678}"#

  @Test func halvesOfATraceAreOneTree() throws {
    let parts = [Self.front, Self.zipkin, Self.datadog, Self.xray]
    for order in [parts, parts.reversed()] {
      let reading = ImporterReading(order.joined(separator: "\n"), by: JSONTextImporter.self)
      #expect(reading.issues == [] && reading.records.count == 5)
      #expect(Set(reading.records.map(\.traceID)).count == 1)

      var database = SpanDatabase()
      var batch = SpanBatch(source: SourceID(0))
      for record in reading.records { batch.append(record) }
      database.append(batch)
      let data = database.dataSet
      let tree = TraceTree(rows: data.traces.rows(of: TraceRow(0)), of: data.store)
      #expect(tree.depths == [0, 1, 2, 3, 4])
      let services = tree.rows.map { data.store[$0].resource.serviceName }
      #expect(services == ["front", "back", "db", "db", "fn"])
      #expect(tree.defects.allSatisfy { $0.isEmpty })
    }
  }
}
