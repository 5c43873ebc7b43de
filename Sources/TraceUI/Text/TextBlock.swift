import Cells

/// Text over several lines of a screen.
enum TextBlock {
  /// The text in lines of at most `width` columns, without the blanks at which it was broken.
  static func wrapped(_ text: String, width: Int) -> [String] {
    CellText.wrapped(text, width: width).map { line in
      var line = Substring(line)
      while line.last == " " { line.removeLast() }
      return String(line)
    }
  }
}
