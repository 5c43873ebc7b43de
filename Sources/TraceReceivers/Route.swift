/// What a path of a request is for.
enum Route: Equatable {
  case otlpTraces, otlpLogs, otlpMetrics
  case zipkin, zipkinV1
  case datadogTraces(version: Int)
  case datadogInfo
  case honeycombBatch, honeycombEvent
  case newRelic
  case lightstep
  /// `GET /`, as a browser asks.
  case home

  /// The route of a path without its query; nil if it is none of ours.
  init?(method: String, path: String) {
    let isAsking = method == "GET" || method == "HEAD"
    switch path {
    // An endpoint for traces alone is used as it is: `http://localhost:4318` then means this path.
    case "", "/": self = isAsking ? .home : .otlpTraces
    case "/traces/otlp/v0.9": self = .otlpTraces
    case "/api/v2/spans": self = .zipkin
    case "/api/v1/spans": self = .zipkinV1
    case "/v0.3/traces": self = .datadogTraces(version: 3)
    case "/v0.4/traces": self = .datadogTraces(version: 4)
    case "/v0.5/traces": self = .datadogTraces(version: 5)
    case "/info": self = .datadogInfo
    case "/trace/v1": self = .newRelic
    case "/api/v2/reports": self = .lightstep
    case _ where path.hasSuffix("/v1/traces"): self = .otlpTraces
    case _ where path.hasSuffix("/v1/logs"): self = .otlpLogs
    case _ where path.hasSuffix("/v1/metrics"): self = .otlpMetrics
    case _ where path.hasPrefix("/1/batch/"): self = .honeycombBatch
    case _ where path.hasPrefix("/1/events/"): self = .honeycombEvent
    default: return nil
    }
  }

  /// What its clients speak; nil where no spans come.
  var dialect: ReceiverActivity.Dialect? {
    switch self {
    case .otlpTraces: .otlpHTTP
    case .zipkin, .zipkinV1: .zipkin
    case .datadogTraces: .datadog
    case .honeycombBatch, .honeycombEvent: .honeycomb
    case .newRelic: .newRelic
    case .lightstep: .lightstep
    case .otlpLogs, .otlpMetrics, .datadogInfo, .home: nil
    }
  }

  /// The methods that it takes.
  var methods: [String] {
    switch self {
    case .datadogInfo, .home: ["GET", "HEAD"]
    case .datadogTraces: ["PUT", "POST"]
    default: ["POST"]
    }
  }

  /// The format of a body of that media type (empty if the client gives none); nil if it is not taken.
  func format(mediaType: String) -> BodyFormat? {
    let isJSON = mediaType == "application/json"
    let isProtobuf = ["application/x-protobuf", "application/protobuf"].contains(mediaType)
    let isUnsaid = ["", "application/octet-stream"].contains(mediaType)
    switch self {
    case .otlpTraces, .otlpLogs, .otlpMetrics:
      return isProtobuf ? .otlpProtobuf : isJSON ? .otlpJSON : nil
    case .zipkin: return isJSON || isUnsaid ? .zipkin : nil
    case .zipkinV1: return isJSON || isUnsaid ? .zipkinV1 : nil
    case .datadogTraces(let version):
      if mediaType == "application/msgpack" || isUnsaid { return .datadogMessagePack }
      return isJSON && version < 5 ? .datadogJSON : nil
    case .honeycombBatch, .honeycombEvent: return isJSON || isUnsaid ? .honeycomb : nil
    case .newRelic: return isJSON || isUnsaid ? .newRelic : nil
    case .lightstep: return isProtobuf || isUnsaid ? .lightstep : nil
    case .datadogInfo, .home: return nil
    }
  }

  /// The media types to name to a client that sends another one.
  var mediaTypes: String {
    switch self {
    case .otlpTraces, .otlpLogs, .otlpMetrics: "application/x-protobuf or application/json"
    case .datadogTraces(let version):
      version < 5 ? "application/msgpack or application/json" : "application/msgpack"
    case .lightstep: "application/octet-stream"
    default: "application/json"
    }
  }
}

/// A format of the spans in a body.
enum BodyFormat: Int, CaseIterable {
  case otlpProtobuf, otlpJSON, zipkin, zipkinV1, datadogMessagePack, datadogJSON, honeycomb,
    newRelic
  case lightstep

  /// Its name in the list of formats.
  var name: String {
    switch self {
    case .otlpProtobuf: "otlp-protobuf"
    case .otlpJSON: "otlp-json"
    case .zipkin: "zipkin-json"
    case .zipkinV1: "zipkin-v1-json"
    case .datadogMessagePack: "datadog-msgpack"
    case .datadogJSON: "datadog-json"
    case .honeycomb: "honeycomb-json"
    case .newRelic: "new-relic-json"
    case .lightstep: "lightstep-protobuf"
    }
  }
}
