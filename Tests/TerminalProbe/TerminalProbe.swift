import Cells
import Glibc
import Terminal

/// A full screen program that shows what it receives, so that tests can see it.
///
/// `q` quits, `!` traps, `r` recurses until the stack is full, `e` writes to standard error, `w`
/// wakes the loop from another thread, `b` asks for the background, `y` copies, `c` shows the
/// cursor, `i` moves the lit row, `h` hangs, `X` forgets what was received; Ctrl-l redraws, Ctrl-z
/// suspends.
@main struct TerminalProbe {
  private static let error = Role(rawValue: 1)
  private static let lit = Role(rawValue: 2)
  private static let palette = Palette(entries: [
    error: .init(ink: Color(203, basic: 9), inkAttributes: .bold),
    lit: .init(ground: Color(24, basic: 4)),
  ])

  private var received: [String] = []
  private var litRow = 0
  private var showsCursor = false

  static func main() {
    var probe = TerminalProbe()
    do {
      exit(try probe.run())
    } catch {
      Self.report("\(error)")
      exit(2)
    }
  }

  /// Runs until a key or a signal ends it; gives the status to exit with.
  private mutating func run() throws(TerminalError) -> Int32 {
    var terminal = try Terminal()
    while true {
      terminal.show(frame(for: terminal), palette: Self.palette)
      for input in terminal.waitForInput(timeoutMilliseconds: -1) {
        switch input {
        case .key(let key):
          if let status = act(on: key, &terminal) { return status }
        case .resize(let size): received.append("resize:\(size.width)x\(size.height)")
        case .background(let ground): received.append("\(ground)")
        case .woken: received.append("woken")
        case .resumed: received.append("resumed")
        case .terminate(let signal): return 128 + signal
        }
      }
    }
  }

  private mutating func act(on key: Key, _ terminal: inout Terminal) -> Int32? {
    switch key {
    case .mouse(let action, let x, let y): received.append("\(action)@\(x),\(y)")
    default: received.append(key.description)
    }
    switch key {
    case "q": return 0
    // On purpose: tests look for the message and the status of a trap.
    case "!": fatalError("probe trap")
    case "h": while true { pause() }
    case "r": received.append("\(Self.recurse(1))")
    case "e": Self.report("a line for standard error")
    case "w":
      let waker = terminal.waker
      Task.detached { waker.wake() }
    case "b": terminal.askForBackground()
    case "y": received.append("copied:\(terminal.copyToClipboard("text"))")
    case "c": showsCursor.toggle()
    case "i": litRow += 1
    case "X": received = []
    case .control("l"): terminal.redraw()
    case .control("z"): terminal.suspend()
    default: break
    }
    return nil
  }

  private static func report(_ text: String) {
    let line = "probe: \(text)\n"
    write(STDERR_FILENO, line, line.utf8.count)
  }

  private static func recurse(_ depth: Int) -> Int {
    depth == .max ? 0 : recurse(depth + 1) &+ depth
  }

  private func frame(for terminal: borrowing Terminal) -> Frame {
    let size = terminal.size
    var frame = Frame(size: size)
    frame.put(
      "probe \(getpid()) \(size.width)x\(size.height) \(terminal.colorDepth)"
        + (terminal.supportsUTF8 ? " utf8" : " ascii"), x: 0, y: 0)
    frame.put("error", x: 0, y: 1, style: Style(Self.error))
    frame.put("lit", x: 6, y: 1, style: Style(.plain, on: Self.lit, .underline))
    frame.put("│漢字│e\u{301}│😀│👩‍💻│❤\u{FE0F}│🇩🇪│1\u{FE0F}\u{20E3}│👍🏽│█▍│", x: 10, y: 1)
    for (row, line) in CellText.wrapped(received.joined(separator: " "), width: size.width)
      .enumerated()
    {
      frame.put(line, x: 0, y: 3 + row)
    }
    let row = 2 + litRow % max(1, size.height - 2)
    frame.restyle(x: 0..<size.width, y: row..<(row + 1)) { $0.ground = Self.lit }
    if showsCursor { frame.cursor = Frame.Position(x: 4, y: 1) }
    return terminal.supportsUTF8 ? frame : frame.ascii()
  }
}
