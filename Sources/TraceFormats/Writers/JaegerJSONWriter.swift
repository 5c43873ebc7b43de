import TraceModel

/// Writes Jaeger's JSON as its UI opens it: `{"data":[…]}` with an object for each trace. (jaeger,
/// `uimodel`; OpenTelemetry's mapping to Jaeger.)
struct JaegerJSONWriter: SpanWriter {
  static let groupsByTrace = true

  var output: [UInt8] = []
  private(set) var losses = ConversionLosses()
  private var isFirstTrace = true
  private var isFirstSpan = true
  /// The processes of the trace, and their numbers.
  private var processes: [Resource: Int] = [:]
  private var resources: [Resource] = []

  init() {}

  mutating func beginGroup() { isFirstSpan = true }

  mutating func add(_ span: SpanRecord) {
    if isFirstSpan {
      output.append(json: isFirstTrace ? #"{"data":["# : ",\n")
      output.append(json: #"{"traceID":""# + span.traceID.description + #"","spans":["#)
      isFirstTrace = false
    } else {
      output.append(json: ",")
    }
    isFirstSpan = false
    append(span)
    note(span)
    losses.endSpan()
  }

  mutating func endGroup() {
    guard !isFirstSpan else { return }
    output.append(json: #"],"processes":{"#)
    for (number, resource) in resources.enumerated() {
      output.append(json: (number > 0 ? "," : "") + #""p\#(number + 1)":{"serviceName":"#)
      output.append(quoted: resource.serviceName)
      output.append(json: #","tags":["#)
      var tags = JaegerTagList()
      for attribute in resource.attributes where attribute.key != "service.name" {
        tags.append(attribute)
      }
      output += tags.bytes
      output.append(json: "]}")
    }
    output.append(json: "}}")
    processes = [:]
    resources = []
  }

  mutating func finish() {
    output.append(json: isFirstTrace ? #"{"data":[]}"# : "]}")
    output.append(json: "\n")
  }

  private mutating func process(of resource: Resource) -> Int {
    if let number = processes[resource] { return number }
    resources.append(resource)
    processes[resource] = resources.count
    return resources.count
  }

  // MARK: Spans

  private mutating func append(_ span: SpanRecord) {
    let times = span.microseconds
    output.append(json: #"{"traceID":""# + span.traceID.description)
    output.append(json: #"","spanID":""# + span.spanID.description)
    output.append(json: #"","flags":\#(span.flags & 1),"operationName":"#)
    output.append(quoted: span.name)
    output.append(json: #","references":["#)
    var isFirst = true
    if span.parentSpanID.isValid {
      append(reference: "CHILD_OF", span.traceID, span.parentSpanID, &isFirst)
    }
    for link in span.links {
      append(reference: "FOLLOWS_FROM", link.traceID, link.spanID, &isFirst)
    }
    output.append(json: #"],"startTime":\#(times.start),"duration":\#(times.duration)"#)
    output.append(json: #","tags":["#)
    output += tags(of: span).bytes
    output.append(json: #"],"logs":["#)
    for (index, event) in span.events.enumerated() {
      output.append(
        json: (index > 0 ? "," : "")
          + #"{"timestamp":\#(event.time.rawValue / 1_000),"fields":["#)
      var fields = JaegerTagList()
      fields.append(Attribute("event", .string(event.name)))
      for attribute in event.attributes { fields.append(attribute) }
      output += fields.bytes
      output.append(json: "]}")
    }
    output.append(json: #"],"processID":"p\#(process(of: span.resource))","warnings":null}"#)
  }

  private mutating func append(
    reference type: String, _ traceID: TraceID, _ spanID: SpanID, _ isFirst: inout Bool
  ) {
    output.append(json: (isFirst ? "" : ",") + #"{"refType":"\#(type)","traceID":""#)
    output.append(json: traceID.description + #"","spanID":""# + spanID.description + #""}"#)
    isFirst = false
  }

  /// What Jaeger has no field for has a tag of a name that is agreed on.
  private func tags(of span: SpanRecord) -> JaegerTagList {
    var tags = JaegerTagList()
    func append(_ key: String, _ text: String) {
      if !text.isEmpty { tags.append(Attribute(key, .string(text))) }
    }
    if span.kind != .unspecified { append("span.kind", span.kind.name) }
    if span.status != .unset { append("otel.status_code", span.status.name.uppercased()) }
    if span.status == .error { tags.append(Attribute("error", .bool(true))) }
    append("otel.status_description", span.statusMessage)
    append("otel.scope.name", span.scope.name)
    append("otel.scope.version", span.scope.version)
    append("w3c.tracestate", span.traceState)
    for attribute in span.attributes { tags.append(attribute) }
    return tags
  }

  // MARK: Losses

  /// Names that are the span's fields when they are read.
  private static let ownNames: Set = [
    "span.kind", "error", "otel.status_code", "otel.status_description", "otel.scope.name",
    "otel.library.name", "otel.scope.version", "otel.library.version", "w3c.tracestate",
  ]

  private mutating func note(_ span: SpanRecord) {
    losses.noteCommon(span)
    let lists = [span.attributes, span.resource.attributes] + span.events.map(\.attributes)
    losses.note(.nested, if: lists.contains { $0.contains { JaegerTagList.isNested($0.value) } })
    losses.note(.ownNames, if: span.attributes.contains { Self.ownNames.contains($0.key) })
    losses.note(.flags, if: span.flags & ~1 != 0)
    for link in span.links {
      losses.note(
        .linkDetails,
        if: !link.attributes.isEmpty || !link.traceState.isEmpty || link.flags != 0
          || link.droppedAttributes > 0)
      losses.note(.linkAsParent, if: !span.parentSpanID.isValid && link.traceID == span.traceID)
    }
  }
}

/// Elements of a list of Jaeger's tags, each with its type.
private struct JaegerTagList {
  var bytes: [UInt8] = []

  /// Whether Jaeger has no type for the value.
  static func isNested(_ value: AttributeValue) -> Bool {
    switch value {
    case .empty, .array, .map: true
    default: false
    }
  }

  mutating func append(_ attribute: Attribute) {
    if !bytes.isEmpty { bytes.append(json: ",") }
    bytes.append(json: #"{"key":"#)
    bytes.append(quoted: attribute.key)
    switch attribute.value {
    case .bool(let bool): bytes.append(json: #","type":"bool","value":\#(bool)"#)
    case .int(let int):
      // Beyond 53 bits Jaeger itself writes text, which scripts in browsers need.
      let quote = int.magnitude > 1 << 53 ? "\"" : ""
      bytes.append(json: #","type":"int64","value":\#(quote)\#(int)\#(quote)"#)
    case .double(let double):
      bytes.append(json: #","type":"float64","value":"#)
      bytes.append(double: double)
    case .bytes:
      bytes.append(json: #","type":"binary","value":"#)
      bytes.append(quoted: attribute.value.text)
    case .string, .empty, .array, .map:
      bytes.append(json: #","type":"string","value":"#)
      bytes.append(quoted: attribute.value.text)
    }
    bytes.append(json: "}")
  }
}
