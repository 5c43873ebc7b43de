import Testing
import TraceModel

@testable import TraceReceivers

/// What calls of gRPC, and other requests by HTTP/2, are answered with.
@Suite struct GRPCTests {
  private func body() throws -> [UInt8] { try AnswerTests.bytes("otlp-three.pb") }

  @Test(arguments: ["grpc-none.bin", "grpc-gzip.bin"], [ReceiverKind.otlpGRPC, .otlpHTTP])
  func whatPythonSentIsTaken(_ name: String, _ kind: ReceiverKind) throws {
    let running = try Running(kind)
    let socket = try running.connect()
    socket.send(try AnswerTests.bytes(name))
    #expect(running.wait { running.spans.count == 4 })
    #expect(running.names == ["add", "add", "addsubtract", "subtract"])
    #expect(running.wait { running.receiver.activity.requests == [.otlpGRPC: 1] })
  }

  @Test func callsAreAnswered() throws {
    let running = try Running(.otlpGRPC)
    let client = try GRPCClient(running.connect())
    for size in [16_384, 100, 7] {
      let answer = try client.call(GRPCClient.traces, GRPCClient.framed(body()), size: size)
      #expect(answer.status == 0)
      #expect(answer.httpStatus == "200")
      #expect(answer.data == [0, 0, 0, 0, 0])
    }
    #expect(running.wait { running.spans.count == 9 })
    let collector = "/opentelemetry.proto.collector."
    #expect(
      try client.call(collector + "logs.v1.LogsService/Export", [0, 0, 0, 0, 0]).status == 0)
    #expect(
      try client.call(collector + "metrics.v1.MetricsService/Export", [0, 0, 0, 0, 0]).status == 0)
    #expect(running.receiver.activity.logRequests == 1)
    #expect(running.receiver.activity.metricRequests == 1)
    let health = try client.call("/grpc.health.v1.Health/Check", [0, 0, 0, 0, 0])
    #expect(health.status == 0 && health.data == [0, 0, 0, 0, 2, 8, 1])
  }

  @Test func wrongCallsAreToldWhy() throws {
    var limits = ReceiverLimits()
    limits.bodyBytes = 10_000
    let running = try Running(.otlpGRPC, limits: limits)
    let client = try GRPCClient(running.connect())
    let unknown = try client.call("/shop.Cart/Add", [0, 0, 0, 0, 0])
    #expect(unknown.status == 12)
    #expect(unknown.message == "traceview has no method /shop.Cart/Add")
    #expect(try client.call(GRPCClient.traces, [0, 0, 0]).status == 3)
    #expect(try client.call(GRPCClient.traces, [0, 0, 0, 0, 9, 1]).status == 3)
    #expect(try client.export([0x0a, 0xff, 1, 2, 3]).status == 3)
    #expect(try client.export([UInt8](repeating: 0, count: 20_000)).status == 8)
    let zstd = try client.call(
      GRPCClient.traces, GRPCClient.framed([1], flag: 1), headers: [("grpc-encoding", "zstd")])
    #expect(zstd.status == 12)
    #expect(try client.call(GRPCClient.traces, [], type: "text/plain").httpStatus == "404")
    #expect(try client.call("/v1/traces", [1], type: "text/plain").httpStatus == "415")
    let page = try client.call(
      GRPCClient.traces, GRPCClient.framed(body()), headers: [("origin", "http://a.example.com")])
    #expect(page.status == 7)
    #expect(try client.export(body()).status == 0)
    #expect(running.wait { running.spans.count == 3 })
  }

  @Test func otherRequestsMayComeByHTTP2() throws {
    let running = try Running()
    let client = try GRPCClient(running.connect())
    let answer = try client.call("/v1/traces", body(), type: "application/x-protobuf")
    #expect(answer.httpStatus == "200")
    #expect(running.wait { running.spans.count == 3 })
  }

  /// Floods that a connection does not survive, and the receiver does.
  @Test func floodsEndTheirConnectionOnly() throws {
    let running = try Running(.otlpGRPC)
    let settings = try running.connect()
    settings.send(GRPCClient.preface)
    for _ in 0..<5_000 { settings.send(GRPCClient.frame(4, 0, stream: 0, [])) }
    try? settings.waitForClose()
    let resets = try running.connect()
    resets.send(GRPCClient.preface)
    for number in 0..<2_000 {
      resets.send(
        GRPCClient.frame(1, 4, stream: 2 * number + 1, [0x83, 0x86, 0x84])
          + GRPCClient.frame(3, 0, stream: 2 * number + 1, [0, 0, 0, 8]))
    }
    try? resets.waitForClose()
    #expect(try GRPCClient(running.connect()).export(body()).status == 0)
  }
}
