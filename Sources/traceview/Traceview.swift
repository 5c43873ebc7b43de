import ArgumentParser
import Glibc

/// The command: `view` unless another subcommand is named.
@main
struct Traceview: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "traceview",
    abstract: "Look at distributed traces in the terminal, and learn why one is broken.",
    usage: """
      traceview spans.json                     view a file of spans, in any format it knows
      python3 app.py | traceview               view what a program prints (console exporter)
      traceview a.json b.pb                    view several files as one set of traces
      traceview --print tree spans.json        write the waterfalls as text
      traceview --print json spans.json | jq   one object a span
      """,
    discussion: """
      With standard output to a pipe or a file, or with --print, text is written instead of a \
      screen. In the screen ? lists the keys.
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
