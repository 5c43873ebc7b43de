import ArgumentParser
import Cells
import Glibc
import Terminal
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
  func run(_ source: SourceOptionsGroup, _ poll: PollOptionsGroup) -> Int32 {
    if options.listKeys {
      StandardOutput.write(keyList)
      StandardOutput.flush()
      return 0
    }
    var paths = source.sources
    if paths.isEmpty {
      // Who names nothing wants to read a pipe, or to receive.
      guard isatty(STDIN_FILENO) == 0 else { return ListenCommand.listen(options) }
      paths = ["-"]
    }
    return show(OpenedSources(paths, source, poll, isText: options.isText))
  }

  /// Shows sources on the screen, or as text; the exit status.
  func show(_ opened: OpenedSources) -> Int32 {
    if opened.sources.isEmpty || options.isText {
      for failure in opened.failures { StandardError.complain(failure.message) }
    }
    guard !opened.sources.isEmpty else { return Status.noInput }
    let recorder: Recorder?
    do throws(ExitCode) { recorder = try options.openRecorder() } catch { return error.rawValue }
    defer { recorder?.finish() }
    return options.isText
      ? PrintRun(options: options).run(opened, recorder)
      : ScreenRun(options: options).run(opened, recorder)
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
