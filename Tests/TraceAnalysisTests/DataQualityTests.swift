import Testing
import TraceAnalysis
import TraceModel
import TraceTestSupport

@Suite struct DataQualityTests {
  private func analyze(_ spans: [SpanRecord], issues: [ImportIssue] = []) -> DataQuality {
    DataQuality.analyze(dataSet(spans, issues: issues), sourceNames: ["orders.jsonl"]) { false }
      ?? DataQuality()
  }

  private func problems(_ spans: [SpanRecord]) -> [Problem] { analyze(spans).problems }

  @Test func nothingIsWrongWithASoundTrace() {
    let quality = analyze([span("root", id: 1, 0, 100), span("a", id: 2, parent: 1, 0, 100)])
    #expect(quality.problems == [])
    #expect(quality.defectCounts(of: TraceRow(0)).isEmpty)
    #expect(quality.group(of: TraceRow(0)) == nil)
  }

  @Test func ringIsAnError() throws {
    //  1 ─► 2 ─► 3 ─► 1
    let quality = analyze([
      span("a", id: 1, parent: 3, 0, 10), span("b", id: 2, parent: 1, 0, 10),
      span("c", id: 3, parent: 2, 0, 10),
    ])
    let problem = try #require(quality.problems.first)
    #expect(problem.kind == .ring)
    #expect(problem.summary == "3 spans in 1 trace are each other's ancestors")
    #expect(
      quality.defectCounts(of: TraceRow(0)) == TraceDefects(others: 3, isIncomplete: true))
  }

  @Test func spanThatIsItsOwnParent() {
    #expect(
      problems([span("a", id: 1, parent: 1, 0, 10)]).map(\.summary)
        == ["1 span in 1 trace is its own parent"])
  }

  @Test func eachRingIsCounted() {
    //  1 ◄─► 2     3 ◄─► 4     5 ◄─ itself
    let pair = [span("a", id: 1, parent: 2, 0, 10), span("b", id: 2, parent: 1, 0, 10)]
    let other = [span("c", id: 3, parent: 4, 0, 10), span("d", id: 4, parent: 3, 0, 10)]
    let alone = span("e", id: 5, parent: 5, 0, 10)
    #expect(
      problems(pair + [alone]).map(\.summary) == [
        "2 spans in 1 trace are each other's ancestors", "1 span in 1 trace is its own parent",
      ])
    #expect(
      problems(pair + other).map(\.summary) == [
        "2 rings of 4 spans in all, in 1 trace: spans that are each other's ancestors"
      ])
    #expect(
      problems([alone, span("f", trace: 2, id: 5, parent: 5, 0, 10)]).map(\.summary)
        == ["2 spans in 2 traces are their own parents"])
  }

  @Test func notEndedIsANote() throws {
    var one = span("a", id: 1, 0, 10)
    one.end = .unset
    var child = span("b", id: 2, parent: 1, 5, 10)
    let problem = try #require(problems([one]).first)
    #expect(problem.kind == .notEnded)
    #expect(problem.severity == .info)
    #expect(problem.summary == "1 span in 1 trace was not ended")
    child.end = .unset
    #expect(problems([one, child]).map(\.summary) == ["2 spans in 1 trace were not ended"])
    #expect(analyze([one, child]).defectCounts(of: TraceRow(0)).isEmpty)
    // Neither end: the time is not known at all.
    one.start = .unset
    #expect(problems([one]) == [])
  }

  @Test func copiesAreCountedAndOtherDuplicatesAreShown() {
    let one = span("a", id: 1, 0, 10)
    #expect(
      problems([one, one, one]).map(\.summary) == [
        "2 exact copies of spans in 1 trace are not shown"
      ]
    )
    let found = problems([one, one, span("other", id: 1, 5, 10)])
    #expect(found.map(\.severity) == [.warning, .info])
    #expect(found.map(\.kind) == [.duplicateSpan, .duplicateSpan])
    #expect(found[0].summary == "2 spans in 1 trace share their ID with another span of the trace")
  }

  @Test func halvesOfZipkin() {
    let found = problems([
      span("get", id: 1, 0, 10, kind: .client),
      span("get", id: 1, 2, 8, kind: .server, service: "cart"),
    ])
    #expect(found.isEmpty)
  }

  @Test func endBeforeStart() throws {
    let problem = try #require(problems([span("a", id: 1, 2_000, 0)]).first)
    #expect(problem.kind == .negativeDuration)
    #expect(problem.details == ["a -2 µs, span 0000000000000001"])
  }

  @Test func zeroIDs() {
    var noTrace = span("b", id: 2, 0, 10)
    noTrace.traceID = .invalid
    let found = problems([span("a", id: 0, 0, 10), noTrace])
    #expect(found.map(\.summary) == ["2 spans have no trace ID or no span ID"])
  }

  @Test func tailOfATraceID() throws {
    var short = span("b", id: 2, parent: 0, 0, 10, kind: .server)
    short.traceID = TraceID(high: 0, low: 0x1234)
    let found = problems([span("a", trace: 0x1234, id: 1, 0, 10, kind: .server), short])
    let problem = try #require(found.first)
    #expect(problem.kind == .truncatedTraceID)
    #expect(problem.traces == [TraceRow(1), TraceRow(0)])
    #expect(
      problem.details == ["0000000000001234 is the tail of 00000000000000070000000000001234"])
  }

  @Test func linksThatPointNowhere() {
    var one = span("a", trace: 1, id: 1, 0, 10, kind: .consumer)
    let other = span("b", trace: 2, id: 2, 0, 10, kind: .producer)
    one.links = [
      SpanLink(traceID: other.traceID, spanID: other.spanID),
      SpanLink(traceID: other.traceID, spanID: SpanID(77)),
      SpanLink(traceID: TraceID(high: 9, low: 9), spanID: SpanID(1)),
    ]
    #expect(
      problems([one, other]).map(\.summary) == [
        "1 link points to a span that is not here, in a trace that is",
        "1 link points to traces that are not loaded",
      ])
  }

  @Test func importIssuesWithTheirPlaces() throws {
    let issues = [
      ImportIssue(
        .malformedRecord, byteOffset: 91_324, place: .init(line: 218, column: 57),
        detail: "expected ':'"), ImportIssue(.skippedText, byteOffset: 0),
      ImportIssue(.skippedText, byteOffset: 90),
    ]
    let found = analyze([span("a", id: 9, parent: 8, 0, 1)], issues: issues).problems
    #expect(found.map(\.kind) == [.importIssue, .missingParent, .importIssue])
    #expect(
      found[0].summary == "orders.jsonl:218:57: malformed-record: expected ':' (byte 91324)")
    #expect(found[0].firstIssue == issues[0])
    #expect(found[0].issueSource == SourceID(0))
    #expect(found[1].details.contains { $0.contains("could not be read") })
    #expect(found[0].details == [])
    #expect(found[2].summary == "orders.jsonl: skipped-text (byte 0), and 1 more")
    #expect(found[2].details == ["orders.jsonl: skipped-text (byte 90)"])
  }

  @Test func placesBeyondThoseKeptAreCounted() throws {
    let issues = (0..<150).map { ImportIssue(.skippedText, byteOffset: $0) }
    let problem = try #require(analyze([], issues: issues).problems.first)
    #expect(problem.summary == "orders.jsonl: skipped-text (byte 0), and 149 more")
    #expect(problem.details.count == 100)
    #expect(problem.details.last == "and 50 more")
  }

  @Test func noCureNamesAnOptionThatIsNotThere() {
    let issues = ImportIssue.Kind.allCases.map { ImportIssue($0, byteOffset: 0) }
    for problem in analyze([], issues: issues).problems {
      #expect(!problem.cure.contains(" -f"), "\(problem.cure)")
    }
  }

  @Test func cancelledAnalysisSaysNothing() {
    let spans = (1...10_000).map { span("a", trace: $0, id: $0, 0, 10) }
    #expect(DataQuality.analyze(dataSet(spans), sourceNames: []) { true } == nil)
  }

  @Test func unnamedSourceAndTextsInOneLine() {
    let data = dataSet([], issues: [ImportIssue(.recordTooLong, byteOffset: 5)])
    let found = DataQuality.analyze(data, sourceNames: []) { false }?.problems ?? []
    #expect(found.map(\.summary) == ["source 0: record-too-long (byte 5)"])
  }

  /// What is said, but for row numbers, which are given in the order of arrival.
  private func said(_ quality: DataQuality, _ data: DataSet) -> [String] {
    quality.problems.map { problem in
      var text = "\(problem.kind) \(problem.severity) \(problem.summary) \(problem.cause)"
      text += " \(problem.cure) \(problem.details) \(problem.count)"
      text += " \(problem.spans.map { data.store[$0].spanID })"
      text += " \(problem.traces.map { data.traces[$0].id })"
      return text
    } + quality.unjoined.map { "\($0.evidence) \($0.confidence) \($0.extent)" }
  }

  @Test func theOrderOfArrivalDoesNotShow() {
    for seed in 0..<60 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      var spans = (1...4 as ClosedRange<UInt64>).flatMap { trace in
        randomTrace(Int.random(in: 1...30, using: &random), trace: trace, using: &random)
      }
      let data = dataSet(spans)
      let expected = said(
        DataQuality.analyze(data, sourceNames: []) { false } ?? DataQuality(), data)
      spans.shuffle(using: &random)
      let other = dataSet(spans, batchSize: 7)
      let quality = DataQuality.analyze(other, sourceNames: []) { false } ?? DataQuality()
      #expect(said(quality, other) == expected, "seed \(seed)")
    }
  }

  @Test func countsAreThoseOfTheTree() {
    for seed in 0..<200 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let data = dataSet(randomTrace(Int.random(in: 1...20, using: &random), using: &random))
      let tree = TraceTree(rows: data.traces.rows(of: TraceRow(0)), of: data.store)
      let counts = DataQuality.analyze(data, sourceNames: []) { false }?
        .defectCounts(of: TraceRow(0))
      let others = SpanDefects.broken.subtracting(.orphan)
      #expect(counts?.orphans == tree.defects.count { $0.contains(.orphan) }, "seed \(seed)")
      #expect(counts?.others == tree.defects.count { !$0.isDisjoint(with: others) }, "seed \(seed)")
    }
  }
}
