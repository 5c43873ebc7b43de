import Glibc
import NIOCore
import NIOPosix
import Synchronization
public import TraceModel
public import TraceSources

/// A port at which programs send spans, in whatever way they speak.
///
/// Opening it binds the port; connections are taken from then on, and what came before `run` is kept as
/// far as there is room.
public final class Receiver: SpanSource {
  public let id: SourceID
  /// `OTLP/HTTP 127.0.0.1:4318`
  public let name: String
  public let kind: ReceiverKind
  /// The port that was bound.
  public let boundPort: Int
  public var isLive: Bool { true }

  private let listener: any Channel
  private let reception: Reception
  private let isStopped = Atomic(false)

  /// The threads of all receivers. Other threads need the rest of the processors.
  private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)

  /// The least time between two statuses.
  private static let newsInterval = Duration.milliseconds(100)

  /// Connections that the system may keep until they are taken.
  private static let backlog: CInt = 256

  /// Binds the port; 0 is any that is free, nil the one that clients use. `portOption` is what to write
  /// in a command line to choose another one. `cors` is the origin whose web pages may send spans; `*` is
  /// all of them.
  ///
  /// - Throws: `SourceError` if the port cannot be bound; it says what to do.
  public convenience init(
    id: SourceID, _ kind: ReceiverKind, host: String = "127.0.0.1", port: Int? = nil,
    portOption: String = "--port", cors: String? = nil
  ) throws(SourceError) {
    try self.init(
      id: id, kind, host: host, port: port, portOption: portOption, cors: cors,
      limits: ReceiverLimits())
  }

  init(
    id: SourceID, _ kind: ReceiverKind, host: String = "127.0.0.1", port: Int? = nil,
    portOption: String = "--port", cors: String? = nil, limits: ReceiverLimits
  ) throws(SourceError) {
    let wanted = port ?? kind.usualPort
    let reception = Reception(
      kind: kind, source: id,
      gate: Gate(isLoopback: Self.isLoopback(host), cors: cors, bodyLimit: limits.bodyBytes),
      limits: limits, group: Self.group)
    let bootstrap = ServerBootstrap(group: Self.group)
      .serverChannelOption(.backlog, value: Self.backlog)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelOption(
        .recvAllocator,
        value: AdaptiveRecvByteBufferAllocator(
          minimum: 4 << 10, initial: 64 << 10, maximum: 256 << 10)
      )
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Greeting(reception))
        }
      }
    do {
      listener = try bootstrap.bind(host: host, port: wanted).wait()
    } catch {
      throw SourceError(
        source: "\(kind.name) \(Self.address(host, wanted))",
        reason: Self.reason(error, port: wanted, option: portOption))
    }
    self.id = id
    self.kind = kind
    self.reception = reception
    boundPort = listener.localAddress?.port ?? wanted
    name = "\(kind.name) \(Self.address(host, boundPort))"
  }

  deinit { stop() }

  /// What was seen so far.
  public var activity: ReceiverActivity { reception.activity }

  // MARK: Addresses

  private static func isLoopback(_ host: String) -> Bool {
    host == "localhost" || host == "::1" || host.hasPrefix("127.")
  }

  private static func address(_ host: String, _ port: Int) -> String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }

  private static func reason(_ error: any Error, port: Int, option: String) -> String {
    switch (error as? IOError)?.errnoCode {
    case EADDRINUSE:
      "the port is taken, by a Collector, an agent or another traceview; stop it (ss -ltnp 'sport = :\(port)' says what it is), or choose another port with \(option)"
    case EACCES: "only root may listen on a port below 1024; choose another with \(option)"
    case EADDRNOTAVAIL: "this machine has no such address"
    default: "cannot listen there: \(error)"
    }
  }

  // MARK: Running

  public func run(into inbox: Inbox<SourceEvent>, isFull: @escaping @Sendable () -> Bool) {
    for loop in Self.group.makeIterator() { loop.execute { Background.begin() } }
    let bell = reception.bell
    var spansFrom = ContinuousClock.now
    var newsFrom = spansFrom
    var shown = ReceiverActivity()
    inbox.post(.status(id, Self.status(shown, before: shown)))
    while !isStopped.load(ordering: .acquiring) {
      let (hasSpans, hasNews) = bell.wait(spansFrom: spansFrom, newsFrom: newsFrom)
      if hasSpans {
        post(inbox)
        spansFrom = .now + reception.limits.patience
      }
      if hasNews {
        let seen = activity
        inbox.post(.status(id, Self.status(seen, before: shown)))
        shown = seen
        newsFrom = .now + Self.newsInterval
      }
    }
    finishRequests()
    post(inbox)
    let seen = activity
    inbox.post(
      .status(
        id,
        SourceStatus(
          .ended, "stopped", receivedSpans: seen.receivedSpans,
          refusedRequests: seen.refusedRequests)))
    inbox.post(.ended(id))
  }

  /// Hands on what has come; waits while the inbox is full, in which time senders are turned away.
  private func post(_ inbox: Inbox<SourceEvent>) {
    for batch in reception.takeAll() { inbox.post(.batch(batch)) }
  }

  public func stop() {
    guard !isStopped.exchange(true, ordering: .acquiringAndReleasing) else { return }
    listener.close(promise: nil)
    for connection in reception.connections.all {
      connection.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    }
    reception.bell.ringAtOnce()
  }

  /// Waits for the requests that have begun, not for long, and closes all connections.
  private func finishRequests() {
    try? listener.closeFuture.wait()
    let end = ContinuousClock.now + reception.limits.stopTime
    // Once at the end: telling this thread of each request that ends would cost every request.
    while reception.openRequests > 0, ContinuousClock.now < end { usleep(1_000) }
    for connection in reception.connections.all { connection.close(promise: nil) }
  }

  /// What to show of what was seen.
  static func status(_ seen: ReceiverActivity, before: ReceiverActivity) -> SourceStatus {
    var state = SourceStatus.State.active
    var text = "receiving"
    if let trouble = seen.trouble {
      (state, text) = (.troubled, trouble)
    } else if seen.refusedRequests > before.refusedRequests {
      text = "receiving; no room: senders are told to try again"
    } else if seen.receivedSpans == 0 {
      state = .waiting
      let others = [
        seen.logRequests > 0 ? "logs" : nil, seen.metricRequests > 0 ? "metrics" : nil,
      ].compactMap { $0 }
      text =
        others.isEmpty
        ? "listening" : "\(others.joined(separator: " and ")) come, and are not shown; no spans yet"
    }
    return SourceStatus(
      state, text, receivedSpans: seen.receivedSpans, refusedRequests: seen.refusedRequests)
  }
}
