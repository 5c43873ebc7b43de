public import Cells

/// The one table of keys. The help screen, the hints at the foot of the screen, `--list-keys` and
/// the README are walks over it.
public struct KeyMap: Sendable {
  /// The headings of the help screen, in their order.
  public enum Group: String, Sendable, CaseIterable {
    case move = "Move"
    case tree = "Tree"
    case jump = "Jump"
    case time = "Time"
    case find = "Find"
    case views = "Views"
    case act = "Do"
  }

  /// One command with its keys.
  public struct Binding: Sendable {
    public var group: Group
    public var command: Command
    public var keys: [Key]
    /// One line, in the imperative, without a full stop.
    public var summary: String

    init(_ group: Group, _ command: Command, _ keys: [Key], _ summary: String) {
      self.group = group
      self.command = command
      self.keys = keys
      self.summary = summary
    }
  }

  public var bindings: [Binding]
  private let commands: [Key: Command]

  init(_ bindings: [Binding]) {
    self.bindings = bindings
    commands = Dictionary(
      bindings.flatMap { binding in binding.keys.map { ($0, binding.command) } },
      uniquingKeysWith: { first, _ in first })
  }

  public func command(for key: Key) -> Command? { commands[key] }

  /// The first key of a command, as the hints show it.
  public func key(of command: Command) -> String {
    bindings.first { $0.command == command }?.keys.first?.description ?? ""
  }

  public static let standard = KeyMap([
    Binding(.move, .down, ["j", .down], "Next row"),
    Binding(.move, .up, ["k", .up], "Previous row"),
    Binding(.move, .pageDown, [.pageDown, .control("f")], "A page down"),
    Binding(.move, .pageUp, [.pageUp, .control("b")], "A page up"),
    Binding(.move, .halfPageDown, [.control("d")], "Half a page down"),
    Binding(.move, .halfPageUp, [.control("u")], "Half a page up"),
    Binding(.move, .first, ["g", .home], "First row"),
    Binding(.move, .last, ["G", .end], "Last row"),

    Binding(.tree, .expandOrChild, ["l", .right], "Expand, or go to the first child"),
    Binding(.tree, .collapseOrParent, ["h", .left], "Collapse, or go to the parent"),
    Binding(.tree, .toggleFold, [" "], "Fold or unfold the children"),
    Binding(.tree, .toggleAll, ["*"], "Fold or unfold everything"),
    Binding(.tree, .foldToDepth, ["z"], "then 1 to 9: unfold to that depth"),
    Binding(.tree, .previousSibling, ["{"], "Previous sibling"),
    Binding(.tree, .nextSibling, ["}"], "Next sibling"),
    Binding(.tree, .parent, [","], "Parent"),

    Binding(.jump, .nextError, ["e"], "Next error"),
    Binding(.jump, .previousError, ["E"], "Previous error"),
    Binding(.jump, .nextDefect, ["o"], "Next orphan or other defect"),
    Binding(.jump, .previousDefect, ["O"], "Previous orphan or other defect"),
    Binding(.jump, .nextCritical, ["x"], "Next span on the critical path"),
    Binding(.jump, .previousCritical, ["X"], "Previous span on the critical path"),
    Binding(.jump, .previousTrace, ["["], "Previous trace"),
    Binding(.jump, .nextTrace, ["]"], "Next trace"),
    Binding(.jump, .back, [.control("o")], "Back to where the last jump began"),
    Binding(.jump, .setMark, ["m"], "then a letter: mark this span"),
    Binding(.jump, .goToMark, ["'"], "then a letter: go to that mark"),

    Binding(.time, .zoomIn, ["+", "="], "Zoom in"),
    Binding(.time, .zoomOut, ["-"], "Zoom out"),
    Binding(.time, .wholeTrace, ["0"], "Show the whole trace"),
    Binding(.time, .fitSelection, ["f"], "Fit the selected span"),
    Binding(.time, .panLeft, ["H", .shiftLeft], "Earlier"),
    Binding(.time, .panRight, ["L", .shiftRight], "Later"),
    Binding(.time, .narrowNames, ["<"], "Narrow the name column"),
    Binding(.time, .widenNames, [">"], "Widen the name column"),

    Binding(.find, .search, ["/"], "Search names, services, attributes, IDs"),
    Binding(.find, .nextMatch, ["n"], "Next match"),
    Binding(.find, .previousMatch, ["N"], "Previous match"),
    Binding(.find, .filter, ["&", "\\"], "Keep only matches and their ancestors"),
    Binding(.find, .commandLine, [":"], "Type a command by its name"),

    Binding(.views, .showTraces, ["1"], "List of traces"),
    Binding(.views, .showWaterfall, ["2"], "Waterfall of the selected trace"),
    Binding(.views, .showProblems, ["!"], "Problems, with cause and cure"),
    Binding(.views, .open, [.enter], "Open what is selected"),
    Binding(
      .views, .nextPane, [.tab, .shiftTab], "To the details or the output, and back"),
    Binding(.views, .close, ["q"], "Go back; at the top quit"),
    Binding(.views, .cancel, [.escape], "Clear search and filters, else go back"),
    Binding(.views, .quit, ["Q", .control("c")], "Quit"),
    Binding(.views, .help, ["?", .function(1)], "This help"),

    Binding(.act, .copy, ["y"], "Copy; then y row, t trace, s span, j JSON"),
    Binding(.act, .criticalPath, ["c"], "Show or hide the critical path"),
    Binding(.act, .timeFormat, ["t"], "Absolute or relative times"),
    Binding(.act, .sort, ["s"], "Sort by the next column"),
    Binding(.act, .invertSort, ["S"], "Invert the order"),
    Binding(.act, .joined, ["J"], "Show unjoined traces joined, or apart"),
    Binding(.act, .follow, ["F"], "Follow the newest trace of live sources"),
    Binding(.act, .pause, ["P"], "Pause, or go on with what came meanwhile"),
    Binding(.act, .redraw, [.control("l")], "Draw the screen again"),
    Binding(.act, .suspend, [.control("z")], "Suspend"),
  ])
}
