/// Text laid out in columns: cut, wrapped and padded by what a terminal shows, not by characters.
///
/// All of it expects safe text (see `SafeText`).
public enum CellText {
  /// The side on which padded text stands.
  public enum Alignment: Sendable {
    case left, right
  }

  /// `text`, or as much of it as fits into `width` columns, with `ellipsis` at its end if it was cut.
  ///
  /// Never wider than `width`. A wide character is not cut in half, so a cut text may be one column
  /// narrower. Where not even the ellipsis fits, nothing is left. What it costs depends on `width`
  /// alone.
  public static func fitted(
    _ text: String, width: Int, ellipsis: Character = "…"
  ) -> String {
    // No character takes more columns than bytes.
    if text.utf8.count <= width { return text }
    let room = width - CellWidth.of(ellipsis)
    var columns = 0
    /// Where the text is cut if all of it does not fit.
    var cut = text.startIndex
    var index = text.startIndex
    while index < text.endIndex {
      columns += CellWidth.of(text[index])
      if columns > width { return room < 0 ? "" : text[..<cut] + String(ellipsis) }
      text.formIndex(after: &index)
      if columns <= room { cut = index }
    }
    return text
  }

  /// `text` in lines of `width` columns: broken behind blanks where there are any, else anywhere.
  ///
  /// The lines joined are `text` again, so nothing is ever lost: only the blanks of a break may hang
  /// over `width`. A word that is wider than a line is cut; a wide character that is wider than the
  /// line has it to itself. There is always at least one line, if an empty one.
  public static func wrapped(_ text: String, width: Int) -> [String] {
    if text.utf8.count <= width { return [text] }
    let width = max(1, width)
    var lines: [String] = []
    var (line, lineWidth, lineIsBlank) = ("", 0, true)  // complete words, each with its blanks
    var (word, wordWidth) = ("", 0)
    for character in text {
      if character == " " {
        lineIsBlank = lineIsBlank && word.isEmpty
        line += word + " "
        lineWidth += wordWidth + 1
        (word, wordWidth) = ("", 0)
        continue
      }
      let columns = CellWidth.of(character)
      // Not behind an indentation: it belongs to the first word.
      if lineWidth + wordWidth + columns > width, !lineIsBlank {
        lines.append(line)
        (line, lineWidth, lineIsBlank) = ("", 0, true)
      }
      if lineWidth + wordWidth + columns > width, !(line.isEmpty && word.isEmpty) {
        lines.append(line + word)
        (line, lineWidth) = ("", 0)
        (word, wordWidth) = ("", 0)
      }
      word.append(character)
      wordWidth += columns
    }
    line += word
    if !line.isEmpty || lines.isEmpty { lines.append(line) }
    return lines
  }

  /// `text` with as many blanks as bring it to `width` columns; wider text stays as it is.
  public static func padded(
    _ text: String, to width: Int, alignment: Alignment = .left
  ) -> String {
    let blanks = String(repeating: " ", count: max(0, width - CellWidth.of(text)))
    return switch alignment {
    case .left: text + blanks
    case .right: blanks + text
    }
  }
}
