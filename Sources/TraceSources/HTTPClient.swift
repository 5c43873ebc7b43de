import CCurl
import Glibc

/// A question to a server.
struct HTTPRequest {
  /// Behind the path of the server's URL; begins with a slash.
  var path: String
  /// Names and values, in their order; not encoded yet.
  var query: [(String, String)] = []
  var accept = "application/json"
  /// What is sent as a POST; nil for a GET.
  var body: String?
  /// Whether it asks what is there: that it makes no sense to the server is an answer then.
  var isProbe = false
}

/// What a server has answered.
struct HTTPAnswer {
  var status: Int
  /// Names are lowercase.
  var headers: [String: String]
  var body: [UInt8]
}

/// Why there is no answer of use; has no secret in it.
struct HTTPFailure: Error, Equatable {
  /// `connection refused`
  var text: String
  /// How long the server wants to be left alone.
  var retryAfter: Duration?
  /// The status of the answer, if there was one.
  var status: Int?
  var isStopped = false
}

/// Asks one server, with libcurl, which is loaded for the first of them.
///
/// Secrets go to that server only, wherever it redirects to. Used by one thread.
final class HTTPClient {
  struct Limits {
    var bodyBytes = 256 << 20
    var connecting = Duration.seconds(10)
    var whole = Duration.seconds(60)
    var redirects = 5
  }

  let server: ServerURL
  private let headers: [(name: String, value: String)]
  private let isInsecure: Bool
  private let limits: Limits
  private let stop: StopSignal
  private let client: OpaquePointer

  private static let isLoaded = ccurl_load() != 0

  /// - Throws: `SourceError` if there is no libcurl.
  init(
    _ server: ServerURL, headers: [(name: String, value: String)] = [], isInsecure: Bool = false,
    limits: Limits = Limits(), stop: StopSignal
  ) throws(SourceError) {
    guard Self.isLoaded, let client = ccurl_make() else { throw Self.missing(server) }
    self.client = client
    self.server = server
    self.headers = headers
    self.isInsecure = isInsecure
    self.limits = limits
    self.stop = stop
  }

  deinit { ccurl_free(client) }

  /// Whether libcurl is there.
  static var isAvailable: Bool { isLoaded }

  /// What to say if it is not.
  static func missing(_ server: ServerURL) -> SourceError {
    SourceError(
      source: server.text, reason: "polling needs libcurl: sudo apt-get install libcurl4")
  }

  /// Asks and follows redirects. An answer of any status but those that redirect is one.
  func ask(_ request: HTTPRequest) throws(HTTPFailure) -> HTTPAnswer {
    var url = server
    var target = server.path + request.path
    if !request.query.isEmpty {
      target +=
        "?"
        + request.query.map { PercentCoding.encode($0) + "=" + PercentCoding.encode($1) }
        .joined(separator: "&")
    }
    for _ in 0...limits.redirects {
      let answer = try perform(request, at: url.origin + target, url)
      guard (300...399).contains(answer.status), answer.status != 304,
        let redirect = ccurl_redirect(client)
      else { return answer }
      guard var next = ServerURL(String(cString: redirect)) else {
        throw HTTPFailure(text: "is redirected to what is no HTTP", status: answer.status)
      }
      if next.hasOrigin(of: server) {
        (next.user, next.password) = (server.user, server.password)
      } else {
        (next.user, next.password) = (nil, nil)
      }
      url = next
      target = next.path + (next.query.map { "?" + $0 } ?? "")
      if next.path.isEmpty { target = "/" + target }
    }
    throw HTTPFailure(text: "redirects without end")
  }

  private func perform(
    _ request: HTTPRequest, at address: String, _ url: ServerURL
  ) throws(HTTPFailure) -> HTTPAnswer {
    ccurl_begin(client, address, limits.bodyBytes)
    ccurl_set_timeout(
      client, Int(limits.connecting.wholeMilliseconds), Int(limits.whole.wholeMilliseconds))
    if url.isLoopback { ccurl_set_direct(client) }
    if isInsecure { ccurl_set_insecure(client) }
    ccurl_add_header(client, "Accept: \(request.accept)")
    // Nothing to wait for before the body is sent.
    ccurl_add_header(client, "Expect:")
    if url.hasOrigin(of: server) {
      for header in headers { ccurl_add_header(client, "\(header.name): \(header.value)") }
      if let user = url.user { ccurl_set_user(client, user, url.password ?? "") }
    }
    if let body = request.body {
      ccurl_add_header(client, "Content-Type: text/plain; charset=utf-8")
      var bytes = Array(body.utf8)
      ccurl_set_body(client, &bytes, bytes.count)
    }
    let result = Int(ccurl_perform(client, stop.descriptor))
    guard result == CCURL_DONE else { throw failure(result) }
    return HTTPAnswer(
      status: Int(ccurl_status(client)), headers: Self.headers(in: bytes(ccurl_head)),
      body: bytes(ccurl_body))
  }

  private func bytes(
    _ get: (OpaquePointer, UnsafeMutablePointer<Int>) -> UnsafePointer<UInt8>?
  ) -> [UInt8] {
    var count = 0
    guard let start = get(client, &count) else { return [] }
    return Array(UnsafeBufferPointer(start: start, count: count))
  }

  private static func headers(in head: [UInt8]) -> [String: String] {
    var headers: [String: String] = [:]
    for line in String(decoding: head, as: UTF8.self).split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " || $0 == "\t" })
    }
    return headers
  }

  /// What to say of a request that has ended like that.
  private func failure(_ result: Int) -> HTTPFailure {
    let text: String
    switch result {
    case Int(CCURL_STOPPED): return HTTPFailure(text: "stopped", isStopped: true)
    case Int(CCURL_TOO_LARGE):
      text = "the answer is longer than \(limits.bodyBytes >> 20) MiB: ask for less with --limit"
    case Int(CCURL_NO_MEMORY): text = "no memory for the answer"
    case Int(CCURL_NO_HTTP), Int(CCURL_WEIRD_ANSWER): text = "what answers does not speak HTTP"
    case Int(CCURL_NO_HOST): text = "no such host: \(server.host)"
    case Int(CCURL_NO_CONNECTION):
      let code = ccurl_os_error(client)
      text = code == 0 ? "no connection" : SystemError.text(of: code)
    case Int(CCURL_CUT_SHORT): text = "the answer was cut short"
    case Int(CCURL_TIMEOUT): text = "no whole answer in time"
    case Int(CCURL_NO_TLS): text = "no secure connection: is it http:// there?"
    case Int(CCURL_NO_ANSWER): text = "the connection was closed without an answer"
    case Int(CCURL_LOST_CONNECTION): text = "the connection was lost"
    case Int(CCURL_CERTIFICATE):
      text = "the server's certificate is not trusted: --insecure takes it anyway"
    case Int(CCURL_BAD_ENCODING): text = "the answer's compression is damaged"
    default: text = ccurl_text(CInt(result)).map { String(cString: $0) } ?? "error \(result)"
    }
    return HTTPFailure(text: text)
  }
}
