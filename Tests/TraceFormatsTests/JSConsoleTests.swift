import Testing
import TraceModel
import TraceTestSupport

@testable import TraceFormats

/// Spans that Node.js has printed are read as they stand and, in another way, turned into JSON first:
/// both give the same.
@Suite struct JSConsoleTests {
  private static func importer(usual: Bool) -> JSONTextImporter {
    var importer = JSONTextImporter()
    importer.codecs = importer.codecs.map { codec in
      guard var codec = codec as? JSConsole else { return codec }
      codec.readsUsual = usual
      return codec
    }
    return importer
  }

  private static func read(_ bytes: [UInt8], usual: Bool, pieces: Int? = nil) -> ImporterReading {
    ImporterReading(bytes, by: importer(usual: usual), pieces: pieces)
  }

  /// A span with `attributes` and, if there are any, other members.
  private static func span(_ attributes: String, _ members: String = "") -> [UInt8] {
    Array(
      """
      {
        resource: { attributes: { 'service.name': 'js' } },
        traceId: 'a0f1c2d3e4f5061728394a5b6c7d8e9f',
        name: 'GET /a',
        id: '1f2e3d4c5b6a7988',
        kind: 1,
        timestamp: 1795362177340000,
        duration: 2500.5,
        attributes: \(attributes),\(members)
        status: { code: 0 },
        events: [],
        links: []
      }

      """.utf8)
  }

  /// How many spans are read as they stand.
  private static func usualCount(_ spans: [[UInt8]]) -> Int {
    var codec = JSConsole()
    var fields = JSONFields()
    var batch = SpanBatch(source: SourceID(0))
    for span in spans {
      let end = codec.decodeUsual(span.span, byteOffset: 0, fields: &fields, into: &batch)
      if end.isRead { #expect(span[end.end - 1] == UInt8(ascii: "}")) }
    }
    return batch.count
  }

  @Test func bothWaysReadTheSame() throws {
    try expectSameReading(of: "js-console", rounds: 200) { bytes, isUsual, round in
      Self.read(bytes, usual: isUsual, pieces: round % 3 == 0 ? 1 + round % 301 : nil)
    }
  }

  @Test func printedSpansAreReadAsTheyStand() throws {
    let fixture = try #require(
      try Fixture.all(of: ["js-console"]).first { $0.path.contains("node-20") })
    let text = fixture.bytes.span
    var spans: [[UInt8]] = []
    var start = 0
    while let end = text.extracting(start...).firstLineFeed(from: 0).map({ start + $0 + 1 }) {
      if text.stands("{\n", at: start) { spans.append([]) }
      if !spans.isEmpty { spans[spans.count - 1] += fixture.bytes[start..<end] }
      start = end
    }
    #expect(spans.count >= 3)
    #expect(Self.usualCount(spans) == spans.count)
  }

  @Test(arguments: [
    "{}", "{ a: 'b' }", "{ a: 1, 'b.c': -0, d: 1e3, e: 0.25, f: true, g: null, h: undefined }",
    #"{ a: 'x\ny', b: 'it\'s', c: "it's", d: `"'"`, e: '\x1B[0m', f: '\\', g: '\u00e9' }"#,
    "{ a: 'x' +\n 'y', b: 'x\\n' +\n  \"y\" }",
    "{ a: [ 1, 'b' ], b: [], c: [ [Array], [Object] ] }",
    "{ a: { b: { c: [ 1 ] } }, d: [ { e: 1 } ] }", "{ a: NaN, b: Infinity, c: -Infinity }",
    "{ a_b: 1, $c: 2, d: 'é', 'é': 1, '': 2, 3: 'x' }", "{ a: 2026-11-22T15:42:57.340Z }",
    "{ a: [ 1, 2,\n ... 20 more items ], b: [Function: f], c: Map(0) {} }",
    "{ a: 'x', a: 'y', b: [ 1 ], c: [ 1 ] }",
  ])
  func valuesAreReadAsTheyStand(attributes: String) {
    // The second time much is known of the first.
    let bytes = Self.span(attributes) + Self.span(attributes)
    let usual = Self.read(bytes, usual: true)
    #expect(ImporterChecks.difference(Self.read(bytes, usual: false), usual) == nil)
    #expect(usual.records.count == 2)
    #expect(Self.usualCount([Self.span(attributes), Self.span(attributes)]) == 2)
  }

  /// What there is something to say of, or what only looks like a span, is read in the careful way.
  @Test(arguments: [
    ("{ a: 9007199254740993n }", ""), ("{ a: 123456789012345678901 }", ""),
    ("{ a: 'x\ny' }", ""), ("{ a: it's }", ""), ("{ a: [Function: it's] }", ""),
    ("{ a: [\n{ b: 1 } ] }", ""), ("{ a: 'x' 'y' }", ""),
    ("{ a: [ 1 }", ""), ("{ a }", ""), ("{ : 1 }", ""), ("[ 1 ]", ""), ("undefined", ""),
    ("{}", "\n  kind: 'x',"), ("{}", "\n  traceId: '00',"), ("{}", "\n  id: undefined,"),
    ("{}", "\n  resource: undefined,"), ("{}", "\n  context: { trace_id: '1' },"),
    ("{}", "\n  parentSpanContext: { isRemote: 1 },"), ("{}", "\n  parentSpanContext: 1,"),
    ("{}", "\n  timestamp: -1,"), ("{}", "\n  events: [ { time: [ 1 ] } ],"),
    ("{}", "\n  events: [ { other: 1 } ],"), ("{}", "\n  other: 1,"),
  ])
  func anythingElseIsReadInTheCarefulWay(attributes: String, members: String) {
    let span = Self.span(attributes, members)
    let bytes = Self.span("{}") + span + Self.span("{}")
    #expect(Self.read(bytes, usual: true) == Self.read(bytes, usual: false))
    #expect(Self.usualCount([span]) == 0)
  }

  @Test func resourcesThatTakeTurnsAreTheirOwn() {
    let span = String(decoding: Self.span("{}"), as: UTF8.self)
    let bytes = Array(
      (0..<6).map { span.replacing("'js'", with: "'js-\($0 % 2)'") }.joined().utf8)
    let usual = Self.read(bytes, usual: true)
    #expect(usual == Self.read(bytes, usual: false))
    #expect(usual.records.map { $0.resource.attributes.count } == [1, 1, 1, 1, 1, 1])
  }
}
