import Foundation
import NIOCore
import Testing
import TraceModel
import TraceSources

@testable import TraceReceivers

/// How connections are treated, and what they cannot do.
@Suite struct ConnectionTests {
  private static let head = ["Content-Type": "application/x-protobuf"]

  private func body() throws -> [UInt8] { try AnswerTests.bytes("otlp-three.pb") }

  @Test func requestsMayComeInPieces() throws {
    let running = try Running()
    let socket = try running.connect()
    for byte in Socket.bytes("POST /v1/traces", Self.head, body: try body()) { socket.send([byte]) }
    #expect(try socket.answer().status == 200)
    var chunked = Array(
      "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-protobuf\r\nTransfer-Encoding: chunked\r\n\r\n"
        .utf8)
    for part in stride(from: 0, to: 468, by: 100) {
      let bytes = try body()[part..<min(part + 100, 468)]
      chunked += Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + Array("\r\n".utf8)
    }
    socket.send(chunked + Array("0\r\n\r\n".utf8))
    #expect(try socket.answer().status == 200)
    #expect(running.wait { running.spans.count == 6 })
  }

  @Test func requestsMayComeBehindOneAnother() throws {
    let running = try Running()
    let socket = try running.connect()
    let good = Socket.bytes("POST /v1/traces", Self.head, body: try body())
    let bad = Socket.bytes("POST /v1/nothing", Self.head, body: try body())
    socket.send(good + bad + good + bad)
    #expect(try (0..<4).map { _ in try socket.answer().status } == [200, 404, 200, 404])
    #expect(running.wait { running.spans.count == 6 })
  }

  @Test func clientsThatAskBeforeTheySendAreAnswered() throws {
    let running = try Running()
    let socket = try running.connect()
    let asking = Self.head.merging(["Expect": "100-continue", "Content-Length": "468"]) { $1 }
    socket.send(Socket.bytes("POST /v1/traces", asking, body: []))
    #expect(try socket.answer(hasBody: false).status == 100)
    socket.send(try body())
    #expect(try socket.answer().status == 200)
    socket.send(Socket.bytes("POST /v1/nothing", asking, body: []))
    let answer = try socket.answer()
    #expect(answer.status == 404)
    #expect(answer.headers["connection"] == "close")
  }

  @Test func aConnectionIsClosedWhenTheClientWants() throws {
    let running = try Running()
    let socket = try running.connect()
    let answer = try socket.request(
      "POST /v1/traces", Self.head.merging(["Connection": "close"]) { $1 }, body: body())
    #expect(answer.status == 200)
    try socket.waitForClose()
    let other = try running.connect()
    other.send(Socket.bytes("POST /v1/traces", Self.head, body: try body()))
    other.endSending()
    #expect(try other.answer().status == 200)
    try other.waitForClose()
  }

