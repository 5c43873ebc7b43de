/// Text from outside, made harmless: nothing in it can drive a terminal or deceive the eye.
///
/// Every character of a result is drawn: its `CellWidth` is 1 or 2. What is not drawn, or acts
/// (control, bidirectional and other format characters, line separators, private use, what Unicode
/// has not assigned), becomes an escape in ASCII, so that it is seen and can be looked up.
public enum SafeText {
  /// The combining marks that one grapheme keeps; more would draw over the rows around it.
  public static let markLimit = 4

  /// The emoji that one grapheme may join; a family has four.
  private static let joinLimit = 8

  /// `text` as one line, with every character that could act replaced by a visible escape.
  ///
  /// Escapes are `\n`, `\t`, `\r`, `\e`, `\x07`, and from U+0080 on `\u{202E}`. A mark with nothing
  /// to stand on gets a dotted circle; marks beyond `markLimit` are dropped. Harmless ASCII comes
  /// back as it is. A backslash is not escaped: the result is for reading, not for parsing.
  public static func line(_ text: String) -> String {
    if text.utf8.allSatisfy(CellWidth.isPrintable) { return text }
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for character in text { append(character, to: &result) }
    return result
  }

  /// As much of `line(text)` as shows whether it fits into `columns` columns: it ends with the first
  /// character that does not. `CellText.fitted` cuts it as it would cut the whole.
  ///
  /// What it costs depends on `columns` alone, so that a name of a megabyte can be drawn. Not even
  /// a flood of marks that take no column is read to its end; an ellipsis then stands for the rest.
  public static func line(_ text: String, columns: Int) -> String {
    if text.utf8.count <= columns { return line(text) }
    let columns = max(0, columns)
    let start = text.utf8.prefix(columns + 1)
    if start.allSatisfy(CellWidth.isPrintable) { return String(start) ?? line(text) }
    let scalars = text.unicodeScalars.prefix(8 * columns + 64)
    var (result, width) = ("", 0)
    for character in String(scalars) {
      var safe = ""
      append(character, to: &safe)
      result += safe
      width += CellWidth.of(safe)
      if width > columns { return result }
    }
    if scalars.endIndex < text.endIndex { result.append("…") }
    return result
  }

  /// `text` cut at its line feeds (`\n` and `\r\n`), with tabs as blanks, and each line made safe.
  ///
  /// Tab stops are every four columns. A line feed at the very end starts no other line; an empty
  /// text is one empty line.
  public static func lines(_ text: String) -> [String] {
    var lines: [String] = []
    /// The line up to its last tab stop, and what came since: only that tells how far the next is.
    var (current, rest) = ("", "")
    for character in text {
      switch character {
      case "\n", "\r\n":
        lines.append(current + rest)
        (current, rest) = ("", "")
      case "\t":
        current += rest
        current += String(repeating: " ", count: 4 - CellWidth.of(rest) % 4)
        rest = ""
      default:
        append(character, to: &rest)
      }
    }
    current += rest
    if !current.isEmpty || lines.isEmpty { lines.append(current) }
    return lines
  }

  /// What becomes of a scalar.
  private enum Treatment {
    case keep, mark, joiner, variation, escape
  }

  private static func append(_ character: Character, to result: inout String) {
    if character.utf8.count == 1, character.utf8.allSatisfy(CellWidth.isPrintable) {
      return result.append(character)
    }
    let scalars = Array(character.unicodeScalars)
    /// What marks and joiners can stand on: the last scalar that was kept as it is.
    var base: Unicode.Scalar?
    var (marks, joins) = (0, 0)
    for (index, scalar) in scalars.enumerated() {
      var treatment = treatment(of: scalar)
      switch treatment {
      case .keep where base == nil && CellWidth.of(scalar) == 0:
        treatment = .escape  // a Hangul vowel or final without its consonant
      case .joiner:
        let next = index + 1 < scalars.count ? scalars[index + 1] : scalar
        if joins < joinLimit, isPicture(base), isPicture(next) {
          joins += 1
        } else {
          treatment = .escape
        }
      case .variation where index == 0 || !scalars[index - 1].properties.isEmoji || base == nil:
        treatment = .escape
      default: break
      }
      switch treatment {
      case .keep:
        base = scalar
        result.unicodeScalars.append(scalar)
      case .mark:
        if base == nil {
          base = dottedCircle
          result.unicodeScalars.append(dottedCircle)
        }
        marks += 1
        if marks <= markLimit { result.unicodeScalars.append(scalar) }
      case .joiner, .variation: result.unicodeScalars.append(scalar)
      case .escape:
        base = nil
        result += escape(scalar)
      }
    }
  }

  private static let dottedCircle: Unicode.Scalar = "\u{25CC}"

  private static func treatment(of scalar: Unicode.Scalar) -> Treatment {
    switch scalar.value {
    case 0x20...0x7E: return .keep
    case 0x200D: return .joiner
    case 0xFE0E, 0xFE0F: return .variation
    default: break
    }
    let properties = scalar.properties
    if properties.isDefaultIgnorableCodePoint { return .escape }
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate,
      .unassigned:
      return .escape
    case .nonspacingMark, .enclosingMark, .spacingMark: return .mark
    default: return .keep
    }
  }

  private static func isPicture(_ scalar: Unicode.Scalar?) -> Bool {
    guard let scalar else { return false }
    // Digits are emoji too (keycaps), but nothing joins them.
    return scalar.value > 0x7F && scalar.properties.isEmoji
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": return "\\n"
    case "\t": return "\\t"
    case "\r": return "\\r"
    case "\u{1B}": return "\\e"
    default:
      let digits = String(scalar.value, radix: 16, uppercase: true)
      guard scalar.value >= 0x80 else { return "\\x" + (digits.count < 2 ? "0" : "") + digits }
      return "\\u{" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "}"
    }
  }
}
