import Testing
import TraceFormats
import TraceModel
import TraceTestSupport

/// OTLP protobuf, read from fixtures.
@Suite struct OTLPProtobufTests {
  @Test func threeTraces() throws {
    try expectReading(
      of: "otlp-protobuf/opentelemetry-python-1.45.2/three.pb",
      #"""
      resource telemetry.sdk.language="python" telemetry.sdk.name="opentelemetry" telemetry.sdk.version="1.45.2" service.instance.id="6e9eae68-f7ac-478e-a0a5-6689851c91f6" telemetry.auto.version="0.66b2" service.name="unknown_service:python3"
       scope aa.tracer
        42390dba0f321d7c6e4243ecc07beb24 c2383dc732de053e internal add
          1795362204053480182 +27151
          flags 256
        16db8d4084828146ea8a432da95bc8ec a91b643af3fab626 internal subtract
          1795362204053557320 +8660
          flags 256
        8649ee7d83482ea193ac461675895a84 302a124bc6dbb029 internal add
          1795362204053599943 +12431
          flags 256
      """#)
  }

  @Test func valuesOfEveryForm() throws {
    try expectReading(
      of: "otlp-protobuf/damaged/values.pb",
      #"""
      resource service.name="shop" schema https://example.test/resource
       scope lib
        0af7651916cd43dd8448eb211c80319c 0000000000000001 server span 1
          1795362205687500001 +100000 error "first"
          state x=y
          flags 257
          dropped 1 2 4294967295
          v0="caf�"
          v1=true
          v2=-5
          v3=0.25d
          v4=["a", 1]
          v5={k=[]}
          v6=bytes[0, 255]
          v7=empty
          v8=7
          event 5 ev e="1" dropped 2
          link 0af7651916cd43dd8448eb211c80319c 3132333435363738 state a=b flags 768 l="1" dropped 3
      ! @108 invalid-utf8: in a string; its bytes are kept
      ! @329 number-out-of-range: expected 32 bits; cut to the largest
      """#)
  }

  @Test func wrongIDs() throws {
    try expectReading(
      of: "otlp-protobuf/damaged/wrong-ids.pb",
      #"""
      resource service.name="shop"
       scope lib
        00000000000000000000000000000000 0000000000000001 server span 1
          1795362205687500001 +100000
        00000000000000008448eb211c80319c 0000000000000002 server span 2
          1795362205687500002 +100000
        00000000000000000000000000000000 0000000000000003 server span 3
          1795362205687500003 +100000
        00000000000000000000000000000000 0000000000000004 server span 4
          1795362205687500004 +100000
        0af7651916cd43dd8448eb211c80319c 0000000000000000 server span 5
          1795362205687500005 +100000
        0af7651916cd43dd8448eb211c80319c 0000000000000000 server span 6
          1795362205687500006 +100000
        0af7651916cd43dd8448eb211c80319c 0000000000000007 server span 7
          1795362205687500007 +100000
        0af7651916cd43dd8448eb211c80319c 0000000000000008 server span 8
          1795362205687500008 +100000
        0af7651916cd43dd8448eb211c80319c 0000000000000009 server span 9
          1795362205687500009 +100000
      ! @43 invalid-id: expected 16 bytes of trace ID, found 0
      ! @135 invalid-id: expected 16 bytes of trace ID, found 5
      ! @182 invalid-id: the trace ID is zero
      ! @258 invalid-id: expected 8 bytes of span ID, found 0
      ! @308 invalid-id: the span ID is zero
      ! @532 invalid-id: expected 8 bytes of parent span ID, found 3
      """#)
  }

  @Test func unknownFields() throws {
    try expectReading(
      of: "otlp-protobuf/damaged/unknown-fields.pb",
      #"""
      resource service.name="shop"
       scope lib
        0af7651916cd43dd8448eb211c80319c 0000000000000001 server span 1
          1795362205687500001 +100000
        0af7651916cd43dd8448eb211c80319c 0000000000000002 server span 2
          1795362205687500002 +100000
      ! @199 unexpected-type: field 5 has wire type 0; left out
      ! @202 unexpected-type: field 16 has wire type 0; left out
      """#)
  }

  @Test func resourceBehindItsSpans() throws {
    try expectReading(
      of: "otlp-protobuf/damaged/resource-behind-spans.pb",
      #"""
      resource service.name="shop"
       scope lib schema https://example.test/scope
        0af7651916cd43dd8448eb211c80319c 0000000000000001 server span 1
          1795362205687500001 +100000
       scope lib
        0af7651916cd43dd8448eb211c80319c 0000000000000002 server span 2
          1795362205687500002 +100000
      """#)
  }

  @Test func aBadSpanAmongGoodOnes() throws {
    try expectReading(
      of: "otlp-protobuf/damaged/bad-span-among-good.pb",
      #"""
      resource service.name="shop"
       scope lib
        0af7651916cd43dd8448eb211c80319c 0000000000000001 server span 1
          1795362205687500001 +100000
        0af7651916cd43dd8448eb211c80319c 0000000000000003 server span 3
          1795362205687500003 +100000
        0af7651916cd43dd8448eb211c80319c 0000000000000004 server span 4
          1795362205687500004 +100000
      ! @118 malformed-record: expected a field that ends inside its message; skipped
      ! @199 malformed-record: expected a wire type from 0 to 5; skipped
      """#)
  }

  @Test func zerosBehindTheMessage() throws {
    try expectReading(
      of: "otlp-protobuf/damaged/broken-tail.pb",
      #"""
      resource service.name="shop"
       scope lib
        0af7651916cd43dd8448eb211c80319c 0000000000000001 server span 1
          1795362205687500001 +100000
      ! @95 malformed-record: expected a field number above 0; the rest of the message is skipped
      """#)
  }

  @Test func aLengthBeyondItsMessage() throws {
    try expectReading(
      of: "otlp-protobuf/damaged/length-beyond-message.pb",
      #"""
      resource service.name="shop"
       scope lib
        0af7651916cd43dd8448eb211c80319c 0000000000000002 server span 2
          1795362205687500002 +100000
      ! @29 malformed-record: expected a field that ends inside its message; skipped
      """#)
  }

  @Test func theEndIsMissing() throws {
    try expectReading(
      of: "otlp-protobuf/damaged/truncated.pb",
      #"""
      resource service.name="shop"
       scope lib
        0af7651916cd43dd8448eb211c80319c 0000000000000001 server span 1
          1795362205687500001 +100000
        0af7651916cd43dd8448eb211c80319c 0000000000000002 server span 2
          1795362205687500002 +100000
      ! @155 truncated-input: the input ends inside a message
      """#)
  }

  @Test func aBadMessageAmongGoodOnes() throws {
    try expectReading(
      of: "otlp-protobuf-frames/damaged/bad-message-among-good.proto",
      #"""
      resource service.name="shop"
       scope lib
        0af7651916cd43dd8448eb211c80319c 0000000000000001 server span 1
          1795362205687500001 +100000
        0af7651916cd43dd8448eb211c80319c 0000000000000003 server span 3
          1795362205687500003 +100000
      ! @189 malformed-record: expected more: the message is cut short; skipped
      """#)
  }

  /// Found by fuzzing: the input was said to end there.
  @Test func aMessageThatIsCutAmongGoodOnes() throws {
    try expectReading(
      of: "otlp-protobuf-frames/damaged/message-cut-among-good.proto",
      #"""
      resource service.name="shop"
       scope lib
        0af7651916cd43dd8448eb211c80319c 0000000000000001 server span 1
          1795362205687500001 +100000
        0af7651916cd43dd8448eb211c80319c 0000000000000001 server span 2
          1795362205687500001 +100000
        0af7651916cd43dd8448eb211c80319c 0000000000000003 server span 3
          1795362205687500003 +100000
      ! @198 malformed-record: the message ends inside a field; left out
      """#)
  }

  @Test func aCompressedMessage() throws {
    try expectReading(
      of: "otlp-protobuf-frames/damaged/compressed-later.proto",
      #"""
      resource service.name="shop"
       scope lib
        0af7651916cd43dd8448eb211c80319c 0000000000000001 server span 1
          1795362205687500001 +100000
      ! @99 unrecognized-format: a message compressed with zstd behind others that are not; the rest was not read
      """#)
  }

  @Test func theLastMessageIsCut() throws {
    try expectReading(
      of: "otlp-protobuf-frames/damaged/truncated.proto",
      #"""
      resource service.name="shop"
       scope lib
        0af7651916cd43dd8448eb211c80319c 0000000000000001 server span 1
          1795362205687500001 +100000
        0af7651916cd43dd8448eb211c80319c 0000000000000002 server span 2
          1795362205687500002 +100000
      ! @199 truncated-input: the input ends inside a message
      """#)
  }

  @Test func theLastLengthIsCut() throws {
    try expectReading(
      of: "otlp-protobuf-frames/damaged/truncated-length.proto",
      #"""
      resource service.name="shop"
       scope lib
        0af7651916cd43dd8448eb211c80319c 0000000000000001 server span 1
          1795362205687500001 +100000
      ! @99 truncated-input: the input ends inside a message's length
      """#)
  }

  /// What stands behind a message is not looked at to tell whether it is compressed.
  @Test func theSignOfCompressionMustLieInTheMessage() {
    let bytes: [UInt8] = [0, 0, 0, 2, 0x28, 0xb5, 0x2f, 0xfd, 0, 0]
    let whole = ImporterReading(bytes, by: OTLPProtobufFramesImporter.self)
    #expect(whole.issues.allSatisfy { $0.kind != .unrecognizedFormat })
    for size in 1...9 {
      #expect(ImporterReading(bytes, by: OTLPProtobufFramesImporter.self, pieces: size) == whole)
    }
  }
}
