public import Cells

/// Something that happened while the program waited.
public enum Input: Hashable, Sendable {
  /// A key, or the mouse.
  case key(Key)
  /// The terminal has said what its ground is, some time after `askForBackground`.
  case background(TerminalBackground)
  /// The terminal has another size now; what was shown must be drawn anew.
  case resize(Size)
  /// `Waker.wake()` was called, once or more often.
  case woken
  /// The program was asked to end, by this signal; it should leave soon.
  case terminate(signal: Int32)
  /// The program had been stopped and goes on; the screen has been restored.
  case resumed
}
