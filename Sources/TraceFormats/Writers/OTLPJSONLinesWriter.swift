import TraceModel

/// Writes OTLP JSON, one `TracesData` object a line, as Collectors do. It holds every field.
struct OTLPJSONLinesWriter: SpanWriter {
  static let groupsByTrace = false

  var output: [UInt8] = []
  let losses = ConversionLosses()
  private var resource: Resource?
  private var scope: InstrumentationScope?

  init() {}

  mutating func beginGroup() {
    output.append(json: #"{"resourceSpans":["#)
  }

  mutating func add(_ span: SpanRecord) {
    if resource != span.resource {
      endResource()
      if output.last == UInt8(ascii: "}") { output.append(json: ",") }
      output.append(json: #"{"resource":{"attributes":"#)
      append(span.resource.attributes)
      append("droppedAttributesCount", span.resource.droppedAttributes)
      output.append(json: #"},"scopeSpans":["#)
      resource = span.resource
    }
    if scope != span.scope {
      endScope()
      if output.last == UInt8(ascii: "}") { output.append(json: ",") }
      output.append(json: #"{"scope":{"name":"#)
      output.append(quoted: span.scope.name)
      append("version", span.scope.version)
      if !span.scope.attributes.isEmpty {
        output.append(json: #","attributes":"#)
        append(span.scope.attributes)
      }
      append("droppedAttributesCount", span.scope.droppedAttributes)
      output.append(json: #"},"spans":["#)
      scope = span.scope
    } else {
      output.append(json: ",")
    }
    append(span)
  }

  mutating func endGroup() {
    endResource()
    output.append(json: "]}\n")
  }

  mutating func finish() {}

  private mutating func endScope() {
    guard let scope else { return }
    output.append(json: "]")
    append("schemaUrl", scope.schemaURL)
    output.append(json: "}")
    self.scope = nil
  }

  private mutating func endResource() {
    endScope()
    guard let resource else { return }
    output.append(json: "]")
    append("schemaUrl", resource.schemaURL)
    output.append(json: "}")
    self.resource = nil
  }

  // MARK: Spans

  private mutating func append(_ span: SpanRecord) {
    output.append(json: #"{"traceId":""# + span.traceID.description)
    output.append(json: #"","spanId":""# + span.spanID.description + "\"")
    if span.parentSpanID.isValid { append("parentSpanId", span.parentSpanID.description) }
    append("traceState", span.traceState)
    append("flags", span.flags)
    output.append(json: #","name":"#)
    output.append(quoted: span.name)
    append("kind", UInt32(span.kind.rawValue))
    append("startTimeUnixNano", time: span.start)
    append("endTimeUnixNano", time: span.end)
    append(more: span.attributes)
    append("droppedAttributesCount", span.dropped.attributes)
    appendList("events", span.events) { this, event in
      this.output.append(json: #"{"name":"#)
      this.output.append(quoted: event.name)
      this.append("timeUnixNano", time: event.time)
      this.append(more: event.attributes)
      this.append("droppedAttributesCount", event.droppedAttributes)
    }
    append("droppedEventsCount", span.dropped.events)
    appendList("links", span.links) { this, link in
      this.output.append(json: #"{"traceId":""# + link.traceID.description)
      this.output.append(json: #"","spanId":""# + link.spanID.description + "\"")
      this.append("traceState", link.traceState)
      this.append("flags", link.flags)
      this.append(more: link.attributes)
      this.append("droppedAttributesCount", link.droppedAttributes)
    }
    append("droppedLinksCount", span.dropped.links)
    if span.status != .unset || !span.statusMessage.isEmpty {
      output.append(json: #","status":{"code":\#(span.status.rawValue)"#)
      append("message", span.statusMessage)
      output.append(json: "}")
    }
    output.append(json: "}")
  }

  private mutating func appendList<Element>(
    _ name: String, _ elements: [Element], _ body: (inout Self, Element) -> Void
  ) {
    if elements.isEmpty { return }
    output.append(json: #","\#(name)":["#)
    for (index, element) in elements.enumerated() {
      if index > 0 { output.append(json: ",") }
      body(&self, element)
      output.append(json: "}")
    }
    output.append(json: "]")
  }

  /// Appends a member that is not the first; not if it is empty.
  private mutating func append(_ name: String, _ text: String) {
    if text.isEmpty { return }
    output.append(json: #","\#(name)":"#)
    output.append(quoted: text)
  }

  private mutating func append(_ name: String, _ number: UInt32) {
    if number != 0 { output.append(json: #","\#(name)":\#(number)"#) }
  }

  private mutating func append(_ name: String, time: UnixNanos) {
    if time != .unset { output.append(json: #","\#(name)":"\#(time.rawValue)""#) }
  }

  private mutating func append(more attributes: [Attribute]) {
    if attributes.isEmpty { return }
    output.append(json: #","attributes":"#)
    append(attributes)
  }

  // MARK: Attributes

  private mutating func append(_ attributes: [Attribute]) {
    output.append(json: "[")
    for (index, attribute) in attributes.enumerated() {
      output.append(json: index > 0 ? #",{"key":"# : #"{"key":"#)
      output.append(quoted: attribute.key)
      output.append(json: #","value":"#)
      append(attribute.value)
      output.append(json: "}")
    }
    output.append(json: "]")
  }

  /// Recursion is bounded: importers keep nesting within `AttributeValue.nestingLimit`.
  private mutating func append(_ value: AttributeValue) {
    switch value {
    case .empty: return output.append(json: "{}")
    case .string(let text):
      output.append(json: #"{"stringValue":"#)
      output.append(quoted: text)
    case .bool(let bool): output.append(json: #"{"boolValue":\#(bool)"#)
    case .int(let int): output.append(json: #"{"intValue":"\#(int)""#)
    case .double(let double):
      output.append(json: #"{"doubleValue":"#)
      output.append(double: double)
    case .bytes(let bytes):
      output.append(json: #"{"bytesValue":""#)
      output.append(base64: bytes.span)
      output.append(json: "\"")
    case .array(let values):
      output.append(json: #"{"arrayValue":{"values":["#)
      for (index, value) in values.enumerated() {
        if index > 0 { output.append(json: ",") }
        append(value)
      }
      output.append(json: "]}")
    case .map(let attributes):
      output.append(json: #"{"kvlistValue":{"values":"#)
      append(attributes)
      output.append(json: "}")
    }
    output.append(json: "}")
  }
}
