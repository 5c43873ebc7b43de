import Glibc
public import TraceModel

/// A back end that is asked for its traces again and again.
///
/// Has the thread that runs it: while a question waits for its answer, or for the next one, nothing
/// else does.
public final class PollSource: SpanSource {
  public let id: SourceID
  /// The URL without user, password and query.
  public let name: String
  public let isLive: Bool
  private let server: ServerURL
  private let options: PollOptions
  private let kind: BackendKind?
  private let stopSignal = StopSignal()
  /// How long answers may be and take.
  let limits: HTTPClient.Limits
  private let pauses: Pauses

  /// How long to wait after failures.
  struct Pauses: Sendable {
    /// After the first one; each further one doubles it.
    var first = Duration.seconds(1)
    var longest = Duration.seconds(30)
    /// The longest that a server can ask for.
    var longestAsked = Duration.seconds(600)
  }

  /// What later questions look back beyond the last one, so that traces which grow, or are found
  /// late, come too.
  private static let overlap: UInt64 = 60_000_000_000
  /// Each such question looks back as far as the first one: a span is found by its start, and comes
  /// when it has ended, which can be long after.
  private static let fullEach = 10
  /// How far ahead of this machine's clock the server's may be.
  private static let ahead: UInt64 = 60_000_000_000

  /// Polls the back end at `url`: `http://…` or `https://…`, behind `jaeger+` and the like to say of
  /// which kind it is.
  ///
  /// - Throws: `SourceError` if the URL is none, or there is no libcurl.
  public convenience init(id: SourceID, url: String, options: PollOptions) throws(SourceError) {
    try self.init(id: id, url: url, options: options, limits: .init(), pauses: .init())
  }

  init(
    id: SourceID, url: String, options: PollOptions, limits: HTTPClient.Limits, pauses: Pauses
  ) throws(SourceError) {
    let (kind, rest) = try Self.split(url)
    if let kind, let other = options.kind, kind != other {
      throw SourceError(
        source: Self.withoutSecrets(url),
        reason: "is not of the kind \(other.rawValue), as --backend says")
    }
    guard let server = ServerURL(rest) else {
      throw SourceError(source: Self.withoutSecrets(url), reason: "is no URL of a server")
    }
    guard HTTPClient.isAvailable else { throw HTTPClient.missing(server) }
    self.id = id
    self.server = server
    self.options = options
    self.kind = kind ?? options.kind
    self.limits = limits
    self.pauses = pauses
    name = server.text
    isLive = !options.once
  }

  /// Whether that is written as a URL to poll.
  public static func isURL(_ text: String) -> Bool {
    text.range(before: "://").map {
      $0.allSatisfy { $0.isLetter || $0.isNumber || "+-.".contains($0) }
    }
      ?? false
  }

  /// Whether two URLs are of the same host.
  public static func isSameHost(_ one: String, _ other: String) -> Bool {
    func host(_ url: String) -> String? { (try? split(url)).flatMap { ServerURL($0.1) }?.host }
    return host(one) != nil && host(one) == host(other)
  }

  /// The kind that the scheme says, and the URL without it.
  private static func split(_ url: String) throws(SourceError) -> (BackendKind?, String) {
    let scheme = url.range(before: "://") ?? ""
    guard let plus = scheme.firstIndex(of: "+") else {
      guard ["http", "https"].contains(scheme.lowercased()) else {
        throw SourceError(
          source: withoutSecrets(url), reason: "begins with neither http:// nor https://")
      }
      return (nil, url)
    }
    guard let kind = BackendKind(rawValue: scheme[..<plus].lowercased()) else {
      let kinds = BackendKind.allCases.map { "\($0.rawValue)+http://" }.joined(separator: ", ")
      throw SourceError(source: withoutSecrets(url), reason: "can begin with \(kinds)")
    }
    return (kind, String(url[url.index(after: plus)...]))
  }

  /// What can be shown of a text that may be no URL.
  private static func withoutSecrets(_ url: String) -> String {
    guard let at = url.lastIndex(of: "@") else { return String(url.prefix { $0 != "?" }) }
    let scheme = url.range(before: "://").map { "\($0)://" } ?? ""
    return scheme + "…@" + url[url.index(after: at)...].prefix { $0 != "?" }
  }

