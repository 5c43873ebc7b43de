import Testing
import TraceFormats
import TraceModel
import TraceTestSupport

/// What is written in another format is read back, but for what the format cannot hold.
@Suite struct ConversionTests {
  static let seeds = 0..<(ImporterChecks.isSlow ? 2000 : 100) as Range<UInt64>

  /// Random spans that formats of signed nanoseconds can hold.
  static func records(seed: UInt64) -> [SpanRecord] {
    var random = RandomRecords(seed: seed)
    return (0..<4).map { _ in
      var record = random.record()
      record.start = UnixNanos(record.start.rawValue >> 1)
      record.end = UnixNanos(record.end.rawValue >> 1)
      for index in record.events.indices {
        record.events[index].time = UnixNanos(record.events[index].time.rawValue >> 1)
      }
      return record
    }
  }

  static func convert(
    _ records: [SpanRecord], to format: OutputFormat
  ) -> (bytes: [UInt8], losses: ConversionLosses) {
    var batch = SpanBatch(source: SourceID(0))
    for record in records { batch.append(record) }
    return convert(batch, to: format)
  }

  static func convert(
    _ batch: SpanBatch, to format: OutputFormat
  ) -> (bytes: [UInt8], losses: ConversionLosses) {
    var database = SpanDatabase()
    database.append(batch)
    var conversion = SpanConversion()
    var bytes: [UInt8] = []
    conversion.run(database.dataSet, to: format) {
      bytes += $0
      return true
    }
    return (bytes, conversion.losses)
  }

  // MARK: Everything is held

  @Test(arguments: [OutputFormat.otlpJSONLines, .otlpProtobuf])
  func everyFieldComesBackFromOTLP(format: OutputFormat) throws {
    let importer: any SpanImporter.Type =
      format == .otlpProtobuf ? OTLPProtobufImporter.self : JSONTextImporter.self
    for seed in Self.seeds {
      var records = Self.records(seed: seed)
      // Spans of one resource and scope share them.
      records[1].resource = records[0].resource
      records[1].scope = records[0].scope
      records[2].resource = records[0].resource
      let (bytes, losses) = Self.convert(records, to: format)
      let reading = ImporterReading(bytes, by: importer, pieces: 1000)
      #expect(SpanTable.text(reading.records) == SpanTable.text(records), "seed \(seed)")
      #expect(reading.records == records && reading.issues == [], "seed \(seed)")
      #expect(losses.lines == [])
    }
  }

  @Test func manySpansAreManyLinesOrOneMessage() {
    var record = SpanRecord()
    record.traceID = TraceID(high: 0, low: 1)
    let records = (1...1200).map { number in
      record.spanID = SpanID(UInt64(number))
      record.name = String(repeating: "x", count: 500)
      return record
    }
    let lines = Self.convert(records, to: .otlpJSONLines).bytes
    #expect(lines.count { $0 == 0x0a } == 3)
    #expect(ImporterReading(lines, by: JSONTextImporter.self).records == records)
    let message = Self.convert(records, to: .otlpProtobuf).bytes
    #expect(ImporterReading(message, by: OTLPProtobufImporter.self).records == records)
    for format in [OutputFormat.jaegerJSON, .zipkinJSON] {
      let reading = ImporterReading(
        Self.convert(records, to: format).bytes, by: JSONTextImporter.self)
      #expect(Set(reading.records.map(\.spanID)) == Set(records.map(\.spanID)), "\(format)")
    }
  }

  // MARK: Less is held

  private static func isScalar(_ attribute: Attribute) -> Bool {
    switch attribute.value {
    case .empty, .array, .map: false
    default: true
    }
  }

  /// What any format of microseconds gives back.
  private static func inMicroseconds(_ record: SpanRecord) -> SpanRecord {
    func cut(_ time: UnixNanos) -> UnixNanos { UnixNanos(time.rawValue / 1_000 * 1_000) }
    var copy = record
    copy.start = cut(record.start)
    copy.end = record.start == .unset ? .unset : max(copy.start, cut(record.end))
    for index in copy.events.indices {
      copy.events[index].time = cut(copy.events[index].time)
      copy.events[index].droppedAttributes = 0
    }
    copy.dropped = DroppedCounts()
    copy.scope = InstrumentationScope(name: record.scope.name, version: record.scope.version)
    return copy
  }

