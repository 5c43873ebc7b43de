import Testing
import TraceFormats
import TraceTestSupport

/// OTLP JSON with broken syntax, read from fixtures.
@Suite struct OTLPJSONDamageTests {
  @Test func aBadSpanAmongGoodOnes() throws {
    try expectReading(
      of: "otlp-json/damaged/bad-span-among-good.jsonl",
      #"""
      resource service.name="shop"
       scope lib
        0af7651916cd43dd8448eb211c80319c 0000000000000001 server span 1
          1795362205687500001 +100000
        0af7651916cd43dd8448eb211c80319c 0000000000000003 server span 3
          1795362205687500003 +100000
        0af7651916cd43dd8448eb211c80319c 0000000000000004 server span 4
          1795362205687500004 +100000
        0af7651916cd43dd8448eb211c80319c 0000000000000005 server span 5
          1795362205687500005 +100000
      ! 1:342 @341 malformed-record: expected ':' after object key; skipped
      ! 2:331 @923 malformed-record: expected an object; skipped
      ! 2:343 @935 malformed-record: expected an object; skipped
      """#)
  }

  @Test func aBadLineAmongGoodOnes() throws {
    try expectReading(
      of: "otlp-json/damaged/bad-line-among-good.jsonl",
      #"""
      resource service.name="shop"
       scope lib
        0af7651916cd43dd8448eb211c80319c 0000000000000001 server span 1
          1795362205687500001 +100000
        0af7651916cd43dd8448eb211c80319c 0000000000000004 server span 4
          1795362205687500004 +100000
      ! 2:149 @484 malformed-record: expected a value; skipped to the next object
      """#)
  }

  @Test func aLostQuote() throws {
    try expectReading(
      of: "otlp-json/damaged/lost-quote.jsonl",
      #"""
      resource service.name="shop"
       scope lib
        0af7651916cd43dd8448eb211c80319c 0000000000000001 server span 1
          1795362205687500001 +100000
        0af7651916cd43dd8448eb211c80319c 0000000000000004 server span 4
          1795362205687500004 +100000
      ! 2:239 @574 malformed-record: expected ',' or '}' after object member; skipped to the next object
      """#)
  }

  /// Found by mutation: where such a value was cut by the end of a piece, nothing was said of it.
  @Test func whatShouldBeAListIsSaidWhereItBegins() throws {
    let text = #"""
      {"resourceSpans":[{"scopeSpans":{"a":[1,2]},"schemaUrl":""},{"scopeSpans":[{"spans":"b
      """#
    for size in 1...text.utf8.count {
      let reading = ImporterReading(text, by: JSONTextImporter.self, pieces: size)
      #expect(
        reading.text == """
          ! 1:33 @32 unexpected-type: expected an array; left out
          ! 1:85 @84 unexpected-type: expected an array; left out
          ! 1:87 @86 truncated-input: the input ends inside an OTLP object
          """)
    }
  }

  @Test func linesThatWereCut() throws {
    try expectReading(
      of: "otlp-json/damaged/cut-lines.jsonl",
      #"""
      resource service.name="shop"
       scope lib
        0af7651916cd43dd8448eb211c80319c 0000000000000001 server span 1
          1795362205687500001 +100000
        0af7651916cd43dd8448eb211c80319c 0000000000000005 server span 5
          1795362205687500005 +100000
        0af7651916cd43dd8448eb211c80319c 0000000000000006 server span 6
          1795362205687500006 +100000
        0af7651916cd43dd8448eb211c80319c 0000000000000007 server span 7
          1795362205687500007 +100000
      ! 3:1 @537 malformed-record: expected '"' before the line that begins with '{'; skipped to the next object
      ! 4:1 @834 malformed-record: expected '"' before the line that begins with '{'; skipped to the next object
      ! 6:19 @1207 malformed-record: expected the end of an object before the next one begins
      """#)
  }

  @Test func otherSignals() throws {
    try expectReading(
      of: "otlp-json/damaged/other-signals.jsonl",
      #"""
      resource service.name="shop"
       scope lib
        0af7651916cd43dd8448eb211c80319c 0000000000000001 server span 1
          1795362205687500001 +100000
        0af7651916cd43dd8448eb211c80319c 0000000000000002 server span 2
          1795362205687500002 +100000
      ! 1:1 @0 other-signal: metrics or logs
      ! 3:1 @378 other-signal: metrics or logs
      """#)
  }

  @Test func anArrayThatIsNotClosed() throws {
    try expectReading(
      of: "otlp-json/damaged/truncated-array.json",
      #"""
      resource service.name="shop"
       scope lib
        0af7651916cd43dd8448eb211c80319c 0000000000000001 server span 1
          1795362205687500001 +100000
      ! 3:1 @341 truncated-input: the input ends inside an array
      """#)
  }

  @Test func aByteOrderMark() throws {
    try expectReading(
      of: "otlp-json/damaged/byte-order-mark.json",
      #"""
      resource service.name="shop"
       scope lib
        0af7651916cd43dd8448eb211c80319c 0000000000000001 server span 1
          1795362205687500001 +100000
      """#)
  }

  @Test func oldNamesOfScopes() throws {
    try expectReading(
      of: "otlp-json/damaged/instrumentation-library.json",
      #"""
      resource telemetry.sdk.language="python" telemetry.sdk.name="opentelemetry" telemetry.sdk.version="1.45.2" service.instance.id="46904740-a557-4e5d-8e89-b25b9078d786" service.name="aa" telemetry.auto.version="0.66b2"
       scope aa.tracer
        9249baec9b0435c28236e29b95ea1c34 e6e8b4f0a0dcc77c < 8494451ea7baf009 internal add
          1795362204969138611 +15565
          flags 256
        9249baec9b0435c28236e29b95ea1c34 4d0a10165950c25d < 8494451ea7baf009 internal subtract
          1795362204969202535 +6132
          flags 256
        9249baec9b0435c28236e29b95ea1c34 ebd9d465ec75cfa0 < 8494451ea7baf009 internal add
          1795362204969239570 +9058
          flags 256
        9249baec9b0435c28236e29b95ea1c34 8494451ea7baf009 internal addsubtract
          1795362204969082296 +210382
          flags 256
      """#)
  }
}
