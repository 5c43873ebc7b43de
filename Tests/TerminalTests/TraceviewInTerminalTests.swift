import Foundation
import Testing

/// The program in a real terminal: what its users see.
@Suite(.serialized, .enabled(if: TmuxSession.tmux != nil, "tmux is missing"))
struct TraceviewInTerminalTests {
  private static let attacks = "\"$FIXTURES/otlp-json/damaged/terminal-attacks.jsonl\""

  @Test func unjoinedTracesAreExplainedJoinedAndLeft() throws {
    let terminal = try TraceviewSession()
    let session = terminal.session
    try terminal.start(TraceviewSession.threeTraces, showing: "3 traces look like one", " 1/3")
    let first = try session.screen()
    #expect(first.hasPrefix(" traceview  three-traces.txt  3 traces · 3 spans"), "\(first)")
    try session.send("J")
    try session.waitUntil("them joined") { $0.hasPrefix(" 3 traces joined (proposed)") }
    try session.send("!")
    try session.waitUntil("problems, with the cure") {
      $0.hasPrefix(" Problems") && $0.contains("Cure:") && $0.contains("start_as_current_span")
    }
    try session.send("Enter")
    try session.waitUntil("the spans") { $0.hasPrefix(" 3 traces joined (proposed)") }
    try session.send("q")
    try session.waitUntil("the first screen") { $0.hasPrefix(" traceview") }
    try session.send("Enter")
    try session.waitUntil("a trace") { $0.hasPrefix(" add  unknown_service:python3") }
    try session.send("?")
    try session.waitUntil("help") { $0.contains("Next row") }
    try session.send("Escape")
    try session.waitUntil("the trace") { $0.hasPrefix(" add  unknown_service:python3") }
    try session.send("q")
    try session.waitUntil("the first screen") { $0 == first }
    try session.send("q")
    try terminal.expectLeft(status: 0)
  }

  @Test(arguments: [false, true])
  func colorsFollowTheGroundOfTheTerminal(answersLate: Bool) throws {
    let terminal = try TraceviewSession()
    let session = terminal.session
    // The colour of facts on light ground, and on dark.
    let (light, dark) = ("38;5;242m", "38;5;246m")
    if !answersLate { try session.setGround("#fdf6e3") }
    try terminal.start(TraceviewSession.threeTraces, showing: "3 traces look like one", " 1/3")
    if answersLate {
      // This terminal has no ground of its own, so that nothing was answered.
      #expect(try session.screen(colors: true).contains(dark))
      let before = try session.screen()
      try session.send(bytes: "\u{1B}]11;rgb:fd")
      try session.send(bytes: "fd/f6f6/e3e3\u{1B}\\")
      try session.waitUntil("light") { _ in try session.screen(colors: true).contains(light) }
      #expect(try session.screen() == before)
    }
    try session.waitUntil("light only") { _ in
      let screen = try session.screen(colors: true)
      return screen.contains(light) && !screen.contains(dark)
    }
    try session.send("q")
    try terminal.expectLeft(status: 0)
  }

  @Test func searchingGoesToTheMatchWhileItIsTyped() throws {
    let terminal = try TraceviewSession()
    let session = terminal.session
    try terminal.start(TraceviewSession.oneTrace, showing: " 1/4")
    try session.send("/")
    try session.waitUntil("a prompt") { row(23, of: $0) == " /" }
    try session.send("s", "u", "b", "t")
    try session.waitUntil(contains: " /subt ")
    try session.waitUntil("the number of matches") { $0.contains(" of 2") }
    try session.send("Enter", "n")
    try session.waitUntil("the next match is selected") { row(23, of: $0).hasSuffix(" 3/4") }
    try session.send("/", "x", "y", "z")
    try session.waitUntil("no match") { $0.contains("0 of 0") }
    try session.send("Escape", "Q")
    try terminal.expectLeft(status: 0)
  }

  /// `last` is what stands there when all that is known of the file is shown.
  @Test(arguments: [
    (TraceviewSession.threeTraces, "J shows them joined"), (TraceviewSession.oneTrace, " 1/4"),
  ])
  func everySizeIsDrawnAndTheFirstOneAgain(file: String, last: String) throws {
    let terminal = try TraceviewSession()
    let session = terminal.session
    try terminal.start(file, showing: "? help", last)
    let first = try session.screen()
    var screens: [String] = []
    for (width, height) in [(120, 40), (40, 10), (20, 5), (1, 1), (40, 10), (120, 40)] {
      try session.resize(width: width, height: height)
      // The number of rows stands at the right end of the last row.
      try session.waitUntil("\(width)x\(height)") {
        let last = row(height - 1, of: $0)
        return width < 20 || (last.count == width - 1 && last.contains("/"))
      }
      if width >= 20 { screens.append(try session.screen()) }
    }
    #expect(Array(screens[3...]) == [screens[1], screens[0]])
    try session.resize(width: 80, height: 24)
    try session.waitUntil("the first screen") { $0 == first }
    // The shell's screen has been cut too, so that its first lines may be gone.
    try session.send("q")
    try session.waitUntil(contains: "status=0.")
    try terminal.expectTerminalAsFound()
  }

