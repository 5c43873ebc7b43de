/// One key, or one act of the mouse, as the terminal reported it.
public enum Key: Hashable, Sendable {
  /// A printable character, as typed.
  case character(Character)
  /// Control and a lower-case letter.
  case control(Character)
  case up, down, left, right
  case shiftLeft, shiftRight
  case home, end, pageUp, pageDown
  case enter, tab, shiftTab, escape, backspace, delete
  case function(Int)
  case mouse(MouseAction, x: Int, y: Int)

  /// What the mouse did at a cell (columns and rows from 0).
  public enum MouseAction: Hashable, Sendable {
    case press, release, drag, wheelUp, wheelDown, doubleClick
  }
}
