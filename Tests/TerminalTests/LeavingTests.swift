import Foundation
import Testing

/// However the probe ends, or stops, the terminal is as it was found.
@Suite(.serialized, .enabled(if: TmuxSession.tmux != nil, "tmux is missing"))
struct LeavingTests {
  @Test func quittingLeavesTheTerminalAsItWas() throws {
    try expectLeft(status: 0, shows: ["probe: a line for standard error"]) { session, _ in
      try session.send("e", "q")
    }
  }

  @Test(arguments: [SIGTERM, SIGHUP, SIGINT, SIGQUIT])
  func signalsLeaveTheTerminalAsItWas(signal: Int32) throws {
    try expectLeft(status: 128 + signal, shows: ["probe: a line for standard error"]) {
      session, pid in
      try session.send("e")
      try session.waitUntil("the key") { row(3, of: $0) == "e" }
      kill(pid, signal)
    }
  }

  /// One signal asks, and is not heard; the second ends the program all the same.
  @Test func aProgramThatHangsLeavesTheTerminalAtTheSecondSignal() throws {
    try expectLeft(status: 128 + SIGTERM, shows: []) { session, pid in
      try session.send("i")
      try session.waitUntil("the key") { row(3, of: $0) == "i" }
      try session.send("h")
      try session.waitUntil("its end") { _ in kill(pid, SIGTERM) != 0 }
    }
  }

  @Test func trapsLeaveTheTerminalAndTheMessage() throws {
    try expectLeft(status: 128 + SIGILL, shows: ["a line for standard", "Fatal error: probe trap"])
    {
      session, _ in
      try session.send("e", "!")
    }
  }

  /// The thread sanitizer puts its own stack for signals in the place of ours.
  private static let isUnderThreadSanitizer =
    ProcessInfo.processInfo.environment["TRACEVIEW_SANITIZER"] == "thread"

  @Test(.enabled(if: !isUnderThreadSanitizer, "the thread sanitizer has its own signal stack"))
  func fullStacksLeaveTheTerminal() throws {
    try expectLeft(status: 128 + SIGSEGV, shows: []) { session, _ in try session.send("r") }
  }

  @Test(arguments: [SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGTRAP])
  func crashesLeaveTheTerminalAsItWas(signal: Int32) throws {
    try expectLeft(status: 128 + signal, shows: []) { _, pid in kill(pid, signal) }
  }

  @Test func standardErrorInAFileIsLeftAlone() throws {
    let session = try TmuxSession()
    try session.startProbe("\"$PROBE\" 2>log")
    try session.send("e", "q")
    try session.waitUntil(contains: "status=0.")
    #expect(try !session.screen().contains("a line for standard error"))
    try session.type(line: "cat log")
    try session.waitUntil(contains: "probe: a line for standard error")
  }

  @Test(arguments: [true, false])
  func stopsAndGoesOn(byKey: Bool) throws {
    let session = try TmuxSession()
    try session.type(line: "stty -g >before")
    let before = try session.value(of: TmuxSession.modes)
    let pid = try session.startProbe()
    try session.send("j")
    try session.waitUntil("the key") { row(3, of: $0) == "j" }
    if byKey { try session.send("C-z") } else { kill(pid, SIGTSTP) }
    try session.waitUntil(contains: "Stopped")
    #expect(try session.value(of: TmuxSession.modes) == before)
    try session.type(line: "stty -g | cmp - before && echo same")
    try session.waitUntil(contains: "\nsame\n")
    try session.resize(width: 70, height: 20)
    try session.type(line: "fg")
    try session.waitUntil("the probe again") {
      $0.hasPrefix("probe ") && $0.contains(" 70x20 ") && $0.contains("resumed")
    }
    try session.send("k")
    try session.waitUntil("keys again") { row(3, of: $0).hasSuffix(" k") }
    #expect(try session.value(of: "#{alternate_on} #{mouse_button_flag}") == "1 1")
    try session.send("q")
    try session.waitUntil("the shell's screen") { $0.contains("same") && !$0.contains("probe 7") }
    #expect(try session.value(of: TmuxSession.modes) == before)
  }

  @Test func aStopThatCannotBeSeenIsRepaired() throws {
    let session = try TmuxSession()
    let pid = try session.startProbe()
    kill(pid, SIGSTOP)
    try session.waitUntil(contains: "Stopped")
    try session.type(line: "fg")
    try session.waitUntil("the probe again") { $0.hasPrefix("probe ") && $0.contains("resumed") }
    #expect(try !session.screen().contains("Stopped"))
  }

  @Test func redrawingRepairsTheScreen() throws {
    let session = try TmuxSession()
    try session.startProbe()
    let tty = try session.value(of: "#{pane_tty}")
    try "\u{1B}[5;1Hgarbage".write(toFile: tty, atomically: false, encoding: .utf8)
    try session.waitUntil(contains: "garbage")
    try session.send("C-l")
    try session.waitUntil("a clean screen") { !$0.contains("garbage") && $0.contains("Ctrl-l") }
  }

  private func expectLeft(
    status: Int32, shows lines: [String], after end: (TmuxSession, Int32) throws -> Void
  ) throws {
    let session = try TmuxSession(size: (120, 60))
    try session.type(line: "ulimit -c 0; stty -g >before; echo first")
    try session.waitUntil(contains: "\nfirst\n")
    let before = try session.value(of: TmuxSession.modes)
    let pid = try session.startProbe()
    #expect(try session.value(of: "#{alternate_on}") == "1")
    try end(session, pid)
    try session.waitUntil(contains: "status=\(status).")
    let screen = try session.screen()
    #expect(screen.contains("\nfirst\n"), "\(screen)")
    for line in lines { #expect(screen.contains(line), "\(screen)") }
    #expect(!screen.contains("utf8"), "nothing of the probe's screen: \(screen)")
    #expect(try session.value(of: TmuxSession.modes) == before)
    try session.type(line: "stty -g | cmp - before && echo same")
    try session.waitUntil(contains: "\nsame\n")
  }
}
