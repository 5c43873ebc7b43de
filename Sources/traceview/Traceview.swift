import ArgumentParser
import Glibc

/// The command: `view` unless another one is named first.
@main
struct Traceview: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "traceview",
    usage: """
      traceview spans.json                     view a file; ? lists the keys
      python3 app.py | traceview               view what a program prints
      traceview                                take what programs send
      traceview run -- python3 app.py          run a program that sends here
      traceview -f spans.jsonl                 follow a file that grows
      traceview http://localhost:16686         poll Jaeger, Zipkin, Tempo, …
      traceview convert spans.json -o out.pb   write another format
      traceview --help-hidden                  all options
      """,
    version: version)

  @OptionGroup var source: SourceOptionsGroup
  @OptionGroup var view: ViewOptionsGroup
  @OptionGroup(title: "Of a URL", visibility: .hidden) var poll: PollOptionsGroup

  /// The parser would take the name of another command for that of a file. Such a file is
  /// `./formats`.
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    let commands: [String: any ParsableCommand.Type] = [
      ConvertCommand.name: ConvertCommand.self, FormatsCommand.name: FormatsCommand.self,
      ListenCommand.name: ListenCommand.self, RunCommand.name: RunCommand.self,
    ]
    if let command = arguments.first.flatMap({ commands[$0] }) {
      command.main(Array(arguments.dropFirst()))
    } else {
      main(arguments)
    }
  }

  mutating func validate() throws {
    try source.check()
    try view.check()
    try poll.check()
  }

  func run() throws {
    // A reader that has seen enough, such as head, is no error.
    signal(SIGPIPE, SIG_IGN)
    throw ExitCode(ViewCommand(options: view).run(source, poll))
  }
}
