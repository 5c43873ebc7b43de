import Foundation
import Testing

/// The probe in a real terminal: what it draws, what it understands, and how it leaves.
@Suite(.serialized, .enabled(if: TmuxSession.tmux != nil, "tmux is missing"))
struct TerminalTests {
  @Test func drawsTextColorsAndWideCharacters() throws {
    let session = try TmuxSession()
    try session.startProbe()
    let rows = try session.screen().split(separator: "\n", omittingEmptySubsequences: false)
    #expect(rows[0].hasSuffix(" 80x24 indexed256 utf8"))
    // Sequences that terminals disagree on are shown by their first letter, at their full width.
    #expect(rows[1] == "error lit │漢字│e\u{301}│😀│👩│❤ │🇩🇪│1\u{20E3} │👍│█▍│")
    let colors = try session.screen(colors: true)
    #expect(colors.contains("\u{1B}[1m\u{1B}[38;5;203merror"))
    #expect(colors.contains("4m\u{1B}[39m\u{1B}[48;5;24mlit"))
    #expect(try session.value(of: "#{cursor_flag}") == "0")
    try session.send("c")
    try session.waitUntil("a cursor") { _ in
      try session.value(of: "#{cursor_flag} #{cursor_x} #{cursor_y}") == "1 4 1"
    }
  }

  @Test func hasFewerColorsAndOnlyASCIIWhereThatIsAll() throws {
    let session = try TmuxSession(term: "screen", locale: "C")
    try session.startProbe()
    let rows = try session.screen().split(separator: "\n")
    #expect(rows[0].hasSuffix(" basic16 ascii"))
    #expect(rows[1] == "error lit |????|?|??|??|??|??|??|??|#||")
    #expect(try session.screen(colors: true).contains("\u{1B}[1m\u{1B}[31merror"))
  }

  @Test func understandsKeys() throws {
    let session = try TmuxSession()
    try session.startProbe()
    let keys = [
      ("j", "j"), ("Space", "Space"), ("Enter", "Enter"), ("Tab", "Tab"), ("BTab", "Shift-Tab"),
      ("Escape", "Esc"), ("Up", "Up"), ("Down", "Down"), ("Left", "Left"), ("Right", "Right"),
      ("S-Left", "Shift-Left"), ("S-Right", "Shift-Right"), ("Home", "Home"), ("End", "End"),
      ("PageUp", "PgUp"), ("PageDown", "PgDn"), ("F1", "F1"), ("F12", "F12"), ("DC", "Del"),
      ("BSpace", "Backspace"), ("C-d", "Ctrl-d"), ("C-c", "Ctrl-c"), ("C-s", "Ctrl-s"),
      ("C-q", "Ctrl-q"), ("C-j", "Ctrl-j"), ("C-\\", "Ctrl-\\"), ("ö", "ö"), ("漢", "漢"),
      ("[", "["), ("{", "{"),
    ]
    for (key, name) in keys {
      try session.send("X")
      try session.waitUntil("an empty list") { row(3, of: $0) == "" }
      try session.send(key)
      try session.waitUntil("key \(key) as \(name)") { row(3, of: $0) == name }
    }
  }

  @Test func understandsSequencesOfOtherTerminals() throws {
    let session = try TmuxSession()
    try session.startProbe()
    let sequences = [
      ("[H", "Home"), ("OH", "Home"), ("[1~", "Home"), ("[7~", "Home"), ("[F", "End"),
      ("OF", "End"), ("[4~", "End"), ("[8~", "End"), ("[A", "Up"), ("OA", "Up"),
      ("[1;2D", "Shift-Left"), ("[1;2C", "Shift-Right"), ("[c", "Shift-Right"),
      ("[<0;11;6M", "Click@10,5"), ("[<0;11;6m", "Release@10,5"), ("[<32;12;7M", "Drag@11,6"),
      ("[<64;1;1M", "Wheel-Up@0,0"), ("[<65;300;200M", "Wheel-Down@299,199"),
      ("[M ,'", "Click@11,6"),
    ]
    for (sequence, name) in sequences {
      try session.send("X")
      try session.waitUntil("an empty list") { row(3, of: $0) == "" }
      try session.send(bytes: "\u{1B}" + sequence)
      try session.waitUntil("ESC \(sequence) as \(name)") { row(3, of: $0) == name }
    }
    try session.send("X")
    // Unknown keys leave no trace, answers nothing of their own; what is typed behind them is there.
    try session.send(bytes: "\u{1B}[1;5Dj\u{1B}]11;rgb:ffff/ffff/ffff\u{1B}\\k\u{1B}[?62;22cl")
    try session.waitUntil("only the letters") { row(3, of: $0) == "j light k l" }
    try session.send(bytes: "\u{1B}j")
    try session.waitUntil("Escape and a key") { row(3, of: $0) == "j light k l Esc j" }
  }

