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
      traceview convert spans.json -o out.pb   write another format
      """,
    version: version)

  @OptionGroup var view: ViewOptionsGroup

  /// The parser would take the name of another command for that of a file. Such a file is
  /// `./formats`.
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    if arguments.first == ConvertCommand.name {
      ConvertCommand.main(Array(arguments.dropFirst()))
    } else if arguments.first == FormatsCommand.name {
      FormatsCommand.main(Array(arguments.dropFirst()))
    } else {
      main(arguments)
    }
  }

  mutating func validate() throws { try view.check() }

  func run() throws {
    // A reader that has seen enough, such as head, is no error.
    signal(SIGPIPE, SIG_IGN)
    throw ExitCode(ViewCommand(options: view).run())
  }
}
