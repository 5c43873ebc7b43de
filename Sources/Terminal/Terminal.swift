import CNCurses
public import Cells
import Glibc

/// The terminal, taken for a full screen program: frames go out, keys come in.
///
/// There is at most one in a process, owned by one thread, as curses is not thread-safe. When its
/// owner lets go of it, on any way out, the terminal is left as it was found; signals and crashes
/// are taken care of too (see `CNCurses`). While it is held, what is written to standard error is
/// kept back, and shown afterwards.
///
/// All unsafe code is behind the C functions: Swift gives them only numbers, and pointers to arrays
/// and strings for the time of a call.
public struct Terminal: ~Copyable {
  private let colors: ColorDepth
  private var decoder = KeyDecoder()
  private var knownSize: Size
  /// What curses has in its window, so that only cells that differ are given to it.
  private var shown: PaintedCells?

  /// Takes the terminal. The keyboard is standard input or, if that is no terminal, /dev/tty.
  ///
  /// - Parameters:
  ///   - mouse: whether to ask for reports of the mouse (which takes selecting text from it).
  ///   - colors: the most colours to use; `nil` is what the terminal has.
  /// - Throws: `TerminalError` where no full screen can be shown; nothing has been changed then.
  public init(mouse: Bool = true, colors: ColorDepth? = nil) throws(TerminalError) {
    let type = getenv("TERM").map { String(cString: $0) }
    switch Int(cnc_start(mouse)) {
    case CNC_STARTED: break
    case CNC_IN_USE: throw .inUse
    case CNC_UNKNOWN_TYPE: throw .unknownType(type)
    case CNC_INCAPABLE: throw .incapable(type ?? "")
    default: throw .noTerminal
    }
    let found: ColorDepth =
      switch cnc_colors() {
      case 0: .none
      case 256: .indexed256
      default: .basic16
      }
    self.colors =
      switch (found, colors) {
      case (.none, _), (_, ColorDepth.none?): .none
      case (.basic16, _), (_, .basic16?): .basic16
      default: .indexed256
      }
    knownSize = Size(width: Int(cnc_width()), height: Int(cnc_height()))
  }

  deinit {
    Self.awaitAnswers(decoder)
    cnc_end()
  }

  /// The size as of the last wait.
  public var size: Size { knownSize }

  /// The colours that `show` uses.
  public var colorDepth: ColorDepth { colors }

  /// Whether the locale's encoding can show more than ASCII; else show `frame.ascii()`.
  public var supportsUTF8: Bool { cnc_is_utf8() }

  /// What ends `waitForInput` from another thread.
  public var waker: Waker { Waker(token: cnc_waker()) }

  /// Makes the screen look like `frame`, sending only what differs from what is there.
  ///
  /// A frame of another size than the screen is clipped, or leaves blanks.
  public mutating func show(_ frame: Frame, palette: Palette) {
    let painted = PaintedCells(frame, palette: palette, colors: colors)
    let before = shown?.size == painted.size && shown?.palette == palette ? shown?.cells : nil
    if before == nil { cnc_erase() }
    var currentLook: Palette.Look?
    var scalars: [UInt32] = []
    for (index, cell) in painted.cells.enumerated() where cell.width > 0 {
      if let before, before[index] == cell { continue }
      if cell.look != currentLook {
        currentLook = cell.look
        // The bits of attributes are the same there: CNC_BOLD and so on.
        cnc_look(
          cell.look.ink.map { Int32($0) } ?? -1, cell.look.ground.map { Int32($0) } ?? -1,
          Int32(cell.look.attributes.rawValue))
      }
      scalars.removeAll(keepingCapacity: true)
      for scalar in cell.character.unicodeScalars { scalars.append(scalar.value) }
      cnc_put(
        Int32(clamping: index % frame.size.width), Int32(clamping: index / frame.size.width),
        scalars, Int32(clamping: scalars.count), Int32(cell.width))
    }
    shown = painted
    cnc_refresh(
      Int32(clamping: frame.cursor?.x ?? -1), Int32(clamping: frame.cursor?.y ?? -1))
  }

