import Testing
import TraceModel
import TraceTestSupport

@testable import TraceFormats

/// Rows that are read without scanning them first give what they give if they are scanned.
@Suite struct UsualRowsTests {
  private static func read(_ bytes: [UInt8], usual: Bool, pieces: Int? = nil) -> ImporterReading {
    var importer = JSONTextImporter()
    importer.codecs = importer.codecs.map { codec in
      guard var codec = codec as? JSONRows else { return codec }
      codec.readsUsual = usual
      return codec
    }
    return ImporterReading(bytes, by: importer, pieces: pieces)
  }

  private static let ids =
    #""trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"b7ad6b7169203331""#
  private static let row = #"{\#(ids),"name":"a","start_ms":1795362206500,"duration_ms":2}"#

  /// Members of which some make an object one of another format or one around records, some are to be
  /// reported, and some are broken.
  private static let members: [String] = [
    #""trace_id":"0af7651916cd43dd8448eb211c80319c""#, #""traceId":"0af7651916cd43dd""#,
    #""span_id":"b7ad6b7169203331""#, #""spanId":"b7ad6b7169203331""#, #""id":"7""#,
    #""parent":null"#, #""parent_id":"0""#, #""name":"GET /\u00e9""#, #""name":"é""#,
    #""service":"shop""#, #""startTimeUnixNano":"1795362205687431050""#,
    #""start":"2026-11-22T15:43:25.690Z""#, #""start":1795362206""#, #""end_ms":1795362206500"#,
    #""timestamp":1795362206500000"#, #""duration":3"#, #""duration":"long""#, #""elapsed_s":0.25"#,
    #""level":"info""#, #""message":"m""#, #""body":{"a":[1,{"b":2}]}"#, #""kind":"SERVER""#,
    #""kind":2"#, #""status":2"#, #""status":"timeout""#, #""error":true"#, #""error":"no""#,
    #""tags":{"a":{"b":1},"a.b":2}"#, #""attributes":{"a":1}"#, #""attributes":{"spans":[]}"#,
    #""resource":{"service.name":"x","n":1}"#, #""host.name":"h""#, #""data":[{\#(ids)}]"#,
    #""data":1"#, #""spans":[\#(row),\#(row)]"#, #""resourceSpans":1"#, #""records":[]"#,
    #""ph":"X""#, #""ts":1"#, #""pid":1"#, #""traceID":"1""#, #""localEndpoint":{}"#, #""kind":"a"#,
    #""x":[1,2"#, #""x":{"y":"\n"}"#, "\"x\":\"\n\"", "\"x\":\"\n{\"", #""x":tru"#, #""x":"#,
    #""x""#,
    #""":1"#, #""x" : [ ] "#, #""x":12345678901234567890"#,
  ]

  private static func text(_ random: inout SplitMix64) -> String {
    var text = row + "\n" + row + "\n"
    let kinds = (0..<3).map { _ in
      (random.below(3) == 0 ? [] : [#"\#(ids),"start_ms":1795362206500"#])
        + (0..<random.below(6)).map { _ in random.pick(members) }
    }
    for _ in 0..<12 {
      var members = random.pick(kinds)
      if random.below(5) == 0 { members.append(random.pick(Self.members)) }
      if random.below(5) == 0, !members.isEmpty { members.remove(at: random.below(members.count)) }
      text += "{" + members.joined(separator: random.pick([",", ", ", " ,\n"])) + "}"
      text += random.pick(["\n", "", ",", "\ntext ", "\n[", "]\n", "\n" + row + "\n"])
    }
    return text
  }

  @Test func bothWaysReadTheSame() {
    var random = SplitMix64(seed: 28)
    for round in 0..<(ImporterChecks.isSlow ? 100_000 : 500) {
      let bytes = Array(Self.text(&random).utf8)
      let pieces = round % 3 == 0 ? 1 + round % 301 : nil
      let usual = Self.read(bytes, usual: true, pieces: pieces)
      let careful = Self.read(bytes, usual: false, pieces: pieces)
      let text = ImporterChecks.difference(careful, usual)
      #expect(text == nil, "round \(round): \(String(decoding: bytes, as: UTF8.self))")
      if text != nil { return }
    }
  }

  /// What was taken note of before the keys became too many to be remembered is found all the same.
  @Test func rowsOfMoreKeysThanAreRemembered() {
    for count in [900, 990, 993, 994, 995, 996, 1_000, 2_500] {
      let others = (0..<count).map { #","v\#($0)":1"# }.joined()
      let row = #"{\#(Self.ids),"start_ms":1795362206500,"name":"abc"\#(others)}"#
      let bytes = Array("\(Self.row)\n\(row)\n\(row)\n".utf8)
      let usual = Self.read(bytes, usual: true)
      #expect(ImporterChecks.difference(Self.read(bytes, usual: false), usual) == nil)
      #expect(usual.records.map(\.name) == ["a", "abc", "abc"])
      #expect(usual.records.last?.attributes.count == count)
    }
  }

  @Test func damagedFixturesAreReadTheSame() throws {
    try expectSameReading(of: "json-rows", rounds: 300) { bytes, isUsual, _ in
      Self.read(bytes, usual: isUsual)
    }
  }

  /// How many of `rows`, behind one that was read in the careful way, are read as they stand.
  private static func usualCount(_ rows: [String]) -> Int {
    var codec = JSONRows()
    var fields = JSONFields()
    var batch = SpanBatch(source: SourceID(0))
    let first = Array(row.utf8)
    try? codec.decode(first.span, byteOffset: 0, fields: &fields, into: &batch)
    _ = fields.notes.take()
    var count = 0
    for text in rows {
      let bytes = Array(text.utf8)
      let end = codec.decodeUsual(bytes.span, byteOffset: 0, fields: &fields, into: &batch)
      if end.isRead {
        #expect(end.end == bytes.count)
        count += 1
      }
      #expect(fields.notes.isEmpty)
    }
    #expect(batch.count == count + 1)
    return count
  }

  @Test func rowsAreReadAsTheyStand() {
    #expect(Self.usualCount([Self.row, Self.row]) == 2)
    #expect(Self.usualCount([Self.row.replacing("\"a\"", with: "\"b\"")]) == 1)
  }

  /// What there is something to say of, or what only looks like a row, is read in the careful way.
  @Test(arguments: [
    #","spans":[]"#, #","attributes":{}"#, #","level":"info","message":"m""#, #","x":[1"#,
    #","startTimeUnixNano":1,"spanId":"1""#, #","end":1795362207"#, #","x":"#,
  ])
  func anythingElseIsReadInTheCarefulWay(members: String) {
    #expect(Self.usualCount([String(Self.row.dropLast()) + members + "}"]) == 0)
  }
}