  @Test func doubleClicks() throws {
    let session = try TmuxSession()
    try session.startProbe()
    try session.send(bytes: "\u{1B}[<0;5;5M\u{1B}[<0;5;5m\u{1B}[<0;5;5M\u{1B}[<0;5;5m")
    try session.waitUntil(contains: "Click@4,4 Release@4,4 Double-Click@4,4 Release@4,4")
  }

  @Test func followsTheSize() throws {
    let session = try TmuxSession()
    try session.startProbe()
    for (width, height) in [(60, 12), (120, 40), (10, 3), (1, 1), (80, 24)] {
      try session.resize(width: width, height: height)
      let first = "probe".prefix(width)
      try session.waitUntil("the probe at \(width)x\(height)") {
        $0.hasPrefix(first) && (width < 40 || $0.contains(" \(width)x\(height) "))
      }
    }
    try session.send("X", "j")
    try session.waitUntil("keys after that") { row(3, of: $0) == "j" }
  }

  @Test func wakesFromAnotherThread() throws {
    let session = try TmuxSession()
    try session.startProbe()
    try session.send("w")
    try session.waitUntil(contains: "w woken")
  }

  @Test func asksForTheBackgroundWithoutLosingKeys() throws {
    let session = try TmuxSession()
    try session.startProbe()
    try session.setGround("#fdf6e3")
    try session.send(bytes: "bjk")
    try session.waitUntil("the background and the keys") {
      row(3, of: $0).split(separator: " ").sorted() == ["b", "j", "k", "light"]
    }
    try session.setGround("#002b36")
    try session.send("b")
    try session.waitUntil("the other background") { row(3, of: $0).hasSuffix("b dark") }
    // Late, twice, and cut into pieces that come one by one; but for the first, behind which the
    // Esc key would be meant if a slow machine let it stand alone.
    try session.send(bytes: "X\u{1B}]11;rgb:ffff/ffff/ffff\u{07}j")
    try session.send(bytes: "\u{1B}]11;r")
    for byte in "gb:0000/0000/0000" { try session.send(bytes: String(byte)) }
    try session.send(bytes: "\u{07}k")
    try session.waitUntil("answers and keys") { row(3, of: $0) == "light j dark k" }
  }

  @Test func copiesToTheClipboard() throws {
    let session = try TmuxSession()
    try session.startProbe()
    try session.send("y")
    try session.waitUntil(contains: "y copied:true")
  }

  @Test func readsTheKeyboardWhenInputIsAPipe() throws {
    let session = try TmuxSession()
    try session.startProbe("echo data | \"$PROBE\"")
    try session.send("j", "C-c", "k")
    try session.waitUntil(contains: "j Ctrl-c k")
    try session.send("q")
    try session.waitUntil(contains: "status=0.")
  }

  @Test func saysWhyThereIsNoScreen() throws {
    let session = try TmuxSession(size: (100, 24))
    for (command, message) in [
      ("TERM=nonesuch \"$PROBE\"", "probe: unknown terminal type 'nonesuch' (from TERM)"),
      ("TERM=dumb \"$PROBE\"", "probe: terminal type 'dumb' (from TERM) cannot show full screens"),
      ("env -u TERM \"$PROBE\"", "probe: TERM is not set"),
      ("setsid -w \"$PROBE\" </dev/null 2>&1 | cat", "probe: no terminal to show this on"),
    ] {
      try session.type(line: "clear; \(command)")
      try session.waitUntil(message) { $0.hasPrefix(message) }
    }
  }
}

/// A row of the screen, without trailing blanks.
func row(_ index: Int, of screen: String) -> String {
  let rows = screen.split(separator: "\n", omittingEmptySubsequences: false)
  return index < rows.count ? String(rows[index]) : ""
}
