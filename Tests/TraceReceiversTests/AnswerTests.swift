import Testing
import TraceModel
import TraceTestSupport

@testable import TraceReceivers

/// What HTTP/1.1 requests are answered with.
@Suite struct AnswerTests {
  private static let protobuf = ["Content-Type": "application/x-protobuf"]
  private static let json = ["Content-Type": "application/json; charset=utf-8"]
  private static let jsonSpan =
    "{\"traceId\":\"000000000000000000000000000000a1\",\"spanId\":\"00000000000000b1\",\"name\":\"one\",\"startTimeUnixNano\":\"1\",\"endTimeUnixNano\":\"2\"}"

  static func body(_ spans: String) -> [UInt8] {
    Array("{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[\(spans)]}]}]}".utf8)
  }

  static func bytes(_ name: String) throws -> [UInt8] { try Fixture.load("requests/" + name).bytes }

  @Test func spansInProtobufAreTaken() throws {
    let running = try Running()
    let socket = try running.connect()
    for path in ["/v1/traces", "/", "/api/v2/otlp/v1/traces", "/traces/otlp/v0.9"] {
      let answer = try socket.request(
        "POST \(path)", Self.protobuf, body: Self.bytes("otlp-three.pb"))
      #expect(answer.status == 200)
      #expect(answer.headers["content-type"] == "application/x-protobuf")
      #expect(answer.body.isEmpty)
    }
    #expect(running.wait { running.spans.count == 12 })
    #expect(Set(running.names) == ["add", "subtract"])
    #expect(running.wait { running.status?.receivedSpans == 12 })
    #expect(running.status?.state == .active)
    #expect(running.statuses.first?.state == .waiting)
    #expect(running.receiver.activity.requests == [.otlpHTTP: 4])
  }

  @Test func spansInJSONAreTaken() throws {
    let running = try Running()
    let answer = try running.connect().request(
      "POST /v1/traces", Self.json, body: Self.body(Self.jsonSpan))
    #expect(answer.status == 200)
    #expect(answer.headers["content-type"] == "application/json")
    #expect(answer.text == "{}")
    #expect(running.wait { running.names == ["one"] })
  }

  @Test func compressedBodiesAreTaken() throws {
    let running = try Running()
    let socket = try running.connect()
    let answer = try socket.request(
      "POST /v1/traces", Self.protobuf.merging(["Content-Encoding": "gzip"]) { $1 },
      body: Self.bytes("otlp-rich.pb.gz"))
    #expect(answer.status == 200)
    #expect(running.wait { running.spans.count == 8 })
    let zstd = try socket.request(
      "POST /v1/traces", Self.json.merging(["Content-Encoding": "zstd"]) { $1 },
      body: Fixture.load("compressed/otelcol-file-exporter/traces.json.native.zst").bytes)
    #expect(zstd.status == 200)
    #expect(running.wait { running.spans.count > 8 })
    let damaged = try socket.request(
      "POST /v1/traces", Self.protobuf.merging(["Content-Encoding": "gzip"]) { $1 },
      body: Self.bytes("otlp-rich.pb.gz").dropLast(200))
    #expect(damaged.status == 400)
    #expect(damaged.text.contains("gzip data is damaged"))
    let unknown = try socket.request(
      "POST /v1/traces", Self.protobuf.merging(["Content-Encoding": "br"]) { $1 }, body: [1])
    #expect(unknown.status == 415)
  }

