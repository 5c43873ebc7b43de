public import Cells
import TraceAnalysis
import TraceModel

/// The state of the screen. Changed only by `apply`, drawn only by `draw`.
public struct ViewState: Sendable {
  /// The screens; the keys go to the top one of the stack.
  enum Screen: Sendable {
    case traces, waterfall, problems, command, help
  }

  public internal(set) var size: Size
  public let options: ViewOptions
  let keyMap = KeyMap.standard

  var data = DataSet()
  var quality = DataQuality()
  public internal(set) var load = LoadStatus()

  var screens: [Screen] = [.traces]
  var list = TraceListState()
  var waterfall = WaterfallState()
  var problems = ScrollState()
  var helpTop = 0
  var command = CommandOutput()

  var prompt: Prompt?
  var pending: PendingKey?
  var message: String?
  var history: [Prompt.Kind: [String]] = [:]
  var jumps: [Place] = []
  var marks: [Character: Place] = [:]
  var usesAbsoluteTime = false
  var showsCriticalPath = true

  /// Whether the user has done something: until then the first screen may still be chosen.
  public internal(set) var wasTouched = false
  /// Lanes whose newest job has not reported.
  var runningLanes: Set<Job.Lane> = []
  /// The durations of operations whose spans were looked at, and the one that was asked for last.
  /// All together they are no more than there are spans.
  var operations: [Operation: OperationDurations] = [:]
  var askedOperation: Operation?
  /// How many spans there were when the list was asked for.
  private var listedCount = -1
  /// The trace that a job of its lane opens, or opened last.
  private var opening: TraceSubject?
  /// A large trace that was opened before it was asked for.
  var ahead: OpenTrace?
  /// From how many spans on opening a trace takes so long that it is done ahead.
  private static let largeTrace: UInt32 = 20_000
  var generations = [Int](repeating: 0, count: Job.Lane.allCases.count)
  var effects: [Effect] = []

  /// The newest of what came while the view stands still.
  var paused: Snapshot?

  /// What the program tells at one moment.
  struct Snapshot: Sendable {
    var data: DataSet
    var quality: DataQuality
    var load: LoadStatus
  }

  /// A place to come back to.
  struct Place: Sendable, Hashable {
    var subject: TraceSubject
    var row: SpanRow
  }

  /// A key that waits for a second one.
  enum PendingKey: Sendable {
    case foldDepth, setMark, goToMark, copy
  }

  public init(size: Size, options: ViewOptions = ViewOptions()) {
    self.size = size
    self.options = options
  }

  /// Takes one event and says what the program must do.
  public mutating func apply(_ event: Event) -> [Effect] {
    effects = []
    switch event {
    case .key(let key):
      wasTouched = true
      message = nil
      press(key)
    case .resize(let size): self.size = size
    case .data(let data, let quality, let load):
      if paused == nil {
        take(data, quality, load)
      } else {
        paused = Snapshot(data: data, quality: quality, load: load)
      }
    case .job(let result): take(result)
    case .command(let news): command.take(news, height: commandHeight)
    case .message(let text): message = text
    }
    keepInView()
    openAhead()
    return effects
  }

  var screen: Screen { screens.last ?? .traces }

  /// Asks for work in its lane; an earlier job of the lane is forgotten.
  mutating func run(_ task: Job.Task, for purpose: Job.Purpose = .answer) {
    generations[task.lane.rawValue] += 1
    runningLanes.insert(task.lane)
    switch task {
    case .listTraces: listedCount = data.store.addedCount
    case .open(let subject, _): opening = subject
    default: break
    }
    effects.append(
      .run(
        Job(
          task: task, data: data, generation: generations[task.lane.rawValue],
          purpose: purpose)))
  }

  /// Ends the work of a lane, if there is any.
  mutating func stop(_ lane: Job.Lane) {
    guard runningLanes.remove(lane) != nil else { return }
    generations[lane.rawValue] += 1
    effects.append(.stop(lane))
  }

  // MARK: Data

  /// Takes a snapshot. What is shown of the one before is made again, but never by stopping a job
  /// that is at it, unless it is the last: else nothing would come to its end while much is read.
  mutating func take(_ data: DataSet, _ quality: DataQuality, _ load: LoadStatus) {
    let isLast = load.isRead && !self.load.isRead
    let earlier = self.data
    self.data = data
    self.quality = quality
    self.load = load
    forgetEvicted(since: earlier)
    if let ahead, hasGrown(ahead) { self.ahead = nil }
    if isLast || !runningLanes.contains(.list) { refreshList() }
    chooseFirstScreen()
    if isLast || !runningLanes.contains(.trace) { refreshTrace() }
  }

  private mutating func refreshList() {
    if listedCount != data.store.addedCount { run(.listTraces(list.query), for: refreshing) }
  }

  /// Opens the trace again if it has grown.
  private mutating func refreshTrace() {
    guard let open = waterfall.open, open.subject == waterfall.subject, hasGrown(open) else {
      return
    }
    run(.open(open.subject, keeping: waterfall.folds), for: refreshing)
  }

