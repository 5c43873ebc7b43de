public import TraceAnalysis
public import TraceModel

/// Spans as JSON, one object a line: what `--print json` writes and `y j` copies.
///
/// The keys are a contract: a change is a new key. Times are strings as in OTLP JSON, because most
/// readers of JSON cannot hold them as numbers.
public struct SpanJSON {
  let data: DataSet
  let quality: DataQuality
  let options: ViewOptions

  public init(data: DataSet, quality: DataQuality, options: ViewOptions) {
    self.data = data
    self.quality = quality
    self.options = options
  }

  /// The object of one row of a tree that stands for a span.
  func line(_ trace: OpenTrace, _ position: Int) -> String {
    let tree = trace.tree
    let row = tree.rows[position]
    guard row != .none else { return "{}" }
    let view = data.store[row]
    let span = view.record
    var object = JSONObject()
    object.add("traceId", string: view.traceIDText)
    object.add("spanId", string: view.spanIDText)
    if span.parentSpanID.isValid {
      object.add("parentSpanId", string: view.parentSpanIDText)
    }
    object.add("depth", raw: "\(tree.depths[position])")
    object.add("placement", string: tree.placements[position].name)
    object.add("name", string: span.name)
    object.add("service", string: span.resource.serviceName)
    object.add("kind", string: span.kind.name)
    object.add("startUnixNano", string: "\(span.start.rawValue)")
    object.add("endUnixNano", string: "\(span.end.rawValue)")
    object.add(
      "durationNano", raw: "\(SpanExtent.duration(start: span.start, end: span.end).rawValue)")
    object.add("selfNano", raw: "\(trace.selfTimes[position].rawValue)")
    object.add("status", string: span.status.name)
    if !span.statusMessage.isEmpty { object.add("statusMessage", string: span.statusMessage) }
    object.add("attributes", raw: Self.attributes(span.attributes))
    object.add("resource", raw: Self.attributes(span.resource.attributes))
    if !span.resource.schemaURL.isEmpty {
      object.add("resourceSchemaUrl", string: span.resource.schemaURL)
    }
    Self.addDropped(span.resource.droppedAttributes, "resourceDropped", to: &object)
    object.add("scope", raw: Self.scope(span.scope))
    object.add("events", raw: "[" + span.events.map(Self.event).joined(separator: ",") + "]")
    if !span.links.isEmpty {
      let links = span.links.map { Self.link($0, of: view.batch) }
      object.add("links", raw: "[" + links.joined(separator: ",") + "]")
    }
    if !span.traceState.isEmpty { object.add("traceState", string: span.traceState) }
    if span.flags != 0 { object.add("flags", raw: "\(span.flags)") }
    Self.addDropped(span.dropped, to: &object)
    let defects = Self.defects(tree.defects[position], of: span)
    if !defects.isEmpty {
      object.add("defects", raw: "[" + defects.map(JSONOutput.quoted).joined(separator: ",") + "]")
    }
    if let number = group(trace, span) {
      object.add("unjoinedGroup", raw: "\(number + 1)")
    }
    object.add("source", raw: source(view))
    return object.text
  }

  /// The group of unjoined roots that the span's trace is in.
  private func group(_ trace: OpenTrace, _ span: SpanRecord) -> Int? {
    switch trace.subject {
    case .trace(let row): quality.group(of: row)
    case .joined: data.traces.find(span.traceID).flatMap { quality.group(of: $0) }
    }
  }

  private func source(_ view: SpanView) -> String {
    var object = JSONObject()
    object.add("name", string: options.name(of: view.source))
    object.add("format", string: view.format)
    object.add("byteOffset", raw: "\(view.byteOffset)")
    return object.text
  }

  /// The names of defects, as the kinds of problems are called.
  private static func defects(_ defects: SpanDefects, of span: SpanRecord) -> [String] {
    var names: [String] = []
    if defects.contains(.orphan) { names.append(Problem.Kind.missingParent.rawValue) }
    if defects.contains(.ring) { names.append(Problem.Kind.ring.rawValue) }
    if defects.contains(.duplicate) { names.append(Problem.Kind.duplicateSpan.rawValue) }
    if defects.contains(.negativeDuration) { names.append(Problem.Kind.negativeDuration.rawValue) }
    if !defects.isDisjoint(with: [.startsBeforeParent, .endsAfterParent]) {
      names.append(Problem.Kind.childOutsideParent.rawValue)
    }
    if span.start != .unset, span.end == .unset { names.append(Problem.Kind.notEnded.rawValue) }
    if !span.spanID.isValid || !span.traceID.isValid {
      names.append(Problem.Kind.invalidID.rawValue)
    }
    return names
  }

