import Testing
import TraceModel
import TraceTestSupport

@testable import TraceFormats

/// Objects and arrays around records.
@Suite struct JSONWrapperTests {
  static func span(_ id: Int, process: String = "p1") -> String {
    #"{"traceID":"1","spanID":"\#(id)","operationName":"s\#(id)","processID":"\#(process)"}"#
  }

  /// Names with their services, then the issues.
  static func read(_ text: String) -> [String] {
    let reading = ImporterReading(text, by: JSONTextImporter.self)
    for size in [1, 2, 7, 30] {
      let cut = ImporterReading(Array(text.utf8), by: JSONTextImporter.self, pieces: size)
      #expect(ImporterChecks.difference(reading, cut) == nil, "in pieces of \(size)")
    }
    return reading.records.map { "\($0.name) \($0.resource.serviceName)" }
      + reading.issues.map(\.line)
  }

  @Test func whatStandsBesideTheRecordsBelongsToThem() {
    let processes = #""processes":{"p1":{"serviceName":"shop"},"p2":{"serviceName":"cart"}}"#
    let expected = ["s1 shop", "s2 cart"]
    let spans = "\"spans\":[\(Self.span(1)), \(Self.span(2, process: "p2"))]"
    #expect(Self.read("{\(spans),\(processes)}") == expected)
    #expect(Self.read("{\(processes),\(spans)}") == expected)
    #expect(Self.read("{\"data\":[{\(spans),\"x\":[1,{}],\(processes)}],\"total\":0}") == expected)
    // The names are those of one trace only.
    let other = "{\"spans\":[\(Self.span(3))],\"processes\":{\"p1\":{\"serviceName\":\"mail\"}}}"
    #expect(
      Self.read("{\"data\":[{\(spans),\(processes)},\(other)]}") == expected + ["s3 mail"])
    #expect(Self.read("{\"data\":[{\(spans)}]}") == ["s1 unknown_service", "s2 unknown_service"])
  }

  @Test func aWrapperWithoutRecordsIsText() {
    #expect(
      Self.read("{\"data\":[1, {\"a\": \"b\"}], \"c\": null}\n").first?.hasSuffix(
        "the input begins with “{\"data\":[1, {\"a\": \"b\"}], \"c\": null}”") == true)
    #expect(
      Self.read("\(Self.span(1))\nx {\"data\":[{\"a\": 1}]} y\n\(Self.span(2))")
        == [
          "s1 unknown_service", "s2 unknown_service",
          "2:1 @67 skipped-text: 23 bytes: “x {\"data\":[{\"a\": 1}]} y”",
        ])
  }

  @Test func textBeforeAndBetweenIsSkippedAndSaid() {
    #expect(
      Self.read("ready {\"data\":[{\"a\":1},\(Self.span(1)),{\"b\":2},\(Self.span(2))]} done")
        == [
          "s1 unknown_service", "s2 unknown_service",
          "1:1 @0 skipped-text: 5 bytes: “ready”",
          "1:91 @90 skipped-text: 7 bytes: “{\"b\":2}”",
          "1:168 @167 skipped-text: 4 bytes: “done”",
        ])
  }

  @Test func whatIsDamagedCostsNoMoreThanItself() {
    let lines = [
      "{\"spans\":[\(Self.span(1)),],\"processes\":{}}", "{\"spans\":[\(Self.span(2))]]",
      "{\"spans\":[\(Self.span(3))],\"processes\":{\"p1\":{\"serviceName\" 1}}}", Self.span(4),
    ]
    let found = Self.read(lines.joined(separator: "\n"))
    #expect(found.prefix(4).allSatisfy { $0.hasSuffix(" unknown_service") })
    #expect(
      found.dropFirst(4) == [
        "1:78 @77 malformed-record: expected a value; skipped to the next object",
        "2:78 @172 malformed-record: expected ',' or '}' after object member; skipped to the next object",
        "3:112 @285 malformed-record: expected ':' after object key; skipped to the next object",
      ])
  }

  @Test func aBrokenRecordLeavesTheOthersWhatIsAroundThem() {
    let broken = Self.span(2).replacing("\"spanID\":", with: "\"spanID\" ")
    let spans = "\"spans\":[\(Self.span(1)),\(broken),\(Self.span(3))]"
    let processes = #""processes":{"p1":{"serviceName":"shop"}}"#
    for text in ["{\(spans),\(processes)}", "{\"data\":[{\(spans),\(processes)}]}"] {
      let found = Self.read(text)
      #expect(found.prefix(2) == ["s1 shop", "s3 shop"] && found.count == 3)
      #expect(
        found.last?.hasSuffix("malformed-record: expected ':' after object key; skipped") == true)
    }
  }

  @Test func theEndMayBeMissing() {
    let whole = "{\"data\":[{\"spans\":[\(Self.span(1))],\"processes\":{\"p1\":{}}}]}"
    for length in [whole.utf8.count - 1, whole.utf8.count - 5, whole.utf8.count - 25] {
      let found = Self.read(String(whole.prefix(length)))
      #expect(found.first == "s1 unknown_service" && found.count == 2)
      #expect(found.last?.hasSuffix("truncated-input: the input ends inside an object") == true)
    }
  }

  @Test func rowsThatWaitKeepTheBatch() {
    let text = "{\"spans\":[\(Self.span(1))],\"processes\":{\"p1\":{}}}"
    var importer = JSONTextImporter()
    var batch = SpanBatch(source: SourceID(0))
    let bytes = Array(text.utf8)
    let cut = bytes.count - 10
    importer.read(bytes.span.extracting(0..<cut), into: &batch)
    #expect(batch.count == 1 && batch.isHeld)
    importer.read(bytes.span.extracting(cut..<bytes.count), into: &batch)
    #expect(!batch.isHeld)
  }
}
