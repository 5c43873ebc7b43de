import Foundation
import Testing

/// A terminal of our own, in a private tmux, with a shell in it.
///
/// Everything is waited for until a deadline, nothing for a fixed time. The environment is empty but
/// for what a terminal program needs.
final class TmuxSession {
  /// What went wrong in a session.
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// The path of tmux; `nil`, with a note, where there is none.
  static let tmux: String? = {
    let path = ["/usr/bin/tmux", "/usr/local/bin/tmux", "/bin/tmux"].first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
    if path == nil { print("note: tmux is missing, so tests in a real terminal are skipped") }
    return path
  }()

  /// The folder of the programs that are built with the tests.
  private static let programs = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent()

  private static let fixtures = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures").path

  /// What could be left behind: modes of the screen, the cursor, the mouse, the keypad.
  static let modes =
    "#{alternate_on} #{cursor_flag} #{mouse_any_flag} #{mouse_button_flag} #{mouse_sgr_flag} "
    + "#{keypad_flag} #{keypad_cursor_flag}"

  private static func inherited(_ name: String) -> String {
    ProcessInfo.processInfo.environment[name] ?? ""
  }

  /// A folder of this session, removed with it.
  let folder: URL
  private let environment: [String: String]

  /// Starts a terminal of `size` that runs `command`, by default a shell whose prompt is `$ `.
  ///
  /// The shell knows the programs and the fixtures by `PROBE`, `TRACEVIEW` and `FIXTURES`.
  init(
    command: String = "exec bash --norc --noprofile -i", size: (width: Int, height: Int) = (80, 24),
    term: String = "tmux-256color", locale: String = "C.UTF-8"
  ) throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("terminal-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    environment = [
      "PATH": "/usr/local/bin:/usr/bin:/bin", "TERM": "xterm-256color", "LANG": "C.UTF-8",
      "HOME": folder.path,
    ]
    try tmux(
      "start-server", ";", "set-option", "-g", "default-terminal", term, ";",
      "set-option", "-g", "status", "off", ";", "set-option", "-g", "remain-on-exit", "on", ";",
      "new-session", "-d", "-c", folder.path, "-x", "\(size.width)", "-y", "\(size.height)",
      "env", "-i", "PATH=/usr/local/bin:/usr/bin:/bin", "TERM=\(term)", "LANG=\(locale)",
      "HOME=\(folder.path)", "PS1=$ ", "PROBE=\(Self.programs.path)/TerminalProbe",
      "TRACEVIEW=\(Self.programs.path)/traceview", "FIXTURES=\(Self.fixtures)",
      // What a sanitizer should know.
      "ASAN_OPTIONS=\(Self.inherited("ASAN_OPTIONS"))",
      "TSAN_OPTIONS=\(Self.inherited("TSAN_OPTIONS"))",
      // Else the Swift runtime answers a crash with pages of backtrace, and waits for a key.
      "SWIFT_BACKTRACE=enable=no", "sh", "-c", command)
  }

  deinit {
    _ = try? tmux("kill-server")
    try? FileManager.default.removeItem(at: folder)
  }

  /// Types keys by their names in tmux: `j`, `Enter`, `C-c`, `PageUp`.
  func send(_ keys: String...) throws { try tmux(["send-keys", "--"] + keys) }

  /// Types a line and Enter.
  func type(line: String) throws {
    try tmux("send-keys", "-l", "--", line)
    try send("Enter")
  }

  /// Sends bytes as a terminal would: reports, and sequences of keys.
  func send(bytes: String) throws {
    try tmux(["send-keys", "-H"] + bytes.utf8.map { String($0, radix: 16) })
  }

  /// Gives the terminal a ground, which it then tells those who ask.
  func setGround(_ color: String) throws {
    try tmux("set-option", "-g", "window-style", "bg=\(color)")
  }

  /// Gives the terminal another size.
  func resize(width: Int, height: Int) throws {
    try tmux("resize-window", "-x", "\(width)", "-y", "\(height)")
  }

  /// The screen as text; with escape sequences if `colors`.
  func screen(colors: Bool = false) throws -> String {
    try tmux(["capture-pane", "-p"] + (colors ? ["-e"] : []))
  }

  /// What tmux knows of the terminal, by one of its formats: `#{alternate_on}`.
  func value(of format: String) throws -> String {
    try tmux("display-message", "-p", format).trimmingCharacters(in: .newlines)
  }

  /// Waits until the screen fulfils a condition, and gives it; fails after a generous time.
  @discardableResult
  func waitUntil(
    _ what: String, seconds: Int = 20, _ condition: (String) throws -> Bool
  ) throws -> String {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while true {
      let screen = try screen()
      if try condition(screen) { return screen }
      guard ContinuousClock.now < deadline else {
        throw Failure(description: "never: \(what); the screen is\n\(screen)")
      }
    }
  }

  /// Waits until `text` is on the screen.
  @discardableResult
  func waitUntil(contains text: String) throws -> String {
    try waitUntil(text) { $0.contains(text) }
  }

  /// Ends the terminal, as when its window is closed.
  func close() throws { try tmux("kill-session") }

  /// Starts the probe from the shell and gives the number of its process.
  ///
  /// When it has ended the shell shows its status as `status=0.`.
  @discardableResult
  func startProbe(_ command: String = "\"$PROBE\"") throws -> Int32 {
    try type(line: "\(command); echo status=$?.")
    let screen = try waitUntil("the probe's screen") { $0.hasPrefix("probe ") }
    guard let pid = Int32(screen.split(separator: " ")[1]) else {
      throw Failure(description: "no process on the screen\n\(screen)")
    }
    return pid
  }

  @discardableResult
  private func tmux(_ arguments: String...) throws -> String { try tmux(arguments) }

  @discardableResult
  private func tmux(_ arguments: [String]) throws -> String {
    guard let tmux = Self.tmux else { throw Failure(description: "tmux is missing") }
    let result = try Subprocess(
      tmux, ["-u", "-S", folder.path + "/socket", "-f", "/dev/null"] + arguments,
      environment: environment,
      scratch: folder.appendingPathComponent("tmux-output"))
    guard result.status == 0 else {
      throw Failure(description: "tmux \(arguments.joined(separator: " ")): \(result.output)")
    }
    return result.output
  }
}
