import Cells
import TraceAnalysis
import TraceModel

/// One line of the detail pane, already wrapped and safe to show.
struct DetailLine: Sendable, Equatable {
  enum Kind: Sendable, Equatable {
    case title, heading, field, text, blank
  }

  var kind: Kind
  /// What the value is of; empty on lines that continue a value.
  var label = ""
  var value = ""
  var role = Role.plain
  /// Where Enter goes.
  var target: Target?

  enum Target: Sendable, Equatable {
    /// The position of another row of the tree.
    case position(Int)
    /// A span of this or another trace.
    case span(TraceID, SpanID)
  }
}

/// Writes the lines of the detail pane for one row of a tree.
///
/// Every text that comes from a span is made safe here; long values wrap and are never cut.
struct DetailWriter {
  let data: DataSet
  let trace: OpenTrace
  let position: Int
  let width: Int
  let options: ViewOptions
  let statistics: OperationStatistics?
  let usesAbsoluteTime: Bool
  private(set) var lines: [DetailLine] = []

  init(
    data: DataSet, trace: OpenTrace, position: Int, width: Int, options: ViewOptions,
    statistics: OperationStatistics?, usesAbsoluteTime: Bool
  ) {
    self.data = data
    self.trace = trace
    self.position = position
    self.width = max(8, width)
    self.options = options
    self.statistics = statistics
    self.usesAbsoluteTime = usesAbsoluteTime
    write()
  }

  /// How many lines a value may take beside its label.
  private static let tallestValue = 2

  /// How many events and links are written out, and how many bytes of a value.
  private static let mostEvents = 1_000
  private static let longestValue = 32 << 10

  /// Among fewer spans a percentile says nothing.
  private static let leastForPercentile = 5
  /// Among as many spans, finding those of the operation may take longer than a frame.
  private static let spansForLines = 1_000

  /// The columns that labels may take.
  static func labelWidth(in width: Int) -> Int { min(24, max(8, width * 2 / 5)) }

  private var tree: TraceTree { trace.tree }

  private mutating func write() {
    let row = tree.rows[position]
    guard row != .none else { return writePlaceholder() }
    let span = data.store[row].record
    title("\(SafeText.line(span.resource.serviceName)): \(SafeText.line(span.name))")
    blank()
    writeFacts(span, row)
    writeDefects()
    writeIdentity(span)
    writeAttributes(span.attributes, dropped: span.dropped.attributes)
    writeEvents(span)
    writeLinks(span)
    writeOrigin(span, row)
  }

  private mutating func writePlaceholder() {
    let children = tree.children(of: position)
    if tree.placements[position] == .proposedRoot {
      title("proposed span")
      blank()
      text(
        "No such span is in the data: it shows where one span around the traces would be.", .problem
      )
      blank()
      field("start", time(tree.extents[position].start))
      field("duration", DurationText.short(tree.extents[position].duration))
      field("children", CountText.grouped(children.count))
      if case .joined(let group) = trace.subject {
        heading("WHY")
        for fact in group.evidence { text(SafeText.line(fact)) }
        heading("CURE")
        text(SafeText.line(group.cure.sentence))
        for line in group.cure.lines { text("  " + SafeText.line(line), .cure) }
      }
      return
    }
    let id = SafeText.line(tree.spanIDText(at: position, in: data.store))
    title("missing parent \(id)")
    blank()
    text(
      "\(CountText.counted(children.count, "span")) \(children.count == 1 ? "names" : "name") this span as parent, and it is not in the data.",
      .problem)
    blank()
    field("span ID", id)
    field("first start", time(tree.extents[position].start))
    field("last end", time(tree.extents[position].end))
    text("! lists it with what may be the cause.", .fact)
  }

  // MARK: Parts

