import Dispatch
import Foundation
import Synchronization

/// A server of HTTP on this machine that answers as a test says, or not as it should.
final class StubServer: Sendable {
  struct Request: Sendable {
    var method: String
    var path: String
    /// Decoded.
    var query: [String: String]
    /// Names are lowercase.
    var headers: [String: String]
    var body: String
  }

  struct Reply: Sendable {
    var status = 200
    var headers: [String] = []
    var body: [UInt8] = []
    var fault = Fault.none

    enum Fault: Sendable {
      case none
      /// Half of the body, and no more.
      case cutShort
      /// The body again and again.
      case endless
      /// No answer before the client has gone.
      case silent
      /// The body without a head.
      case noHTTP
    }

    static func json(_ text: String) -> Reply {
      Reply(headers: ["Content-Type: application/json"], body: Array(text.utf8))
    }
    static let notFound = Reply(status: 404, body: Array("404 page not found".utf8))
  }

  let port: Int
  private let listener: CInt
  private let asked = Mutex<[Request]>([])
  private let answer: @Sendable (Request) -> Reply

  var url: String { "http://127.0.0.1:\(port)" }
  /// The requests so far, in an array of their own: the thread sanitizer does not see that the count of an
  /// array's owners keeps who reads it from who appends to it.
  var requests: [Request] { asked.withLock { $0.map { $0 } } }

  init(_ answer: @escaping @Sendable (Request) -> Reply) {
    self.answer = answer
    (listener, port) = Self.listen()
    let queue = DispatchQueue(label: "stub server", attributes: .concurrent)
    queue.async { [listener, weak self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        guard let self else {
          close(connection)
          return
        }
        queue.async { self.serve(connection) }
      }
    }
  }

  deinit {
    shutdown(listener, CInt(SHUT_RDWR))
    close(listener)
  }

  /// A port at which nobody listens.
  static func freePort() -> Int {
    let (listener, port) = listen()
    close(listener)
    return port
  }

  private static func listen() -> (CInt, Int) {
    let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(listener, $0, size)
        _ = Glibc.listen(listener, 64)
        _ = getsockname(listener, $0, &size)
      }
    }
    return (listener, Int(UInt16(bigEndian: address.sin_port)))
  }

  private func serve(_ connection: CInt) {
    defer { close(connection) }
    guard let request = Self.read(connection) else { return }
    asked.withLock { $0.append(request) }
    let reply = answer(request)
    if case .silent = reply.fault {
      var byte: UInt8 = 0
      _ = Glibc.read(connection, &byte, 1)
      return
    }
    if case .noHTTP = reply.fault {
      _ = Self.send(reply.body, connection)
      return
    }
    var head = "HTTP/1.1 \(reply.status) Status\r\nConnection: close\r\n"
    head += reply.headers.map { $0 + "\r\n" }.joined()
    if case .endless = reply.fault {} else { head += "Content-Length: \(reply.body.count)\r\n" }
    guard Self.send(Array((head + "\r\n").utf8), connection) else { return }
    switch reply.fault {
    case .cutShort: _ = Self.send(Array(reply.body.prefix(reply.body.count / 2)), connection)
    case .endless: while Self.send(reply.body, connection) {}
    default: _ = Self.send(reply.body, connection)
    }
  }

  private static func send(_ bytes: [UInt8], _ connection: CInt) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(connection, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  private static func read(_ connection: CInt) -> Request? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    func more() -> Bool {
      let count = Glibc.read(connection, &buffer, buffer.count)
      bytes += buffer.prefix(max(0, count))
      return count > 0
    }
    while true {
      if let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) {
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
          .components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ").map(String.init)
        guard words.count == 3, let target = URLComponents(string: words[1]) else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
          let parts = line.split(separator: ":", maxSplits: 1)
          headers[parts[0].lowercased()] =
            parts.count > 1 ? parts[1].drop { $0 == " " }.description : ""
        }
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        while bytes.count < end.upperBound + length { guard more() else { return nil } }
        let query = (target.queryItems ?? []).map { ($0.name, $0.value ?? "") }
        return Request(
          method: words[0], path: target.path,
          query: Dictionary(query, uniquingKeysWith: { one, _ in one }), headers: headers,
          body: String(decoding: bytes[end.upperBound...], as: UTF8.self))
      }
      guard more() else { return nil }
    }
  }
}
