import ArgumentParser
import Glibc

/// Receives what programs send.
struct ListenCommand: ParsableCommand {
  static let name = "listen"

  static let configuration = CommandConfiguration(
    commandName: "traceview \(name)",
    abstract: "Take the spans that programs send: OTLP, Zipkin, Datadog and others on every port",
    usage: """
      traceview                                 on a terminal: the same
      traceview listen --record spans.jsonl
      traceview listen --print tree             until Ctrl-C, then as text
      """)

  @OptionGroup(title: "Ports") var ports: ListenOptionsGroup
  @OptionGroup var view: ViewOptionsGroup

  mutating func validate() throws { try view.check() }

  func run() throws {
    signal(SIGPIPE, SIG_IGN)
    throw ExitCode(ViewCommand(options: view).show(ports.open()))
  }

  /// Receives at the usual ports; the exit status.
  static func listen(_ options: ViewOptionsGroup) -> Int32 {
    guard let ports = try? ListenOptionsGroup.parse([]) else { return ViewCommand.Status.software }
    return ViewCommand(options: options).show(ports.open())
  }
}