  private mutating func writeFacts(_ span: SpanRecord, _ row: SpanRow) {
    field("kind", span.kind.name)
    let status =
      span.statusMessage.isEmpty
      ? span.status.name : "\(span.status.name): \(SafeText.line(span.statusMessage))"
    field(
      "status", span.status == .error ? "✗ " + status : status,
      span.status == .error ? .error : .plain)
    let duration = SpanExtent.duration(start: span.start, end: span.end)
    field("start", time(span.start))
    if span.end == .unset, span.start != .unset {
      field("duration", "not ended", .problem)
    } else {
      field("duration", DurationText.short(duration))
    }
    let selfTime = trace.selfTimes[position]
    field(
      "self",
      DurationText.short(selfTime) + "   "
        + QuantityText.percent(selfTime.rawValue, of: duration.rawValue))
    field("of trace", QuantityText.percent(duration.rawValue, of: tree.extent.duration.rawValue))
    writeStatistics(hasDuration: span.start != .unset && span.end != .unset)
    if trace.isCritical[position] { field("critical path", "yes", .critical) }
  }

  /// How the span compares with its like. In large data, where that takes a moment, it has its two
  /// lines whatever comes of it, so that nothing below moves when it does.
  private mutating func writeStatistics(hasDuration: Bool) {
    let isFew = (statistics?.count ?? 0) < Self.leastForPercentile
    guard hasDuration, !isFew || data.store.count >= Self.spansForLines else { return }
    guard let statistics else {
      field("percentile", "…")
      return field("median", "…")
    }
    let count = CountText.grouped(statistics.count)
    field(
      "percentile",
      isFew ? "of \(count): too few" : "p\(max(1, statistics.percentile)) of \(count)")
    field("median", DurationText.short(statistics.median))
  }

  private mutating func writeDefects() {
    let defects = tree.defects[position]
    let parent = Int(tree.parents[position])
    if defects.contains(.orphan) {
      problem("its parent is not in the data")
    }
    if defects.contains(.ring) { problem("it is its own ancestor: a ring, cut to draw it") }
    if defects.contains(.duplicate) { problem("another span has its ID and other contents") }
    if defects.contains(.negativeDuration) { problem("it ends before it starts") }
    if defects.contains(.invalidID) { problem("it has no valid span ID") }
    if parent >= 0, defects.contains(.startsBeforeParent) {
      let early = tree.extents[parent].start.since(tree.extents[position].start)
      problem("starts \(DurationText.short(early)) before its parent")
    }
    if parent >= 0, defects.contains(.endsAfterParent) {
      let late = tree.extents[position].end.since(tree.extents[parent].end)
      problem("ends \(DurationText.short(late)) after its parent")
    }
  }

  private mutating func writeIdentity(_ span: SpanRecord) {
    blank()
    let view = data.store[tree.rows[position]]
    let parentID = SafeText.line(view.parentSpanIDText)
    field("trace ID", SafeText.line(view.traceIDText))
    field("span ID", SafeText.line(view.spanIDText))
    let parent = Int(tree.parents[position])
    if !span.parentSpanID.isValid {
      field("parent", "none: a root")
    } else if parent >= 0, tree.placements[position] == .child {
      let name =
        tree.rows[parent] == .none ? "" : SafeText.line(data.store[tree.rows[parent]].name)
      field("parent", "\(parentID) \(name)", target: .position(parent))
    } else {
      field("parent", parentID, defectRole)
    }
    if !span.traceState.isEmpty { field("trace state", SafeText.line(span.traceState)) }
    if span.flags != 0 {
      field("flags", Self.flags(span.flags, isRoot: !span.parentSpanID.isValid))
    }
  }

  private var defectRole: Role {
    tree.defects[position].isDisjoint(with: .broken) ? .plain : .problem
  }

  /// What is known of the flags: a bit that is not set says nothing of sampling, as several SDKs
  /// leave it out. (trace.proto, `SpanFlags`.)
  private static func flags(_ flags: UInt32, isRoot: Bool) -> String {
    var words: [String] = []
    if flags & 1 != 0 { words.append("sampled") }
    if flags & 0x100 != 0, !isRoot {
      words.append(flags & 0x200 != 0 ? "parent is remote" : "parent is local")
    }
    let number = "0x" + String(flags, radix: 16)
    return words.isEmpty ? number : number + " " + words.joined(separator: ", ")
  }

