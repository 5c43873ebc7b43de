import Dispatch
import TraceAnalysis
import TraceFormats
import TraceModel
import TraceSources
import TraceUI

/// Takes what sources read, keeps the database, and publishes snapshots of it.
///
/// Has a thread of its own, so that neither indexing nor analysis makes a key wait. A snapshot costs
/// nothing that grows with the data.
final class Loader: Sendable {
  private let sources: [any SpanSource]
  private let sourceNames: [String]
  /// Of sources that could not be opened.
  private let failures: [String]
  private let inbox: Inbox<SourceEvent>
  /// Whether to publish, and analyze, before everything was read.
  private let publishesNews: Bool
  private let publish: @Sendable (DataSet, DataQuality, LoadStatus) -> Void
  private let memory: MemoryLimit
  private let recorder: Recorder?
  private let isLive: Bool

  /// How long nothing may come before what is there is analyzed.
  private static let idle = DispatchTimeInterval.milliseconds(100)
  /// How long a trace of a live source may lack spans before they are missing, in seconds.
  private static let grace: Int32 = 10
  /// How many times as long as it takes the next analysis waits while spans keep coming.
  private static let analysisRest = 10

  /// The least time between two snapshots: each makes the view sort and link again, so they come
  /// less often where that is much work.
  private func interval(spans: Int) -> Duration {
    .milliseconds(spans < (isLive ? 200_000 : 50_000) ? 50 : 250)
  }

  /// `publish` is called on the loader's thread.
  init(
    _ opened: OpenedSources, memory: MemoryLimit, recorder: Recorder?, publishesNews: Bool = true,
    publish: @escaping @Sendable (DataSet, DataQuality, LoadStatus) -> Void
  ) {
    sources = opened.sources
    sourceNames = opened.names
    failures = opened.failures.map(\.message)
    self.memory = memory
    self.publishesNews = publishesNews
    self.recorder = recorder
    self.publish = publish
    isLive = opened.isLive
    inbox = Inbox()
  }

  /// Starts reading.
  func start() {
    for source in sources {
      DispatchQueue(label: "source \(source.id.rawValue)").async { [inbox, memory] in
        Background.begin()
        source.run(into: inbox, isFull: { memory.isReached })
      }
    }
    DispatchQueue(label: "loader", qos: .userInitiated).async { [self] in
      Background.begin()
      var work = Work(loader: self)
      while work.step() {}
    }
  }

  /// Asks live sources to end.
  func stop() {
    for source in sources { source.stop() }
  }

  /// What the loader's thread has.
  private struct Work {
    let loader: Loader
    var database = SpanDatabase()
    var quality = DataQuality()
    var bytesRead: [SourceID: Int] = [:]
    var statuses: [SourceID: SourceStatus] = [:]
    var failures: [String]
    var running: Set<SourceID>
    let byteCounts: [SourceID: Int?]
    let live: Set<SourceID>
    let startedAt = ContinuousClock.now
    /// How much there was when it was analyzed last.
    var analyzedCount = -1
    var analyzedAt = ContinuousClock.now
    var analysisTime = Duration.zero
    var publishedAt: ContinuousClock.Instant?
    var hasNews = true

    init(loader: Loader) {
      self.loader = loader
      failures = loader.failures
      running = Set(loader.sources.map(\.id))
      byteCounts = Dictionary(
        loader.sources.map { ($0.id, $0.byteCount) }, uniquingKeysWith: { one, _ in one })
      live = Set(loader.sources.filter { $0.isLive }.map(\.id))
    }

    /// Takes what has come, analyzes and publishes if it is time; `false` when everything was read.
    mutating func step() -> Bool {
      let rest = restOfInterval
      let events = running.isEmpty ? [] : loader.inbox.wait(atMost: rest ?? Loader.idle)
      for event in events { take(event) }
      if loader.isLive { makeRoom() }
      hasNews = hasNews || !events.isEmpty
      guard loader.publishesNews || running.isEmpty else { return true }
      let data = database.dataSet(settled: settled)
      // All that was read is shown before it is analyzed.
      if running.isEmpty, loader.publishesNews { publish(data, isDone: false) }
      if isAnalysisDue(isIdle: events.isEmpty && rest == nil) { analyze(data) }
      let now = ContinuousClock.now
      let interval = loader.interval(spans: data.store.count)
      let isLate = publishedAt.map { now - $0 >= interval } ?? true
      if hasNews, isLate || running.isEmpty {
        publish(data, isDone: running.isEmpty)
        publishedAt = now
        hasNews = false
      }
      return !running.isEmpty
    }

