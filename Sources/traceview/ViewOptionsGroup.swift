import ArgumentParser
import Cells
import TraceFormats
import TraceUI

/// The options of `view`.
struct ViewOptionsGroup: ParsableArguments {
  enum PrintMode: String, ExpressibleByArgument, CaseIterable {
    case list, tree, problems, json
  }

  enum ColorMode: String, ExpressibleByArgument, CaseIterable {
    case auto, always, never
  }

  enum ThemeChoice: String, ExpressibleByArgument, CaseIterable {
    case auto, dark, light, monochrome
  }

  @Argument(
    help: ArgumentHelp("Files to read as one data set; - is standard input.", valueName: "source"),
    completion: .file())
  var sources: [String] = []

  @Option(name: .long, help: "Write text and show no screen: list, tree, problems or json.")
  var print: PrintMode?

  @Flag(name: .long, help: "With --print problems: one JSON object a line.")
  var json = false

  @Option(name: .long, help: ArgumentHelp("Print at most that many traces.", valueName: "n"))
  var limit: Int?

  @Option(
    name: .long,
    help: ArgumentHelp("Read as that format, whatever it looks like.", valueName: "name"))
  var format: String?

  @Option(name: .long, help: "Use colours: auto, always or never.")
  var color = ColorMode.auto

  @Option(name: .long, help: "Colours for the background: auto, dark, light or monochrome.")
  var theme = ThemeChoice.auto

  @Option(
    name: .long, help: ArgumentHelp("Columns of printed text.", valueName: "columns"))
  var width: Int?

  @Flag(name: .long, help: "Draw with ASCII only.")
  var ascii = false

  @Flag(name: .long, help: "Show times in UTC, not in the local time zone.")
  var utc = false

  @Flag(name: .long, help: "Leave the mouse to the terminal, to select text with it.")
  var noMouse = false

  @Flag(name: .long, help: "With --print: exit with 1 if anything could not be read as it was.")
  var strict = false

  @Flag(name: .long, help: "List the keys of the screen.")
  var listKeys = false

  /// Says what is wrong with the options, before anything is done.
  func check() throws {
    if let limit, limit < 0 { throw ValidationError("--limit takes a number from 0.") }
    if let width, !(20...10_000).contains(width) {
      throw ValidationError("--width takes a number from 20 to 10000.")
    }
    if json, print != .problems, print != .json {
      throw ValidationError("--json goes with --print problems.")
    }
    if let format, FormatRegistry.named(format) == nil {
      let names = FormatRegistry.formats.map(\.name).joined(separator: ", ")
      throw ValidationError("There is no format '\(format)'; there are: \(names).")
    }
  }
}