  private mutating func writeAttributes(_ attributes: [Attribute], dropped: UInt32) {
    for group in AttributeGroup.allCases {
      let members = attributes.filter { AttributeGroup(of: $0.key) == group }
      guard !members.isEmpty else { continue }
      heading(group == .other && members.count == attributes.count ? "ATTRIBUTES" : group.rawValue)
      for attribute in members { self.attribute(attribute) }
    }
    self.dropped(dropped, "attribute")
  }

  private mutating func writeEvents(_ span: SpanRecord) {
    if !span.events.isEmpty { heading("EVENTS") }
    for event in span.events.sorted(by: { $0.time < $1.time }).prefix(Self.mostEvents) {
      let moment =
        usesAbsoluteTime
        ? TimestampText(event.time, zone: options.zone).timeText(digits: 6)
        : "+" + DurationText.short(event.time.since(span.start))
      let isException = event.name == "exception"
      field(moment, SafeText.line(event.name), isException ? .error : .plain)
      for attribute in event.attributes { self.attribute(attribute, indent: 2) }
      dropped(event.droppedAttributes, "attribute")
    }
    more(span.events.count - Self.mostEvents, "event")
    dropped(span.dropped.events, "event")
  }

  private mutating func writeLinks(_ span: SpanRecord) {
    if !span.links.isEmpty { heading("LINKS") }
    let batch = data.store[tree.rows[position]].batch
    for link in span.links.prefix(Self.mostEvents) {
      field(
        "link", SafeText.line("\(batch.text(of: link.traceID)) \(batch.text(of: link.spanID))"),
        target: .span(link.traceID, link.spanID))
      if !link.traceState.isEmpty { field("  trace state", SafeText.line(link.traceState)) }
      for attribute in link.attributes { self.attribute(attribute, indent: 2) }
      dropped(link.droppedAttributes, "attribute")
    }
    more(span.links.count - Self.mostEvents, "link")
    dropped(span.dropped.links, "link")
  }

  private mutating func writeOrigin(_ span: SpanRecord, _ row: SpanRow) {
    heading("RESOURCE")
    for attribute in span.resource.attributes { self.attribute(attribute) }
    dropped(span.resource.droppedAttributes, "attribute")
    if !span.resource.schemaURL.isEmpty {
      field("schema URL", SafeText.line(span.resource.schemaURL))
    }
    let scope = span.scope
    if scope != InstrumentationScope() {
      heading("SCOPE")
      if !scope.name.isEmpty { field("name", SafeText.line(scope.name)) }
      if !scope.version.isEmpty { field("version", SafeText.line(scope.version)) }
      for attribute in scope.attributes { self.attribute(attribute) }
      dropped(scope.droppedAttributes, "attribute")
      if !scope.schemaURL.isEmpty { field("schema URL", SafeText.line(scope.schemaURL)) }
    }
    heading("SOURCE")
    let view = data.store[row]
    field("file", SafeText.line(options.name(of: view.source)))
    field("format", view.format)
    field("byte offset", CountText.grouped(view.byteOffset))
  }

  // MARK: Lines

  private func time(_ moment: UnixNanos) -> String {
    guard moment != .unset else { return "not set" }
    let stamp = TimestampText(moment, zone: options.zone)
    let offset = moment.since(tree.extent.start)
    let relative =
      offset == .zero ? "+0" : (offset < .zero ? "" : "+") + DurationText.short(offset)
    return usesAbsoluteTime
      ? "\(stamp.dateText) \(stamp.timeText(digits: 9))"
      : "\(relative)   \(stamp.timeText(digits: 6))"
  }

  private mutating func title(_ text: String) {
    for line in TextBlock.wrapped(text, width: width) {
      lines.append(DetailLine(kind: .title, value: line))
    }
  }

