import Cells
import TraceAnalysis
import TraceModel

/// What only live sources need: traces that go while they are on the screen, pausing, following the
/// newest trace, and what the sources say of themselves.
extension ViewState {
  /// Whether more comes until somebody stops it.
  var isLive: Bool { !load.isRead && !load.live.isEmpty }

  // MARK: Evicted traces

  /// Whether all of what a screen would show is there.
  func isThere(_ subject: TraceSubject) -> Bool {
    switch subject {
    case .trace(let trace): data.traces.contains(trace)
    case .joined(let group): group.traces.allSatisfy { data.traces.contains($0) }
    }
  }

  /// Whether the rows of an open trace can be read.
  func isReadable(_ trace: OpenTrace) -> Bool {
    trace.blocks.allSatisfy { data.store.hasBlock($0) }
  }

  /// Whether the open trace is on the screen still and in the data no more.
  var showsEvicted: Bool { waterfall.subject.map { !isThere($0) } ?? false }

  /// Forgets what went since the `earlier` snapshot, but for the trace that the user looks at: that
  /// stays until another one is opened.
  mutating func forgetEvicted(since earlier: DataSet) {
    guard data.store.evictedCount > 0 else { return }
    if let open = waterfall.open { data.store.restore(open.blocks, from: earlier.store) }
    guard earlier.traces.numbers.lowerBound != data.traces.numbers.lowerBound else { return }
    list.forget { !data.traces.contains($0) }
    if let ahead, !isThere(ahead.subject) { self.ahead = nil }
    jumps = jumps.filter { isThere($0.subject) || $0.subject == waterfall.subject }
    marks = marks.filter { isThere($0.value.subject) || $0.value.subject == waterfall.subject }
    if waterfall.open == nil, let subject = waterfall.subject, !isThere(subject) { leaveEvicted() }
  }

  /// Leaves the waterfall whose trace went before it was open.
  mutating func leaveEvicted() {
    waterfall = WaterfallState()
    screens.removeAll { $0 == .waterfall }
    if screens.isEmpty { screens = [.traces] }
    message = "that trace was evicted: the oldest make room for new ones"
  }

  // MARK: Pause

  /// Stops taking what comes, or takes all that came meanwhile.
  mutating func togglePause() {
    guard isLive || paused != nil else {
      message = "nothing comes in"
      return
    }
    if let paused {
      self.paused = nil
      take(paused.data, paused.quality, paused.load)
      message = "going on"
    } else {
      paused = Snapshot(data: data, quality: quality, load: load)
      message = "paused; \(keyMap.key(of: .pause)) goes on"
    }
  }

  // MARK: The newest trace

  /// Whether the cursor of the list goes with the newest trace.
  var followsNewest: Bool { isLive && list.followsNewest }

  mutating func toggleFollow() {
    list.followsNewest.toggle()
    if list.followsNewest, screen != .traces { show(.traces) }
    message = list.followsNewest ? "following the newest trace" : "not following"
    goToNewest()
  }

  /// Puts the cursor on the trace that began last, if that is wanted.
  mutating func goToNewest() {
    guard followsNewest, let newest = list.newestPlace else { return }
    list.scroll.cursor = newest
  }

  // MARK: What sources say

  /// What live sources have to say, each with its name; those in trouble first.
  var sourceLines: [(text: String, state: SourceStatus.State)] {
    let sources = load.live.sorted { $0.key < $1.key }
    let troubled = sources.filter { $0.value.state == .troubled }
    let others = sources.filter { $0.value.state != .troubled }
    return (troubled + others).map { source, status in
      var facts = [status.text]
      if status.receivedSpans > 0 { facts.append(CountText.counted(status.receivedSpans, "span")) }
      if status.refusedRequests > 0 {
        facts.append(CountText.counted(status.refusedRequests, "request") + " refused")
      }
      return (
        SafeText.line("\(options.name(of: source)): \(FactList.text(facts))"), status.state
      )
    }
  }

  /// The counts of what was refused and what went, for headers.
  var liveFacts: [String] {
    var facts: [String] = []
    if data.store.evictedCount > 0 {
      facts.append("\(CountText.grouped(data.store.evictedCount)) evicted")
    }
    let refused = load.live.values.reduce(0) { $0 + $1.refusedRequests }
    if refused > 0 { facts.append("\(CountText.grouped(refused)) refused") }
    return facts
  }

  /// Whether it is live, for headers.
  var liveNote: StyledText? {
    guard isLive || paused != nil else { return nil }
    if paused != nil { return StyledText("‖ paused", Style(.problem)) }
    if load.live.values.contains(where: { $0.state == .troubled }) {
      return StyledText("! live", Style(.problem))
    }
    return StyledText("● live", Style(.cure))
  }
}
