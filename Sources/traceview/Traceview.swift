import ArgumentParser
import Glibc

/// The command: `view` unless another subcommand is named.
@main
struct Traceview: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "traceview",
    usage: """
      traceview spans.json                     view a file; ? lists the keys
      python3 app.py | traceview               view what a program prints
      traceview --print tree spans.json        the waterfalls as text
      traceview --print json spans.json | jq   one object a span
      """,
    version: version)

  @OptionGroup var view: ViewOptionsGroup

  mutating func validate() throws { try view.check() }

  func run() throws {
    // A reader that has seen enough, such as head, is no error.
    signal(SIGPIPE, SIG_IGN)
    throw ExitCode(ViewCommand(options: view).run())
  }
}
