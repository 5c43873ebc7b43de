import Foundation
import Testing

/// However the program ends, or stops, the terminal is as it was found, and the status tells why.
@Suite(.serialized, .enabled(if: TmuxSession.tmux != nil, "tmux is missing"))
struct TraceviewLeavingTests {
  @Test(arguments: ["q", "Q", "C-c", "Escape q"])
  func keysQuit(keys: String) throws {
    let terminal = try TraceviewSession()
    try terminal.start(TraceviewSession.threeTraces, showing: "3 traces look like one", " 1/3")
    for key in keys.split(separator: " ") { try terminal.session.send(String(key)) }
    try terminal.expectLeft(status: 0)
  }

  @Test(arguments: ["Q", "C-c"])
  func theseQuitFromAnywhere(key: String) throws {
    let terminal = try TraceviewSession()
    let session = terminal.session
    try terminal.start(TraceviewSession.threeTraces, showing: "3 traces look like one", " 1/3")
    try session.send("J", "!", "?")
    try session.waitUntil(contains: "Next row")
    try session.send(key)
    try terminal.expectLeft(status: 0)
  }

  @Test(arguments: [SIGTERM, SIGHUP, SIGINT, SIGQUIT])
  func signalsEndIt(signal: Int32) throws {
    let terminal = try TraceviewSession()
    let pid = try terminal.start(
      TraceviewSession.threeTraces, showing: "3 traces look like one", " 1/3")
    kill(pid, signal)
    try terminal.expectLeft(status: 128 + signal)
  }

  @Test(arguments: [TraceviewSession.threeTraces, ""])
  func stopsAndGoesOn(file: String) throws {
    let terminal = try TraceviewSession()
    let session = terminal.session
    let input = file.isEmpty ? "cat \(TraceviewSession.threeTraces) | " : ""
    try terminal.start(file, before: input, showing: "3 traces look like one", " 1/3")
    let first = try session.screen()
    try session.send("C-z")
    try session.waitUntil(contains: "Stopped")
    try terminal.expectTerminalAsFound()
    try session.type(line: "fg; echo then=$?.")
    try session.waitUntil("the first screen") { $0 == first }
    try session.send("!")
    try session.waitUntil(contains: "Cure:")
    try session.send("q", "q")
    try session.waitUntil(contains: "then=0.")
    #expect(try session.value(of: TmuxSession.modes) == terminal.modes)
    try session.type(line: "stty -g | cmp - before && echo the same")
    try session.waitUntil(contains: "\nthe same\n")
  }

  @Test(arguments: [
    ("nowhere.json", "nowhere.json: no such file or directory"),
    (".", ".: is a directory"),
    ("empty", "empty: empty-input"),
    ("blank", "blank: empty-input"),
    ("binary", "binary: unrecognized-format"),
    ("/proc/self/mem", "/proc/self/mem: input/output error"),
  ])
  func whatCannotBeReadIsSaid(file: String, message: String) throws {
    let terminal = try TraceviewSession(size: (200, 24))
    let session = terminal.session
    try session.type(line: "touch empty; echo >blank; head -c 9999 /bin/sh >binary")
    try terminal.type(file, behind: " 2>log")
    let screen = try terminal.expectLeft(status: 66)
    #expect(!screen.contains(message), "it belongs to standard error: \(screen)")
    try session.type(line: "cat log")
    try session.waitUntil(contains: message)
    // With standard error on the terminal it is there when the screen is gone.
    try session.type(line: "clear; echo first")
    try session.waitUntil("an empty screen") { $0.hasPrefix("first\n") }
    try terminal.type(file)
    let after = try terminal.expectLeft(status: 66)
    #expect(after.contains(message), "\(after)")
  }

  @Test func answersOfTheTerminalAreNotLeftToTheShell() throws {
    let terminal = try TraceviewSession()
    let session = terminal.session
    // It answers what its ground is: to a program that has nothing to show, and leaves at once.
    try session.setGround("#fdf6e3")
    try session.type(line: "touch empty")
    for _ in 0..<5 {
      try terminal.type("empty")
      try terminal.expectLeft(status: 66)
      try session.type(line: "echo -n do; echo ne")
      let screen = try session.waitUntil(contains: "\ndone\n")
      #expect(!screen.contains("rgb:") && !screen.contains("[?"), "\(screen)")
      try session.type(line: "clear; echo first")
      try session.waitUntil("an empty screen") { $0.hasPrefix("first\n") }
    }
  }

  @Test func aPipeWithNothingInItIsSaid() throws {
    let terminal = try TraceviewSession()
    let session = terminal.session
    let pipe = session.folder.appendingPathComponent("pipe").path
    #expect(mkfifo(pipe, 0o600) == 0)
    for key in [nil, "j"] {
      // It has no end as long as somebody could write into it.
      let writer = open(pipe, O_RDWR | O_CLOEXEC)
      try terminal.start("<pipe", showing: "reading")
      // A user who does something there is not thrown out.
      if let key {
        try session.send(key, "?")
        try session.waitUntil(contains: "Next row")
      }
      close(writer)
      if key != nil {
        try session.send("q")
        try session.waitUntil(contains: "No spans were found.")
        try session.send("q")
      }
      let screen = try terminal.expectLeft(status: 66)
      #expect(screen.contains("standard input: empty-input"), "\(screen)")
      try session.type(line: "clear; echo first")
      try session.waitUntil("an empty screen") { $0.hasPrefix("first\n") }
    }
  }

  @Test func terminalsThatCannotShowItAreNamed() throws {
    let terminal = try TraceviewSession(size: (120, 24))
    let session = terminal.session
    for (type, message) in [
      ("TERM=dumb", "traceview: terminal type 'dumb' (from TERM) cannot show full screens"),
      ("TERM=nonesuch", "traceview: unknown terminal type 'nonesuch' (from TERM)"),
      ("-u TERM", "traceview: TERM is not set"),
    ] {
      try session.type(line: "clear; echo first; env \(type) \"$TRACEVIEW\" $FIXTURES/*/*/one.json")
      try session.waitUntil(message) { $0.hasPrefix("first\n\(message)") }
      #expect(try session.screen().contains("--print tree"), "what to do instead")
    }
    #expect(try session.value(of: TmuxSession.modes) == terminal.modes)
  }

  /// No orphan is left that spins, whether it is told by a signal or not.
  @Test(arguments: ["", "trap '' HUP; "])
  func theEndOfTheTerminalEndsIt(before: String) throws {
    let terminal = try TraceviewSession()
    let pid = try terminal.start(
      TraceviewSession.threeTraces, before: before, showing: "3 traces look like one", " 1/3")
    try terminal.session.close()
    try TraceviewSession.waitForEnd(of: pid)
  }

  @Test func theEndOfTheTerminalEndsItWhileItReads() throws {
    let terminal = try TraceviewSession()
    // Nobody ever closes the pipe.
    let pid = try terminal.start("<>pipe", before: "mkfifo pipe; ", showing: "reading")
    try terminal.session.close()
    try TraceviewSession.waitForEnd(of: pid)
  }
}
