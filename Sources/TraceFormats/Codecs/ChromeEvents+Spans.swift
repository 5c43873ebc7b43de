import TraceModel

// What is made of events once all have come.
extension ChromeEvents {
  /// The names of processes and threads.
  func metadata() -> ChromeScopes.Names {
    var names = ChromeScopes.Names()
    let (process, thread) = (strings.find("process_name"), strings.find("thread_name"))
    // Some programs say them again and again.
    var (lastProcess, lastThread): (Event?, Event?)
    for index in events.indices where events[index].phase == UInt8(ascii: "M") {
      let event = events[index]
      if event.name == process {
        if let lastProcess, saysTheSame(event, lastProcess) { continue }
        lastProcess = event
        if let name = argument("name", event) { names.processes[threads[event.thread].pid] = name }
      } else if event.name == thread {
        if let lastThread, saysTheSame(event, lastThread) { continue }
        lastThread = event
        if let name = argument("name", event) { names.threads[event.thread] = name }
      }
    }
    return names
  }

  /// Whether two events have the same thread and members.
  private func saysTheSame(_ event: Event, _ other: Event) -> Bool {
    guard event.thread == other.thread, event.members.count == other.members.count else {
      return false
    }
    let (block, otherBlock) = (texts[Int(event.block)], texts[Int(other.block)])
    return block.span.equals(event.members, otherBlock.span, from: other.members.lowerBound)
  }

  /// The string that an event has as an argument.
  private func argument(_ name: StaticString, _ event: Event) -> String? {
    if event.members.isEmpty { return nil }
    let block = texts[Int(event.block)]
    let text = block.span.extracting(event.members)
    var fields = JSONFields()
    var reader = JSONReader()
    // What was scanned before is well-formed.
    return try? argument(name, text, &reader, &fields)
  }

  private func argument(
    _ name: StaticString, _ text: Span<UInt8>, _ reader: inout JSONReader,
    _ fields: inout JSONFields
  ) throws(JSONError) -> String? {
    var isFirst = true
    try reader.enterObject(text)
    while let key = try reader.nextKey(text, isFirst: &isFirst) {
      if text.matches(key.range, "args"), try reader.peekKind(text) == .object {
        if let found = try first(name, text, &reader) { return fields.string(found, text) }
      } else {
        try reader.skipValue(text)
      }
    }
    return nil
  }

  /// The first string of that name in the object that is next; the reader is left in it.
  private func first(
    _ name: StaticString, _ text: Span<UInt8>, _ reader: inout JSONReader
  ) throws(JSONError) -> JSONReader.Text? {
    try reader.enterObject(text)
    var isFirst = true
    while let key = try reader.nextKey(text, isFirst: &isFirst) {
      if text.matches(key.range, name), try reader.peekKind(text) == .string {
        return try reader.string(text)
      }
      try reader.skipValue(text)
    }
    return nil
  }

  // MARK: Writing spans

  func commit(
    _ index: Int, _ slices: Slices, _ scopes: inout ChromeScopes, _ fields: inout JSONFields,
    to batch: inout SpanBatch
  ) {
    let slice = slices.all[index]
    let event = events[Int(slice.event)]
    let traceID = scopes.traceID(of: event.thread, in: &batch)
    var draft = SpanDraft()
    draft.byteOffset = event.byteOffset
    draft.resolution = .microsecond
    draft.traceID = traceID
    draft.spanID = Self.spanID(index)
    draft.parentSpanID = slice.parent < 0 ? .invalid : Self.spanID(Int(slice.parent))
    draft.name = scopes.number(of: event.name, in: &batch)
    draft.start = Self.time(event.start)
    draft.end = slice.hasEnded ? Self.time(slice.end) : .unset
    draft.scope = scopes.scope(of: event.thread, in: &batch)
    scopes.addCategory(event.category, to: &batch)
    addMembers(event, &fields, isDetail: false, to: &batch)
    if slice.endEvent >= 0 {
      addMembers(events[Int(slice.endEvent)], &fields, isDetail: false, to: &batch)
    }
    if !slices.instants.isEmpty, let instants = slices.instants[index] {
      for instant in instants {
        addMembers(events[instant], &fields, isDetail: true, to: &batch)
        batch.endEvent(
          time: Self.time(events[instant].start),
          name: scopes.number(of: events[instant].name, in: &batch))
      }
    }
    if !slices.causes.isEmpty, let causes = slices.causes[index] {
      for cause in causes {
        let thread = events[Int(slices.all[cause].event)].thread
        batch.endLink(
          traceID: scopes.traceID(of: thread, in: &batch), spanID: Self.spanID(cause))
      }
    }
    batch.commit(draft)
  }

  private static func spanID(_ slice: Int) -> SpanID { SpanID(UInt64(slice) + 1) }

  /// Times are no dates, but 0 would be no time.
  private static func time(_ nanos: Int64) -> UnixNanos { UnixNanos(UInt64(max(1, nanos))) }

  /// Appends the arguments and other members of an event.
  private func addMembers(
    _ event: Event, _ fields: inout JSONFields, isDetail: Bool, to batch: inout SpanBatch
  ) {
    if event.members.isEmpty { return }
    let block = texts[Int(event.block)]
    let text = block.span.extracting(event.members)
    var reader = JSONReader()
    // What was scanned before is well-formed.
    try? addMembers(text, &reader, &fields, isDetail: isDetail, to: &batch)
    fields.notes.discard()
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
