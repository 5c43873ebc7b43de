import Cells
import TraceAnalysis
import TraceModel
import TraceUI

/// A view without a terminal: keys in, frames out. Jobs run at once, on the calling thread, unless
/// they are held.
struct Session {
  /// Whether jobs wait for `runJobs`, as they do on a slow machine.
  var holdsJobs = false
  /// The jobs that wait.
  private(set) var jobs: [Job] = []
  private(set) var state: ViewState
  /// What the view asked for, other than jobs.
  private(set) var effects: [Effect] = []

  init(
    _ data: DataSet, size: Size = Size(width: 80, height: 24),
    sourceNames: [String] = ["spans.json"], load: LoadStatus = LoadStatus(isDone: true)
  ) {
    state = ViewState(size: size, options: ViewOptions(sourceNames: sourceNames))
    show(data, load: load)
  }

  mutating func show(_ data: DataSet, load: LoadStatus = LoadStatus(isDone: true)) {
    let quality =
      DataQuality.analyze(data, sourceNames: state.options.sourceNames, isCancelled: { false })
      ?? DataQuality()
    apply(.data(data, quality, load))
  }

  mutating func apply(_ event: Event) {
    var events = [event]
    while !events.isEmpty {
      for effect in state.apply(events.removeFirst()) {
        guard case .run(let job) = effect else {
          effects.append(effect)
          continue
        }
        if holdsJobs {
          jobs.append(job)
        } else {
          let result = job.run(report: { events.append(.job($0)) }, isCancelled: { false })
          if let result { events.append(.job(result)) }
        }
      }
    }
  }

  /// Shows what the jobs that wait say before they end; they go on waiting.
  mutating func reportJobs() {
    var reports: [JobResult] = []
    for job in jobs { _ = job.run(report: { reports.append($0) }, isCancelled: { false }) }
    for report in reports { apply(.job(report)) }
  }

  /// Runs the jobs that wait, and those that follow from them.
  mutating func runJobs() {
    holdsJobs = false
    let waiting = jobs
    jobs = []
    for job in waiting {
      if let result = job.run(isCancelled: { false }) { apply(.job(result)) }
    }
  }

  /// Presses keys one after another.
  mutating func press(_ keys: Key...) {
    for key in keys { apply(.key(key)) }
  }

  /// Types text.
  mutating func type(_ text: String) {
    for character in text { apply(.key(.character(character))) }
  }

  mutating func resize(_ width: Int, _ height: Int) {
    apply(.resize(Size(width: width, height: height)))
  }

  var frame: Frame { state.draw() }
  var text: String { frame.text }

  /// The rows of the screen.
  var lines: [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
  }

  var hasQuit: Bool {
    effects.contains { if case .quit = $0 { true } else { false } }
  }

  /// The lanes whose work was stopped.
  var stopped: [Job.Lane] {
    effects.compactMap { if case .stop(let lane) = $0 { lane } else { nil } }
  }

  var copied: String? {
    for effect in effects.reversed() { if case .copy(let text, _) = effect { return text } }
    return nil
  }
}
