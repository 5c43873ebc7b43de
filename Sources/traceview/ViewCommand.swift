import Cells
import Glibc
import Terminal
import TraceFormats
import TraceModel
import TraceSources
import TraceUI

/// Views sources: on the screen, or as text.
struct ViewCommand {
  let options: ViewOptionsGroup

  /// Exit statuses, where they are not 0. (sysexits.h.)
  enum Status {
    static let notStrict: Int32 = 1
    static let usage: Int32 = 64
    static let noInput: Int32 = 66
    static let software: Int32 = 70
    static let outputError: Int32 = 74
  }

  /// Views, and returns the exit status.
  func run() -> Int32 {
    if options.listKeys {
      StandardOutput.write(keyList)
      StandardOutput.flush()
      return 0
    }
    let paths = options.sources.isEmpty && isatty(STDIN_FILENO) == 0 ? ["-"] : options.sources
    guard !paths.isEmpty else {
      StandardError.complain(
        "no source; name a file, or pipe spans into it. traceview --help has examples.")
      return Status.usage
    }
    var sources: [any SpanSource] = []
    var failures: [SourceError] = []
    for (number, path) in paths.enumerated() {
      do throws(SourceError) {
        sources.append(
          try FileSource(
            id: SourceID(number), path: path,
            importer: options.map == nil
              ? options.format.flatMap { FormatRegistry.importer(named: $0) } : nil,
            columns: options.columns))
      } catch {
        failures.append(error)
      }
    }
    let names = paths.map { $0 == "-" ? "standard input" : $0 }
    if sources.isEmpty || options.print != nil || isatty(STDOUT_FILENO) == 0 {
      for failure in failures { StandardError.complain(failure.message) }
    }
    guard !sources.isEmpty else { return Status.noInput }
    let isText = options.print != nil || isatty(STDOUT_FILENO) == 0
    return isText
      ? PrintRun(options: options, names: names).run(sources, failures)
      : ScreenRun(options: options, names: names).run(sources, failures)
  }

  private var keyList: String {
    var text = ""
    for group in KeyMap.Group.allCases {
      text += (text.isEmpty ? "" : "\n") + group.rawValue + "\n"
      for binding in KeyMap.standard.bindings where binding.group == group {
        let keys = binding.keys.map(\.description).joined(separator: "  ")
        text += "  " + CellText.padded(keys, to: 20) + binding.summary + "\n"
      }
    }
    return text
  }
}
