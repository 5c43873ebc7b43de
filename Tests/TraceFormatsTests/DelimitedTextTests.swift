import Testing
import TraceModel
import TraceTestSupport

@testable import TraceFormats

/// Tables with a header line, and rows of JSON with recognisable fields.
@Suite struct DelimitedTextTests {
  static let trace = "0af7651916cd43dd8448eb211c80319c"

  private func read(
    _ text: String, columns: ColumnMap = ColumnMap(), pieces: Int? = nil
  ) -> ImporterReading {
    let bytes = Array(text.utf8)
    return ImporterReading(
      bytes, by: FormatRegistry.importer(ofRows: columns, for: bytes.span), pieces: pieces)
  }

  @Test func clickHouseAndHoneycombReadAsTheirJSON() throws {
    func records(_ path: String) throws -> [SpanRecord] {
      let fixture = try Fixture.load(path)
      let found = FormatRegistry.importer(for: fixture.bytes.span, isWhole: true)
      let importer = try #require(found)
      return ImporterReading(fixture.bytes, by: importer).records
    }
    let clickHouse = try records("clickhouse-json/clickhouse-26.9/each-row.jsonl")
    #expect(try records("csv/clickhouse-26.9/names-and-types.tsv") == clickHouse)
    #expect(try records("csv/clickhouse-26.9/with-names.csv") == clickHouse)
    let rows = try records("honeycomb-json/rows/rows.json")
    let table = try records("csv/honeycomb-rows/rows.csv")
    #expect(table.map(\.spanID) == rows.map(\.spanID) && !rows.isEmpty)
    #expect(table.map(\.start) == rows.map(\.start) && table.map(\.end) == rows.map(\.end))
    #expect(table.map(\.events.count) == rows.map(\.events.count))
    #expect(table.map(\.links.count) == rows.map(\.links.count))
    #expect(table.map(\.attributes.count) == rows.map(\.attributes.count))
  }

