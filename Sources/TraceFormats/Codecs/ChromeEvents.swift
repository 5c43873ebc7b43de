import TraceModel

/// All trace events of an input, until the last one has come; then spans are made of them.
struct ChromeEvents: Sendable {
  struct Event: Sendable {
    var start: Int64 = 0
    /// Nil if none is told.
    var duration: Int64?
    var phase: UInt8 = 0
    var name = StringID.empty
    var category = StringID.empty
    /// What events that belong together have in common, if they are of no thread.
    var id = StringID.empty
    fileprivate var threadNumber: UInt32 = 0
    /// The other members, as the text of an object: in what block of `texts`, and where in it.
    fileprivate(set) var block: UInt32 = 0
    fileprivate var membersStart: UInt32 = 0
    fileprivate var membersEnd: UInt32 = 0
    var byteOffset = 0

    var thread: Int { Int(threadNumber) }

    var members: Range<Int> { Int(membersStart)..<Int(membersEnd) }
  }

  /// Strings of all events: those of batches go out with them.
  var strings = StringPool()
  private(set) var events = ChunkedArray<Event>()
  /// The members of events, in blocks, so that what is there is never moved.
  private(set) var texts: [[UInt8]] = []
  /// The block that is filled, which comes behind those.
  private var text: [UInt8] = []
  private(set) var threads: [Thread] = []
  private var threadIndex: [Thread: Int] = [:]
  private var recentThread = 0

  private static let blockLength = 256 << 10

  struct Thread: Hashable, Sendable {
    var pid: StringID
    var tid: StringID
  }

  init() {}

  // MARK: Filling

  /// Sets the thread of an event.
  mutating func setThread(of event: inout Event, pid: StringID, tid: StringID) {
    let thread = Thread(pid: pid, tid: tid)
    // Most events are of the thread of the one before.
    if threads.isEmpty || threads[recentThread] != thread { recentThread = number(of: thread) }
    event.threadNumber = UInt32(truncatingIfNeeded: recentThread)
  }

  private mutating func number(of thread: Thread) -> Int {
    if let known = threadIndex[thread] { return known }
    threadIndex[thread] = threads.count
    threads.append(thread)
    return threads.count - 1
  }

  /// Begins an event: its members are those that are added before it is appended.
  mutating func begin(byteOffset: Int) -> Event {
    if text.count > Self.blockLength || text.capacity == 0 { beginBlock() }
    var event = Event()
    event.byteOffset = byteOffset
    event.block = UInt32(truncatingIfNeeded: texts.count)
    event.membersStart = UInt32(truncatingIfNeeded: text.count)
    event.membersEnd = event.membersStart
    return event
  }

  /// Forgets the members of an event that is not appended.
  mutating func rollBack(_ event: Event) { text.removeSubrange(Int(event.membersStart)...) }

  private mutating func beginBlock() {
    if !text.isEmpty { texts.append(text) }
    text = []
    text.reserveCapacity(Self.blockLength + 4_096)
  }

  /// Keeps the member at `range`, key and value.
  mutating func addMember(_ range: Range<Int>, _ bytes: Span<UInt8>, to event: inout Event) {
    text.append(event.membersStart == event.membersEnd ? UInt8(ascii: "{") : UInt8(ascii: ","))
    text.append(bytes, range)
    event.membersEnd = UInt32(truncatingIfNeeded: text.count)
  }

  mutating func append(_ event: Event) {
    var event = event
    if event.membersStart < event.membersEnd {
      text.append(UInt8(ascii: "}"))
      event.membersEnd &+= 1
    }
    events.append(event)
  }

  // MARK: Making spans

  /// A span, with the events that it is made of.
  struct Slice {
    var event: Int32
    /// The event that ended it, if that is another one; else -1.
    var endEvent: Int32 = -1
    /// The slice around it; -1 if there is none.
    var parent: Int32 = -1
    var hasEnded: Bool
    var end: Int64

    init(_ event: Int, end: Int64?, parent: Int?) {
      self.event = Int32(truncatingIfNeeded: event)
      self.parent = Int32(truncatingIfNeeded: parent ?? -1)
      hasEnded = end != nil
      self.end = end ?? 0
    }
  }

  /// Spans, with what few of them have beside.
  struct Slices {
    var all: [Slice] = []
    /// Moments inside.
    var instants: [Int: [Int]] = [:]
    /// Slices that led to one.
    var causes: [Int: [Int]] = [:]

    var last: Int { all.count - 1 }

    mutating func end(_ slice: Int, by event: Int, at time: Int64) {
      all[slice].hasEnded = true
      all[slice].end = time
      all[slice].endEvent = Int32(truncatingIfNeeded: event)
    }
  }

