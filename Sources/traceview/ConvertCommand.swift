import ArgumentParser
import Cells
import Dispatch
import Glibc
import TraceFormats
import TraceModel
import TraceSources

/// Writes the spans of sources in another format.
struct ConvertCommand: ParsableCommand {
  static let name = "convert"

  static let configuration = CommandConfiguration(
    commandName: "traceview \(name)",
    abstract: "Write spans in another format, and say what it cannot hold",
    usage: """
      traceview convert spans.json -o spans.pb
      traceview convert a.json b.pb -o - --to zipkin-json | curl --data @- …
      """)

  @Argument(
    help: ArgumentHelp("Files, read as one data set; - is standard input", valueName: "source"),
    completion: .file())
  var sources: [String] = []

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("The file to write; - is standard output", valueName: "file"),
    completion: .file())
  var output: String

  @Option(
    help: ArgumentHelp(
      "otlp-jsonl, otlp-protobuf, jaeger-json or zipkin-json", valueName: "format"),
    transform: { try ConvertCommand.format(named: $0) })
  var to: OutputFormat?

  @Option(help: ArgumentHelp("Read as that format, whatever it looks like", valueName: "name"))
  var format: String?

  @Option(
    help: ArgumentHelp("Stop there and write nothing, e.g. 2GiB", valueName: "size"))
  var maxMemory: String?

  /// The format by option or by the name of the output.
  private var target: OutputFormat? { to ?? OutputFormat(fileName: output) }

  private static let names = OutputFormat.allCases.map(\.rawValue).joined(separator: ", ")

  @Sendable private static func format(named name: String) throws -> OutputFormat {
    guard let format = OutputFormat(rawValue: name) else {
      throw ValidationError("There is no format '\(name)'; there are: \(names).")
    }
    return format
  }

  mutating func validate() throws {
    if target == nil {
      throw ValidationError("Say the format with --to; there are: \(Self.names).")
    }
    if let format, FormatRegistry.named(format) == nil {
      throw ValidationError("There is no format '\(format)'; traceview --help lists them.")
    }
    try MemoryLimit.check(maxMemory)
  }

  func run() throws {
    signal(SIGPIPE, SIG_IGN)
    throw ExitCode(convert())
  }

  /// Converts, and returns the exit status.
  private func convert() -> Int32 {
    guard let target else { return ViewCommand.Status.usage }
    let paths = sources.isEmpty && isatty(STDIN_FILENO) == 0 ? ["-"] : sources
    guard !paths.isEmpty else {
      StandardError.complain("no source; name a file, or pipe spans into it.")
      return ViewCommand.Status.usage
    }
    if let path = paths.first(where: { OutputFile.isSame($0, output) }) {
      StandardError.complain("\(path): is read, so it cannot be written; name another output.")
      return ViewCommand.Status.usage
    }
    var files: [FileSource] = []
    for (number, path) in paths.enumerated() {
      do throws(SourceError) {
        files.append(
          try FileSource(
            id: SourceID(number), path: path,
            importer: format.flatMap { FormatRegistry.importer(named: $0) }))
      } catch {
        // Half of what was asked for is not what was asked for.
        StandardError.complain(error.message)
        return ViewCommand.Status.noInput
      }
    }
    guard let data = read(files, MemoryLimit(maxMemory)) else { return ViewCommand.Status.noInput }
    IssueText(names: paths.map { $0 == "-" ? "standard input" : $0 }).write(data)
    guard data.store.count > 0 else { return ViewCommand.Status.noInput }
    return write(data, target)
  }

  /// Reads everything, one source after another so that the output is always the same; nil if one
  /// cannot be read to its end, or not all of them fit into the memory: a part of the spans must not
  /// look like all of them.
  private func read(_ files: [FileSource], _ memory: MemoryLimit) -> DataSet? {
    var database = SpanDatabase()
    var isWhole = true
    for file in files {
      let inbox = Inbox<SourceEvent>()
      DispatchQueue(label: "source").async {
        file.run(into: inbox, isFull: { memory.isReached })
      }
      var bytesRead = 0
      var isRunning = true
      while isRunning {
        for event in inbox.wait(atMost: .seconds(1)) {
          switch event {
          case .batch(let batch): database.append(batch)
          case .progress(_, let count): bytesRead = count
          case .status: break
          case .ended: isRunning = false
          case .stopped:
            StandardError.complain(
              memory.message(
                source: file.name, bytesRead: bytesRead, of: file.byteCount,
                spans: database.store.count))
            return nil
          case .failed(_, let error):
            StandardError.complain(error.message)
            isWhole = false
            isRunning = false
          }
        }
      }
    }
    return isWhole ? database.dataSet : nil
  }

  private func write(_ data: DataSet, _ target: OutputFormat) -> Int32 {
    do throws(OutputError) {
      var file = try OutputFile(output)
      var failure: OutputError?
      var conversion = SpanConversion()
      conversion.run(data, to: target) { bytes in
        do throws(OutputError) {
          try file.write(bytes)
          return true
        } catch {
          failure = error
          return false
        }
      }
      if let failure { throw failure }
      try file.commit()
      for line in conversion.losses.lines {
        StandardError.complain("\(target.rawValue): \(line)")
      }
      return 0
    } catch {
      // Nobody reads any more: no error, as with head.
      if error.code == EPIPE { return 0 }
      StandardError.complain("\(output == "-" ? "standard output" : output): \(error.reason)")
      return ViewCommand.Status.outputError
    }
  }
}