  /// The ID of an event whose span never comes is made of what is in its row, and of nothing else.
  @Test func anEventWithoutItsSpanHasTheSameIDInAnyTable() throws {
    let time = "2026-11-22T15:43:25.687531330Z"
    let row = "\(time),span_event,miss,shop,7ba82b61e8a8fc6d,\(Self.trace)"
    let header = "Timestamp,meta.annotation_type,name,service.name,trace.parent_id,trace.trace_id"
    let table = header + ",trace.span_id,duration_ms\n" + row + ",,\n"
    let id = try #require(read(table).records.first?.spanID)
    let wider = header + ",trace.span_id,duration_ms,more\n" + row + ",,,\n"
    #expect(read(wider).records.map(\.spanID) == [id])
    for size in [1, 7, 100] { #expect(read(table, pieces: size).records.map(\.spanID) == [id]) }
  }

  /// Rows that wait for others are known by some cells, which may stand anywhere in the row.
  @Test func eventsAndLinksAreFoundInAnyOrderOfColumns() throws {
    let rows: [[String: String]] = [
      ["meta.annotation_type": "span_event", "name": "miss", "key": "été", "host.name": "a"],
      [
        "trace.span_id": "7ba82b61e8a8fc6d", "name": "GET", "span.num_events": "1",
        "span.num_links": "1", "duration_ms": "2.5", "key": "k", "host.name": "a",
      ],
      [
        "meta.annotation_type": "link", "trace.link.trace_id": Self.trace,
        "trace.link.span_id": "b7ad6b7169203331", "why": "batch", "count": "3",
      ],
      [
        "trace.span_id": "7ba82b61e8a8fc6e", "name": "none", "span.num_events": "0",
        "meta.annotation_type": "other", "key": "k",
      ],
    ]
    var names = Array(Set(rows.flatMap(\.keys))).sorted()
    names += ["Timestamp", "trace.parent_id", "trace.trace_id"]
    var random = SplitMix64(seed: 3)
    var first: [SpanRecord]?
    for _ in 0..<20 {
      names.shuffle(using: &random)
      let lines = rows.map { row in
        names.map { name in
          switch name {
          case "Timestamp": "2026-11-22T15:43:25.687531330Z"
          case "trace.trace_id": Self.trace
          case "trace.parent_id": row["trace.span_id"] == nil ? "7ba82b61e8a8fc6d" : ""
          default: row[name] ?? ""
          }
        }.joined(separator: ",") + "\n"
      }
      let reading = read(names.joined(separator: ",") + "\n" + lines.joined())
      #expect(reading.issues.isEmpty)
      var records = reading.records.sorted { $0.spanID.rawValue < $1.spanID.rawValue }
      for index in records.indices {
        records[index].attributes.sort { $0.key < $1.key }
        for link in records[index].links.indices {
          records[index].links[link].attributes.sort { $0.key < $1.key }
        }
      }
      let expected = first ?? records
      first = expected
      #expect(records == expected)
    }
    let span = try #require(first?.first)
    #expect(first?.count == 2 && span.events.count == 1 && span.links.count == 1)
    #expect(span.events.first?.attributes == [Attribute("key", .string("été"))])
    #expect(Set(span.links.first?.attributes.map(\.key) ?? []) == ["why", "count"])
    #expect(span.attributes == [Attribute("key", .string("k"))])
  }

  /// What is remembered of keys must not be taken for those of other rows.
  @Test func rowsOfManyShapesAreReadAsEachAlone() {
    var random = SplitMix64(seed: 5)
    let optional = [
      #""parent_id":"00f067aa0ba902b7""#, #""service.name":"shop""#, #""host.name":"a""#,
      #""service":"cart""#, #""kind":"server""#, #""error":true"#, #""id":"b""#, #""Name":"n""#,
    ]
    let rows = (1...200).map { number in
      let more = optional.shuffled(using: &random).prefix(Int(random.next() % 5))
      let ids = [#""trace_id":"\(Self.trace)""#, #""span_id":"\(1_000_000_000_000_000 + number)""#]
      let members = (ids + [#""start_ns":1795362205000000000"#] + more).shuffled(using: &random)
      let separator = [",", ", ", " ,  "][Int(random.next() % 3)]
      let row = "{" + members.joined(separator: separator) + "}\n"
      return random.next() % 2 == 0 ? row : row.replacing("\":", with: "\" : ")
    }
    let together = read(rows.joined()).records
    #expect(together.count == rows.count)
    for (row, record) in zip(rows, together) { #expect(read(row).records == [record], "\(row)") }
  }

  /// A time is written in seconds, milliseconds and so on; without a word on it, or with one.
  @Test(arguments: [
    ("start,duration", "1795362205,2", 1_795_362_205_000_000_000, 2_000_000_000),
    ("start,duration", "1795362205.25,0.5", 1_795_362_205_250_000_000, 500_000_000),
    ("start,duration", "1795362205687,2", 1_795_362_205_687_000_000, 2_000_000),
    ("start,duration", "1795362205687123,2", 1_795_362_205_687_123_000, 2_000),
    ("start,duration", "1795362205687123456,2", 1_795_362_205_687_123_456, 2),
    ("Start_Time,dur.us", "2026-11-22T15:43:25Z,2", 1_795_362_205_000_000_000, 2_000),
    ("startTime,elapsed", "2026-11-22T15:43:25Z,2", 1_795_362_205_000_000_000, 2_000_000),
    ("start_ns,end_ns", "1000,3000", 1_000, 2_000),
    ("endTimeMs,duration_s", "3000,2", 1_000_000_000, 2_000_000_000),
    ("@timestamp,took_ms", "1795362205687,2", 1_795_362_205_687_000_000, 2_000_000),
  ])
  func unitsAreGuessedFromNamesAndSizes(
    names: String, values: String, start: UInt64, length: UInt64
  ) {
    let reading = read("trace_id,span_id,\(names)\n\(Self.trace),b7ad6b7169203331,\(values)\n")
    #expect(reading.records.map(\.start.rawValue) == [start])
    #expect(reading.records.map(\.end.rawValue) == [start + length])
    #expect(reading.issues.map(\.kind) == [.assumption])
  }

  @Test func namesThatTheUserGivesOverrule() throws {
    let map = try ColumnMap("span_id=sid,trace_id=tid,name=what,start_us=at,duration_s=took")
    let table = "tid,sid,name,what,at,took\nt,1,x,GET,5000000,2\n"
    let lines = #"{"tid":"t","sid":1,"name":"x","what":"GET","at":5000000,"took":2}"# + "\n"
    for text in [table, lines] {
      for size in [nil, 1, 9] {
        let reading = read(text, columns: map, pieces: size)
        let span = try #require(reading.records.first)
        #expect(span.name == "GET" && span.attributes == [Attribute("name", .string("x"))])
        #expect(span.start == UnixNanos(5_000_000_000) && span.end == UnixNanos(7_000_000_000))
      }
    }
    for text in ["", "span_id", "span_id=", "id=x", "name_ms=x", "span_id=a,"] {
      #expect(throws: ColumnMap.Mistake.self, "\(text)") { try ColumnMap(text) }
    }
  }

  @Test func quotesAndLineEndsInAnyPieces() {
    let text =
      "\u{feff}\"trace id\",span-id,NAME,start,end,note\r\n"
      + "\(Self.trace),b7ad6b7169203331,\"a,\"\"b\"\"\r\n\nc\",1795362205687,1795362205688,\"\"\r\n"
      + "\r\n"
      + "\(Self.trace),b7ad6b7169203332,it\"s,1795362205687,1795362205688,\\N"
    for size in [nil, 1, 2, 7] {
      let reading = read(text, pieces: size)
      #expect(reading.records.map(\.name) == ["a,\"b\"\r\n\nc", "it\"s"])
      #expect(reading.records.allSatisfy { $0.attributes.isEmpty })
      #expect(reading.issues.map { $0.place?.line } == [2])
    }
  }

  @Test(arguments: [
    (#""ab""#, "ab"), (#""a"b"#, "ab"), (#""a"b"c""#, "abc"), (#""a""""#, "a\""),
    (#""a ""quoted"" word, and more""#, "a \"quoted\" word, and more"),
    (
      #""{'k': 'is open and longer than sixteen bytes'""#,
      "{'k': 'is open and longer than sixteen bytes'"
    ),
  ])
  func contentsOfQuotedCells(cell: String, contents: String) {
    let row = "\(Self.trace),b7ad6b7169203331,\(cell),1795362205687,1795362205688\n"
    let reading = read("trace_id,span_id,name,start,end\n" + row + row)
    #expect(reading.records.map(\.name) == [contents, contents])
  }

  /// Cells are read where they stand if they can be: what is beside them must not matter.
  @Test func cellsAreTheirContentsWhateverStandsBeside() {
    var random = SplitMix64(seed: 9)
    let letters = Array("abé,\"'{[\\;\t\n 1".unicodeScalars)
    func contents() -> String {
      var text = random.next() % 4 == 0 ? "" : "a"
      guard !text.isEmpty else { return text }
      for _ in 0..<random.next() % 24 {
        text.unicodeScalars.append(letters[Int(random.next() % UInt64(letters.count))])
      }
      return text
    }
    for _ in 0..<300 {
      let cells = (0..<6).map { _ in contents() }
      let written = cells.map { cell in
        let isBare = !cell.contains { "\",\n".contains($0) } && random.next() % 3 > 0
        return isBare ? cell : "\"" + cell.replacing("\"", with: "\"\"") + "\""
      }
      let text =
        "trace_id,span_id,start,end,c0,c1,c2,c3,c4,c5\n"
        + "\(Self.trace),b7ad6b7169203331,1,2,\(written.joined(separator: ","))\n"
      let expected = cells.enumerated().filter { !$0.element.isEmpty }
        .map { Attribute("c\($0.offset)", .string($0.element)) }
      for size in [nil, 1, 5] {
        #expect(read(text, pieces: size).records.map(\.attributes) == [expected], "\(text)")
      }
    }
  }

  @Test func aRowThatNeverEndsIsSkipped() {
    var importer = DelimitedTextImporter()
    importer.recordLimit = 200
    var batch = SpanBatch(source: SourceID(0))
    let row = "\(Self.trace),b7ad6b7169203331,1,2\n"
    let text =
      "trace_id,span_id,start,end\n" + row + "\"" + String(repeating: "x", count: 300) + "\n" + row
    for byte in text.utf8 { importer.read([byte].span, into: &batch) }
    importer.finish(into: &batch)
    #expect(batch.count == 2)
    #expect(batch.issues.map(\.kind) == [.assumption, .recordTooLong])
  }

  /// Log records have the IDs of a span as well, and a time.
  @Test func whatIsNoSpanIsNotClaimed() {
    for text in [
      #"{"trace_id":"a","span_id":"b","timestamp":1795362205,"name":"app"}"#,
      #"{"trace_id":"a","span_id":"b","level":"info","msg":"x","duration_ms":3}"#,
      #"{"trace_id":"a","duration_ms":3}"#, #"{"span_id":"a","start":3}"#,
      #"{"traceId":"a","spanId":"b","startTimeUnixNano":"3"}"#,
    ] {
      let reading = ImporterReading(text, by: JSONTextImporter.self)
      #expect(reading.records.isEmpty && reading.issues.map(\.kind) == [.unrecognizedFormat])
    }
    for text in ["trace_id,name\n", "a,b,c\n1,2,3\n", "trace_id\tlevel\n", "{\"trace_id\",span_id"]
    {
      let bytes = Array(text.utf8)
      let isClaimed = DelimitedTextImporter.sniff(bytes.span, isWhole: true)
      #expect(!isClaimed, "\(text)")
    }
    let reading = ImporterReading("a,b\n1,2\n3,4\n", by: DelimitedTextImporter.self)
    #expect(reading.issues.map(\.kind) == [.unrecognizedFormat])
  }

  /// All data is looked at once, however it is cut: a row in many pieces costs no more.
  @Test func longRowsInSmallPiecesAreReadOnce() {
    let cell = String(repeating: "x", count: 200_000)
    let text = "trace_id,span_id,start,end,a\n\(Self.trace),b7ad6b7169203331,1,2,\"\(cell)\"\n"
    let reading = read(text, pieces: 16)
    #expect(reading.records.first?.attributes.first?.value == .string(cell))
  }
}
