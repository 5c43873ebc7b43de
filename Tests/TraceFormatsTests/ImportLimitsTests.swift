import Testing
import TraceModel
import TraceTestSupport

@testable import TraceFormats

/// Memory is bounded by the longest record, and time is linear, whatever the input.
@Suite struct ImportLimitsTests {
  static let span =
    #"{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","name":"a","#
    + #""attributes":[{"key":"k","value":{"stringValue":"some text of a usual length"}}]}"#

  /// Feeds `head`, then `unit` again and again until `count` bytes are read, in odd pieces with a new
  /// batch each; returns the importer, the number of spans and the most bytes carried.
  static func feed(
    _ head: String, _ unit: String, count: Int, piece: Int = 61_441
  ) -> (importer: JSONTextImporter, spans: Int, issues: [ImportIssue], carried: Int, fed: Int) {
    var importer = JSONTextImporter()
    var batch = SpanBatch(source: SourceID(0))
    var (fed, spans, carried) = (0, 0, 0)
    var issues: [ImportIssue] = []
    let unit = Array(unit.utf8)
    var buffer = Array(head.utf8)
    while fed < count {
      while buffer.count < piece { buffer += unit }
      importer.read(buffer.span.extracting(0..<piece), into: &batch)
      buffer.removeFirst(piece)
      fed += piece
      spans += batch.count
      issues += batch.issues
      carried = max(carried, importer.carriedCount)
      batch = SpanBatch(source: SourceID(0), number: batch.number + 1)
    }
    importer.finish(into: &batch)
    return (importer, spans + batch.count, issues + batch.issues, carried, fed)
  }

  static let streamed = (ImporterChecks.isSlow ? 1024 : 8) << 20

  @Test func anEndlessListOfSpansIsReadInLittleMemory() {
    let head = #"{"resourceSpans":[{"resource":{},"scopeSpans":[{"spans":["#
    let (_, spans, issues, carried, fed) = Self.feed(head, Self.span + ",", count: Self.streamed)
    #expect(spans == (fed - head.utf8.count) / (Self.span.utf8.count + 1))
    #expect(issues.map(\.kind) == [.truncatedInput])
    #expect(carried <= ImportLimits.heldBytes + 61_441)
  }

  @Test func anEndlessStringOfAnUnknownMemberIsNotHeld() {
    let head = #"{"resourceSpans":[{"unknown":""#
    let (_, spans, issues, carried, _) = Self.feed(
      head, "no end of text ", count: Self.streamed)
    #expect(spans == 0 && issues.map(\.kind) == [.truncatedInput])
    #expect(carried <= ImportLimits.heldBytes + 61_441)
  }

  @Test func textWithoutEndIsNotHeld() {
    let (_, spans, issues, carried, _) = Self.feed("", "a log line [1]\n", count: Self.streamed)
    #expect(spans == 0 && carried == 0 && issues.map(\.kind) == [.unrecognizedFormat])
  }

