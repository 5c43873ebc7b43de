import ArgumentParser
import Cells
import TraceFormats

/// Lists the formats: what each is, and what writes it or how to get it.
struct FormatsCommand: ParsableCommand {
  static let name = "formats"

  static let configuration = CommandConfiguration(
    commandName: "traceview " + name, abstract: "List the formats, with an example each.")

  func run() {
    for format in FormatRegistry.formats {
      StandardOutput.write(CellText.padded(format.name, to: 22) + format.summary + "\n")
      StandardOutput.write(CellText.padded("", to: 22) + format.example + "\n")
    }
    StandardOutput.flush()
  }
}
