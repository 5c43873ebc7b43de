import ArgumentParser
import Cells
import Glibc
import TraceUI

/// The options of `view`.
struct ViewOptionsGroup: ParsableArguments {
  enum PrintMode: String, Choice { case list, tree, problems, json }

  enum ColorMode: String, Choice { case auto, always, never }

  enum ThemeChoice: String, Choice { case auto, dark, light, monochrome }

  // The help fits a screen of 24 rows: one line each, and what few need only with --help-hidden.
  @Option(help: ArgumentHelp("Append what live sources give, as OTLP JSON", valueName: "file"))
  var record: String?

  @Option(help: ArgumentHelp("Write text: list, tree, problems or json", valueName: "what"))
  var print: PrintMode?

  @Flag(help: ArgumentHelp("With --print problems: one JSON object a line", visibility: .hidden))
  var json = false

  @Option(help: ArgumentHelp("Print at most that many traces", valueName: "n"))
  var limit: Int?

  @Option(help: ArgumentHelp("Columns of printed text", valueName: "n", visibility: .hidden))
  var width: Int?

  @Flag(help: "With --print: exit 1 unless all was read whole")
  var strict = false

  @Option(help: ArgumentHelp("Stop reading there, or evict: 2GiB", valueName: "size"))
  var maxMemory: String?

  @Option(help: ArgumentHelp("auto, always or never", valueName: "when"))
  var color: ColorMode?

  @Option(help: ArgumentHelp("auto, dark, light or monochrome", valueName: "name"))
  var theme: ThemeChoice?

  @Flag(help: ArgumentHelp("Draw with ASCII only", visibility: .hidden))
  var ascii = false

  @Flag(help: ArgumentHelp("Show times in UTC, not in the local zone", visibility: .hidden))
  var utc = false

  @Flag(help: ArgumentHelp("Leave the mouse to the terminal", visibility: .hidden))
  var noMouse = false

  @Flag(help: ArgumentHelp("List the keys of the screen", visibility: .hidden))
  var listKeys = false

  /// Whether text is written instead of a screen.
  var isText: Bool { print != nil || isatty(STDOUT_FILENO) == 0 }

  /// Says what is wrong with the options, before anything is done.
  func check() throws {
    if let limit, limit < 0 { throw ValidationError("--limit takes a number from 0.") }
    if let width, !(20...10_000).contains(width) {
      throw ValidationError("--width takes a number from 20 to 10000.")
    }
    try MemoryLimit.check(maxMemory)
    if json, print != .problems, print != .json {
      throw ValidationError("--json goes with --print problems.")
    }
  }

  /// What writes the file of `--record`, if there is one.
  ///
  /// - Throws: the exit status, when it has said why that file cannot be written.
  func openRecorder() throws(ExitCode) -> Recorder? {
    guard let record else { return nil }
    do throws(OutputError) { return try Recorder(record) } catch {
      StandardError.complain("--record \(record): \(error.reason)")
      throw ExitCode(ViewCommand.Status.outputError)
    }
  }
}

/// A word out of a few, which the help names by itself.
protocol Choice: ExpressibleByArgument, CaseIterable {}

extension Choice {
  static var allValueStrings: [String] { [] }
}
