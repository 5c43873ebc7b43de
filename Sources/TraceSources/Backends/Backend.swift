import TraceModel

/// The query API of one kind of back end.
protocol Backend {
  /// Whether it is what answers there, found out by asking.
  static func isThere(_ session: PollSession) throws(HTTPFailure) -> Bool

  init()

  /// Asks for what there is, and delivers it to the session.
  mutating func poll(_ session: PollSession, _ window: PollWindow) throws(HTTPFailure)
}

/// The times between which traces are asked for.
struct PollWindow: Equatable {
  var from: UnixNanos
  var to: UnixNanos
}

extension BackendKind {
  /// A back end of that kind.
  var backend: any Backend {
    switch self {
    case .jaeger: JaegerBackend()
    case .victoriatraces: VictoriaTracesBackend()
    case .zipkin: ZipkinBackend()
    case .tempo: TempoBackend()
    case .clickhouse: ClickHouseBackend()
    }
  }

  /// The kind of back end that answers; nil if none does that is known.
  static func found(by session: PollSession) throws(HTTPFailure) -> BackendKind? {
    for kind in allCases where try type(of: kind.backend).isThere(session) { return kind }
    return nil
  }
}