  public func stop() { stopSignal.set() }

  public func run(
    into inbox: Inbox<SourceEvent>, isFull: @escaping @Sendable () -> Bool = { false }
  ) {
    do throws(SourceError) {
      try poll(into: inbox, isFull)
      inbox.post(.ended(id))
    } catch {
      inbox.post(.failed(id, error))
    }
  }

  private func poll(
    into inbox: Inbox<SourceEvent>, _ isFull: () -> Bool
  ) throws(SourceError) {
    let status = StatusPost(id, inbox)
    let client = try HTTPClient(
      server, headers: options.headers, isInsecure: options.isInsecure, limits: limits,
      stop: stopSignal)
    let session = PollSession(options.query, client, source: id, secrets: secrets) { batch in
      inbox.post(.batch(batch))
    }
    var kind = kind
    var backend = kind?.backend
    var failures = 0
    var last: UnixNanos?
    var polls = 0
    while !stopSignal.isSet {
      let now = TimeFormat.now
      session.begin()
      do throws(HTTPFailure) {
        if kind == nil {
          status.say(.waiting, "asking what is there")
          kind = try found(session)
          backend = kind?.backend
        }
        try backend?.poll(session, window(now, polls % Self.fullEach == 0 ? nil : last))
        polls += 1
        if options.once { return }
        (last, failures) = (now, 0)
        let text = ["polling \(kind?.rawValue ?? "") every \(Self.text(interval))"] + session.notes
        status.say(
          session.spanCount == 0 ? .waiting : .active, text.joined(separator: "; "),
          receivedSpans: session.spanCount)
        stopSignal.wait(atMost: interval)
      } catch {
        if error.isStopped { break }
        if options.once { throw SourceError(source: name, reason: error.text) }
        failures += 1
        // Another version may answer when it is there again.
        backend = kind?.backend
        let pause = pause(after: failures, error)
        status.say(
          .troubled, "\(error.text); again in \(Self.text(pause))",
          receivedSpans: session.spanCount)
        stopSignal.wait(atMost: pause)
      }
    }
    status.say(.ended, "stopped")
  }

  private func found(_ session: PollSession) throws(HTTPFailure) -> BackendKind {
    if let kind = try BackendKind.found(by: session) { return kind }
    let kinds = BackendKind.allCases.map(\.rawValue).joined(separator: ", ")
    throw HTTPFailure(
      text:
        "nothing that is known answers there (asked for \(kinds)); jaeger+http://… says what it is")
  }

  private func window(_ now: UnixNanos, _ last: UnixNanos?) -> PollWindow {
    let since = UInt64(max(0, options.query.since.rawValue))
    let first = now.rawValue - min(now.rawValue, since)
    let next = last.map { $0.rawValue - min($0.rawValue, Self.overlap) } ?? first
    return PollWindow(
      from: UnixNanos(max(first, next)), to: UnixNanos(now.rawValue + Self.ahead))
  }

  private var interval: Duration { .nanoseconds(options.interval.rawValue) }

  private func pause(after failures: Int, _ failure: HTTPFailure) -> Duration {
    let doubled = max(interval, pauses.first) * (1 << min(failures - 1, 10))
    let own = min(doubled, max(pauses.longest, interval))
    return max(own, min(failure.retryAfter ?? .zero, pauses.longestAsked))
  }

  private static func text(_ time: Duration) -> String {
    let milliseconds = time.wholeMilliseconds
    return milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000) s" : "\(milliseconds) ms"
  }

  /// What must not be shown: what was given to be sent, and the parts of it.
  private var secrets: [String] {
    let words = options.headers.flatMap {
      [$0.value] + $0.value.split(separator: " ").map(String.init)
    }
    return (words + [server.password ?? ""]).filter { $0.utf8.count >= 4 }
  }
}

extension String {
  /// What stands before the first `mark`; nil if there is none.
  fileprivate func range(before mark: String) -> Substring? {
    firstRange(of: mark).map { self[..<$0.lowerBound] }
  }
}
