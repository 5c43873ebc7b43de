import NIOCore
import NIOHPACK

/// A client of gRPC that writes every frame itself.
final class GRPCClient {
  struct Answer {
    var headers: [(name: String, value: String)] = []
    var trailers: [(name: String, value: String)] = []
    var data: [UInt8] = []
    var status: Int? {
      (trailers + headers).first { $0.name == "grpc-status" }.flatMap { Int($0.value) }
    }
    var message: String { (trailers + headers).first { $0.name == "grpc-message" }?.value ?? "" }
    var httpStatus: String? { headers.first { $0.name == ":status" }?.value }
  }

  let socket: Socket
  private var stream = 1
  private var encoder = HPACKEncoder(allocator: ByteBufferAllocator())
  private var decoder = HPACKDecoder(allocator: ByteBufferAllocator())

  static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + frame(4, 0, stream: 0, [])

  init(_ socket: Socket) {
    self.socket = socket
    socket.send(Self.preface)
  }

  static func frame(_ type: UInt8, _ flags: UInt8, stream: Int, _ payload: [UInt8]) -> [UInt8] {
    (0..<3).map { UInt8(truncatingIfNeeded: payload.count >> (16 - 8 * $0)) } + [type, flags]
      + (0..<4).map { UInt8(truncatingIfNeeded: stream >> (24 - 8 * $0)) } + payload
  }

  static func framed(_ message: [UInt8], flag: UInt8 = 0) -> [UInt8] {
    [flag] + (0..<4).map { UInt8(truncatingIfNeeded: message.count >> (24 - 8 * $0)) } + message
  }

  /// The service that takes spans.
  static let traces = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"

  func export(_ message: [UInt8]) throws -> Answer { try call(Self.traces, Self.framed(message)) }

  /// Sends the data in frames of `size` bytes and reads the answer.
  func call(
    _ path: String, _ data: [UInt8], size: Int = 16_384, type: String = "application/grpc",
    headers more: [(String, String)] = []
  ) throws -> Answer {
    var block = ByteBuffer()
    try encoder.encode(
      headers: HPACKHeaders(
        [
          (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "localhost"),
          ("content-type", type), ("te", "trailers"),
        ] + more), to: &block)
    socket.send(Self.frame(1, 4, stream: stream, Array(buffer: block)))
    for start in stride(from: 0, to: data.count, by: size) {
      socket.send(
        Self.frame(0, 0, stream: stream, Array(data[start..<min(start + size, data.count)])))
    }
    socket.send(Self.frame(0, 1, stream: stream, []))
    defer { stream += 2 }
    return try answer()
  }

  /// Reads frames until the stream ends.
  func answer() throws -> Answer {
    var answer = Answer()
    var hasHeaders = false
    while true {
      let head = try socket.read { $0.count >= 9 ? 9 : nil }
      let count = head[..<3].reduce(0) { $0 << 8 | Int($1) }
      let payload = try socket.read { $0.count >= count ? count : nil }
      switch head[3] {
      case 0: answer.data += payload
      case 1:
        var block = ByteBuffer(bytes: payload)
        let list = try decoder.decodeHeaders(from: &block).map { (name: $0.name, value: $0.value) }
        if hasHeaders { answer.trailers = list } else { answer.headers = list }
        hasHeaders = true
      case 3, 7: throw Socket.Failure(what: "frame of type \(head[3])")
      default: continue
      }
      if head[4] & 1 != 0 { return answer }
    }
  }
}
