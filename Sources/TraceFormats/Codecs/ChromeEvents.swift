import TraceModel

/// All trace events of an input, until the last one has come; then spans are made of them.
struct ChromeEvents: Sendable {
  struct Event: Sendable {
    var phase: UInt8 = 0
    var start: Int64 = 0
    /// Nil if none is told.
    var duration: Int64?
    var name = StringID.empty
    var category = StringID.empty
    /// What events that belong together have in common, if they are of no thread.
    var id = StringID.empty
    var thread = 0
    /// The other members, as the text of an object in `texts`.
    var members = 0..<0
    var byteOffset = 0
  }

  /// Strings of all events: those of batches go out with them.
  var strings = StringPool()
  private var events: [Event] = []
  private var texts: [UInt8] = []
  private var threads: [Thread] = []
  private var threadIndex: [ThreadKey: Int] = [:]

  private struct ThreadKey: Hashable {
    var pid: StringID
    var tid: StringID
  }
  struct Thread: Sendable {
    var pid: StringID
    var tid: StringID
  }

  init() {}

  // MARK: Filling

  /// The number of a thread.
  mutating func thread(pid: StringID, tid: StringID) -> Int {
    let key = ThreadKey(pid: pid, tid: tid)
    if let known = threadIndex[key] { return known }
    threadIndex[key] = threads.count
    threads.append(Thread(pid: pid, tid: tid))
    return threads.count - 1
  }

  /// Begins the members of an event that are kept as text.
  mutating func beginMembers(of event: inout Event) {
    event.members = texts.count..<texts.count
  }

