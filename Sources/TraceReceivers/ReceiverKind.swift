/// What a receiver is there for, which decides its usual port. Every receiver takes what all of them do:
/// clients are told from one another by what they send.
public enum ReceiverKind: Sendable, Hashable, CaseIterable {
  case otlpHTTP, otlpGRPC, zipkin, datadog, honeycomb, newRelic

  public var name: String {
    switch self {
    case .otlpHTTP: "OTLP/HTTP"
    case .otlpGRPC: "OTLP/gRPC"
    case .zipkin: "Zipkin"
    case .datadog: "Datadog"
    case .honeycomb: "Honeycomb"
    case .newRelic: "New Relic"
    }
  }

  /// The port that clients use unless they are told otherwise; New Relic's have none, since they send
  /// to a host of their own.
  public var usualPort: Int {
    switch self {
    case .otlpHTTP: 4318
    case .otlpGRPC: 4317
    case .zipkin: 9411
    case .datadog: 8126
    case .honeycomb: 8081
    case .newRelic: 8082
    }
  }
}
