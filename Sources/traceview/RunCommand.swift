import ArgumentParser
import Dispatch
import Glibc
import Synchronization
import TraceAnalysis
import TraceModel
import TraceReceivers
import TraceSources
import TraceUI

/// Runs a command whose spans come here, and shows them.
struct RunCommand: ParsableCommand {
  static let name = "run"

  static let configuration = CommandConfiguration(
    commandName: "traceview \(name)",
    abstract: "Run a command with its tracing pointed here, and show the spans it sends",
    usage: """
      traceview run python3 app.py                look on; Tab shows its output
      traceview run --print tree python3 app.py   write the trees at its end
      traceview run --check -- pytest             exit 1 if a trace is broken
      """,
    discussion: """
      OTEL_EXPORTER_OTLP_ENDPOINT and what Zipkin, Datadog and Honeycomb clients read are set for \
      the command; OTEL_SERVICE_NAME, OTEL_TRACES_EXPORTER and OTEL_EXPORTER_OTLP_PROTOCOL unless \
      they are set. The exit status is the command's.
      """)

  @Flag(help: "Print the problems, and exit 1 if there are any")
  var check = false

  @OptionGroup var view: ViewOptionsGroup

  @Argument(
    parsing: .captureForPassthrough,
    help: ArgumentHelp("The command and its arguments", valueName: "command"))
  var words: [String] = []

  private var command: [String] { Array(words.drop { $0 == "--" }) }

  mutating func validate() throws {
    // The parser takes them for a part of the command.
    if let first = words.first, ["-h", "--help"].contains(first) {
      throw CleanExit.helpRequest(self)
    }
    try view.check()
    if command.isEmpty { throw ValidationError("Say what to run: traceview run -- python3 app.py") }
  }

  func run() throws {
    signal(SIGPIPE, SIG_IGN)
    throw ExitCode(start())
  }

  private func start() -> Int32 {
    var opened = OpenedSources()
    opened.open("receiver") { (id) throws(SourceError) in
      try Receiver(id: id, .otlpHTTP, port: 0)
    }
    guard let receiver = opened.sources.first as? Receiver else {
      for failure in opened.failures { StandardError.complain(failure.message) }
      return ViewCommand.Status.software
    }
    opened.sendingHelp = ["The command runs with its OTEL_ variables pointed here."]
    let environment = RunEnvironment(port: receiver.boundPort, command: command)
    let recorder: Recorder?
    do throws(ExitCode) { recorder = try view.openRecorder() } catch { return error.rawValue }
    defer { recorder?.finish() }
    do throws(OutputError) {
      let isText = view.isText || check
      let running = try RunningCommand(
        command, environment: environment.variables, capturesOutput: !isText)
      let why: @Sendable () -> [String] = {
        Self.settle(receiver)
        return receiver.activity.receivedSpans > 0
          ? [] : NothingArrived.lines(receiver.activity, environment)
      }
      guard isText else {
        let status = ScreenRun(options: view).run(opened, recorder, running, why)
        let own = running.end()
        return status == 0 ? own : status
      }
      return print(opened, recorder, running, why)
    } catch {
      StandardError.complain("\(command[0]): \(error.reason)")
      // What a shell says of a command that it cannot run.
      return error.code == ENOENT ? 127 : 126
    }
  }

  /// Waits until the last spans have come: those that were on their way when the command ended.
  private static func settle(_ receiver: Receiver) {
    var count = -1
    for _ in 0..<25 where receiver.activity.receivedSpans != count {
      count = receiver.activity.receivedSpans
      // Nothing says which span is the last: a time in which none comes has to do.
      usleep(200_000)
    }
  }

  private func print(
    _ opened: OpenedSources, _ recorder: Recorder?, _ running: RunningCommand,
    _ why: @escaping @Sendable () -> [String]
  ) -> Int32 {
    // A terminal sends SIGINT to the command, too.
    Termination.onSignal { if $0 != SIGINT || isatty(STDIN_FILENO) == 0 { running.send($0) } }
    var options = view
    if check { options.print = .problems }
    let printing = PrintRun(options: options)
    let reasons = Mutex<[String]>([])
    let (data, quality, load) = printing.read(opened, recorder) { loader in
      DispatchQueue(label: "command end").async {
        running.wait()
        let lines = why()
        reasons.withLock { $0 = lines }
        loader.stop()
      }
    }
    let status = running.status ?? 0
    guard data.store.count > 0 else {
      for line in reasons.withLock({ $0 }) { StandardError.complain(line) }
      return status == 0 && check ? 1 : status
    }
    let own = printing.write(data, quality, load, opened)
    let isBroken = check && quality.problems.contains { $0.severity > .info }
    return status != 0 ? status : isBroken ? 1 : own
  }
}
