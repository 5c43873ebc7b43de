/// Sends messages by one protocol, one after the other.
protocol Sender {
  /// Sends a message and waits for its answer; whether it was accepted, and not refused.
  mutating func send(_ message: [UInt8]) throws(Connection.Failure) -> Bool
}

/// OTLP/HTTP.
struct HTTPSender: Sender {
  let connection: Connection

  mutating func send(_ message: [UInt8]) throws(Connection.Failure) -> Bool {
    let head =
      "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-protobuf\r\nContent-Length: \(message.count)\r\n\r\n"
    try connection.send(Array(head.utf8))
    try connection.send(message)
    let status = try connection.line().split(separator: " ").dropFirst().first.flatMap { Int($0) }
    var length = 0
    while true {
      let line = try connection.line().lowercased()
      if line.isEmpty { break }
      if line.hasPrefix("content-length:") {
        length = Int(line.dropFirst(15).filter { $0 != " " }) ?? 0
      }
    }
    _ = try connection.read(length)
    guard let status, status == 200 || status == 429 else {
      throw Connection.Failure(description: "answered with status \(status ?? 0)")
    }
    return status == 200
  }
}

/// OTLP/gRPC: only as much of HTTP/2 as this needs.
struct GRPCSender: Sender {
  private let connection: Connection
  private var stream = 1
  /// How much may be sent: on the connection, and at first on each stream.
  private var room = 65_535
  private var streamRoom = 65_535
  private var frameSize = 16_384
  private let headers: [UInt8]

  init(_ connection: Connection) throws(Connection.Failure) {
    self.connection = connection
    // HPACK: literals that are not indexed.
    func literal(_ name: String, _ value: String) -> [UInt8] {
      [0, UInt8(name.utf8.count)] + Array(name.utf8) + [UInt8(value.utf8.count)] + Array(value.utf8)
    }
    headers =
      literal(":method", "POST") + literal(":scheme", "http")
      + literal(":path", "/opentelemetry.proto.collector.trace.v1.TraceService/Export")
      + literal(":authority", "localhost") + literal("content-type", "application/grpc")
      + literal("te", "trailers")
    try connection.send(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + Self.frame(4, 0, 0, []))
    // The server's settings say how much it takes at once.
    while try takeFrame().type != 4 {}
  }

  private static func frame(
    _ type: UInt8, _ flags: UInt8, _ stream: Int, _ payload: some Collection<UInt8>
  ) -> [UInt8] {
    bytes(payload.count, 3) + [type, flags] + bytes(stream, 4) + Array(payload)
  }

  private static func bytes(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
  }

  private static func number(_ bytes: some Sequence<UInt8>) -> Int {
    bytes.reduce(0) { $0 << 8 | Int($1) }
  }

  mutating func send(_ message: [UInt8]) throws(Connection.Failure) -> Bool {
    defer { stream += 2 }
    try connection.send(Self.frame(1, 4, stream, headers))
    let data = [0] + Self.bytes(message.count, 4) + message
    var streamRoom = streamRoom
    var sent = 0
    while sent < data.count {
      let count = min(frameSize, data.count - sent, room, streamRoom)
      guard count > 0 else {
        let frame = try takeFrame()
        if frame.type == 8, frame.stream == stream { streamRoom += frame.window }
        continue
      }
      let isLast = sent + count == data.count
      try connection.send(Self.frame(0, isLast ? 1 : 0, stream, data[sent..<sent + count]))
      sent += count
      room -= count
      streamRoom -= count
    }
    // A call that failed has no message.
    var isAccepted = false
    while true {
      let frame = try takeFrame()
      guard frame.stream == stream else { continue }
      if frame.type == 0 { isAccepted = true }
      if frame.type == 3 { throw Connection.Failure(description: "the stream was reset") }
      if frame.type <= 1, frame.flags & 1 != 0 { return isAccepted }
    }
  }

  private struct Frame {
    var type: UInt8
    var flags: UInt8
    var stream: Int
    var window = 0
  }

  /// Reads a frame, and does what it says of the connection.
  private mutating func takeFrame() throws(Connection.Failure) -> Frame {
    let head = try connection.read(9)
    let payload = try connection.read(Self.number(head[..<3]))
    var frame = Frame(type: head[3], flags: head[4], stream: Self.number(head[5...]))
    switch frame.type {
    case 4 where frame.flags & 1 == 0:
      for start in stride(from: 0, to: payload.count - 5, by: 6) {
        let value = Self.number(payload[start + 2..<start + 6])
        switch Self.number(payload[start..<start + 2]) {
        case 4: streamRoom = value
        case 5: frameSize = value
        default: break
        }
      }
      try connection.send(Self.frame(4, 1, 0, []))
    case 6 where frame.flags & 1 == 0: try connection.send(Self.frame(6, 1, 0, payload))
    case 7: throw Connection.Failure(description: "the server ends the connection")
    case 8:
      frame.window = Self.number(payload)
      if frame.stream == 0 { room += frame.window }
    default: break
    }
    return frame
  }
}