  /// Keeps the member at `range`, key and value.
  mutating func addMember(_ range: Range<Int>, _ bytes: Span<UInt8>, to event: inout Event) {
    texts.append(event.members.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
    texts.append(bytes, range)
    event.members = event.members.lowerBound..<texts.count
  }

  mutating func append(_ event: Event) {
    var event = event
    if !event.members.isEmpty {
      texts.append(UInt8(ascii: "}"))
      event.members = event.members.lowerBound..<texts.count
    }
    events.append(event)
  }

  // MARK: Making spans

  /// A span, with the events that it is made of.
  private struct Slice {
    var event: Int
    /// The event that ended it, if that is another one.
    var endEvent: Int?
    var start: Int64
    /// Nil if it has not ended.
    var end: Int64?
    var parent: Int?
    /// Moments inside.
    var instants: [Int] = []
    /// Slices that led to this one.
    var causes: [Int] = []
  }

  /// Makes spans of all events.
  func commit(to batch: inout SpanBatch) {
    if events.isEmpty { return }
    var slices: [Slice] = []
    var flows = Flows()
    var lonely: [Int] = []
    for members in byThread() { nest(members, &slices, &flows, &lonely) }
    for members in byID() { pair(members, &slices, &lonely) }
    for (end, id) in flows.ends {
      if let start = flows.starts[id], start != end { slices[end].causes.append(start) }
    }
    for index in lonely.sorted() {
      batch.issues.append(
        ImportIssue(
          .malformedRecord, byteOffset: events[index].byteOffset,
          detail: "an end without a beginning; skipped"))
    }
    var scopes = ChromeScopes(self, names: metadata(), batch)
    for index in slices.indices { commit(index, slices, &scopes, to: &batch) }
  }

  private struct Flows {
    var starts: [StringID: Int] = [:]
    var ends: [(slice: Int, id: StringID)] = []
  }

  private static let threadPhases = Array("XBEiIRstf".utf8)
  private static let asyncPhases = Array("bneSTpF".utf8)

  /// Whether events of a phase say something of spans.
  static func isKnown(_ phase: UInt8) -> Bool {
    phase == UInt8(ascii: "M") || threadPhases.contains(phase) || asyncPhases.contains(phase)
  }

  /// The events of each thread, by time; of those at one time the longest comes first.
  private func byThread() -> [[Int]] {
    var lists = [[Int]](repeating: [], count: threads.count)
    for index in events.indices where Self.threadPhases.contains(events[index].phase) {
      lists[events[index].thread].append(index)
    }
    return lists.map { list in
      list.sorted { one, other in
        let (first, second) = (events[one], events[other])
        if first.start != second.start { return first.start < second.start }
        let (length, otherLength) = (first.duration ?? 0, second.duration ?? 0)
        if first.phase == second.phase, length != otherLength { return length > otherLength }
        return one < other
      }
    }
  }

  /// The events of each ID that are of no thread, by time.
  private func byID() -> [[Int]] {
    struct Key: Hashable {
      var pid: StringID
      var category: StringID
      var id: StringID
    }
    var lists: [[Int]] = []
    var numbers: [Key: Int] = [:]
    for index in events.indices where Self.asyncPhases.contains(events[index].phase) {
      let event = events[index]
      let key = Key(pid: threads[event.thread].pid, category: event.category, id: event.id)
      if numbers[key] == nil {
        numbers[key] = lists.count
        lists.append([])
      }
      lists[numbers[key] ?? 0].append(index)
    }
    return lists.map { list in
      list.sorted { (events[$0].start, $0) < (events[$1].start, $1) }
    }
  }

  /// Nests the events of one thread.
  ///
  ///     main      |0................10|
  ///       read      |1...3|                  begins while main runs
  ///       instant            ^6
  ///     next                         |10..12|
  private func nest(
    _ members: [Int], _ slices: inout [Slice], _ flows: inout Flows, _ lonely: inout [Int]
  ) {
    var open: [Int] = []
    /// How many of them wait for an event that ends them.
    var unended = 0
    for index in members {
      let event = events[index]
      while let top = open.last, let end = slices[top].end, end <= event.start,
        !(slices[top].start == event.start && event.phase != UInt8(ascii: "X"))
      {
        open.removeLast()
      }
      switch event.phase {
      case UInt8(ascii: "X"), UInt8(ascii: "B"):
        let isBegin = event.phase == UInt8(ascii: "B")
        let end = isBegin ? nil : event.start.addingReportingOverflow(event.duration ?? 0)
        slices.append(
          Slice(
            event: index, start: event.start, end: end.map { $0.overflow ? .max : $0.partialValue },
            parent: open.last))
        open.append(slices.count - 1)
        if isBegin { unended += 1 }
      case UInt8(ascii: "E"):
        guard unended > 0, let place = open.lastIndex(where: { slices[$0].end == nil }) else {
          lonely.append(index)
          continue
        }
        unended -= 1
        slices[open[place]].end = event.start
        slices[open[place]].endEvent = index
        open.removeSubrange(place...)
      case UInt8(ascii: "s"):
        if let top = open.last { flows.starts[event.id] = top }
      case UInt8(ascii: "t"), UInt8(ascii: "f"):
        if let top = open.last { flows.ends.append((top, event.id)) }
      default: addInstant(index, to: open.last, &slices)
      }
    }
  }

  /// Pairs the beginnings and ends of one ID, which may nest too.
  private func pair(
    _ members: [Int], _ slices: inout [Slice], _ lonely: inout [Int]
  ) {
    var open: [Int] = []
    for index in members {
      let event = events[index]
      switch event.phase {
      case UInt8(ascii: "b"), UInt8(ascii: "S"):
        slices.append(Slice(event: index, start: event.start, end: nil, parent: open.last))
        open.append(slices.count - 1)
      case UInt8(ascii: "e"), UInt8(ascii: "F"):
        guard let top = open.popLast() else {
          lonely.append(index)
          continue
        }
        slices[top].end = event.start
        slices[top].endEvent = index
      default: addInstant(index, to: open.last, &slices)
      }
    }
  }

  /// A moment is an event of what runs then; if nothing does, a span without length.
  private func addInstant(_ index: Int, to slice: Int?, _ slices: inout [Slice]) {
    if let slice {
      slices[slice].instants.append(index)
    } else {
      slices.append(
        Slice(event: index, start: events[index].start, end: events[index].start, parent: nil))
    }
  }

  /// The names of processes and threads.
  private func metadata() -> ChromeScopes.Names {
    var names = ChromeScopes.Names()
    for event in events where event.phase == UInt8(ascii: "M") {
      let kind = strings[event.name]
      guard kind == "process_name" || kind == "thread_name", let name = argument("name", event)
      else { continue }
      if kind == "process_name" {
        names.processes[threads[event.thread].pid] = name
      } else {
        names.threads[event.thread] = name
      }
    }
    return names
  }

  /// The string that an event has as an argument.
  private func argument(_ name: String, _ event: Event) -> String? {
    let text = texts.span.extracting(event.members)
    var fields = JSONFields()
    var reader = JSONReader()
    guard let members = try? fields.plainMap(text, &reader) else { return nil }
    for case (let key, .map(let arguments)) in members.map({ ($0.key, $0.value) })
    where key == "args" {
      for argument in arguments where argument.key == name {
        if case .string(let value) = argument.value { return value }
      }
    }
    return nil
  }

  // MARK: Writing spans

  private func commit(
    _ index: Int, _ slices: [Slice], _ scopes: inout ChromeScopes, to batch: inout SpanBatch
  ) {
    let slice = slices[index]
    let event = events[slice.event]
    let traceID = scopes.traceID(of: event.thread, in: &batch)
    var draft = SpanDraft()
    draft.byteOffset = event.byteOffset
    draft.resolution = .microsecond
    draft.traceID = traceID
    draft.spanID = Self.spanID(index)
    draft.parentSpanID = slice.parent.map { Self.spanID($0) } ?? .invalid
    draft.name = intern(event.name, &batch)
    draft.start = Self.time(slice.start)
    draft.end = slice.end.map { Self.time($0) } ?? .unset
    draft.scope = scopes.scope(of: event.thread, in: &batch)
    batch.add("cat", intern(event.category, &batch))
    addMembers(event, isDetail: false, to: &batch)
    if let end = slice.endEvent { addMembers(events[end], isDetail: false, to: &batch) }
    for instant in slice.instants {
      addMembers(events[instant], isDetail: true, to: &batch)
      batch.endEvent(
        time: Self.time(events[instant].start), name: intern(events[instant].name, &batch))
    }
    for cause in slice.causes {
      let thread = events[slices[cause].event].thread
      batch.endLink(traceID: scopes.traceID(of: thread, in: &batch), spanID: Self.spanID(cause))
    }
    batch.commit(draft)
  }

  private static func spanID(_ slice: Int) -> SpanID { SpanID(UInt64(slice) + 1) }

  /// Times are no dates, but 0 would be no time.
  private static func time(_ nanos: Int64) -> UnixNanos { UnixNanos(UInt64(max(1, nanos))) }

  private func intern(_ text: StringID, _ batch: inout SpanBatch) -> StringID {
    text == .empty ? .empty : batch.strings.intern(strings.utf8(text).span)
  }

  /// Appends the arguments and other members of an event.
  private func addMembers(_ event: Event, isDetail: Bool, to batch: inout SpanBatch) {
    if event.members.isEmpty { return }
    let text = texts.span.extracting(event.members)
    var fields = JSONFields()
    var reader = JSONReader()
    // What was scanned before is well-formed.
    try? addMembers(text, &reader, &fields, isDetail: isDetail, to: &batch)
  }

  private func addMembers(
    _ text: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields, isDetail: Bool,
    to batch: inout SpanBatch
  ) throws(JSONError) {
    var isFirst = true
    try reader.enterObject(text)
    while let key = try reader.nextKey(text, isFirst: &isFirst) {
      if text.matches(key.range, "args"), try reader.peekKind(text) == .object {
        try fields.attributes(text, &reader, isDetail: isDetail, into: &batch)
      } else {
        try fields.attribute(key, text, &reader, isDetail: isDetail, into: &batch)
      }
    }
  }

  /// The text of a process's or thread's number.
  func numbers(of thread: Int) -> (pid: String, tid: String) {
    (strings[threads[thread].pid], strings[threads[thread].tid])
  }

  /// The process of a thread.
  func process(of thread: Int) -> StringID { threads[thread].pid }
}

/// The resources and traces of Chrome's processes and threads.
struct ChromeScopes {
  struct Names {
    var processes: [StringID: String] = [:]
    var threads: [Int: String] = [:]
  }