  /// What showing more than before is for. Of little, and of all, at once.
  private var refreshing: Job.Purpose { load.isRead || data.store.count < 1_000 ? .answer : .news }

  private func hasGrown(_ open: OpenTrace) -> Bool {
    guard case .trace(let trace) = open.subject, isThere(open.subject) else { return false }
    return open.rawSpanCount != Int(data.traces[trace].spanCount)
  }

  /// A single trace needs no list.
  private mutating func chooseFirstScreen() {
    guard !wasTouched, load.isRead, data.traces.count == 1 else { return }
    screens = [.waterfall]
    open(.trace(TraceRow(0)), at: nil)
  }

  private mutating func take(_ result: JobResult) {
    guard result.generation == generations[result.lane.rawValue] else { return }
    if result.isLast { runningLanes.remove(result.lane) }
    switch result.value {
    case .traceList(let result):
      list.take(result)
      if data.store.evictedCount > 0 { list.forget { !data.traces.contains($0) } }
      goToNewest()
      // The matches are those of the traces that were there.
      if !list.search.isEmpty, !runningLanes.contains(.listSearch) {
        run(.searchTraces(list.search, order: list.rowsFromCursor))
      }
      refreshList()
    case .traceMatches(let query, let matches, let first):
      list.take(query, matches, first: first, isLast: result.isLast)
      if result.isLast { endSearch(query, isFound: list.matchCount > 0) }
    case .opened(let trace, let folds):
      guard isReadable(trace) else {
        if waterfall.subject == trace.subject, waterfall.open == nil { leaveEvicted() }
        return
      }
      if waterfall.subject == trace.subject { show(trace, folds) } else { ahead = trace }
    case .matches(let query, let subject, let matches, let first):
      guard waterfall.subject == subject else { return }
      waterfall.take(query, matches, first: first, isLast: result.isLast)
      if result.isLast { endSearch(query, isFound: !waterfall.matches.isEmpty) }
    case .operation(let operation, let durations): operations[operation] = durations
    case .copied(let text): effects.append(.copy(text, what: "span as JSON"))
    }
  }

  // MARK: Opening

  /// Shows a trace in the waterfall, at a span if one is given.
  mutating func open(_ subject: TraceSubject, at row: SpanRow?) {
    if waterfall.subject == subject, waterfall.open != nil {
      if let row { waterfall.select(row) }
      return
    }
    stop(.search)
    list.followsNewest = false
    waterfall = WaterfallState(subject: subject, at: row, keeping: waterfall)
    // What was searched in the list is found in the trace, too.
    if screen == .traces {
      waterfall.query = list.search.isEmpty ? list.query.filter : list.search
    }
    if let ahead, ahead.subject == subject {
      self.ahead = nil
      show(ahead, nil)
    } else if opening != subject || !runningLanes.contains(.trace) {
      run(.open(subject, keeping: nil))
    }
  }

  /// Shows a trace that was opened in the waterfall that waits for it.
  private mutating func show(_ trace: OpenTrace, _ folds: MovedFolds?) {
    waterfall.take(trace, folds)
    if !waterfall.query.isEmpty {
      run(.search(waterfall.query, trace, from: waterfall.searchStart))
    }
    refreshTrace()
  }

  /// Opens the selected trace of the list before it is asked for, if that takes long and nothing
  /// else is opened. Whatever the user opens meanwhile replaces it.
  private mutating func openAhead() {
    guard screen == .traces, load.isRead, !runningLanes.contains(.trace),
      let selected = list.selected, data.traces[selected].spanCount >= Self.largeTrace
    else { return }
    let subject = TraceSubject.trace(selected)
    guard ahead?.subject != subject, waterfall.open?.subject != subject else { return }
    run(.open(subject, keeping: nil), for: .ahead)
  }

  /// Remembers where the user is, for Ctrl-o.
  mutating func rememberPlace() {
    guard let subject = waterfall.subject, let row = waterfall.selectedRow else { return }
    let place = Place(subject: subject, row: row)
    if jumps.last != place { jumps.append(place) }
    if jumps.count > 1_000 { jumps.removeFirst() }
  }

  /// Puts a screen on top; one that is in the stack already comes back up.
  mutating func show(_ screen: Screen) {
    if let known = screens.firstIndex(of: screen) {
      screens.removeSubrange((known + 1)...)
    } else {
      screens.append(screen)
    }
  }
}

/// A cursor in a list of rows that are made elsewhere.
struct ScrollState: Sendable {
  var cursor = 0
  var top = 0

  /// Turns half a page where a step has left the screen: rows beside something that stands still
  /// are all drawn anew if they move, which for each single step is much to send.
  mutating func turn(height: Int) {
    guard cursor < top || cursor >= top + height else { return }
    top = cursor - height / 2
  }

  /// Keeps the cursor among `count` rows and on the `height` that are on the screen.
  mutating func keepInView(count: Int, height: Int) {
    cursor = min(max(0, cursor), max(0, count - 1))
    top = min(max(top, cursor - max(1, height) + 1), cursor)
    top = min(top, max(0, count - height))
    top = max(0, top)
  }
}
