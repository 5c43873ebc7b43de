import Foundation

/// A plain connection to a port of this machine, for tests that write every byte themselves.
final class Socket {
  private let descriptor: CInt
  private var received: [UInt8] = []

  struct Failure: Error {
    var what: String
  }

  init(port: Int) throws {
    descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    // No test waits for longer.
    var time = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw Failure(what: "cannot connect: \(errno)") }
  }

  deinit { close(descriptor) }

  func send(_ text: String) { send(Array(text.utf8)) }

  /// Sends everything, or as much as the other side takes.
  func send(_ bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Foundation.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      sent += count
    }
  }

  /// Says that nothing more will be sent.
  func endSending() { shutdown(descriptor, CInt(SHUT_WR)) }

  /// Reads until `find` gives how many bytes to take of what has come.
  func read(_ find: ([UInt8]) throws -> Int?) throws -> [UInt8] {
    while true {
      if let count = try find(received) {
        defer { received.removeFirst(count) }
        return Array(received.prefix(count))
      }
      guard try readSome() else { throw Failure(what: "closed after \(received.count) bytes") }
    }
  }

  /// Whether more has come; false if the connection was closed.
  private func readSome() throws -> Bool {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &bytes, bytes.count, 0)
    if count < 0, errno == EAGAIN { throw Failure(what: "nothing came in time") }
    received += bytes.prefix(max(0, count))
    return count > 0
  }

  /// Waits until the other side closes the connection, and passes over what it still says.
  func waitForClose() throws {
    while try readSome() {}
  }
}

/// What a server has answered by HTTP/1.1.
struct HTTPAnswer {
  var status: Int
  var headers: [String: String] = [:]
  var body: [UInt8] = []
  var text: String { String(decoding: body, as: UTF8.self) }
}

extension Socket {
  /// Reads the next answer.
  func answer(hasBody: Bool = true) throws -> HTTPAnswer {
    let end = Array("\r\n\r\n".utf8)
    let head = try read { bytes in
      bytes.count < 4
        ? nil : (4...bytes.count).first { bytes[($0 - 4)..<$0].elementsEqual(end) }
    }
    let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
    let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    var answer = HTTPAnswer(status: status ?? 0)
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      answer.headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
    }
    let count = hasBody ? answer.headers["content-length"].flatMap { Int($0) } ?? 0 : 0
    answer.body = try read { $0.count >= count ? count : nil }
    return answer
  }

  /// Sends a request and reads its answer.
  func request(
    _ line: String, _ headers: [String: String] = [:], body: [UInt8] = []
  ) throws -> HTTPAnswer {
    send(Self.bytes(line, headers, body: body))
    return try answer(hasBody: !line.hasPrefix("HEAD"))
  }

  /// A whole request.
  static func bytes(_ line: String, _ headers: [String: String], body: [UInt8]) -> [UInt8] {
    let all = headers.merging(
      ["Host": "127.0.0.1", "Content-Length": "\(body.count)"], uniquingKeysWith: { one, _ in one })
    let head = all.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\r\n" }.joined()
    return Array("\(line) HTTP/1.1\r\n\(head)\r\n".utf8) + body
  }
}
