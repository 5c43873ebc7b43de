import Cells
import Terminal
import TraceAnalysis
import TraceModel
import TraceSources
import TraceUI

/// Draws, waits for keys and news, applies them in order, again: the only loop, on the only thread
/// that touches the terminal and the view.
struct EventLoop: ~Copyable {
  private var terminal: Terminal
  private var state: ViewState
  private var palette: Palette
  private let paletteOn: (TerminalBackground) -> Palette
  private let usesASCII: Bool
  private let inbox: Inbox<News>
  /// From the command that runs. It holds little: a command that writes much waits until it is read,
  /// and neither keys nor other news wait for it.
  private let output: Inbox<CommandNews>
  private let jobs: JobRunner
  /// Jobs that a frame should wait for and that have not reported yet: of each lane the newest,
  /// which is the only one that reports.
  private var awaitedJobs: [Job.Lane: Int] = [:]
  private var shown: Frame?
  private var hasChanged = true
  /// When the first key came that is not on the screen yet.
  private var keyTime: ContinuousClock.Instant?
  /// Whether something came that a key has asked for.
  private var hasAnswer = false
  private var latest: (DataSet, LoadStatus)?

  // Milliseconds.
  /// News alone is drawn at most this often.
  private static let frameInterval = 33
  /// How long a key's frame waits for the job that the key began, so that short jobs do not flicker.
  private static let jobWait = 8
  /// A small file is read before the eye is there: no empty screen flashes up before it.
  private static let firstWait = 30
  /// How long the first screen waits for the terminal to tell its colours, so that those that do so
  /// at once show no others before.
  private static let backgroundWait = 12

  /// How the loop ended.
  enum End {
    case quit(LoadStatus)
    case signal(Int32)
    /// Everything was read, and there is no span in it.
    case nothingRead(DataSet, LoadStatus)
  }

  /// Starts the loader. `palette` is that of the first frames; `paletteOn` gives that for the ground
  /// that the terminal says it has, whenever it does.
  init(
    terminal: consuming Terminal, options: ViewOptions, ascii: Bool, palette: Palette,
    paletteOn: @escaping (TerminalBackground) -> Palette,
    startLoader: (Inbox<News>, Inbox<CommandNews>) -> Void
  ) {
    let waker = terminal.waker
    // Room for more than ever waits: posting must not block a job.
    let inbox = Inbox<News>(capacity: 1_024) { waker.wake() }
    let output = Inbox<CommandNews>(capacity: 2) { waker.wake() }
    Background.giveWay()
    startLoader(inbox, output)
    self.palette = palette
    self.paletteOn = paletteOn
    usesASCII = ascii
    self.inbox = inbox
    self.output = output
    jobs = JobRunner { inbox.post($0) }
    state = ViewState(size: terminal.size, options: options)
    self.terminal = terminal
  }

  mutating func run() -> End {
    var drawnAt = ContinuousClock.now
    var timeout = Self.firstWait
    while true {
      for input in terminal.waitForInput(timeoutMilliseconds: timeout) {
        if let end = take(input) { return end }
      }
      for event in inbox.drain() {
        if let end = take(event) { return end }
      }
      for news in output.drain() {
        hasChanged = true
        if let end = apply(.command(news)) { return end }
      }
      if !state.wasTouched, let end = endOfNothing { return end }
      let wait = millisecondsToDraw(since: drawnAt)
      if hasChanged, wait <= 0 {
        draw()
        drawnAt = ContinuousClock.now
        hasChanged = false
        hasAnswer = false
        keyTime = nil
      }
      timeout = hasChanged ? max(1, wait) : -1
    }
  }

  /// How long the next frame should still wait: a key's for the job that it began, and news alone
  /// until the eye can follow.
  private func millisecondsToDraw(since drawnAt: ContinuousClock.Instant) -> Int {
    let now = ContinuousClock.now
    if let keyTime {
      return awaitedJobs.isEmpty ? 0 : Self.jobWait - (now - keyTime).milliseconds
    }
    if shown == nil {
      let isReady = state.load.isDone && awaitedJobs.isEmpty
      let wait = !isReady ? Self.firstWait : terminal.expectsBackground ? Self.backgroundWait : 0
      return wait - (now - drawnAt).milliseconds
    }
    return hasAnswer ? 0 : Self.frameInterval - (now - drawnAt).milliseconds
  }

  /// The end, if reading is over and there is nothing to show: at once, or when a user who has
  /// pressed keys meanwhile quits.
  private var endOfNothing: End? {
    guard let (data, load) = latest, load.isDone, data.store.count == 0 else { return nil }
    return .nothingRead(data, load)
  }

  /// Takes what came from the terminal.
  private mutating func take(_ input: Input) -> End? {
    let event: Event
    switch input {
    case .key(let key): event = .key(key)
    case .resize(let size): event = .resize(size)
    case .resumed:
      shown = nil
      hasChanged = true
      return nil
    case .background(let ground):
      palette = paletteOn(ground)
      shown = nil
      hasChanged = true
      return nil
    case .woken: return nil
    case .terminate(let signal): return .signal(signal)
    }
    hasChanged = true
    keyTime = keyTime ?? .now
    return apply(event)
  }

  /// Takes what came from another thread.
  private mutating func take(_ news: News) -> End? {
    hasChanged = true
    switch news {
    case .result(let result):
      if awaitedJobs[result.lane] == result.generation { awaitedJobs[result.lane] = nil }
      hasAnswer = hasAnswer || result.isAnswer
      return apply(.job(result))
    case .data(let data, let quality, let load):
      latest = (data, load)
      return apply(.data(data, quality, load))
    }
  }

  private mutating func apply(_ event: Event) -> End? {
    for effect in state.apply(event) {
      switch effect {
      case .quit: return endOfNothing ?? .quit(state.load)
      case .suspend:
        terminal.suspend()
        shown = nil
      case .redraw:
        terminal.redraw()
        shown = nil
      case .copy(let text, let what):
        let isSent = terminal.copyToClipboard(text)
        let message = isSent ? "copied: \(what)" : "this terminal has no clipboard to copy to"
        if let end = apply(.message(message)) { return end }
      case .run(let job):
        awaitedJobs[job.lane] = job.isAwaited ? job.generation : nil
        jobs.submit(job)
      case .stop(let lane):
        awaitedJobs[lane] = nil
        jobs.stop(lane)
      }
    }
    return nil
  }

  private mutating func draw() {
    let frame = usesASCII ? state.draw().ascii() : state.draw()
    guard frame != shown else { return }
    terminal.show(frame, palette: palette)
    shown = frame
  }
}

extension Duration {
  /// Whole milliseconds.
  fileprivate var milliseconds: Int {
    Int(components.seconds) * 1_000 + Int(components.attoseconds / 1_000_000_000_000_000)
  }
}
