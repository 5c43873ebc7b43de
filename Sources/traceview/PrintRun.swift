import Cells
import Dispatch
import Glibc
import Synchronization
import TraceAnalysis
import TraceModel
import TraceSources
import TraceUI

/// Reads everything, then writes it as text: the screens' twin for pipes.
struct PrintRun {
  let options: ViewOptionsGroup

  /// Exit status 0, or what went wrong.
  func run(_ opened: OpenedSources, _ recorder: Recorder?) -> Int32 {
    let (data, quality, load) = read(opened, recorder) { loader in
      if opened.isLive { Termination.onSignal { _ in loader.stop() } }
    }
    let status = write(data, quality, load, opened)
    if opened.isReceiving { StandardError.complain(summary(data, load)) }
    return status
  }

  /// What became of all that was received: senders are told to try again with what is refused, and
  /// what is evicted had its time.
  private func summary(_ data: DataSet, _ load: LoadStatus) -> String {
    let received = load.live.values.reduce(0) { $0 + $1.receivedSpans }
    let refused = load.live.values.reduce(0) { $0 + $1.refusedRequests }
    return """
      received \(CountText.counted(received, "span")), kept \(CountText.grouped(data.store.count)), \
      evicted \(CountText.grouped(data.store.evictedCount)), \
      refused \(CountText.counted(refused, "request"))
      """
  }

  /// Writes what was read, and the issues to standard error.
  func write(
    _ data: DataSet, _ quality: DataQuality, _ load: LoadStatus, _ opened: OpenedSources
  ) -> Int32 {
    for failure in load.failures.dropFirst(opened.failures.count) {
      StandardError.complain(failure)
    }
    IssueText(names: opened.names).write(data)
    guard data.store.count > 0 else { return ViewCommand.Status.noInput }
    write(data, quality, names: opened.names)
    let isClean = data.log.count(atLeast: .warning) == 0 && load.failures.isEmpty
    return options.strict && !isClean ? ViewCommand.Status.notStrict : 0
  }

  /// Runs the loader to its end: that of the sources, or when the user ends live ones. `isReading` is
  /// called when it has begun.
  func read(
    _ opened: OpenedSources, _ recorder: Recorder?, isReading: (Loader) -> Void
  ) -> (DataSet, DataQuality, LoadStatus) {
    let result = Mutex((DataSet(), DataQuality(), LoadStatus()))
    let isDone = DispatchSemaphore(value: 0)
    withExtendedLifetime(isDone) {
      let loader = Loader(
        opened, memory: MemoryLimit(options.maxMemory, isLive: opened.isLive), recorder: recorder,
        publishesNews: false
      ) { data, quality, load in
        guard load.isDone else { return }
        result.withLock { $0 = (data, quality, load) }
        isDone.signal()
      }
      loader.start()
      isReading(loader)
      isDone.wait()
    }
    return result.withLock { $0 }
  }

  private func write(_ data: DataSet, _ quality: DataQuality, names: [String]) {
    let environment = ScreenEnvironment(options: options)
    let palette = environment.theme(background: nil).palette
    let colors = environment.printColors
    let usesASCII = environment.usesASCII
    let report = Report(
      data: data, quality: quality,
      options: ViewOptions(sourceNames: names, zone: LocalTime.zone(utc: options.utc)),
      width: environment.printWidth, limit: options.limit
    ) { frame in
      let frame = usesASCII ? frame.ascii() : frame
      return colors == .none ? frame.text : frame.ansiText(palette: palette, colors: colors)
    }
    switch options.print ?? .tree {
    case .list: report.list(emit: StandardOutput.write)
    case .tree: report.tree(emit: StandardOutput.write)
    case .problems where options.json: report.problemsJSON(emit: StandardOutput.write)
    case .problems: report.problems(emit: StandardOutput.write)
    case .json: report.json(emit: StandardOutput.write)
    }
    StandardOutput.flush()
  }
}
