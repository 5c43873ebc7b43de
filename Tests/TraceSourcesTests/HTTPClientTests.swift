import Dispatch
import Foundation
import Testing

@testable import TraceSources

@Suite struct HTTPClientTests {
  private func client(
    _ url: String, headers: [(name: String, value: String)] = [],
    limits: HTTPClient.Limits = .init(), stop: StopSignal = StopSignal()
  ) throws -> HTTPClient {
    let server = try #require(ServerURL(url))
    return try HTTPClient(server, headers: headers, limits: limits, stop: stop)
  }

  /// What a request to a server fails with that always answers like that.
  private func failure(
    _ reply: StubServer.Reply, limits: HTTPClient.Limits = .init()
  ) throws -> HTTPFailure? {
    let server = StubServer { _ in reply }
    let client = try client(server.url, limits: limits)
    return #expect(throws: HTTPFailure.self) { try client.ask(HTTPRequest(path: "/")) }
  }

  @Test func asksAndAnswers() throws {
    let server = StubServer { request in
      StubServer.Reply(
        status: 418, headers: ["Retry-After: 7", "X-Path: \(request.path)"],
        body: Array(request.body.utf8))
    }
    let client = try client(
      "http://us%40er:p%3Aw@127.0.0.1:\(server.port)/base/", headers: [("X-Scope-OrgID", "a b")])
    var request = HTTPRequest(path: "/api", query: [("q", "{ä&=}"), ("n", "1")])
    request.body = "SELECT 1"
    let answer = try client.ask(request)
    #expect(answer.status == 418)
    #expect(answer.headers["retry-after"] == "7" && answer.headers["x-path"] == "/base/api")
    #expect(answer.body == Array("SELECT 1".utf8))
    let asked = try #require(server.requests.first)
    #expect(asked.method == "POST")
    #expect(asked.query == ["q": "{ä&=}", "n": "1"])
    #expect(asked.headers["x-scope-orgid"] == "a b")
    #expect(asked.headers["accept"] == "application/json")
    let basic = Data("us@er:p:w".utf8).base64EncodedString()
    #expect(asked.headers["authorization"] == "Basic \(basic)")
    request.body = nil
    _ = try client.ask(request)
    #expect(server.requests.last?.method == "GET")
  }

  @Test func nobodyListens() throws {
    let client = try client("http://127.0.0.1:\(StubServer.freePort())")
    let failure = #expect(throws: HTTPFailure.self) { try client.ask(HTTPRequest(path: "/")) }
    #expect(failure?.text == "connection refused")
  }

  @Test func faultsAreToldApart() throws {
    let body = [UInt8](repeating: UInt8(ascii: "x"), count: 100_000)
    #expect(try failure(.init(body: body, fault: .cutShort))?.text == "the answer was cut short")
    #expect(
      try failure(.init(body: Array("SSH-2.0-x\r\n".utf8), fault: .noHTTP))?.text
        == "what answers does not speak HTTP")
    #expect(
      try failure(.init(body: [], fault: .noHTTP))?.text
        == "the connection was closed without an answer")
    #expect(
      try failure(.init(headers: ["Content-Encoding: gzip"], body: body))?.text
        == "the answer's compression is damaged")
  }

  @Test func answersHaveAnEnd() throws {
    var limits = HTTPClient.Limits()
    limits.bodyBytes = 3 << 20
    let body = [UInt8](repeating: 0, count: 1 << 16)
    #expect(
      try failure(.init(body: body, fault: .endless), limits: limits)?.text
        == "the answer is longer than 3 MiB: ask for less with --limit")
    limits.whole = .milliseconds(200)
    #expect(try failure(.init(fault: .silent), limits: limits)?.text == "no whole answer in time")
  }

  @Test func redirectsKeepSecretsFromOthers() throws {
    let other = StubServer { _ in .json("{}") }
    let server = StubServer { [port = other.port] request in
      switch request.path {
      case "/there": .init(status: 302, headers: ["Location: http://127.0.0.1:\(port)/x?y=1"])
      case "/here": .init(status: 307, headers: ["Location: /last"])
      case "/round": .init(status: 302, headers: ["Location: /round"])
      case "/file": .init(status: 302, headers: ["Location: file:///etc/passwd"])
      default: .json("[]")
      }
    }
    let client = try client(
      "http://me:secret@127.0.0.1:\(server.port)", headers: [("X-Token", "secret")])
    #expect(try client.ask(HTTPRequest(path: "/there")).body == Array("{}".utf8))
    let stranger = try #require(other.requests.first)
    #expect(stranger.path == "/x" && stranger.query == ["y": "1"])
    #expect(stranger.headers["x-token"] == nil && stranger.headers["authorization"] == nil)
    #expect(try client.ask(HTTPRequest(path: "/here")).body == Array("[]".utf8))
    #expect(server.requests.last?.headers["x-token"] == "secret")
    #expect(server.requests.last?.headers["authorization"] != nil)
    let round = #expect(throws: HTTPFailure.self) { try client.ask(HTTPRequest(path: "/round")) }
    #expect(round?.text == "redirects without end")
    #expect(throws: HTTPFailure.self) { try client.ask(HTTPRequest(path: "/file")) }
  }

  @Test func aRequestCanBeStopped() throws {
    let server = StubServer { _ in .init(fault: .silent) }
    let stop = StopSignal()
    let client = try client(server.url, stop: stop)
    DispatchQueue.global().async {
      // Stopped before the server has the request, it would be no request that is stopped.
      while server.requests.isEmpty { usleep(1_000) }
      stop.set()
    }
    let clock = ContinuousClock()
    let time = clock.measure {
      let failure = #expect(throws: HTTPFailure.self) { try client.ask(HTTPRequest(path: "/")) }
      #expect(failure?.isStopped == true)
    }
    #expect(time < .seconds(5))
  }

  @Test(arguments: [
    ("http://localhost:16686", "http://localhost:16686", ""),
    ("HTTPS://Host/a/b/?x=1#f", "https://host/a/b", "/a/b"),
    ("http://u:p%20w@h/", "http://h", ""), ("http://[::1]:80/x", "http://[::1]:80/x", "/x"),
    ("http://u@a@h:1", "http://h:1", ""),
  ])
  func urlsAreTakenApart(_ text: String, _ shown: String, _ path: String) throws {
    let url = try #require(ServerURL(text))
    #expect(url.text == shown && url.path == path)
    #expect(!url.text.contains("@"))
  }

  @Test(arguments: [
    "", "http://", "ftp://h", "http://h:0", "http://h:99999", "http://h:x", "http://[::1", "h:80",
    "http://a b", "http:///x", "http://[::1]x",
  ])
  func otherTextIsNoURL(_ text: String) { #expect(ServerURL(text) == nil) }

  @Test func originsAreComparedWithTheirPorts() throws {
    let one = try #require(ServerURL("http://h/a"))
    #expect(one.hasOrigin(of: try #require(ServerURL("http://H:80/b"))))
    #expect(!one.hasOrigin(of: try #require(ServerURL("https://h:80"))))
    #expect(!one.hasOrigin(of: try #require(ServerURL("http://h:81"))))
  }
}
