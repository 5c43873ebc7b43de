/// What a receiver has seen so far; says why nothing arrived, if nothing did.
public struct ReceiverActivity: Sendable, Equatable {
  /// How many connections were made.
  public internal(set) var connections = 0
  /// How many spans have come.
  public internal(set) var receivedSpans = 0
  /// How many requests with spans there were, by what their clients speak.
  public internal(set) var requests: [Dialect: Int] = [:]
  /// How many requests carried logs, and how many metrics, which are taken and not shown.
  public internal(set) var logRequests = 0
  public internal(set) var metricRequests = 0
  /// How many requests were turned away since there was no room; their senders try again.
  public internal(set) var refusedRequests = 0
  /// What clients did wrong, with how often: one line each, and at most `troubleLimit` of them.
  public internal(set) var troubles: [String: Int] = [:]
  /// What a client did wrong last; nil once spans have come after that.
  public internal(set) var trouble: String?

  static let troubleLimit = 32

  /// A way of sending spans.
  public enum Dialect: String, Sendable, Hashable, CaseIterable {
    case otlpHTTP = "OTLP/HTTP"
    case otlpGRPC = "OTLP/gRPC"
    case zipkin = "Zipkin"
    case datadog = "Datadog"
    case honeycomb = "Honeycomb"
    case newRelic = "New Relic"
    case lightstep = "Lightstep"
  }

  init() {}

  mutating func note(_ text: String) {
    trouble = text
    if troubles.count < Self.troubleLimit || troubles[text] != nil {
      troubles[text, default: 0] += 1
    }
  }
}
