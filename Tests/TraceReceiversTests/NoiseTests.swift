import NIOCore
import Testing
import TraceModel
import TraceTestSupport

@testable import TraceReceivers

/// Damaged requests are answered or their connection is closed, and the next good one is served.
@Suite struct NoiseTests {
  @Test(arguments: 0..<4)
  func damagedRequests(_ seed: Int) throws {
    var limits = ReceiverLimits()
    limits.requestTime = .milliseconds(50)
    limits.idleTime = .milliseconds(50)
    let running = try Running(limits: limits)
    var random = SplitMix64(seed: UInt64(seed))
    func below(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }
    let http = Socket.bytes(
      "POST /v1/traces", ["Content-Type": "application/x-protobuf"],
      body: try AnswerTests.bytes("otlp-three.pb"))
    let requests = [
      http, try AnswerTests.bytes("grpc-none.bin"), try AnswerTests.bytes("grpc-gzip.bin"),
    ]
    for number in 0..<60 {
      var bytes = requests[number % requests.count]
      // Mostly in the head, where the protocols are; the rest is fuzzed with the formats.
      let area = below(3) == 0 ? bytes.count : min(bytes.count, 200)
      for _ in 0...below(6) {
        let place = below(min(area, bytes.count))
        switch below(4) {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes[place] ^= 1 << UInt8(below(8))
        case 2: bytes.remove(at: place)
        default: bytes.insert(contentsOf: bytes[place...].prefix(below(40)), at: place)
        }
      }
      let socket = try running.connect()
      socket.send(bytes)
      socket.endSending()
      // A connection that was reset is closed too.
      try socket.waitForClose()
    }
    let before = running.receiver.activity.receivedSpans
    let good = try running.connect()
    good.send(http)
    #expect(try good.answer().status == 200)
    #expect(running.receiver.activity.receivedSpans == before + 3)
  }
}
