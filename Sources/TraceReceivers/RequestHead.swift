import TraceSources

/// What matters of a request's head, by whatever protocol it came.
///
/// Headers that authenticate a client are not looked at: they are secrets, and nobody is turned away.
struct RequestHead {
  var method: String
  /// Without the query, which may hold a secret too.
  var path: String
  /// In lower case and without parameters; empty if there is none.
  var mediaType: String
  /// How the body is compressed; in lower case, empty if it is not.
  var coding: String
  var host: String?
  var origin: String?
  var contentLength: Int?
  /// Of Honeycomb's clients: when an event happened, and how many it stands for.
  var eventTime: String?
  var sampleRate: String?
  /// Of New Relic's clients: whose format the spans are in.
  var dataFormat: String?
  /// Of a browser that asks whether a page may send a request: which headers it wants to send.
  var requestedHeaders: String?
  var asksForPrivateNetwork: Bool
  var expectsContinue: Bool

  /// `target` is what stands behind the method; `header` gives the first header of a name.
  init(method: String, target: String, header: (String) -> String?) {
    func word(_ name: String) -> String? { header(name)?.lowercased() }
    self.method = method
    path = String(target.prefix { $0 != "?" && $0 != "#" })
    mediaType = Self.trimmed((word("content-type") ?? "").prefix { $0 != ";" })
    let coding = Self.trimmed((word("content-encoding") ?? "")[...])
    self.coding = coding == "identity" ? "" : coding
    host = word("host")
    origin = header("origin")
    contentLength = header("content-length").flatMap { Int($0) }
    eventTime = header("x-honeycomb-event-time")
    sampleRate = header("x-honeycomb-samplerate")
    dataFormat = word("data-format")
    requestedHeaders = header("access-control-request-headers")
    asksForPrivateNetwork = word("access-control-request-private-network") == "true"
    expectsContinue = word("expect") == "100-continue"
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }

  /// `text` of a client as one line of printable ASCII.
  static func shownLine(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { (" "..."~").contains($0) ? $0 : "?" }))
  }

  /// `text` of a client as it can be shown: short, and of nothing but printable ASCII.
  static func shown(_ text: String) -> String {
    let head = shownLine(String(text.prefix(80)))
    return text.count > 80 ? head + "…" : head
  }
}