  @Test func whatJaegerHoldsComesBack() {
    for seed in Self.seeds {
      let records = Self.records(seed: seed).map { record in
        var copy = record
        copy.attributes.removeAll { !Self.isScalar($0) }
        copy.resource.attributes.removeAll { !Self.isScalar($0) }
        for index in copy.events.indices {
          copy.events[index].attributes.removeAll { !Self.isScalar($0) }
        }
        return copy
      }
      let expected = records.map { record in
        var copy = Self.inMicroseconds(record)
        copy.flags &= 1
        copy.links = record.links.map {
          SpanLink(
            traceID: $0.traceID, spanID: $0.spanID,
            attributes: [Attribute("opentracing.ref_type", .string("follows_from"))])
        }
        let service = Attribute("service.name", .string("unknown_service"))
        copy.resource = Resource(attributes: [service] + record.resource.attributes)
        return copy
      }
      let (bytes, losses) = Self.convert(records, to: .jaegerJSON)
      let reading = ImporterReading(bytes, by: JSONTextImporter.self, pieces: 1000)
      #expect(SpanTable.text(reading.records) == SpanTable.text(expected), "seed \(seed)")
      #expect(reading.records == expected && reading.issues == [], "seed \(seed)")
      #expect(losses.spanCounts[.service] == records.count && losses.spanCounts[.nested] == nil)
      let linked = records.count { $0.links.contains { !$0.attributes.isEmpty } }
      #expect(losses.spanCounts[.linkDetails] ?? 0 >= linked)
    }
  }

  @Test func whatZipkinHoldsComesBack() {
    for seed in Self.seeds {
      let records = Self.records(seed: seed).map { record in
        var copy = record
        copy.attributes.removeAll { !Self.isScalar($0) }
        copy.resource.attributes.removeAll { !Self.isScalar($0) }
        for index in copy.events.indices {
          // Events are JSON in text, in which strings, numbers and so on are told apart.
          copy.events[index].attributes.removeAll {
            switch $0.value {
            case .string, .bool, .int: false
            default: true
            }
          }
        }
        return copy
      }
      let expected = records.map { record in
        var copy = Self.inMicroseconds(record)
        if copy.kind == .internal { copy.kind = .unspecified }
        if copy.status != .error { copy.statusMessage = "" }
        var keys: Set<String> = []
        copy.attributes = (record.attributes + record.resource.attributes)
          .filter { keys.insert($0.key).inserted }
          .map { Attribute($0.key, .string(Self.text($0.value))) }
        copy.resource = Resource(
          attributes: [Attribute("service.name", .string("unknown_service"))])
        (copy.links, copy.traceState, copy.flags) = ([], "", 0)
        return copy
      }
      let (bytes, losses) = Self.convert(records, to: .zipkinJSON)
      let reading = ImporterReading(bytes, by: JSONTextImporter.self, pieces: 1000)
      #expect(SpanTable.text(reading.records) == SpanTable.text(expected), "seed \(seed)")
      #expect(reading.records == expected && reading.issues == [], "seed \(seed)")
      let linked = records.count { !$0.links.isEmpty }
      #expect(losses.spanCounts[.links] ?? 0 == linked)
    }
  }

  /// A value that is not nested as text, written down independently.
  private static func text(_ value: AttributeValue) -> String {
    switch value {
    case .string(let text): text
    case .bool(let bool): "\(bool)"
    case .int(let int): "\(int)"
    case .double(let double):
      double.isFinite ? "\(double)" : double > 0 ? "Infinity" : "-Infinity"
    case .bytes(let bytes): base64(bytes)
    case .empty, .array, .map: "?"
    }
  }