  /// Makes spans of all events.
  mutating func commit(to batch: inout SpanBatch) {
    if events.count == 0 { return }
    texts.append(text)
    text = []
    var slices = Slices()
    slices.all.reserveCapacity(events.count)
    var flows = Flows()
    var lonely: [Int] = []
    for members in byThread() { nest(members, &slices, &flows, &lonely) }
    for members in byID() { pair(members, &slices, &lonely) }
    for (end, id) in flows.ends {
      if let start = flows.starts[id], start != end {
        slices.causes[end, default: []].append(start)
      }
    }
    for index in lonely.sorted() {
      batch.issues.append(
        ImportIssue(
          .malformedRecord, byteOffset: events[index].byteOffset,
          detail: "an end without a beginning; skipped"))
    }
    var scopes = ChromeScopes(self, names: metadata(), batch)
    batch.reserveCapacity(slices.all.count)
    var fields = JSONFields()
    for index in slices.all.indices { commit(index, slices, &scopes, &fields, to: &batch) }
  }

  private struct Flows {
    var starts: [StringID: Int] = [:]
    var ends: [(slice: Int, id: StringID)] = []
  }

  private static let asyncPhases = Array("bneSTpF".utf8)

  /// Whether events of a phase say something of spans.
  static func isKnown(_ phase: UInt8) -> Bool {
    isOfThread(phase) || phase == UInt8(ascii: "M") || asyncPhases.contains(phase)
  }

  /// Whether events of a phase lie in one another by thread.
  private static func isOfThread(_ phase: UInt8) -> Bool {
    switch phase {
    case UInt8(ascii: "X"), UInt8(ascii: "B"), UInt8(ascii: "E"), UInt8(ascii: "i"),
      UInt8(ascii: "I"), UInt8(ascii: "R"), UInt8(ascii: "s"), UInt8(ascii: "t"),
      UInt8(ascii: "f"):
      true
    default: false
    }
  }

  /// What events of a thread are sorted by, in one place, so that sorting looks nowhere else.
  private struct Moment {
    var start: Int64
    var length: Int64
    var index: Int32
    var phase: UInt8
  }

  /// The events of each thread, by time; of those at one time the longest comes first.
  private func byThread() -> [[Moment]] {
    var lists = [[Moment]](repeating: [], count: threads.count)
    for index in events.indices {
      let event = events[index]
      guard Self.isOfThread(event.phase) else { continue }
      lists[event.thread].append(
        Moment(
          start: event.start, length: event.duration ?? 0, index: Int32(truncatingIfNeeded: index),
          phase: event.phase))
    }
    for thread in lists.indices {
      lists[thread].sort { one, other in
        if one.start != other.start { return one.start < other.start }
        if one.phase == other.phase, one.length != other.length { return one.length > other.length }
        return one.index < other.index
      }
    }
    return lists
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
    _ moments: [Moment], _ slices: inout Slices, _ flows: inout Flows, _ lonely: inout [Int]
  ) {
    var open: [Int] = []
    /// How many of them wait for an event that ends them.
    var unended = 0
    for moment in moments {
      let index = Int(moment.index)
      while let top = open.last {
        let slice = slices.all[top]
        guard slice.hasEnded, slice.end <= moment.start else { break }
        if moment.phase != UInt8(ascii: "X"), events[Int(slice.event)].start == moment.start {
          break
        }
        open.removeLast()
      }
      switch moment.phase {
      case UInt8(ascii: "X"):
        let end = moment.start.addingReportingOverflow(moment.length)
        slices.all.append(
          Slice(index, end: end.overflow ? .max : end.partialValue, parent: open.last))
        open.append(slices.last)
      case UInt8(ascii: "B"):
        slices.all.append(Slice(index, end: nil, parent: open.last))
        open.append(slices.last)
        unended += 1
      case UInt8(ascii: "E"):
        guard unended > 0, let place = open.lastIndex(where: { !slices.all[$0].hasEnded }) else {
          lonely.append(index)
          continue
        }
        unended -= 1
        slices.end(open[place], by: index, at: moment.start)
        open.removeSubrange(place...)
      case UInt8(ascii: "s"):
        if let top = open.last { flows.starts[events[index].id] = top }
      case UInt8(ascii: "t"), UInt8(ascii: "f"):
        if let top = open.last { flows.ends.append((top, events[index].id)) }
      default: addInstant(index, to: open.last, &slices)
      }
    }
  }

  /// Pairs the beginnings and ends of one ID, which may nest too.
  private func pair(_ members: [Int], _ slices: inout Slices, _ lonely: inout [Int]) {
    var open: [Int] = []
    for index in members {
      let event = events[index]
      switch event.phase {
      case UInt8(ascii: "b"), UInt8(ascii: "S"):
        slices.all.append(Slice(index, end: nil, parent: open.last))
        open.append(slices.last)
      case UInt8(ascii: "e"), UInt8(ascii: "F"):
        guard let top = open.popLast() else {
          lonely.append(index)
          continue
        }
        slices.end(top, by: index, at: event.start)
      default: addInstant(index, to: open.last, &slices)
      }
    }
  }

  /// A moment is an event of what runs then; if nothing does, a span without length.
  private func addInstant(_ index: Int, to slice: Int?, _ slices: inout Slices) {
    if let slice {
      slices.instants[slice, default: []].append(index)
    } else {
      slices.all.append(Slice(index, end: events[index].start, parent: nil))
    }
  }
}
