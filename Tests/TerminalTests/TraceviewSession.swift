import Foundation
import Testing

/// traceview in a terminal, started from a shell that notes how it finds and leaves things.
struct TraceviewSession {
  static let threeTraces = "\"$FIXTURES/python-console/opentelemetry-sdk-1.45.2/three-traces.txt\""
  static let oneTrace = "\"$FIXTURES/python-console/opentelemetry-sdk-1.45.2/one-trace.txt\""

  let session: TmuxSession
  /// The modes of the terminal before the program came.
  let modes: String

  init(
    size: (width: Int, height: Int) = (80, 24), term: String = "tmux-256color",
    locale: String = "C.UTF-8"
  ) throws {
    session = try TmuxSession(size: size, term: term, locale: locale)
    // Not `; echo $?`: the shell gives the rest of a line up if a program died of SIGINT.
    try session.type(
      line: "PROMPT_COMMAND='s=$?; [ -z \"$runs\" ] || echo status=$s.; runs='; clear")
    try session.waitUntil("an empty screen") { $0.hasPrefix("$\n") }
    try session.type(line: "ulimit -c 0; stty -g >before; echo first")
    try session.waitUntil(contains: "\nfirst\n")
    modes = try session.value(of: TmuxSession.modes)
  }

  /// Types the command that runs traceview, between what is put before and behind it.
  ///
  /// When it has ended, or stopped, the shell shows its status as `status=0.`.
  func type(_ arguments: String, before: String = "", behind: String = "") throws {
    // The program has the number of the shell that it replaces.
    let program = #"sh -c 'echo $$ >pid; exec "$TRACEVIEW" "$@"' -"#
    try session.type(line: "runs=1; \(before)\(program) \(arguments)\(behind)")
  }

  /// Runs traceview until all of `texts` are on its screen; gives the number of its process.
  @discardableResult
  func start(
    _ arguments: String, before: String = "", behind: String = "", showing texts: String...
  ) throws -> Int32 {
    try type(arguments, before: before, behind: behind)
    try session.waitUntil("\(texts), on a full screen") { screen in
      try texts.allSatisfy { screen.contains($0) } && session.value(of: "#{alternate_on}") == "1"
    }
    let number = try String(
      contentsOf: session.folder.appendingPathComponent("pid"), encoding: .utf8)
    return try #require(Int32(number.trimmingCharacters(in: .newlines)))
  }

  /// Waits for the end and checks that the terminal is as it was found; gives its screen.
  @discardableResult
  func expectLeft(status: Int32) throws -> String {
    let screen = try session.waitUntil(contains: "status=\(status).")
    #expect("\n\(screen)".contains("\nfirst\n"), "\(screen)")
    #expect(!screen.contains("? help"), "nothing of the program's screen: \(screen)")
    try expectTerminalAsFound()
    return screen
  }

  func expectTerminalAsFound() throws {
    #expect(try session.value(of: TmuxSession.modes) == modes)
    try session.type(line: "stty -g | cmp - before && echo same")
    try session.waitUntil(contains: "\nsame\n")
  }

  /// Waits until there is no such process, or nothing of it but its status; fails after a generous
  /// time, and ends it.
  static func waitForEnd(of pid: Int32) throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while ContinuousClock.now < deadline {
      guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else {
        return
      }
      // The state stands behind the name, which is in brackets and may hold anything.
      if text.split(separator: ")").last?.hasPrefix(" Z") == true { return }
    }
    kill(pid, SIGKILL)
    throw TmuxSession.Failure(description: "process \(pid) goes on")
  }
}
