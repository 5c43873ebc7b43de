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
  private let inbox: Inbox<SourceEvent>
  /// Whether to publish, and analyze, before everything was read.
  private let publishesNews: Bool
  private let publish: @Sendable (DataSet, DataQuality, LoadStatus) -> Void
  private let memory: MemoryLimit

  /// How long nothing may come before what is there is analyzed.
  private static let idle = DispatchTimeInterval.milliseconds(100)
  /// The least time between two snapshots: each makes the view sort and link again, so they come
  /// less often where that is much work.
  private static func interval(spans: Int) -> Duration {
    .milliseconds(spans < 50_000 ? 50 : 250)
  }

  /// `sourceNames` are those of all sources by number, those that could not be opened too;
  /// `publish` is called on the loader's thread.
  init(
    sources: [any SpanSource], sourceNames: [String], memory: MemoryLimit,
    publishesNews: Bool = true,
    publish: @escaping @Sendable (DataSet, DataQuality, LoadStatus) -> Void
  ) {
    self.sources = sources
    self.sourceNames = sourceNames
    self.memory = memory
    self.publishesNews = publishesNews
    self.publish = publish
    inbox = Inbox()
  }

  /// Starts reading; `failures` are those of sources that could not be opened.
  func start(failures: [SourceError]) {
    for source in sources {
      DispatchQueue(label: "source \(source.id.rawValue)").async { [inbox, memory] in
        Background.begin()
        source.run(into: inbox, isFull: { memory.isReached })
      }
    }
    DispatchQueue(label: "loader", qos: .userInitiated).async { [self] in
      run(failures: failures)
    }
  }

  private func run(failures: [SourceError]) {
    Background.begin()
    var database = SpanDatabase()
    var quality = DataQuality()
    var bytesRead: [SourceID: Int] = [:]
    var statuses: [SourceID: SourceStatus] = [:]
    var failures = failures.map(\.message)
    var running = sources.count
    let byteCounts = Dictionary(
      sources.map { ($0.id, $0.byteCount) }, uniquingKeysWith: { one, _ in one })
    let total = sources.map(\.byteCount)
    let bytesTotal = total.contains(nil) ? nil : total.reduce(0) { $0 + ($1 ?? 0) }
    var analyzedCount = -1
    var publishedAt: ContinuousClock.Instant?
    var hasNews = true
    func status(isDone: Bool) -> LoadStatus {
      LoadStatus(
        bytesRead: bytesRead.values.reduce(0, +), bytesTotal: bytesTotal, isRead: running == 0,
        isDone: isDone, failures: failures, live: statuses)
    }

    while true {
      let events = running > 0 ? inbox.wait(atMost: Self.idle) : []
      let isIdle = events.isEmpty
      for event in events {
        switch event {
        case .batch(let batch): database.append(batch)
        case .progress(let source, let count): bytesRead[source] = count
        case .status(let source, let status): statuses[source] = status
        case .ended: running -= 1
        case .stopped(let source):
          failures.append(
            memory.message(
              source: sourceNames[source.rawValue], bytesRead: bytesRead[source] ?? 0,
              of: byteCounts[source] ?? nil, spans: database.store.count))
          running -= 1
        case .failed(_, let error):
          failures.append(error.message)
          running -= 1
        }
      }
      hasNews = hasNews || !isIdle
      guard publishesNews || running == 0 else { continue }
      // Analysis takes time that grows with the data: at the end, when nothing comes, and when
      // there is twice as much, so that all analyses together cost little more than the last.
      let count = database.store.count + database.log.entries.count
      let isDue = running == 0 || isIdle || count > 2 * max(analyzedCount, 5_000)
      let data = database.dataSet
      // All that was read is shown before it is analyzed.
      if running == 0, publishesNews { publish(data, quality, status(isDone: false)) }
      if isDue, count != analyzedCount,
        let found = DataQuality.analyze(
          data, sourceNames: sourceNames, workers: Processors.workers, isCancelled: { false })
      {
        quality = found
        analyzedCount = count
        hasNews = true
      }
      let now = ContinuousClock.now
      let isLate = publishedAt.map { now - $0 >= Self.interval(spans: data.store.count) } ?? true
      if hasNews, isLate || running == 0 {
        publish(data, quality, status(isDone: running == 0))
        publishedAt = now
        hasNews = false
      }
      if running == 0 { return }
    }
  }
}
