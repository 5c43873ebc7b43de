import TraceModel

/// Writes Zipkin's v2 JSON: a list of spans. (zipkin-api, `zipkin2-api.yaml`; OpenTelemetry's mapping
/// to Zipkin.)
struct ZipkinJSONWriter: SpanWriter {
  static let groupsByTrace = true

  var output: [UInt8] = []
  private(set) var losses = ConversionLosses()
  private var isFirst = true

  init() {}

  mutating func beginGroup() {}

  mutating func add(_ span: SpanRecord) {
    output.append(json: isFirst ? "[" : ",\n")
    isFirst = false
    append(span)
    note(span)
    losses.endSpan()
  }

  mutating func endGroup() {}

  mutating func finish() { output.append(json: isFirst ? "[]\n" : "]\n") }

  // MARK: Spans

  private mutating func append(_ span: SpanRecord) {
    output.append(json: #"{"traceId":""# + span.traceID.description)
    output.append(json: #"","id":""# + span.spanID.description + "\"")
    if span.parentSpanID.isValid {
      output.append(json: #","parentId":""# + span.parentSpanID.description + "\"")
    }
    if span.kind != .unspecified, span.kind != .internal {
      output.append(json: #","kind":"\#(span.kind.name.uppercased())""#)
    }
    output.append(json: #","name":"#)
    output.append(quoted: span.name)
    if span.start != .unset {
      let times = span.microseconds
      output.append(json: #","timestamp":\#(times.start),"duration":\#(times.duration)"#)
    }
    output.append(json: #","localEndpoint":{"serviceName":"#)
    output.append(quoted: span.resource.serviceName)
    output.append(json: "}")
    if !span.events.isEmpty {
      output.append(json: #","annotations":["#)
      for (index, event) in span.events.enumerated() {
        if index > 0 { output.append(json: ",") }
        append(event)
      }
      output.append(json: "]")
    }
    append(tags: span)
    output.append(json: "}")
  }

  /// An event with attributes is JSON in the text, as OpenTelemetry's exporters write it.
  private mutating func append(_ event: SpanEvent) {
    output.append(json: #"{"timestamp":\#(event.time.rawValue / 1_000),"value":"#)
    if event.attributes.isEmpty {
      output.append(quoted: event.name)
    } else {
      output.append(
        quoted: AttributeValue.map([Attribute(event.name, .map(event.attributes))]).text)
    }
    output.append(json: "}")
  }

  /// Tags are an object of strings, so that each key can be there once.
  private mutating func append(tags span: SpanRecord) {
    var keys: Set<String> = []
    func append(_ key: String, _ text: String) {
      guard keys.insert(key).inserted else { return losses.note(.sameKeys) }
      output.append(json: keys.count == 1 ? #","tags":{"# : ",")
      output.append(quoted: key)
      output.append(json: ":")
      output.append(quoted: text)
    }
    if span.status != .unset { append("otel.status_code", span.status.name.uppercased()) }
    if span.status == .error {
      append("error", span.statusMessage.isEmpty ? "true" : span.statusMessage)
    }
    if !span.scope.name.isEmpty { append("otel.scope.name", span.scope.name) }
    if !span.scope.version.isEmpty { append("otel.scope.version", span.scope.version) }
    for attribute in span.attributes { append(attribute.key, attribute.value.text) }
    for attribute in span.resource.attributes where attribute.key != "service.name" {
      append(attribute.key, attribute.value.text)
    }
    if !keys.isEmpty { output.append(json: "}") }
  }

  // MARK: Losses

  /// Names that are the span's fields when they are read.
  private static let ownNames: Set = [
    "error", "otel.status_code", "otel.scope.name", "otel.library.name", "otel.scope.version",
    "otel.library.version",
  ]

  private mutating func note(_ span: SpanRecord) {
    losses.noteCommon(span)
    losses.note(.internalKind, if: span.kind == .internal)
    losses.note(.okMessage, if: span.status != .error && !span.statusMessage.isEmpty)
    for attribute in span.attributes + span.resource.attributes {
      switch attribute.value {
      case .string: break
      case .empty, .array, .map: losses.note(.nested)
      case .bool, .int, .double, .bytes: losses.note(.types)
      }
    }
    for attribute in span.events.flatMap(\.attributes) {
      if case .bytes = attribute.value { losses.note(.types) }
    }
    losses.note(
      .ownNames,
      if: span.attributes.contains {
        Self.ownNames.contains($0.key) || $0.key.hasPrefix("service.")
          || $0.key.hasPrefix("telemetry.")
      })
    losses.note(
      .resources,
      if: span.resource.attributes.contains {
        !$0.key.hasPrefix("service.") && !$0.key.hasPrefix("telemetry.")
      })
    losses.note(.traceState, if: !span.traceState.isEmpty)
    losses.note(.flags, if: span.flags != 0)
    losses.note(.links, if: !span.links.isEmpty)
  }
}