  private let events: ChromeEvents
  private let names: Names
  private let source: SourceID
  private var scopes: [Int: ScopeID] = [:]
  private var traces: [StringID: TraceID] = [:]

  init(_ events: ChromeEvents, names: Names, _ batch: SpanBatch) {
    self.events = events
    self.names = names
    source = batch.source
  }

  /// A process is a trace. The source is a part of its ID: in containers all are number 1.
  mutating func traceID(of thread: Int, in batch: inout SpanBatch) -> TraceID {
    let process = events.process(of: thread)
    if let known = traces[process] { return known }
    let text = "process \(events.numbers(of: thread).pid)"
    let id = TraceID(hashing: "\(source.rawValue) \(text)".utf8Span.span)
    batch.name(id, text.utf8Span.span)
    traces[process] = id
    return id
  }

  /// The number of the resource of a thread.
  mutating func scope(of thread: Int, in batch: inout SpanBatch) -> ScopeID {
    if let known = scopes[thread] { return known }
    let (pid, tid) = events.numbers(of: thread)
    let name = names.processes[events.process(of: thread)] ?? "process \(pid)"
    var attributes = [Attribute("service.name", .string(name))]
    for (key, text) in [("process.pid", pid), ("thread.id", tid)] where !text.isEmpty {
      attributes.append(Attribute(key, Int64(text).map { .int($0) } ?? .string(text)))
    }
    if let name = names.threads[thread] {
      attributes.append(Attribute("thread.name", .string(name)))
    }
    let number = batch.intern(
      InstrumentationScope(), of: batch.intern(Resource(attributes: attributes)))
    scopes[thread] = number
    return number
  }
}