  @Test func aLongRecordIsSkippedAndTheNextIsRead() {
    let long = Self.span.replacing("some text", with: String(repeating: "x", count: 5000))
    let text =
      #"{"resourceSpans":[{"scopeSpans":[{"spans":["#
      + [Self.span, long, Self.span].joined(
        separator: ",") + "]}]}]}\n"
    let console = #"{"context":{"trace_id":""# + String(repeating: "y", count: 5000) + "\"}}\n"
    let bytes = Array((text + console + text).utf8)
    for size in [bytes.count, 1000, 100, 1] {
      var importer = JSONTextImporter()
      importer.recordLimit = 4000
      var batch = SpanBatch(source: SourceID(0))
      for start in stride(from: 0, to: bytes.count, by: size) {
        let end = min(bytes.count, start + size)
        importer.read(bytes.span.extracting(start..<end), into: &batch)
      }
      importer.finish(into: &batch)
      #expect(batch.count == 4, "in pieces of \(size)")
      #expect(
        batch.issues.map(\.line) == [
          "1:211 @210 record-too-long: longer than 4000 bytes; skipped",
          "2:1 @5541 record-too-long: longer than 4000 bytes; skipped",
          "3:211 @10779 record-too-long: longer than 4000 bytes; skipped",
        ], "in pieces of \(size)")
    }
  }

  @Test(arguments: [61_441, 4096, 1])
  func twiceTheInputIsTwiceTheWork(piece: Int) {
    let line = #"{"resourceSpans":[{"scopeSpans":[{"spans":["#
    let inputs = [
      (line, Self.span + ","),
      ("", line + Self.span + "]}]}]}\n"),
      ("", "{\"a\":{\"a\":"),
      ("", "{\"name\":\"x\",\"context\":{\"trace_id\":\"0x1\"},\"start_time\":null}\n text {1} "),
      (line, "{\"name\" 1,"),
      ("", "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"a\" \n"),
      ("", "["), ("", "{"), ("", "\""), ("", "\\"),
      ("{\"data\":[{\"spans\":[", #"{"traceID":"1","spanID":"2","operationName":"a"},"#),
      ("", "{\n  resource: { a: 'x' },\n"), ("", "{ traceId: 'x\n"), ("{\n resource: [", "[ 'a', "),
      ("", "{ resource: {}, traceId: '1', id: '2' }\n"), ("", #"{"ph":"B","pid":1,"ts":1},"#),
      ("{\"data\":[", "[{},"), ("", "{\"data\":[1,{\"a\":{}},"), ("", "{\"trace\":"),
      ("{\"data\":[", "{\"processes\":{\"p1\":{}},\"spans\":[]},"), ("{\"data\":[{},", " "),
    ]
    let count = piece == 1 ? 10_000 : 250_000
    for (head, unit) in inputs {
      let once = Self.feed(head, unit, count: count, piece: piece).importer.examined
      let twice = Self.feed(head, unit, count: count * 2, piece: piece).importer.examined
      #expect(Double(twice) <= 2.2 * Double(once) + 100_000, "\(head)\(unit)")
      #expect(twice < 12 * count, "\(head)\(unit)")
    }
  }

  @Test func deepNestingIsKeptAsText() {
    let depth = 10_000
    let array =
      String(repeating: #"{"arrayValue":{"values":["#, count: depth)
      + String(repeating: "]}}", count: depth)
    let unknown =
      String(repeating: "[{\"a\":", count: depth) + "1" + String(repeating: "}]", count: depth)
    let text =
      #"{"x":\#(unknown),"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","attributes":[{"key":"deep","value":\#(array)},{"key":"plain","value":\#(unknown)}],"y":\#(unknown)}]}]}]}"#
    let reading = ImporterReading(text, by: JSONTextImporter.self)
    #expect(reading.issues.map(\.kind) == [.nestingTooDeep, .unexpectedType, .nestingTooDeep])
    #expect(reading.records.count == 1)
    var value = reading.records.first?.attributes.first?.value ?? .empty
    var levels = 0
    while case .array(let values) = value, let first = values.first {
      value = first
      levels += 1
    }
    #expect(levels == AttributeValue.nestingLimit)
    guard case .string(let raw) = value else {
      Issue.record("the rest is no text")
      return
    }
    #expect(raw.hasPrefix(#"{"values":[{"arrayValue""#))
    #expect(raw.utf8.count > (depth - 66) * 27)
    let cut = ImporterReading(text, by: JSONTextImporter.self, pieces: 777)
    #expect(ImporterChecks.difference(reading, cut) == nil)
  }

  @Test func deepNestingInPythonAndProtobuf() {
    let depth = 10_000
    let deep = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    let python = ImporterReading(
      #"{"context":{"trace_id":"0x1"},"start_time":null,"attributes":{"a":\#(deep)}}"#,
      by: JSONTextImporter.self)
    #expect(python.records.count == 1 && python.issues.contains { $0.kind == .nestingTooDeep })

    var value: [UInt8] = []
    for _ in 0..<2000 {
      value = OTLPProtobufWriter.field(5, OTLPProtobufWriter.field(1, value))
    }
    let attribute =
      OTLPProtobufWriter.field(1, Array("a".utf8)) + OTLPProtobufWriter.field(2, value)
    var record = SpanRecord()
    record.traceID = TraceID(high: 1, low: 1)
    record.spanID = SpanID(1)
    let span = OTLPProtobufWriter.span(record) + OTLPProtobufWriter.field(9, attribute)
    let message = OTLPProtobufWriter.field(
      1, OTLPProtobufWriter.field(2, OTLPProtobufWriter.field(2, span)))
    let protobuf = ImporterReading(message, by: OTLPProtobufImporter.self)
    #expect(protobuf.records.count == 1)
    #expect(protobuf.issues.map(\.kind) == [.nestingTooDeep])
  }

  @Test func aLargeProtobufMessageIsReadInLittleMemory() {
    var record = SpanRecord()
    record.traceID = TraceID(high: 1, low: 1)
    record.spanID = SpanID(1)
    record.name = String(repeating: "n", count: 2000)
    record.scope.name = "lib"
    let spans = OTLPProtobufWriter.field(2, OTLPProtobufWriter.span(record))
    let count = 2000
    let scope = OTLPProtobufWriter.field(1, OTLPProtobufWriter.field(1, Array("lib".utf8)))
    let scopeSpans = scope + Array(repeatElement(spans, count: count).joined())
    let message = OTLPProtobufWriter.field(1, OTLPProtobufWriter.field(2, scopeSpans))
    var stream = OTLPProtobufStream()
    stream.begin()
    var (held, rows) = (0, 0)
    var batch = SpanBatch(source: SourceID(0))
    for start in stride(from: 0, to: message.count, by: 10_007) {
      let end = min(message.count, start + 10_007)
      stream.read(message.span.extracting(start..<end), base: start, into: &batch)
      stream.assignLate(in: &batch)
      held = max(held, stream.heldCount)
      rows += batch.count
      if batch.count > 0 { #expect(batch.record(at: 0).scope.name == "lib") }
      batch = SpanBatch(source: SourceID(0), number: batch.number + 1)
    }
    stream.finish(at: message.count, into: &batch)
    #expect(message.count > OTLPProtobufStream.unitLimit)
    #expect(rows == count && batch.issues == [] && held < 3000)
  }
}