  /// Clears the screen and sends all of it again, in case something else has written on it.
  public mutating func redraw() { cnc_redraw() }

  /// Waits until something happens, and gives all that has happened, in order.
  ///
  /// Gives nothing after `timeoutMilliseconds` (-1: never), and also, before that, when all that came
  /// was no key. An external stop (SIGTSTP) happens in here, like the return from it.
  public mutating func waitForInput(timeoutMilliseconds: Int) -> [Input] {
    var inputs: [Input] = []
    var limit = timeoutMilliseconds
    if let due = decoder.escapeDue {
      let left = max(0, Int((due - .now) / .milliseconds(1)) + 1)
      limit = limit < 0 ? left : min(limit, left)
    }
    let seen = Int(cnc_wait(Int32(clamping: limit)))
    if seen & CNC_RESUMED != 0 { inputs.append(.resumed) }
    if seen & CNC_RESIZED != 0 {
      let size = Size(width: Int(cnc_width()), height: Int(cnc_height()))
      shown = nil
      if size != knownSize { inputs.append(.resize(size)) }
      knownSize = size
    }
    let isEscapeDue = decoder.escapeDue.map { $0 <= .now } ?? false
    if seen & CNC_INPUT != 0 || isEscapeDue {
      while let decoded = decoder.next(from: Self.read) {
        switch decoded {
        case .key(let key): inputs.append(.key(key))
        case .background(let report):
          if let ground = TerminalBackground(report: report) { inputs.append(.background(ground)) }
        case .attributes, .nothing: break
        }
      }
    }
    if seen & CNC_WOKEN != 0 { inputs.append(.woken) }
    if seen & CNC_TERMINATED != 0 { inputs.append(.terminate(signal: cnc_signal())) }
    return inputs
  }

  /// Stops the job, as Ctrl-z does elsewhere, and restores the screen when it goes on.
  public mutating func suspend() {
    Self.awaitAnswers(decoder)
    cnc_suspend()
    shown = nil
  }

  /// Puts `text` into the clipboard by OSC 52; false if it is too long, or nothing can receive it.
  ///
  /// True does not mean that the terminal obeyed: none says so.
  @discardableResult
  public func copyToClipboard(_ text: String) -> Bool {
    guard !cnc_is_console(),
      let sequence = Clipboard.sequence(for: text, insideTmux: getenv("TMUX") != nil)
    else { return false }
    cnc_send(sequence, sequence.utf8.count)
    return true
  }

  /// Asks the terminal for the colour of its ground: the answer, if there is one, comes as
  /// `Input.background`, sooner or later.
  public mutating func askForBackground() {
    guard !cnc_is_console() else { return }
    // Every terminal answers the second question: then that of the first has come, or never will.
    let questions = "\u{1B}]11;?\u{1B}\\\u{1B}[c"
    cnc_send(questions, questions.utf8.count)
    decoder.expectAnswers()
  }

  /// Whether the terminal was asked for its ground just now, and may still answer.
  public var expectsBackground: Bool { decoder.expectsAnswers() }

  /// Takes answers that are still to come, for 150 ms at most: else who reads the keyboard next, the
  /// shell, would get them as if they had been typed.
  private static func awaitAnswers(_ decoder: KeyDecoder) {
    var decoder = decoder
    let end = ContinuousClock.now + .milliseconds(150)
    while decoder.expectsAnswers(), case let left = (end - .now) / .milliseconds(1), left > 0 {
      _ = decoder.next(patience: Int32(left) + 1, from: read)
    }
  }

  private static func read(patience: Int32) -> KeyDecoder.Raw? {
    var code: Int32 = 0
    return switch Int(cnc_next(patience, &code)) {
    case CNC_SCALAR: .scalar(UInt32(bitPattern: code))
    case CNC_NAMED: .named(Int(code))
    default: nil
    }
  }
}
