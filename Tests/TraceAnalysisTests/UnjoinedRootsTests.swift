import Testing
import TraceAnalysis
import TraceModel

/// What must be seen.
@Suite struct UnjoinedRootsTests {
  static let python = [
    "service.instance.id": "d4234492-7fae-4309-b90a-d4794c84b2ac",
    "telemetry.sdk.language": "python",
  ]

  /// The tutorial's console output, to the microsecond:
  ///
  ///     add        |0..25|
  ///     subtract           |74.82|
  ///     add                        |109.116|    µs
  static let tutorial = [
    span(
      "add", trace: 1, id: 1, 0, 25_000, service: "unknown_service:python3", resource: python),
    span(
      "subtract", trace: 2, id: 2, 74_000, 82_000, service: "unknown_service:python3",
      resource: python),
    span(
      "add", trace: 3, id: 3, 109_000, 116_000, service: "unknown_service:python3",
      resource: python),
  ]

  static func groups(_ spans: [SpanRecord]) -> [UnjoinedRoots] {
    DataQuality.analyze(dataSet(spans), sourceNames: []) { false }?.unjoined ?? []
  }

  @Test func tutorialOnTheConsole() throws {
    let data = dataSet(Self.tutorial)
    let quality = try #require(DataQuality.analyze(data, sourceNames: []) { false })
    let group = try #require(quality.unjoined.first)
    #expect(quality.unjoined.count == 1)
    #expect(group.traces == [TraceRow(0), TraceRow(1), TraceRow(2)])
    #expect(group.roots.map { data.store[$0].name } == ["add", "subtract", "add"])
    #expect(group.confidence > 0.9)
    #expect(
      group.evidence == [
        "same process (service.instance.id d4234492…)",
        "one after another, longest gap 49 µs", "they are all that the process did",
        "no span around them",
      ])
    #expect(group.extent == SpanExtent(start: moment(0), end: moment(116_000)))
    #expect(group.cure.language == "Python")
    #expect(
      group.cure.lines == [
        "@tracer.start_as_current_span(\"main\")", "def main():", "    ...  # the calls",
      ])
    #expect(quality.group(of: TraceRow(1)) == 0)
    let problem = try #require(quality.problems.first)
    #expect(
      problem.summary
        == "3 traces look like one: add, subtract, add ran one after another within 116 µs, in one process, and no span encloses them."
    )
    #expect(problem.kind == .unjoinedRoots)
    #expect(problem.spans == group.roots)
  }

  @Test func tutorialInOTLP() throws {
    //  Nanoseconds, and the scope is known.
    let spans = [
      ("add", 480_182, 507_333), ("subtract", 557_320, 565_980), ("add", 599_943, 612_374),
    ].enumerated().map { number, call in
      span(
        call.0, trace: UInt64(number), id: UInt64(number + 1), Int64(call.1), Int64(call.2),
        service: "addsubtract", scope: "aa.tracer", resource: Self.python)
    }
    let group = try #require(Self.groups(spans).first)
    #expect(group.evidence.contains("same scope aa.tracer"))
    #expect(group.cure.suggestedName == "addsubtract")
  }

  @Test func theFixedProgramIsQuiet() {
    //  addsubtract   |0..........................533|
    //  add             |55.69|
    //  subtract                  |336.347|
    //  add                                |383.429|
    let spans = [
      span("addsubtract", id: 1, 0, 533_000, resource: Self.python),
      span("add", id: 2, parent: 1, 55_000, 69_000, resource: Self.python),
      span("subtract", id: 3, parent: 1, 336_000, 347_000, resource: Self.python),
      span("add", id: 4, parent: 1, 383_000, 429_000, resource: Self.python),
    ]
    let quality = DataQuality.analyze(dataSet(spans), sourceNames: []) { false }
    #expect(quality?.unjoined == [])
    #expect(quality?.problems == [])
  }

  @Test(arguments: [true, false]) func threeClientCallsOfAScript(isNamed: Bool) {
    //  GET |0....20 ms|  |22.............222 ms|  |226....300 ms|
    let calls: [(Int64, Int64)] = [(0, 20), (22, 222), (226, 300)]
    let spans = calls.enumerated().map { number, call in
      span(
        "GET", trace: UInt64(number), id: UInt64(number + 1), call.0 * 1_000_000,
        call.1 * 1_000_000, kind: .client, service: "report",
        resource: isNamed ? Self.python : [:])
    }
    #expect(Self.groups(spans).map(\.traces.count) == [3])
  }

  @Test func tracesWithChildrenCountToo() {
    //  load    |0......10 ms|          save   |10.2......20 ms|
    //    read    |1..5|                  write   |11...15|
    let spans = [
      span("load", trace: 1, id: 1, 0, 10_000_000, resource: Self.python),
      span("read", trace: 1, id: 2, parent: 1, 1_000_000, 5_000_000, resource: Self.python),
      span("save", trace: 2, id: 3, 10_200_000, 20_000_000, resource: Self.python),
      span("write", trace: 2, id: 4, parent: 3, 11_000_000, 15_000_000, resource: Self.python),
    ]
    #expect(Self.groups(spans).map(\.traces.count) == [2])
  }

  @Test func theOrderOfArrivalDoesNotShow() {
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
      let data = dataSet(order.map { Self.tutorial[$0] }, batchSize: 1)
      let quality = DataQuality.analyze(data, sourceNames: []) { false }
      #expect(
        quality?.unjoined.first?.roots.map { data.store[$0].record } == Self.tutorial, "\(order)")
    }
  }

  @Test func twoRunsOfTheProgramAreTwoGroups() {
    let again = Self.tutorial.map { record in
      var record = record
      record.traceID.high = 8
      record.start = record.start.advanced(by: DurationNanos(5_000_000_000))
      record.end = record.end.advanced(by: DurationNanos(5_000_000_000))
      record.resource.attributes.removeAll { $0.key == "service.instance.id" }
      record.resource.attributes.append(Attribute("service.instance.id", .string("second")))
      return record
    }
    #expect(Self.groups(again + Self.tutorial).map(\.traces.count) == [3, 3])
  }

  @Test func runsOfAProgramThatNamesNoProcess() {
    //  Older SDKs set no service.instance.id: all runs look like one process.
    //
    //  |add||subtract||add|    5 s    |add||subtract||add|    5 s    …
    let runs = (0..<4).flatMap { run in
      Self.tutorial.map { record in
        var record = record
        record.traceID.high = UInt64(run)
        record.start = record.start.advanced(by: DurationNanos(Int64(run) * 5_000_000_000))
        record.end = record.end.advanced(by: DurationNanos(Int64(run) * 5_000_000_000))
        record.resource.attributes.removeAll { $0.key == "service.instance.id" }
        return record
      }
    }
    #expect(Self.groups(runs).map(\.traces.count) == [3, 3, 3, 3])
  }

  @Test(arguments: [nil, "cobol", "python"] as [String?])
  func theCureSaysNothingTwice(language: String?) {
    let cure = EnclosingSpanCure(sdkLanguage: language, serviceName: "report")
    #expect((2...5).contains(cure.lines.count))
    #expect(cure.lines.contains { $0.contains("report") })
    for line in cure.lines { #expect(!cure.sentence.contains(line), "\(line)") }
    #expect(!cure.sentence.contains("report"))
  }
}