  private static func attributes(_ attributes: [Attribute]) -> String {
    var object = JSONObject()
    for attribute in attributes {
      object.add(attribute.key, raw: AttributeText.json(attribute.value, safeIntegers: true))
    }
    return object.text
  }

  private static func scope(_ scope: InstrumentationScope) -> String {
    var object = JSONObject()
    object.add("name", string: scope.name)
    if !scope.version.isEmpty { object.add("version", string: scope.version) }
    if !scope.attributes.isEmpty { object.add("attributes", raw: attributes(scope.attributes)) }
    if !scope.schemaURL.isEmpty { object.add("schemaUrl", string: scope.schemaURL) }
    addDropped(scope.droppedAttributes, to: &object)
    return object.text
  }

  private static func event(_ event: SpanEvent) -> String {
    var object = JSONObject()
    object.add("timeUnixNano", string: "\(event.time.rawValue)")
    object.add("name", string: event.name)
    object.add("attributes", raw: attributes(event.attributes))
    addDropped(event.droppedAttributes, to: &object)
    return object.text
  }

  private static func link(_ link: SpanLink, of batch: SpanBatch) -> String {
    var object = JSONObject()
    object.add("traceId", string: batch.text(of: link.traceID))
    object.add("spanId", string: batch.text(of: link.spanID))
    if !link.traceState.isEmpty { object.add("traceState", string: link.traceState) }
    if link.flags != 0 { object.add("flags", raw: "\(link.flags)") }
    object.add("attributes", raw: attributes(link.attributes))
    addDropped(link.droppedAttributes, to: &object)
    return object.text
  }

  private static func addDropped(
    _ attributes: UInt32, _ prefix: String = "dropped", to object: inout JSONObject
  ) {
    if attributes > 0 { object.add(prefix + "AttributesCount", raw: "\(attributes)") }
  }

  private static func addDropped(_ dropped: DroppedCounts, to object: inout JSONObject) {
    let counts = [
      ("droppedAttributesCount", dropped.attributes), ("droppedEventsCount", dropped.events),
      ("droppedLinksCount", dropped.links),
    ]
    for (name, count) in counts where count > 0 { object.add(name, raw: "\(count)") }
  }

  /// The object of one problem.
  func line(_ problem: Problem) -> String {
    var object = JSONObject()
    object.add("kind", string: problem.kind.rawValue)
    object.add("severity", string: problem.severity.name)
    object.add("summary", string: problem.summary)
    object.add("cause", string: problem.cause)
    object.add("cure", string: problem.cure)
    object.add(
      "facts", raw: "[" + problem.details.map(JSONOutput.quoted).joined(separator: ",") + "]")
    object.add("count", raw: "\(problem.count)")
    let traces = problem.traces.map {
      JSONOutput.quoted(data.store[data.traces[$0].rootRow].traceIDText)
    }
    object.add("traceIds", raw: "[" + traces.joined(separator: ",") + "]")
    let spans = problem.spans.map { JSONOutput.quoted(data.store[$0].spanIDText) }
    object.add("spanIds", raw: "[" + spans.joined(separator: ",") + "]")
    if max(traces.count, spans.count) >= Problem.listed { object.add("truncated", raw: "true") }
    if let id = problem.issueSource {
      var source = JSONObject()
      source.add("name", string: options.name(of: id))
      if let issue = problem.firstIssue {
        source.add("kind", string: issue.kind.rawValue)
        source.add("byteOffset", raw: "\(issue.byteOffset)")
        if let place = issue.place {
          source.add("line", raw: "\(place.line)")
          source.add("column", raw: "\(place.column)")
        }
      }
      object.add("source", raw: source.text)
    }
    return object.text
  }
}

extension Problem.Severity {
  /// As `--print problems --json` writes it.
  var name: String {
    switch self {
    case .info: "info"
    case .warning: "warning"
    case .error: "error"
    }
  }
}

/// A JSON object that is written member by member.
private struct JSONObject {
  private var members = ""

  /// Adds a member whose value is JSON already.
  mutating func add(_ key: String, raw value: String) {
    members += (members.isEmpty ? "" : ",") + JSONOutput.quoted(key) + ":" + value
  }

  mutating func add(_ key: String, string value: String) { add(key, raw: JSONOutput.quoted(value)) }

  var text: String { "{" + members + "}" }
}