  @Test func tooLargeIsTooLarge() throws {
    var limits = ReceiverLimits()
    limits.bodyBytes = 10_000
    let running = try Running(limits: limits)
    let socket = try running.connect()
    #expect(
      try socket.request("POST /v1/traces", Self.head, body: [UInt8](repeating: 0, count: 10_001))
        .status == 413)
    // 80 KB of one byte in 100 bytes, and chunks of which nobody knows how many there are.
    let zeros = try gzip([UInt8](repeating: 0, count: 80_000))
    #expect(zeros.count < 1_000)
    #expect(
      try socket.request(
        "POST /v1/traces", Self.head.merging(["Content-Encoding": "gzip"]) { $1 }, body: zeros
      ).status == 413)
    socket.send(
      "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-protobuf\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    for _ in 0..<20 {
      socket.send(Array("3e8\r\n".utf8) + [UInt8](repeating: 7, count: 1_000) + Array("\r\n".utf8))
    }
    socket.send("0\r\n\r\n")
    #expect(try socket.answer().status == 413)
    #expect(try socket.request("POST /v1/traces", Self.head, body: body()).status == 200)
  }

  private func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
    let process = Process()
    let (input, output) = (Pipe(), Pipe())
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["gzip", "-9"]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    DispatchQueue.global().async {
      try? input.fileHandleForWriting.write(contentsOf: Data(bytes))
      try? input.fileHandleForWriting.close()
    }
    return Array(try output.fileHandleForReading.readToEnd() ?? Data())
  }

  @Test func clientsMayGoInTheMiddle() throws {
    let running = try Running()
    let request = Socket.bytes("POST /v1/traces", Self.head, body: try body())
    for count in [1, 50, request.count - 1] {
      let socket = try running.connect()
      socket.send(Array(request.prefix(count)))
    }
    let call = try AnswerTests.bytes("grpc-none.bin")
    for count in [10, 100, call.count / 2] {
      let socket = try running.connect()
      socket.send(Array(call.prefix(count)))
    }
    #expect(
      try running.connect().request("POST /v1/traces", Self.head, body: body()).status == 200)
    #expect(running.wait { running.spans.count == 3 })
  }

  /// More answers than the system holds for a client that does not read them wait for it.
  @Test func whoDoesNotReadItsAnswersGetsThemLater() throws {
    let running = try Running()
    let socket = try running.connect()
    let count = 3_000
    let request = Socket.bytes("GET /", [:], body: [])
    socket.send((0..<count).flatMap { _ in request })
    for _ in 0..<count { #expect(try socket.answer().status == 200) }
    #expect(try socket.request("POST /v1/traces", Self.head, body: body()).status == 200)
  }

  @Test func slowClientsAreClosed() throws {
    var limits = ReceiverLimits()
    limits.requestTime = .milliseconds(100)
    limits.idleTime = .milliseconds(300)
    let running = try Running(limits: limits)
    for part in [
      "", "P", "POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc",
      "PRI * HTTP/2.0\r\n",
    ] {
      let socket = try running.connect()
      socket.send(part)
      try socket.waitForClose()
    }
    let socket = try running.connect()
    #expect(try socket.request("POST /v1/traces", Self.head, body: body()).status == 200)
    try socket.waitForClose()
  }

  @Test func theConnectionThatWasSilentLongestMakesRoom() throws {
    var limits = ReceiverLimits()
    limits.connections = 10
    let running = try Running(limits: limits)
    let sockets = try (0..<50).map { _ in try running.connect() }
    #expect(
      try running.connect().request("POST /v1/traces", Self.head, body: body()).status == 200)
    for socket in sockets.prefix(30) { try socket.waitForClose() }
    #expect(running.wait { running.spans.count == 3 })
  }

  @Test func whereThereIsNoRoomRequestsAreTurnedAway() throws {
    var limits = ReceiverLimits()
    limits.waitingSpans = 30
    limits.patience = .zero
    // Nobody takes anything: the inbox holds the first status and no more.
    let running = try Running(inboxCapacity: 1, limits: limits)
    let socket = try running.connect()
    var answers: [HTTPAnswer] = []
    repeat {
      answers.append(try socket.request("POST /v1/traces", Self.head, body: body()))
    } while answers.last?.status == 200 && answers.count < 100
    #expect(answers.last?.status == 429)
    #expect(answers.last?.headers["retry-after"] == "1")
    #expect(answers.last?.body.prefix(2) == [8, 8])
    // Another event loop may have room of its own.
    let client = try GRPCClient(running.connect())
    var calls: [GRPCClient.Answer] = []
    repeat {
      calls.append(try client.export(body()))
    } while calls.last?.status == 0 && calls.count < 100
    #expect(calls.last?.status == 8)
    #expect(calls.last?.trailers.isEmpty == true)
    #expect(calls.last?.headers.contains { $0.name == "grpc-status-details-bin" } == true)
    let taken = 3 * (answers.count + calls.count - 2)
    #expect(running.wait { running.spans.count == taken })
    #expect(try socket.request("POST /v1/traces", Self.head, body: body()).status == 200)
    #expect(running.wait { running.spans.count == taken + 3 })
    #expect(running.wait { running.status?.refusedRequests == 2 })
  }

  @Test func clientsOfTLSAreTold() throws {
    let running = try Running()
    let socket = try running.connect()
    socket.send([0x16, 3, 1, 0, 200, 1])
    try socket.waitForClose()
    #expect(
      running.wait {
        running.status?.text == "a client speaks TLS: use http:// instead of https://"
      })
  }

  @Test func aTakenPortIsNamed() throws {
    let running = try Running()
    let port = running.receiver.boundPort
    let error = #expect(throws: SourceError.self) {
      try Receiver(id: SourceID(1), .zipkin, port: port, portOption: "--zipkin")
    }
    #expect(error?.source == "Zipkin 127.0.0.1:\(port)")
    #expect(error?.reason.contains("the port is taken") == true)
    #expect(error?.reason.contains("--zipkin") == true)
    #expect(running.receiver.name == "OTLP/HTTP 127.0.0.1:\(port)")
  }

  @Test func stoppingHandsOnWhatHasCome() throws {
    let running = try Running()
    let idle = try running.connect()
    let socket = try running.connect()
    let request = Socket.bytes("POST /v1/traces", Self.head, body: try body())
    #expect(try socket.request("POST /v1/traces", Self.head, body: body()).status == 200)
    socket.send(Array(request.dropLast(100)))
    let open = running.receiver
    #expect(running.wait { open.activity.connections == 2 })
    open.stop()
    socket.send(Array(request.suffix(100)))
    #expect(running.wait { running.hasEnded })
    #expect(running.spans.count >= 3)
    #expect(running.status?.state == .ended)
    try idle.waitForClose()
    #expect(throws: Socket.Failure.self) { try Socket(port: open.boundPort) }
  }
}
