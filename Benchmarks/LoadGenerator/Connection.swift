import Glibc

/// A connection that blocks.
final class Connection {
  private let descriptor: CInt
  private var received: [UInt8] = []
  private var position = 0
  private var buffer = [UInt8](repeating: 0, count: 64 << 10)

  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  init(port: Int) throws(Failure) {
    descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else {
      throw Failure(description: "cannot connect to 127.0.0.1:\(port): error \(errno)")
    }
    var one: CInt = 1
    setsockopt(
      descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<CInt>.size))
  }

  deinit { close(descriptor) }

  func send(_ bytes: some Collection<UInt8>) throws(Failure) {
    let bytes = ContiguousArray(bytes)
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(
          descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent,
          CInt(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Failure(description: "cannot send: error \(errno)") }
      sent += count
    }
  }

  /// The next `count` bytes.
  func read(_ count: Int) throws(Failure) -> [UInt8] {
    while received.count - position < count { try fill() }
    defer { position += count }
    return Array(received[position..<position + count])
  }

  /// The next line, without its end.
  func line() throws(Failure) -> String {
    while true {
      if let end = received[position...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { position = end + 1 }
        return String(decoding: received[position..<end].filter { $0 != 13 }, as: UTF8.self)
      }
      try fill()
    }
  }

  /// Whether something has come that was not read.
  func hasMore() -> Bool {
    if position < received.count { return true }
    var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return Glibc.poll(&poll, 1, 0) > 0
  }

  private func fill() throws(Failure) {
    received.removeFirst(position)
    position = 0
    let count = recv(descriptor, &buffer, buffer.count, 0)
    guard count > 0 else { throw Failure(description: "the connection was closed") }
    received += buffer[..<count]
  }
}