    private mutating func take(_ event: SourceEvent) {
      switch event {
      case .batch(let batch):
        let isLive = live.contains(batch.source)
        if isLive { loader.recorder?.record(batch) }
        database.append(batch, second: second, sharesBlocks: isLive)
      case .progress(let source, let count): bytesRead[source] = count
      case .status(let source, let status): statuses[source] = status
      case .ended(let source): running.remove(source)
      case .stopped(let source):
        failures.append(
          loader.memory.message(
            source: loader.sourceNames[source.rawValue], bytesRead: bytesRead[source] ?? 0,
            of: byteCounts[source] ?? nil, spans: database.store.count))
        running.remove(source)
      case .failed(let source, let error):
        failures.append(error.message)
        running.remove(source)
      }
    }

    /// Evicts the oldest traces where the newest would have no room.
    private mutating func makeRoom() {
      let limit = loader.memory.spanBytes
      guard database.byteCount > limit else { return }
      // Little at a time: who drops the last snapshot with it gives the memory back, and that may be
      // the loop.
      database.evict(bytes: database.byteCount - limit / 32 * 31)
      quality = quality.remaining(in: database.dataSet(settled: settled))
    }

    // MARK: Time

    /// How long the loader runs, in seconds.
    private var second: Int32 {
      Int32(truncatingIfNeeded: (ContinuousClock.now - startedAt).components.seconds)
    }

    /// From when on a trace of which something came may still get more.
    private var settled: Int32 { live.isEmpty || running.isEmpty ? .max : second - Loader.grace }

    // MARK: Analysis

    private var count: Int { database.store.addedCount + database.log.entries.count }

    /// Analysis takes time that grows with the data: at the end, when nothing comes, and when there is
    /// twice as much, so that all analyses together cost little more than the last. While spans keep
    /// coming without an end: now and then. And again when what was waited for has not come.
    private func isAnalysisDue(isIdle: Bool) -> Bool {
      if count == analyzedCount {
        return quality.waitingCount > 0
          && (running.isEmpty || ContinuousClock.now - analyzedAt > .seconds(1))
      }
      if running.isEmpty || isIdle || count > 2 * max(analyzedCount, 5_000) { return true }
      let rest = max(.seconds(1), analysisTime * Loader.analysisRest)
      return loader.isLive && ContinuousClock.now - analyzedAt > rest
    }

    private mutating func analyze(_ data: DataSet) {
      let begin = ContinuousClock.now
      guard
        let found = DataQuality.analyze(
          data, sourceNames: loader.sourceNames, workers: Processors.workers,
          isCancelled: { false })
      else { return }
      quality = found
      analyzedCount = count
      analyzedAt = .now
      analysisTime = analyzedAt - begin
      hasNews = true
    }

    // MARK: Publishing

    /// How long it is before what has come may be published; nil if there is nothing.
    private var restOfInterval: DispatchTimeInterval? {
      guard loader.publishesNews, hasNews, let publishedAt else { return nil }
      let left = loader.interval(spans: database.store.count) - (.now - publishedAt)
      return .milliseconds(max(0, Int(left / .milliseconds(1))) + 1)
    }

    private func publish(_ data: DataSet, isDone: Bool) {
      let total = byteCounts.values
      let status = LoadStatus(
        bytesRead: bytesRead.values.reduce(0, +),
        bytesTotal: total.contains(nil) ? nil : total.reduce(0) { $0 + ($1 ?? 0) },
        isRead: running.isEmpty, isDone: isDone,
        failures: failures + [loader.recorder?.trouble].compactMap { $0 }, live: statuses)
      loader.publish(data, quality, status)
    }
  }
}
