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
  let names: [String]

  func run(_ sources: [any SpanSource], _ failures: [SourceError]) -> Int32 {
    let (data, quality, load) = read(sources, failures)
    for failure in load.failures.dropFirst(failures.count) {
      StandardError.complain(failure)
    }
    IssueText(names: names).write(data)
    guard data.store.count > 0 else { return ViewCommand.Status.noInput }
    write(data, quality)
    let isClean = data.log.count(atLeast: .warning) == 0 && load.failures.isEmpty
    return options.strict && !isClean ? ViewCommand.Status.notStrict : 0
  }

  /// Runs the loader to its end.
  private func read(
    _ sources: [any SpanSource], _ failures: [SourceError]
  ) -> (DataSet, DataQuality, LoadStatus) {
    let result = Mutex((DataSet(), DataQuality(), LoadStatus()))
    let isDone = DispatchSemaphore(value: 0)
    withExtendedLifetime(isDone) {
      let loader = Loader(
        sources: sources, sourceNames: names, memory: options.memory, publishesNews: false
      ) {
        data, quality, load in
        guard load.isDone else { return }
        result.withLock { $0 = (data, quality, load) }
        isDone.signal()
      }
      loader.start(failures: failures)
      isDone.wait()
    }
    return result.withLock { $0 }
  }

  private func write(_ data: DataSet, _ quality: DataQuality) {
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
