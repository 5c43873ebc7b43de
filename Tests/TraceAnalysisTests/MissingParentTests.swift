import Testing
import TraceAnalysis
import TraceFormats
import TraceModel
import TraceTestSupport

@Suite struct MissingParentTests {
  private func problems(_ spans: [SpanRecord]) -> [Problem] {
    DataQuality.analyze(dataSet(spans), sourceNames: []) { false }?.problems ?? []
  }

  @Test func orphansOfOneParentAreOneRow() throws {
    let data = dataSet([
      span("c", id: 4, parent: 0x7ad6_b7c2_0000_0001, 30, 40),
      span("a", id: 2, parent: 0x7ad6_b7c2_0000_0001, 10, 20),
      span("b", id: 3, parent: 0x7ad6_b7c2_0000_0001, 20, 30), span("root", id: 1, 0, 50),
    ])
    let quality = try #require(DataQuality.analyze(data, sourceNames: []) { false })
    let problem = try #require(quality.problems.first)
    #expect(quality.problems.count == 1)
    #expect(problem.summary == "3 spans of shop name a parent that is not here: 7ad6b7c2…")
    #expect(problem.severity == .error)
    #expect(problem.spans.map { data.store[$0].name } == ["a", "b", "c"])
    #expect(problem.count == 3)
    #expect(
      quality.defectCounts(of: TraceRow(0)) == TraceDefects(orphans: 3, isIncomplete: true))
  }

  /// The cause that is named for one orphan.
  private func cause(_ orphan: SpanRecord, among others: [SpanRecord] = []) -> String {
    problems([orphan] + others).first { $0.kind == .missingParent }?.cause ?? ""
  }

  @Test func flagsSayThatTheParentIsRemote() {
    var orphan = span("a", id: 2, parent: 9, 0, 10)
    orphan.flags = 0x301
    #expect(cause(orphan).contains("another process"))
    // Bit 8 alone: the parent is local.
    orphan.flags = 0x101
    #expect(cause(orphan).contains("did not export it"))
  }

  @Test(arguments: [SpanKind.server, .consumer])
  func anEntrysKindBeatsItsFlag(kind: SpanKind) throws {
    var orphan = span("a", id: 2, parent: 9, 0, 10, kind: kind)
    orphan.flags = 0x101
    let problem = try #require(problems([orphan]).first)
    #expect(problem.cause.contains("another process: it may be in a file that is not open here"))
    #expect(problem.details.allSatisfy { !$0.contains("same process") })
  }

  @Test func aFlagThatIsWrongOnceIsNotBelieved() throws {
    //  shop   call ─► cart   get     "local", but it is not
    //  shop   lost ─► cart   put     "local": who knows
    let cart = ["telemetry.sdk.language": "python", "telemetry.sdk.version": "1"]
    var get = span("get", trace: 1, id: 2, parent: 1, 0, 10, service: "cart", resource: cart)
    var put = span("put", trace: 2, id: 4, parent: 3, 0, 10, service: "cart", resource: cart)
    get.flags = 0x101
    put.flags = 0x101
    let alone = try #require(problems([put]).first)
    #expect(alone.details.contains("1 span: the flags say that it is in the same process"))
    for order in [[get, put], [put, get]] {
      let found = problems(order + [span("call", trace: 1, id: 1, 0, 10, kind: .client)])
      let problem = try #require(found.first { $0.kind == .missingParent })
      #expect(problem.details.allSatisfy { !$0.contains("the flags say") })
    }
    // Another SDK is believed.
    put.resource = Resource(attributes: [Attribute("service.name", .string("mail"))])
    let found = problems([get, put, span("call", trace: 1, id: 1, 0, 10, kind: .client)])
    let problem = try #require(found.first { $0.kind == .missingParent })
    #expect(problem.details.contains("1 span: the flags say that it is in the same process"))
  }

  @Test func oneOfThreeRequestsOfARealProgram() throws {
    let folder = "otlp-protobuf/opentelemetry-python-1.45.2/"
    let parts = try (1...3).map {
      let bytes = try Fixture.load(folder + "request-\($0).pb").bytes
      return ImporterReading(bytes, by: OTLPProtobufImporter.self).records
    }
    let second = problems(parts[1]).filter { $0.kind == .missingParent }
    #expect(!second.isEmpty)
    for problem in second where problem.details.contains(where: { $0.contains("server") }) {
      #expect(problem.cause.contains("file that is not open here"))
      #expect(problem.details.allSatisfy { !$0.contains("same process") })
    }
    #expect(problems(parts.flatMap { $0 }).allSatisfy { $0.kind != .missingParent })
  }

  @Test func entriesHaveTheirParentElsewhere() {
    #expect(cause(span("a", id: 2, parent: 9, 0, 10, kind: .server)).contains("another process"))
    #expect(cause(span("a", id: 2, parent: 9, 0, 10, kind: .consumer)).contains("another process"))
    #expect(cause(span("a", id: 2, parent: 9, 0, 10)).contains("shop did not export it"))
  }

  @Test func orphansOfSeveralServicesUnderOneParent() throws {
    let found = problems([
      span("a", id: 2, parent: 9, 0, 10), span("b", id: 3, parent: 9, 5, 8, service: "cart"),
      span("c", id: 4, parent: 9, 6, 8, kind: .server, service: "cart"),
    ])
    let problem = try #require(found.first)
    #expect(found.count == 1)
    #expect(problem.summary == "3 spans of cart, shop name a parent that is not here: 00000000…")
    #expect(problem.cause.hasPrefix("The caller of cart is another process"))
  }

  @Test func parentInAnotherTrace() {
    let other = span("caller", trace: 0xabc, id: 9, 0, 20, kind: .server)
    #expect(cause(span("a", id: 2, parent: 9, 0, 10), among: [other]).contains("00000000…"))
  }

  @Test func placeInTheWindow() {
    //  data     |0..........................................1000|
    //  late                                               |995.1000|   may not have ended
    //  early    |0..5|                                                begins where the data does
    //  middle                    |500..510|
    let data = [span("all", trace: 50, id: 50, 0, 1_000, kind: .server)]
    #expect(cause(span("a", id: 2, parent: 9, 995, 1_000), among: data).contains("end of the data"))
    #expect(cause(span("a", id: 2, parent: 9, 0, 5), among: data).contains("begins where the data"))
    #expect(cause(span("a", id: 2, parent: 9, 500, 510), among: data).contains("did not export it"))
  }

  @Test func neverAdvisesToReload() {
    let orphans = (0..<3).map { number in
      span(
        "a", trace: UInt64(number + 1), id: 2, parent: 9, 0, 10,
        kind: number == 0 ? .server : .internal)
    }
    for problem in problems(orphans) { #expect(!problem.cure.lowercased().contains("reload")) }
  }

  @Test func manyMissingParentsAreFewRows() {
    let orphans = (1...100_000 as ClosedRange<UInt64>).map { number in
      span(
        "a", trace: number, id: number, parent: number + 1_000_000, Int64(number) * 1_000,
        Int64(number) * 1_000 + 10, kind: number % 2 == 0 ? .server : .internal)
    }
    let found = problems(orphans)
    #expect(found.count <= 5)
    #expect(found.reduce(0) { $0 + $1.count } == 100_000)
    #expect(found.allSatisfy { $0.spans.count == 100 && $0.traces.count == 100 })
    #expect(
      found.first?.summary
        == "50,000 spans of shop in 50,000 traces name 50,000 parents that are not here")
  }

  /// Orphans of `services` services: service n has n orphans, each in a trace of its own, and two
  /// orphans share a parent.
  private func orphans(services: Int, kind: SpanKind = .server) -> [SpanRecord] {
    (1...services).flatMap { service in
      (0..<service).flatMap { number in
        let trace = UInt64(service * 100 + number)
        return (1...2).map {
          span(
            "a", trace: trace, id: trace * 10 + $0, parent: trace * 10 + 9, 0, 10, kind: kind,
            service: "s\(service)")
        }
      }
    }
  }

  @Test func eightMissingParentsHaveARowEach() {
    let orphans = (1...8 as ClosedRange<UInt64>).map {
      span("a", id: $0, parent: $0 + 100, 0, 10)
    }
    #expect(problems(orphans).count == 8)
    let more = orphans + [span("a", id: 9, parent: 109, 0, 10)]
    #expect(
      problems(more).map(\.summary)
        == ["9 spans of shop in 1 trace name 9 parents that are not here"])
  }

  @Test func eachServiceIsBlamedForItsOwn() {
    let found = problems(orphans(services: 4))
    #expect(
      found.map(\.summary) == [
        "8 spans of s4 in 4 traces name 4 parents that are not here",
        "6 spans of s3 in 3 traces name 3 parents that are not here",
        "4 spans of s2 in 2 traces name 2 parents that are not here",
        "2 spans of s1 in 1 trace name 1 parent that is not here",
      ])
    for (problem, service) in zip(found, ["s4", "s3", "s2", "s1"]) {
      #expect(problem.cause.contains("The caller of \(service) is"))
    }
    let local = problems(orphans(services: 4, kind: .internal))
    #expect(local.map { String($0.cause.prefix(2)) } == ["s4", "s3", "s2", "s1"])
    #expect(local.allSatisfy { $0.cure.contains($0.cause.prefix(2)) })
  }

  @Test func manyServicesHaveThirtyRowsAndOneForTheRest() throws {
    let spans = orphans(services: 35)
    let found = problems(spans)
    #expect(found.count == 31)
    #expect(found.reduce(0) { $0 + $1.count } == spans.count)
    #expect(found.dropLast().map(\.count) == (6...35).reversed().map { $0 * 2 })
    #expect(
      found.last?.summary
        == "30 more spans of 5 services in 15 traces name 15 parents that are not here")
    #expect(found.last?.count == 30)
  }

  @Test func everyOrphanIsCountedOnce() {
    for seed in 0..<100 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let traces = UInt64.random(in: 1...12, using: &random)
      let data = dataSet(
        (1...traces).flatMap { randomTrace(30, trace: $0, using: &random) })
      let quality = DataQuality.analyze(data, sourceNames: []) { false } ?? DataQuality()
      let found = quality.problems.filter { $0.kind == .missingParent }
      let orphans = (0..<data.traces.count).reduce(0) {
        $0 + quality.defectCounts(of: TraceRow(UInt32($1))).orphans
      }
      #expect(found.reduce(0) { $0 + $1.count } == orphans, "seed \(seed)")
    }
  }
}
