import Cells

/// The sequences that put text into the clipboard of the machine where the terminal is (OSC 52).
enum Clipboard {
  /// The most that is sent. Terminals have limits of their own from about here on, and cut, or
  /// ignore, what is longer.
  static let limit = 100_000

  /// The sequence for `text`; `nil` if it is too long.
  ///
  /// Inside tmux it is sent twice: to tmux itself (`set-clipboard on`) and through it to the
  /// terminal (`allow-passthrough on`), as either may be all that is allowed.
  static func sequence(for text: String, insideTmux: Bool) -> String? {
    guard text.utf8.count <= limit else { return nil }
    let plain = "\u{1B}]52;c;\(Base64.encode(text.utf8))\u{07}"
    return insideTmux ? plain + "\u{1B}Ptmux;\u{1B}\(plain)\u{1B}\\" : plain
  }
}
