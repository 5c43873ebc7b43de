import ArgumentParser
import TraceFormats
import TraceSources

/// What is viewed, and how it is read.
struct SourceOptionsGroup: ParsableArguments {
  @Argument(
    help: ArgumentHelp("Files, a URL, or - for standard input", valueName: "source"),
    completion: .file())
  var sources: [String] = []

  @Flag(name: .shortAndLong, help: "Follow files that grow, are renamed or made anew")
  var follow = false

  @Option(
    help: ArgumentHelp(
      "With -f: begin that many records from the end", valueName: "n", visibility: .hidden))
  var tail: Int?

  @Option(help: ArgumentHelp("Read as one of 'traceview formats'", valueName: "name"))
  var format: String?

  @Option(
    help: ArgumentHelp(
      "Name columns: span_id=sid,start_ms=ts", valueName: "list", visibility: .hidden))
  var map: String?

  /// How the columns of rows are named, where the usual names are not meant.
  var columns: ColumnMap { map.flatMap { try? ColumnMap($0) } ?? ColumnMap() }

  /// Says what is wrong with the options, before anything is done.
  func check() throws {
    if let tail, tail < 0 || !follow {
      throw ValidationError("--tail takes a number from 0, and goes with -f.")
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
