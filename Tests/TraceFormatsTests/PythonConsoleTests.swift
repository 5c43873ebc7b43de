import Testing
import TraceFormats
import TraceTestSupport

/// Python's console output, read from fixtures.
@Suite struct PythonConsoleTests {
  @Test func threeTracesOfATutorialProgram() throws {
    try expectReading(
      of: "python-console/opentelemetry-sdk-1.45.2/three-traces.txt",
      #"""
      resource telemetry.sdk.language="python" telemetry.sdk.name="opentelemetry" telemetry.sdk.version="1.45.2" service.instance.id="d4234492-7fae-4309-b90a-d4794c84b2ac" telemetry.auto.version="0.66b2" service.name="unknown_service:python3"
       scope ?
        a4f0b1a7250a017691c3ee23a162dd9c c6632d096cdf891c internal add
          1795362147574607000 +25000
        16b2240c9ae219a2989bbd183c4e7569 157cc83630bde900 internal subtract
          1795362147574681000 +8000
        307d41afc4282897e58232d31d48aa7d 34d00d7a0b03e831 internal add
          1795362147574716000 +7000
      ! 1:1 @0 skipped-text: 1 byte: “4”
      """#)
  }

  @Test func everyFieldWithMetricsAndOutputBetween() throws {
    try expectReading(
      of: "python-console/opentelemetry-sdk-1.45.2/rich-with-metrics.txt",
      #"""
      resource telemetry.sdk.language="python" telemetry.sdk.name="opentelemetry" telemetry.sdk.version="1.45.2" service.instance.id="bf2f712b-2f6a-4c87-b66d-5243ec692210" deployment.environment.name="test" service.version="2.0" service.name="rich" telemetry.auto.version="0.66b2"
       scope ?
        0af7651916cd43dd8448eb211c80319c 75e5ed6d91782717 < 34f7362e5809b129 client SELECT orders
          1795362177340354000 +5166000 ok ""
          state congo=t61rcWkgMzE,rojo=00f067aa0ba902b7
          db.system.name="postgresql"
          db.query.text="SELECT * FROM orders WHERE id=$1"
        0af7651916cd43dd8448eb211c80319c 7ed1bea30dc9c260 < 34f7362e5809b129 producer publish
          1795362177345659000 +36000
          state congo=t61rcWkgMzE,rojo=00f067aa0ba902b7
        0af7651916cd43dd8448eb211c80319c 24c07714db409ce1 < 34f7362e5809b129 consumer consume
          1795362177345731000 +8000
          state congo=t61rcWkgMzE,rojo=00f067aa0ba902b7
        0af7651916cd43dd8448eb211c80319c 69e3e2d5fb31545e < 34f7362e5809b129 internal charge
          1795362177345768000 +1844000 error "ValueError: card declined"
          state congo=t61rcWkgMzE,rojo=00f067aa0ba902b7
          event 1795362177347590000 exception exception.type="ValueError" exception.message="card declined" exception.stacktrace="Traceback (most recent call last):\n  File "/app/wire-venv/lib/python3.11/site-packages/opentelemetry/trace/__init__.py", line 602, in use_span\n    yield span\n  File "/app/wire-venv/lib/python3.11/site-packages/opentelemetry/sdk/trace/__init__.py", line 1136, in start_as_current_span\n    yield span\n  File "/app/reports/samples/otel-python/rich.py", line 26, in <module>\n    raise ValueError("card declined")\nValueError: card declined\n" exception.escaped="False"
        0af7651916cd43dd8448eb211c80319c 34f7362e5809b129 < 00f067aa0ba902b7 server GET /orders/{id}
          1795362177340179000 +7478000 error "charge failed"
          state congo=t61rcWkgMzE,rojo=00f067aa0ba902b7
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
          event 1795362177340203000 cache.miss key="o:7"
          link 11111111111111112222222222222222 3333333333333333 why="batch"
        687f3b1b58a292fe852bc8da45afb374 030f812983850d9e internal tiny
          1795362177347722000 +11000
        f61ad5a5485cd23dc1105916dac92423 7fb50d8b07469272 internal tiny
          1795362177347758000 +7000
        a65672c9856d0b4cbc273a2680a30cde 0cd6c6ab457b9b7d internal tiny
          1795362177347800000 +8000
      ! 1:1 @0 skipped-text: 29 bytes: “starting {not json}\npublished”
      ! 3:1 @30 other-signal: metrics or logs
      """#)
  }

  @Test func anOldSDKHasAFlatResource() throws {
    try expectReading(
      of: "python-console/opentelemetry-sdk-1.0.0/error-and-event.txt",
      #"""
      resource telemetry.sdk.language="python" telemetry.sdk.name="opentelemetry" telemetry.sdk.version="1.0.0" service.name="old"
       scope ?
        035690517f045478a09ab86f94fb93c2 8cd69336f1b95117 < 2bddef9ce5c2d6c3 internal child
          1795364236525827000 +993000 error "ValueError: boom"
          event 1795364236526794000 exception exception.type="ValueError" exception.message="boom" exception.stacktrace="Traceback (most recent call last):\n  File "/app/wire/ov-1.0.0/lib/python3.11/site-packages/opentelemetry/trace/__init__.py", line 462, in use_span\n    yield span\n  File "/app/wire/ov-1.0.0/lib/python3.11/site-packages/opentelemetry/sdk/trace/__init__.py", line 879, in start_as_current_span\n    yield span_context\n  File "/app/wire/old.py", line 12, in <module>\n    with t.start_as_current_span("child"): raise ValueError("boom")\n                                           ^^^^^^^^^^^^^^^^^^^^^^^^\nValueError: boom\n" exception.escaped="False"
        035690517f045478a09ab86f94fb93c2 2bddef9ce5c2d6c3 server parent
          1795364236525725000 +1434000
          a=1
          event 1795364236525768000 ev k="v"
      """#)
  }

  @Test func valuesThatJSONDoesNotKnow() throws {
    try expectReading(
      of: "python-console/damaged/values.txt",
      #"""
      resource service.name="shop" nan=nand
       scope ?
        0af7651916cd43dd8448eb211c80319c 0000000000000001 internal span 1
          1795362177340354000 +5166000
          nan=nand
          inf=infd
          ninf=-infd
          big=1e+20d
          int=9007199254740993
          f=1.0d
          uni="😀 été"
          l=[1, 2.5d, empty, true, "x"]
          deep={a=[{b=[]}]}
          link 11111111111111112222222222222222 3333333333333333 state a=b why="x"
      ! 19:16 @488 number-out-of-range: “100000000000000000000” does not fit 64 bits; kept as a double
      """#)
  }

  @Test func wrongTypesCostOnlyTheirField() throws {
    try expectReading(
      of: "python-console/damaged/wrong-types.txt",
      #"""
      resource
       scope ?
        0af7651916cd43dd8448eb211c80319c 0000000000000001 unspecified span 1
          0 +0
          event 0 e
      resource service.name="shop"
       scope ?
        00000000000000000000000000000000 0000000000000000 unspecified span 2
          0 +0
          state odd
        00000000000000000000000000000000 0000000000000000 internal span 3
          1795362177340354000 +5166000
      ! 8:14 @188 unexpected-type: no span kind: “SpanKind.ODD”
      ! 10:20 @245 invalid-time: expected an ISO 8601 time, found “yesterday”
      ! 11:16 @272 invalid-time: expected an ISO 8601 time
      ! 13:25 @316 unexpected-type: no status code: “ODD”
      ! 22:9 @484 unexpected-type: expected an object; left out
      ! 30:22 @597 invalid-id: no trace ID: “0x00”
      ! 31:21 @624 invalid-id: the span ID is zero
      ! 34:13 @693 unexpected-type: expected a string; left out
      ! 35:19 @714 invalid-id: no parent span ID: “0x1”
      ! 38:15 @780 unexpected-type: expected an object; left out
      ! 52:21 @1025 invalid-id: expected the trace ID as a string
      ! 49:1 @964 invalid-id: the span has no span ID
      """#)
  }

  @Test func textGluedToSpans() throws {
    try expectReading(
      of: "python-console/damaged/glued-text.txt",
      #"""
      resource service.name="shop"
       scope ?
        0af7651916cd43dd8448eb211c80319c 0000000000000001 internal span 1
          1795362177340354000 +5166000
        0af7651916cd43dd8448eb211c80319c 0000000000000002 internal span 2
          1795362177340354000 +5166000
        0af7651916cd43dd8448eb211c80319c 0000000000000003 internal span 3
          1795362177340354000 +5166000
        0af7651916cd43dd8448eb211c80319c 0000000000000004 internal span 4
          1795362177340354000 +5166000
      ! 1:1 @0 skipped-text: 11 bytes: “progress...”
      ! 25:1 @571 skipped-text: 12 bytes: “set {1, 2} {”
      ! 49:2 @1142 skipped-text: 19 bytes: “done {"json": true}”
      ! 73:1 @1721 skipped-text: 47 bytes: “Traceback (most recent call last):\n  File "{x}"”
      """#)
  }

  @Test func aBadObjectAmongGoodOnes() throws {
    try expectReading(
      of: "python-console/damaged/bad-object-among-good.txt",
      #"""
      resource service.name="shop"
       scope ?
        0af7651916cd43dd8448eb211c80319c 0000000000000001 internal span 1
          1795362177340354000 +5166000
        0af7651916cd43dd8448eb211c80319c 0000000000000005 internal span 5
          1795362177340354000 +5166000
      ! 33:6 @770 malformed-record: expected ',' or '}' after object member; skipped to the next object
      ! 63:22 @1518 malformed-record: expected ',' or '}' after object member; skipped to the next object
      ! 81:22 @1908 malformed-record: expected ',' or '}' after object member; skipped to the next object
      """#)
  }

  @Test func logsBetweenSpans() throws {
    try expectReading(
      of: "python-console/damaged/logs-between.txt",
      #"""
      resource service.name="shop"
       scope ?
        0af7651916cd43dd8448eb211c80319c 0000000000000001 internal span 1
          1795362177340354000 +5166000
        0af7651916cd43dd8448eb211c80319c 0000000000000002 internal span 2
          1795362177340354000 +5166000
      ! 25:1 @559 other-signal: metrics or logs
      """#)
  }

  @Test func theEndIsMissing() throws {
    try expectReading(
      of: "python-console/damaged/truncated.txt",
      #"""
      resource service.name="shop"
       scope ?
        0af7651916cd43dd8448eb211c80319c 0000000000000001 internal span 1
          1795362177340354000 +5166000
      ! 25:1 @559 truncated-input: the input ends inside an object
      """#)
  }
}