  @Test func spansComeFromAPipeAndKeysFromTheTerminal() throws {
    let terminal = try TraceviewSession()
    let session = terminal.session
    try terminal.start(
      "", before: "cat \(TraceviewSession.threeTraces) | ", showing: "3 traces look like one",
      " 1/3")
    #expect(try session.screen().hasPrefix(" traceview  standard input  3 traces · 3 spans"))
    try session.send("j", "Enter")
    try session.waitUntil("the second trace") { $0.hasPrefix(" subtract ") }
    try session.send("q", "q")
    try terminal.expectLeft(status: 0)
  }

  @Test func allIsASCIIWhereTheLocaleHasNoMore() throws {
    let terminal = try TraceviewSession(locale: "C")
    let session = terminal.session
    try terminal.start(TraceviewSession.threeTraces, showing: "3 traces look like one", " 1/3")
    for (key, text) in [
      ("?", "Next row"), ("Escape", " traceview"), ("J", "(proposed)"), ("Enter", "children"),
      ("!", "Problems"), ("q", "(proposed)"), ("q", "Enter details"), ("q", " traceview"),
    ] {
      let screen = try session.screen()
      #expect(screen.utf8.allSatisfy { $0 < 0x80 }, "\(screen)")
      try session.send(key)
      try session.waitUntil(contains: text)
    }
    try session.send("q")
    try terminal.expectLeft(status: 0)
  }

  @Test(arguments: ["NO_COLOR=1", "TERM=xterm-mono"])
  func withoutColorsTheSameIsSaid(environment: String) throws {
    let terminal = try TraceviewSession()
    let session = terminal.session
    let file = TraceviewSession.threeTraces
    try terminal.start(file, showing: "3 traces look like one", " 1/3")
    let colored = try session.screen()
    #expect(try session.screen(colors: true).contains("\u{1B}[38;5;"))
    try session.send("q")
    try terminal.expectLeft(status: 0)
    try session.type(line: "clear; export \(environment); echo first")
    try session.waitUntil("an empty screen") { $0.hasPrefix("first\n") }
    try terminal.start(file, showing: "3 traces look like one", " 1/3")
    #expect(try session.screen() == colored)
    let codes = try session.screen(colors: true).split(separator: "\u{1B}[").dropFirst()
      .compactMap { $0.split(separator: "m", omittingEmptySubsequences: false).first }
    #expect(!codes.isEmpty)
    for code in codes.flatMap({ $0.split(separator: ";") }).compactMap({ Int($0) }) {
      #expect(code < 30 || code == 39 || code == 49, "no colours")
    }
    try session.send("q")
    try terminal.expectLeft(status: 0)
  }

  /// Names that would set the title, clear the screen, leave it, reset the terminal, make it answer.
  @Test func nothingInASpanDrivesTheTerminal() throws {
    let terminal = try TraceviewSession(size: (120, 40))
    let session = terminal.session
    let title = try session.value(of: "#{pane_title}")
    try terminal.start(TraceviewSession.oneTrace, showing: " 1/4")
    try session.send("j")
    try session.waitUntil(contains: " 2/4")
    let modes = try session.value(of: TmuxSession.modes)
    try session.send("q")
    try terminal.expectLeft(status: 0)

    try terminal.start(Self.attacks, showing: " 1/33")
    // Past each span, with its details, and through the problems.
    let keys = Array(repeating: "j", count: 32) + ["!", "G", "q", "Enter", "G", "q"]
    for key in keys {
      try session.send(key)
      try session.waitUntil("modes as they were, after \(key)") { _ in
        try session.value(of: TmuxSession.modes) == modes
      }
    }
    try session.send("g")
    try session.waitUntil(contains: " 1/33")
    try session.send("j")
    let drawn = try session.waitUntil(contains: " 2/33")
    #expect(drawn.contains(#"a new title: \e]0;owned\x07"#), "\(drawn)")
    #expect(drawn.contains(#"the same in C1: \u{009B}2J"#), "\(drawn)")
    // If anything had moved or erased, drawing all of it again would look different.
    try session.send("C-l", "k", "j")
    try session.waitUntil("the same screen") { $0 == drawn }
    #expect(try session.value(of: "#{pane_title}") == title)
    try session.send("Q")
    try terminal.expectLeft(status: 0)
    #expect(try session.value(of: "#{pane_title}") == title)
  }

  @Test func nothingInANameOfAFileDrivesTheTerminal() throws {
    let terminal = try TraceviewSession()
    let session = terminal.session
    let title = try session.value(of: "#{pane_title}")
    let name = #"$'a\e]0;owned\a\e[2J\n.txt'"#
    try session.type(line: "cp \(TraceviewSession.threeTraces) \(name)")
    try terminal.start(name, showing: "3 traces look like one", " 1/3")
    let first = try session.screen()
    #expect(first.hasPrefix(#" traceview  a\e]0;owned\x07\e[2J\n.txt  3 traces"#), "\(first)")
    try session.send("q")
    try terminal.expectLeft(status: 0)
    try terminal.type("no\(name)")
    let screen = try terminal.expectLeft(status: 66)
    #expect(screen.contains(#"traceview: noa\e]0;owned\x07\e[2J\n.txt: no such file"#), "\(screen)")
    #expect(try session.value(of: "#{pane_title}") == title)
  }
}
