import ArgumentParser
import Cells
import TraceFormats
import TraceUI

/// The options of `view`.
struct ViewOptionsGroup: ParsableArguments {
  enum PrintMode: String, Choice { case list, tree, problems, json }

  enum ColorMode: String, Choice { case auto, always, never }

  enum ThemeChoice: String, Choice { case auto, dark, light, monochrome }

  // The help fits a screen of 24 rows: one line each.
  @Argument(
    help: ArgumentHelp("Files, read as one data set; - is standard input", valueName: "source"),
    completion: .file())
  var sources: [String] = []

  @Option(help: ArgumentHelp("Write text: list, tree, problems or json", valueName: "what"))
  var print: PrintMode?

  @Flag(help: "With --print problems: one JSON object a line")
  var json = false

  @Option(help: ArgumentHelp("Print at most that many traces", valueName: "n"))
  var limit: Int?

  @Option(help: ArgumentHelp("Columns of printed text", valueName: "n"))
  var width: Int?

  @Flag(help: "With --print: exit 1 unless all was read whole")
  var strict = false

  @Option(help: ArgumentHelp("Stop reading there, e.g. 2GiB", valueName: "size"))
  var maxMemory: String?

  @Option(help: ArgumentHelp("Read as one of 'traceview formats'", valueName: "name"))
  var format: String?

  @Option(help: ArgumentHelp("Name columns: span_id=sid,start_ms=ts", valueName: "list"))
  var map: String?

  @Option(help: ArgumentHelp("auto, always or never", valueName: "when"))
  var color: ColorMode?

  @Option(help: ArgumentHelp("auto, dark, light or monochrome", valueName: "name"))
  var theme: ThemeChoice?

  @Flag(help: "Draw with ASCII only")
  var ascii = false

  @Flag(help: "Show times in UTC, not in the local time zone")
  var utc = false

  @Flag(help: "Leave the mouse to the terminal, to select text")
  var noMouse = false

  @Flag(help: "List the keys of the screen")
  var listKeys = false

  /// How the columns of rows are named, where the usual names are not meant.
  var columns: ColumnMap { map.flatMap { try? ColumnMap($0) } ?? ColumnMap() }

  var memory: MemoryLimit { MemoryLimit(maxMemory) }

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
    if let map {
      do throws(ColumnMap.Mistake) { _ = try ColumnMap(map) } catch {
        throw ValidationError("--map: \(error.text).")
      }
      if let format, !FormatRegistry.rowFormats.contains(format) {
        throw ValidationError("--map goes with rows, which \(format) has none of.")
      }
    }
    if let format, FormatRegistry.named(format) == nil {
      let names = FormatRegistry.formats.map(\.name).joined(separator: ", ")
      throw ValidationError("There is no format '\(format)'; there are: \(names).")
    }
  }
}

/// A word out of a few, which the help names by itself.
protocol Choice: ExpressibleByArgument, CaseIterable {}

extension Choice {
  static var allValueStrings: [String] { [] }
}
