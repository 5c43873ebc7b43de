import Testing
import TraceFormats
import TraceTestSupport

@Suite struct BackendAnswersTests {
  private func bytes(_ path: String) throws -> [UInt8] {
    try Fixture.load("back-ends/" + path).bytes
  }

  private func tempoTrace(_ answer: [UInt8]) -> (trace: Range<Int>, isPartial: Bool)? {
    BackendAnswers.tempoTrace(answer.span)
  }

  private func texts(_ answer: [UInt8], in key: String? = nil) -> [String]? {
    BackendAnswers.texts(answer.span, in: key)
  }

  private func traces(
    _ answer: [UInt8], in key: String, idKey: String
  ) -> [BackendAnswers.FoundTrace]? {
    BackendAnswers.traces(answer.span, in: key, idKey: idKey)
  }

  @Test func servicesOfAllKinds() throws {
    #expect(
      texts(try bytes("jaeger-2.20.0/v3_services.json"), in: "services")?.count
        == 12)
    #expect(
      texts(try bytes("victoriatraces/services.json"), in: "data")
        == ["checkout", "frontend", "payment"])
    #expect(texts(Array(#"["a\n\"b","ä"]"#.utf8)) == ["a\n\"b", "ä"])
    #expect(texts(Array(#"{"data":null}"#.utf8), in: "data") == [])
  }

  @Test func foundTraces() throws {
    let summaries = traces(
      try bytes("jaeger-2.20.0/v3_summaries.json"), in: "summaries", idKey: "traceId")
    #expect(summaries?.count == 100)
    #expect(summaries?.first?.id == "590d261d9620f74e04b273860c3e94a6")
    #expect(Set(summaries?.map(\.fingerprint) ?? []).count == 100)
    for search in ["search_traceql.json", "search_recent.json"] {
      let found = traces(
        try bytes("tempo/\(search)"), in: "traces", idKey: "traceID")
      #expect(found?.first?.id == "37dc76fb0f17a3007e62aa0a1df9fd78")
    }
  }

  @Test func otherAnswersAreNone() throws {
    for text in [
      "", "<html>", "null", "{}", "[", "[1]", #"{"data":["a""#, #"{"data":[{}]}"#, #"{"data":7,}"#,
    ] {
      let bytes = Array(text.utf8)
      #expect(texts(bytes, in: "data") == nil, "\(text)")
      #expect(traces(bytes, in: "data", idKey: "id") == nil, "\(text)")
    }
  }

  @Test func tempoSaysWhetherATraceIsWhole() throws {
    let answer = try bytes("tempo/trace_v2.pb")
    let whole = try #require(tempoTrace(answer))
    #expect(!whole.isPartial)
    #expect(answer[whole.trace].elementsEqual(try bytes("tempo/trace_v1.pb")))
    let part = try #require(tempoTrace((answer + [0x18, 1])))
    #expect(part.isPartial && part.trace == whole.trace)
    #expect(tempoTrace(answer.dropLast(3)) == nil)
    #expect(tempoTrace([0x0a, 0xff]) == nil)
  }
}
