/// Why there is no terminal to show anything on.
public enum TerminalError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Neither the standard streams nor /dev/tty are a terminal.
  case noTerminal
  /// The terminal's type, from TERM, is in no database; `nil` if TERM is not set.
  case unknownType(String?)
  /// The terminal's type cannot place a cursor or clear the screen.
  case incapable(String)
  /// This process shows something already.
  case inUse

  /// The error as one line for the user, without the program's name.
  public var description: String {
    switch self {
    case .noTerminal: "no terminal to show this on (--print writes text instead)"
    case .unknownType(nil): "TERM is not set, so the terminal's abilities are unknown"
    case .unknownType(let type?): "unknown terminal type '\(type)' (from TERM)"
    case .incapable(let type): "terminal type '\(type)' (from TERM) cannot show full screens"
    case .inUse: "the terminal is in use by this process already"
    }
  }
}