  @Test func clientsThatHaveNothingToSayMaySaySo() throws {
    let running = try Running()
    let socket = try running.connect()
    #expect(try socket.request("POST /v1/traces", Self.protobuf).status == 200)
    for body in ["{}", "{\"resourceSpans\":[]}"] {
      let answer = try socket.request("POST /v1/traces", Self.json, body: Array(body.utf8))
      #expect(answer.status == 200)
    }
    #expect(
      try socket.request("POST /api/v2/spans", Self.json, body: Array("[]".utf8)).status == 202)
  }

  @Test func logsAndMetricsAreCounted() throws {
    let running = try Running()
    let socket = try running.connect()
    let logs = try socket.request(
      "POST /v1/logs", Self.json, body: Array("{\"resourceLogs\":[]}".utf8))
    #expect(logs.status == 200 && logs.text == "{}")
    #expect(try socket.request("POST /v1/metrics", Self.protobuf, body: [10, 0]).status == 200)
    #expect(running.receiver.activity.logRequests == 1)
    #expect(running.receiver.activity.metricRequests == 1)
    #expect(
      running.wait {
        running.status?.text == "logs and metrics come, and are not shown; no spans yet"
      })
  }

  @Test func whatCannotBeReadIsNamed() throws {
    let running = try Running()
    let socket = try running.connect()
    let json = try socket.request("POST /v1/traces", Self.json, body: Array("{\"nothing\":1}".utf8))
    #expect(json.status == 400)
    #expect(json.headers["content-type"] == "application/json")
    #expect(
      json.text.hasPrefix("{\"code\":3,\"message\":\"a body of /v1/traces could not be read: "))
    let protobuf = try socket.request(
      "POST /v1/traces", Self.protobuf, body: [0x0a, 0xff, 1, 2, 3])
    #expect(protobuf.status == 400)
    #expect(protobuf.body.prefix(2) == [8, 3])
    #expect(running.wait { running.issues.count == 2 && running.status?.state == .troubled })
    #expect(running.status?.text.contains("could not be read") == true)

    let answer = try socket.request(
      "POST /v1/traces", Self.json, body: Self.body("\(Self.jsonSpan),{\"name\" 3}"))
    #expect(answer.status == 200)
    #expect(
      answer.text.hasPrefix(
        "{\"partialSuccess\":{\"rejectedSpans\":\"1\",\"errorMessage\":\"malformed"))
    #expect(running.wait { running.names == ["one"] && running.status?.state == .active })
  }

  @Test func wrongRequestsAreToldWhatIsRight() throws {
    let running = try Running()
    let socket = try running.connect()
    func answer(
      _ line: String, _ headers: [String: String] = [:], body: [UInt8] = [1]
    ) throws -> HTTPAnswer { try socket.request(line, headers, body: body) }
    #expect(try answer("PUT /v1/traces", Self.json).status == 405)
    #expect(try answer("PUT /v1/traces", Self.json).headers["allow"] == "POST")
    let media = try answer("POST /v1/traces", ["Content-Type": "text/plain"])
    #expect(media.status == 415)
    #expect(media.text.contains("application/x-protobuf or application/json"))
    #expect(
      running.wait {
        running.status?.text
          == "a request with media type text/plain to /v1/traces, which takes application/x-protobuf or application/json: 415"
      })
    let path = try answer("POST /v1/trace?key=secret", Self.json)
    #expect(path.status == 404)
    #expect(path.text.contains("POST /v1/traces") && !path.text.contains("secret"))
    #expect(
      try answer("POST /api/v2/spans", ["Content-Type": "application/x-protobuf"]).status == 415)
    #expect(
      try answer("POST /opentelemetry.proto", ["Content-Type": "application/grpc"]).text.contains(
        "gRPC needs HTTP/2"))
    let page = try answer("GET /", body: [])
    #expect(page.status == 200 && page.text.hasPrefix("This is traceview"))
    #expect(try answer("HEAD /", body: []).status == 200)
    #expect(try answer("GET /v1/traces", body: []).status == 405)
    #expect(try answer("GET /favicon.ico", body: []).status == 404)
    #expect(running.receiver.activity.troubles.keys.allSatisfy { !$0.contains("favicon") })
  }

  @Test func webPagesNeedAnAllowedOrigin() throws {
    let origin = "http://shop.example.com"
    let headers = Self.json.merging(["Origin": origin]) { $1 }
    let body = Self.body(Self.jsonSpan)
    let closed = try Running()
    let socket = try closed.connect()
    #expect(try socket.request("POST /v1/traces", headers, body: body).status == 403)
    #expect(try socket.request("OPTIONS /v1/traces", headers).status == 403)
    let own = Self.json.merging(["Origin": "http://127.0.0.1"]) { $1 }
    #expect(try socket.request("POST /v1/traces", own, body: body).status == 200)
    for (host, status) in [
      ("evil.example.com", 403), ("evil.example.com:4318", 403), ("localhost:4318", 200),
      ("[::1]:4318", 200), ("collector", 200), ("host.docker.internal:4318", 200),
    ] {
      let headers = Self.json.merging(["Host": host]) { $1 }
      #expect(
        try socket.request("POST /v1/traces", headers, body: body).status == status, "\(host)")
    }

    let open = try Running(cors: origin)
    let page = try open.connect()
    let preflight = try page.request(
      "OPTIONS /v1/traces",
      ["Origin": origin, "Access-Control-Request-Headers": "content-type,x-a"])
    #expect(preflight.status == 204)
    #expect(preflight.headers["access-control-allow-origin"] == origin)
    #expect(preflight.headers["access-control-allow-headers"] == "content-type,x-a")
    let answer = try page.request("POST /v1/traces", headers, body: body)
    #expect(answer.status == 200)
    #expect(answer.headers["access-control-allow-origin"] == origin)
    let other = Self.json.merging(["Origin": "http://other.example.com"]) { $1 }
    #expect(try page.request("POST /v1/traces", other, body: body).status == 403)
  }

  @Test func otherSystemsAreAnsweredAsTheirClientsExpect() throws {
    let running = try Running(.datadog)
    let socket = try running.connect()
    let msgpack = ["Content-Type": "application/msgpack"]
    #expect(try socket.request("GET /info").text.contains("\"/v0.5/traces\""))
    let five = try socket.request(
      "PUT /v0.5/traces", msgpack, body: Self.bytes("datadog-v05.msgpack"))
    #expect(five.status == 200 && five.text == "{\"rate_by_service\":{\"service:,env:\":1}}")
    #expect(
      try socket.request("POST /v0.4/traces", msgpack, body: Self.bytes("datadog-v04.msgpack"))
        .status
        == 200)
    #expect(running.wait { running.receiver.activity.requests[.datadog] == 2 })
    let datadog = running.receiver.activity.receivedSpans
    #expect(datadog > 2)
    let zipkin = try socket.request(
      "POST /api/v2/spans", Self.json, body: Self.bytes("zipkin-rich.json"))
    #expect(zipkin.status == 202 && zipkin.body.isEmpty)
    #expect(running.receiver.activity.receivedSpans == datadog + 8)
    let newRelic = try socket.request(
      "POST /trace/v1", Self.json.merging(["Content-Encoding": "gzip"]) { $1 },
      body: Self.bytes("newrelic-batch.json.gz"))
    #expect(newRelic.status == 202)
    #expect(newRelic.text.wholeMatch(of: /\{"requestId":"[0-9a-f-]{36}"\}/) != nil)
    let lightstep = try socket.request(
      "POST /api/v2/reports", ["Content-Type": "application/octet-stream"],
      body: Self.bytes("lightstep-reports.pb"))
    #expect(lightstep.status == 200)
    let seen = running.receiver.activity
    #expect(seen.requests == [.datadog: 2, .zipkin: 1, .newRelic: 1, .lightstep: 1])
    #expect(running.wait { running.spans.count == seen.receivedSpans })
  }

  @Test func eachEventOfHoneycombHasAnAnswer() throws {
    let running = try Running(.honeycomb)
    let socket = try running.connect()
    let event =
      "{\"trace.trace_id\":\"a1\",\"trace.span_id\":\"b[1]\",\"name\":\"one, \\\"two\\\"\",\"duration_ms\":2}"
    let rows = [1, 2].map { "{\"time\":\"2026-01-02T03:04:0\($0)Z\",\"data\":\(event)}" }
    let batch = try socket.request(
      "POST /1/batch/shop", Self.json, body: Array("[\(rows.joined(separator: ","))]".utf8))
    #expect(batch.status == 200)
    #expect(batch.text == "[{\"status\":202},{\"status\":202}]")
    let single = try socket.request(
      "POST /1/events/shop",
      Self.json.merging(["X-Honeycomb-Event-Time": "2026-01-02T03:04:05Z"]) { $1 },
      body: Array(event.utf8))
    #expect(single.status == 202)
    #expect(running.wait { running.spans.count == 3 })
    #expect(running.spans.last?.start == UnixNanos(1_767_323_045_000_000_000))
  }
}
