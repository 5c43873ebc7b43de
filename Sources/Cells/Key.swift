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

extension Key: ExpressibleByExtendedGraphemeClusterLiteral {
  /// Makes the key that types `value`, so that tables of keys can say `"j"`.
  public init(extendedGraphemeClusterLiteral value: Character) { self = .character(value) }
}

extension Key: CustomStringConvertible {
  /// The key's name in help texts: `j`, `Space`, `Ctrl-d`, `PgUp`, `Shift-Left`, `F1`.
  public var description: String {
    switch self {
    case .character(" "): "Space"
    case .character(let character): String(character)
    case .control(let letter): "Ctrl-\(letter)"
    case .up: "Up"
    case .down: "Down"
    case .left: "Left"
    case .right: "Right"
    case .shiftLeft: "Shift-Left"
    case .shiftRight: "Shift-Right"
    case .home: "Home"
    case .end: "End"
    case .pageUp: "PgUp"
    case .pageDown: "PgDn"
    case .enter: "Enter"
    case .tab: "Tab"
    case .shiftTab: "Shift-Tab"
    case .escape: "Esc"
    case .backspace: "Backspace"
    case .delete: "Del"
    case .function(let number): "F\(number)"
    case .mouse(let action, _, _): action.description
    }
  }
}

extension Key.MouseAction: CustomStringConvertible {
  /// The act's name in help texts: `Click`, `Drag`, `Wheel-Up`.
  public var description: String {
    switch self {
    case .press: "Click"
    case .release: "Release"
    case .drag: "Drag"
    case .wheelUp: "Wheel-Up"
    case .wheelDown: "Wheel-Down"
    case .doubleClick: "Double-Click"
    }
  }
}