  private mutating func heading(_ text: String) {
    blank()
    lines.append(DetailLine(kind: .heading, value: text))
  }

  private mutating func blank() { lines.append(DetailLine(kind: .blank)) }

  private mutating func text(_ text: String, _ role: Role = .plain) {
    for line in TextBlock.wrapped(text, width: width) {
      lines.append(DetailLine(kind: .text, value: line, role: role))
    }
  }

  private mutating func problem(_ text: String) { self.text("! " + text, .problem) }

  private mutating func dropped(_ count: UInt32, _ what: String) {
    if count > 0 {
      text("+ \(CountText.counted(Int(count), what)) dropped by the producer", .problem)
    }
  }

  /// Says that a list goes on: a screen is no place for a hundred thousand events.
  private mutating func more(_ count: Int, _ what: String) {
    if count > 0 { moreText(CountText.counted(count, what)) }
  }

  private mutating func moreText(_ what: String) {
    text("+ \(what) more: y j copies all of the span as JSON", .problem)
  }

  private mutating func attribute(_ attribute: Attribute, indent: Int = 0) {
    let key = String(repeating: " ", count: indent) + SafeText.line(attribute.key)
    let text = AttributeText.plain(attribute.value)
    let shown = String(decoding: text.utf8.prefix(Self.longestValue), as: UTF8.self)
    let lines = JSONOutput.indented(shown) ?? [shown]
    field(key, lines.flatMap(SafeText.lines))
    let hidden = text.utf8.count - Self.longestValue
    if hidden > 0 { moreText(QuantityText.bytes(hidden)) }
  }

  private mutating func field(
    _ label: String, _ value: String, _ role: Role = .plain, target: DetailLine.Target? = nil
  ) {
    field(label, [value], role, target: target)
  }

  /// A label with its value beside it; what does not fit beside goes on below, a long label gets a
  /// line of its own.
  private mutating func field(
    _ label: String, _ values: [String], _ role: Role = .plain, target: DetailLine.Target? = nil
  ) {
    let labelWidth = Self.labelWidth(in: width)
    let valueWidth = max(4, width - labelWidth - 1)
    var label = label
    if CellWidth.of(label) > labelWidth {
      for line in CellText.wrapped(label, width: width) {
        lines.append(DetailLine(kind: .field, label: line, target: target))
      }
      label = ""
    }
    // What would be a tall, thin column goes below its label, over nearly all of the width.
    let isLong =
      values.count > 1 || values.contains { CellWidth.of($0) > valueWidth * Self.tallestValue }
    if isLong, valueWidth < width - 2 {
      if !label.isEmpty { lines.append(DetailLine(kind: .field, label: label, target: target)) }
      for line in values.flatMap({ TextBlock.wrapped($0, width: width - 2) }) {
        lines.append(DetailLine(kind: .text, value: "  " + line, role: role, target: target))
      }
      return
    }
    for value in values {
      for line in TextBlock.wrapped(value, width: valueWidth) {
        lines.append(
          DetailLine(kind: .field, label: label, value: line, role: role, target: target))
        label = ""
      }
    }
    if values.isEmpty { lines.append(DetailLine(kind: .field, label: label)) }
  }
}

/// The headings under which attributes are shown, by the first part of their key. (OpenTelemetry
/// semantic conventions, old names and new.)
enum AttributeGroup: String, CaseIterable {
  case http = "HTTP"
  case database = "DB"
  case messaging = "MESSAGING"
  case rpc = "RPC"
  case generative = "GEN AI"
  case network = "NETWORK"
  case exception = "EXCEPTION"
  case code = "CODE"
  case other = "OTHER"

  init(of key: String) {
    self =
      switch key.prefix(while: { $0 != "." }) {
      case "http", "url", "user_agent": .http
      case "db": .database
      case "messaging": .messaging
      case "rpc": .rpc
      case "gen_ai": .generative
      case "net", "network", "server", "client", "peer", "tls": .network
      case "exception", "error": .exception
      case "code", "thread": .code
      default: .other
      }
  }
}