  private static func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    let bits = bytes.flatMap { byte in (0..<8).map { Int(byte >> UInt8(7 - $0) & 1) } }
    var text = ""
    for start in stride(from: 0, to: bits.count, by: 6) {
      let value = (0..<6).reduce(0) {
        $0 << 1 | (start + $1 < bits.count ? bits[start + $1] : 0)
      }
      text.append(digits[value])
    }
    return text + String(repeating: "=", count: (4 - text.count % 4) % 4)
  }

  @Test(arguments: [OutputFormat.jaegerJSON, .zipkinJSON])
  func nestedValuesBecomeText(format: OutputFormat) {
    var record = SpanRecord()
    record.traceID = TraceID(high: 1, low: 2)
    record.spanID = SpanID(3)
    record.start = UnixNanos(1_000)
    record.end = UnixNanos(2_000)
    record.resource = Resource(attributes: [Attribute("service.name", .string("shop"))])
    record.attributes = [
      Attribute(
        "list", .array([.int(1), .string("a\"b"), .double(.nan), .bytes([255, 0]), .empty])),
      Attribute("map", .map([Attribute("k", .bool(true)), Attribute("l", .array([]))])),
      Attribute("none", .empty),
    ]
    let (bytes, losses) = Self.convert([record], to: format)
    let reading = ImporterReading(bytes, by: JSONTextImporter.self)
    #expect(
      reading.records.first?.attributes == [
        Attribute("list", .string(#"[1,"a\"b","NaN","/wA=",null]"#)),
        Attribute("map", .string(#"{"k":true,"l":[]}"#)), Attribute("none", .string("null")),
      ])
    #expect(
      losses.lines == [
        "lists, maps and missing values of attributes become JSON in text (in 1 span)"
      ])
  }

  @Test func spansOfATraceShareItsProcesses() {
    var records = Self.records(seed: 5)
    for index in records.indices {
      records[index].traceID = TraceID(high: 1, low: 2)
      records[index].resource = Resource(
        attributes: [Attribute("service.name", .string(index % 2 == 0 ? "shop" : "stock"))])
    }
    let text = String(decoding: Self.convert(records, to: .jaegerJSON).bytes, as: UTF8.self)
    #expect(text.components("\"serviceName\"") == 2 && text.components("\"processes\"") == 1)
  }

  @Test func idsThatAreNoNumbersAreNamed() {
    var batch = SpanBatch(source: SourceID(0))
    var record = SpanRecord()
    record.traceID = batch.traceID(named: "a trace".utf8Span.span)
    record.spanID = SpanID(7)
    batch.append(record)
    let (bytes, losses) = Self.convert(batch, to: .otlpJSONLines)
    let reading = ImporterReading(bytes, by: JSONTextImporter.self)
    #expect(reading.records.first?.traceID == record.traceID)
    #expect(losses.spanCounts == [.textIDs: 1])
  }

  @Test func writingStopsWhenNobodyTakesIt() {
    let records = Self.records(seed: 1)
    var batch = SpanBatch(source: SourceID(0))
    for _ in 0..<2_000 { for record in records { batch.append(record) } }
    var database = SpanDatabase()
    database.append(batch)
    for format in OutputFormat.allCases {
      var calls = 0
      var conversion = SpanConversion()
      conversion.run(database.dataSet, to: format) { _ in
        calls += 1
        return false
      }
      #expect(calls == 1, "\(format)")
    }
  }

  @Test func namesSayTheFormat() {
    let names = [
      "a.json", "a.JSONL", "a.pb", "a.binpb", "a.jaeger.json", "zipkin.json", "a.txt", "json",
    ]
    #expect(
      names.map { OutputFormat(fileName: $0)?.rawValue ?? "?" } == [
        "otlp-jsonl", "otlp-jsonl", "otlp-protobuf", "otlp-protobuf", "jaeger-json", "zipkin-json",
        "?", "?",
      ])
  }

  @Test(arguments: OutputFormat.allCases)
  func everyFixtureIsWrittenAndReadAgain(format: OutputFormat) throws {
    for name in FormatRegistry.formats.map(\.name) {
      let importer = try #require(FormatRegistry.named(name))
      for fixture in try Fixture.all(of: [name]) {
        let records = ImporterReading(fixture.bytes, by: importer).records
        let bytes = Self.convert(records, to: format).bytes
        let reader: any SpanImporter.Type =
          format == .otlpProtobuf ? OTLPProtobufImporter.self : JSONTextImporter.self
        let reading = ImporterReading(bytes, by: reader)
        #expect(reading.records.count == records.count, "\(fixture) as \(format)")
        #expect(
          Set(reading.records.map(\.spanID)) == Set(records.map(\.spanID)), "\(fixture)")
      }
    }
  }
}

extension String {
  /// How often `part` occurs.
  fileprivate func components(_ part: String) -> Int { ranges(of: part).count }
}
