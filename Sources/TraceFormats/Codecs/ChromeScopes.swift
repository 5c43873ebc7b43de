import TraceModel

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
  /// The last thread with its trace and scope: most spans are of that of the one before.
  private var recentTrace: (thread: Int, id: TraceID)?
  private var recentScope: (thread: Int, number: ScopeID)?
  /// The numbers in the batch that the strings of the events have.
  private var numbers: [StringID]
  private var category: StringID?

  init(_ events: ChromeEvents, names: Names, _ batch: SpanBatch) {
    self.events = events
    self.names = names
    source = batch.source
    numbers = Array(repeating: .empty, count: events.strings.count)
  }

  /// The number in the batch of a string of the events.
  mutating func number(of text: StringID, in batch: inout SpanBatch) -> StringID {
    let index = Int(text.rawValue)
    if text != .empty, numbers[index] == .empty {
      numbers[index] = batch.strings.intern(events.strings.utf8(text).span)
    }
    return numbers[index]
  }

  /// Appends the category of an event as an attribute.
  mutating func addCategory(_ text: StringID, to batch: inout SpanBatch) {
    let value = number(of: text, in: &batch)
    guard value != .empty else { return }
    let key = category ?? batch.strings.intern("cat")
    category = key
    batch.append(key, value, isDetail: false)
  }

  /// A process is a trace. The source is a part of its ID: in containers all are number 1.
  mutating func traceID(of thread: Int, in batch: inout SpanBatch) -> TraceID {
    if let recentTrace, recentTrace.thread == thread { return recentTrace.id }
    let process = events.process(of: thread)
    if let known = traces[process] {
      recentTrace = (thread, known)
      return known
    }
    let text = "process \(events.numbers(of: thread).pid)"
    let id = TraceID(hashing: "\(source.rawValue) \(text)".utf8Span.span)
    batch.name(id, text.utf8Span.span)
    traces[process] = id
    return id
  }

  /// The number of the resource of a thread.
  mutating func scope(of thread: Int, in batch: inout SpanBatch) -> ScopeID {
    if let recentScope, recentScope.thread == thread { return recentScope.number }
    if let known = scopes[thread] {
      recentScope = (thread, known)
      return known
    }
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
