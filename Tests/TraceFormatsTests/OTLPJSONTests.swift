import Testing
import TraceFormats
import TraceTestSupport

/// OTLP JSON, read from fixtures.
@Suite struct OTLPJSONTests {
  @Test func threeTraces() throws {
    try expectReading(
      of: "otlp-json/opentelemetry-python-1.45.2/three.json",
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

  @Test func everyField() throws {
    try expectReading(
      of: "otlp-json/opentelemetry-python-1.45.2/rich.json",
      #"""
      resource telemetry.sdk.language="python" telemetry.sdk.name="opentelemetry" telemetry.sdk.version="1.45.2" service.instance.id="83062e3e-c14d-44ae-94d9-354ba4b548c2" deployment.environment.name="test" service.version="2.0" service.name="rich" telemetry.auto.version="0.66b2"
       scope rich.tracer 1.2.3 scope.attr="v" schema https://opentelemetry.io/schemas/1.27.0
        0af7651916cd43dd8448eb211c80319c a76cf66a9191a6a2 < 7ba82b61e8a8fc6d client SELECT orders
          1795362205687531330 +5262055 ok ""
          state congo=t61rcWkgMzE,rojo=00f067aa0ba902b7
          flags 256
          db.system.name="postgresql"
          db.query.text="SELECT * FROM orders WHERE id=$1"
        0af7651916cd43dd8448eb211c80319c 715ffd497b76b595 < 7ba82b61e8a8fc6d producer publish
          1795362205692981769 +39673
          state congo=t61rcWkgMzE,rojo=00f067aa0ba902b7
          flags 256
        0af7651916cd43dd8448eb211c80319c d7beb2fe7a7eec3e < 7ba82b61e8a8fc6d consumer consume
          1795362205693063231 +9542
          state congo=t61rcWkgMzE,rojo=00f067aa0ba902b7
          flags 256
        0af7651916cd43dd8448eb211c80319c ce9db3c37dec7d5f < 7ba82b61e8a8fc6d internal charge
          1795362205693109465 +939420 error "ValueError: card declined"
          state congo=t61rcWkgMzE,rojo=00f067aa0ba902b7
          flags 256
          event 1795362205694029751 exception exception.type="ValueError" exception.message="card declined" exception.stacktrace="Traceback (most recent call last):\n  File "/app/wire-venv/lib/python3.11/site-packages/opentelemetry/trace/__init__.py", line 602, in use_span\n    yield span\n  File "/app/wire-venv/lib/python3.11/site-packages/opentelemetry/sdk/trace/__init__.py", line 1136, in start_as_current_span\n    yield span\n  File "/app/reports/samples/otel-python/rich.py", line 26, in <module>\n    raise ValueError("card declined")\nValueError: card declined\n" exception.escaped="False"
        0af7651916cd43dd8448eb211c80319c 7ba82b61e8a8fc6d < 00f067aa0ba902b7 server GET /orders/{id}
          1795362205687431050 +6648027 error "charge failed"
          state congo=t61rcWkgMzE,rojo=00f067aa0ba902b7
          flags 768
          http.request.method="GET"
          url.path="/orders/7"
          http.response.status_code=500
          big=9007199254740993
          neg=-5
          ratio=0.25d
          ok=true
          uni="été 日本 \u{202e}"
          list.s=["a", "b"]
          list.i=[1, 2]
          list.f=[1.5d]
          list.b=[true, false]
          empty=[]
          nl="a\nb"
          event 1795362205687460456 cache.miss key="o:7"
          link 11111111111111112222222222222222 3333333333333333 flags 768 why="batch"
        6c68aa5bb4647a7574f41e0af67ac382 dfbc48cab49e0da8 internal tiny
          1795362205694130681 +8610
          flags 256
        48ab179e9718c5c2c8063542a563fc12 7a058fd0e5181e8a internal tiny
          1795362205694166007 +6481
          flags 256
        3eb8217b4ee9746056d802b0350adcd3 26b74f993cc4e386 internal tiny
          1795362205694208413 +7335
          flags 256
      """#)
  }

  @Test func valuesOfEveryForm() throws {
    try expectReading(
      of: "otlp-json/damaged/values.json",
      #"""
      resource service.name="shop"
       scope lib
        0af7651916cd43dd8448eb211c80319c 0000000000000001 server span 1
          1795362205687500001 +100000
          v0=1e+20d
          v1=9.223372036854776e+18d
          v2=-9223372036854775808
          v3=-9007199254740993
          v4=3
          v5=2.5d
          v6="many"
          v7=true
          v8=nand
          v9=-infd
          v10=nand
          v11=7.0d
          v12=1e-07d
          v13=infd
          v14="true"
          v15=5
          v16=bytes[0, 255]
          v17="%%"
          v18=empty
          v19=[]
          v20={a=false, b=1}
          v21="plain"
          v22=[1, {x=empty}]
          v23=empty
          v24="first"
          v25=empty
          v26=empty
          no value=empty
          =1
          turned=2
      ! 1:376 @375 number-out-of-range: “1e20” is no 64-bit integer; kept as a double
      ! 1:416 @415 number-out-of-range: “9223372036854775808” is no 64-bit integer; kept as a double
      ! 1:618 @617 number-out-of-range: “2.5” is no 64-bit integer; kept as a double
      ! 1:657 @656 unexpected-type: expected an integer; kept as it is
      ! 1:697 @696 unexpected-type: expected another type; kept as it is
      ! 1:1001 @1000 unexpected-type: expected another type; kept as it is
      ! 1:1046 @1045 unexpected-type: expected another type; kept as it is
      ! 1:1130 @1129 unexpected-type: expected base64; kept as it is
      ! 1:1323 @1322 unexpected-type: expected an object; left out
      ! 1:1350 @1349 unexpected-type: expected an object with a typed value; read as plain JSON
      ! 1:1380 @1379 unexpected-type: expected an object with a typed value; read as plain JSON
      ! 1:1650 @1649 unexpected-type: expected an object; left out
      """#)
  }

  @Test func numbersOfEveryForm() throws {
    try expectReading(
      of: "otlp-json/damaged/numbers.json",
      #"""
      resource service.name="shop"
       scope ?
        0af7651916cd43dd8448eb211c80319c 0000000000000001 client ·
          1795362205687531330 +0
          flags 257
          dropped 4294967295 0 2
        0af7651916cd43dd8448eb211c80319c 0000000000000002 unspecified ·
          0 +0
        0af7651916cd43dd8448eb211c80319c 0000000000000003 unspecified ·
          0 +0
          event 0 ·
        00000000000000000000000000000000 0000000000000000 unspecified ·
          0 +0
      ! 1:331 @330 number-out-of-range: expected 32 bits; cut to the largest
      ! 1:363 @362 unexpected-type: expected a number; left out
      ! 2:96 @486 invalid-time: expected nanoseconds, found “soon”
      ! 2:120 @510 invalid-time: expected nanoseconds, found “-5”
      ! 2:130 @520 number-out-of-range: no span kind: “9”
      ! 2:149 @539 number-out-of-range: no status code: “7”
      ! 2:160 @550 unexpected-type: expected a number; left out
      ! 3:95 @649 invalid-time: expected a number of nanoseconds
      ! 3:117 @671 invalid-time: expected nanoseconds, found “18446744073709551616”
      ! 3:147 @701 unexpected-type: no span kind: “SPAN_KIND_ODD”
      ! 3:180 @734 unexpected-type: no status code: “STATUS_CODE_ODD”
      ! 3:224 @778 invalid-time: expected a number of nanoseconds
      ! 3:230 @784 unexpected-type: expected an object; left out
      ! 3:241 @795 unexpected-type: expected an array; left out
      ! 3:257 @811 unexpected-type: expected an array; left out
      ! 3:271 @825 unexpected-type: expected a string; left out
      ! 3:286 @840 unexpected-type: expected an object; left out
      ! 4:12 @855 invalid-id: expected the trace ID as a string
      ! 4:26 @869 invalid-id: expected the span ID as a string
      """#)
  }

  @Test func wrongIDs() throws {
    try expectReading(
      of: "otlp-json/damaged/wrong-ids.jsonl",
      #"""
      resource service.name="shop"
       scope lib
        00000000000000000000000000000000 0000000000000001 server span 1
          1795362205687500001 +100000
        00000000000000000000000000000000 0000000000000002 server span 2
          1795362205687500002 +100000
        00000000000000008448eb211c80319c 0000000000000003 server span 3
          1795362205687500003 +100000
        00000000000000000000000000000000 0000000000000004 server span 4
          1795362205687500004 +100000
        00000000000000000000000000000000 0000000000000005 server span 5
          1795362205687500005 +100000
        0af7651916cd43dd8448eb211c80319c 0000000000000006 server span 6
          1795362205687500006 +100000
        0af7651916cd43dd8448eb211c80319c 0000000000000007 server span 7
          1795362205687500007 +100000
        0af7651916cd43dd8448eb211c80319c 0000000000000008 server span 8
          1795362205687500008 +100000
        00000000000000000000000000000000 0000000000000000 unspecified no ids
          0 +0
        0af7651916cd43dd8448eb211c80319c 0000000000000000 server span 10
          1795362205687500010 +100000
        0af7651916cd43dd8448eb211c80319c 0000000000000000 server span 11
          1795362205687500011 +100000
        0af7651916cd43dd8448eb211c80319c 000000000000000c server span 12
          1795362205687500012 +100000
      ! 1:161 @160 invalid-id: the trace ID is empty
      ! 1:311 @310 invalid-id: the trace ID is zero
      ! 1:659 @658 invalid-id: no trace ID: “0af7”
      ! 1:813 @812 invalid-id: no trace ID: “zaf7651916cd43dd8448eb211c80319c”
      ! 1:1596 @1595 invalid-id: no parent span ID: “123”
      ! 1:1602 @1601 invalid-id: the span has no trace ID
      ! 1:1602 @1601 invalid-id: the span has no span ID
      ! 1:1675 @1674 invalid-id: expected the span ID as a string
      ! 1:1843 @1842 invalid-id: the span ID is zero
      """#)
  }

  @Test func unknownMembers() throws {
    try expectReading(
      of: "otlp-json/damaged/unknown-members.json",
      #"""
      resource service.name="shop"
       scope ?
        0af7651916cd43dd8448eb211c80319c 0000000000000001 unspecified a
          0 +0
      ! 1:229 @228 unexpected-type: expected a string; left out
      ! 1:314 @313 malformed-record: expected an object; skipped
      ! 1:350 @349 unexpected-type: expected an array; left out
      ! 1:393 @392 unexpected-type: expected an array; left out
      ! 1:398 @397 malformed-record: expected an object; skipped
      """#)
  }

  @Test func duplicateKeys() throws {
    try expectReading(
      of: "otlp-json/damaged/duplicate-keys.json",
      #"""
      resource service.name="shop"
       scope lib
        0af7651916cd43dd8448eb211c80319c 0000000000000001 client second
          1795362205687500001 +100000
          a=1
          b=3
      """#)
  }

  @Test func escapedKeysAndOddEscapes() throws {
    try expectReading(
      of: "otlp-json/damaged/escaped-keys.json",
      #"""
      resource service.name="shop"
       scope lib
        0af7651916cd43dd8448eb211c80319c 0000000000000001 server 😀 � x � é \q \u12 /
          1795362205687500001 +100000
      ! 1:1 @0 skipped-text: 25 bytes: “{"resource\u0053pans":[]}”
      """#)
  }

  @Test func controlCharactersInEveryString() throws {
    try expectReading(
      of: "otlp-json/damaged/control-characters.jsonl",
      #"""
      resource service.name\u{1b}[31m\u{0}\u{7}\u{202e}\u{d}\n\u{1b}[2J\u{7}\u{1}\u{7f}="shop\u{1b}[31m\u{0}\u{7}\u{202e}\u{d}\n\u{1b}[2J\u{7}\u{1}\u{7f}" schema S
       scope lib\u{1b}[31m\u{0}\u{7}\u{202e}\u{d}\n\u{1b}[2J\u{7}\u{1}\u{7f} 1\u{1b}[31m\u{0}\u{7}\u{202e}\u{d}\n\u{1b}[2J\u{7}\u{1}\u{7f} schema S\u{1b}[31m\u{0}\u{7}\u{202e}\u{d}\n\u{1b}[2J\u{7}\u{1}\u{7f}
        0af7651916cd43dd8448eb211c80319c 0000000000000001 server name\u{1b}[31m\u{0}\u{7}\u{202e}\u{d}\n\u{1b}[2J\u{7}\u{1}\u{7f}
          1795362205687500001 +100000 error "bad\u{1b}[31m\u{0}\u{7}\u{202e}\u{d}\n\u{1b}[2J\u{7}\u{1}\u{7f}"
          state a=b\u{1b}[31m\u{0}\u{7}\u{202e}\u{d}\n\u{1b}[2J\u{7}\u{1}\u{7f}
          k\u{1b}[31m\u{0}\u{7}\u{202e}\u{d}\n\u{1b}[2J\u{7}\u{1}\u{7f}="v\u{1b}[31m\u{0}\u{7}\u{202e}\u{d}\n\u{1b}[2J\u{7}\u{1}\u{7f}"
          n=["e\u{1b}[31m\u{0}\u{7}\u{202e}\u{d}\n\u{1b}[2J\u{7}\u{1}\u{7f}"]
          event 1 ev\u{1b}[31m\u{0}\u{7}\u{202e}\u{d}\n\u{1b}[2J\u{7}\u{1}\u{7f} a\u{1b}[31m\u{0}\u{7}\u{202e}\u{d}\n\u{1b}[2J\u{7}\u{1}\u{7f}="b\u{1b}[31m\u{0}\u{7}\u{202e}\u{d}\n\u{1b}[2J\u{7}\u{1}\u{7f}"
          link 11111111111111112222222222222222 3333333333333333 state l\u{1b}[31m\u{0}\u{7}\u{202e}\u{d}\n\u{1b}[2J\u{7}\u{1}\u{7f}
      """#)
  }

  @Test func invalidUTF8() throws {
    try expectReading(
      of: "otlp-json/damaged/invalid-utf8.jsonl",
      #"""
      resource service.name="shop"
       scope lib
        0af7651916cd43dd8448eb211c80319c 0000000000000001 server caf�
          1795362205687500001 +100000
          k="���"
          l="���"
        0af7651916cd43dd8448eb211c80319c 0000000000000002 server span 2
          1795362205687500002 +100000
      ! 1:231 @230 invalid-utf8: in a string; its bytes are kept
      """#)
  }

  @Test func resourceBehindItsSpans() throws {
    try expectReading(
      of: "otlp-json/damaged/resource-behind-spans.jsonl",
      #"""
      resource service.name="shop" schema https://example.test/resource
       scope lib schema https://example.test/scope
        0af7651916cd43dd8448eb211c80319c 0000000000000001 server span 1
          1795362205687500001 +100000
        0af7651916cd43dd8448eb211c80319c 0000000000000002 server span 2
          1795362205687500002 +100000
       scope lib2
        0af7651916cd43dd8448eb211c80319c 0000000000000003 server span 3
          1795362205687500003 +100000
      resource service.name="shop"
       scope lib
        0af7651916cd43dd8448eb211c80319c 0000000000000004 server span 4
          1795362205687500004 +100000
      """#)
  }
}
