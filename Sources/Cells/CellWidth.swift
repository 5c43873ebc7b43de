/// How many columns a grapheme takes on a terminal.
///
/// The rules are those of Unicode's East Asian Width (UAX #11; ambiguous counts as narrow) and of
/// emoji sequences (UTS #51). The table is our own because curses, libc and Swift disagree, and
/// because a frame must be the same on every machine.
public enum CellWidth {
  /// 0 for a grapheme without a cell of its own, 1, or 2.
  public static func of(_ character: Character) -> Int {
    if let ascii = character.asciiValue { return isPrintable(ascii) ? 1 : 0 }
    let scalars = character.unicodeScalars
    guard let first = scalars.first else { return 0 }
    let firstWidth = of(first)
    guard firstWidth < 2, scalars.count > 1 else { return firstWidth }
    if scalars.contains(Self.emojiVariation), first.properties.isEmoji { return 2 }
    // Two regional indicators are a flag; a consonant cluster is as wide as its letters, at most 2.
    return min(2, scalars.reduce(0) { $0 + of($1) })
  }

  /// The columns that `text` takes: the sum over its graphemes.
  public static func of(_ text: some StringProtocol) -> Int {
    if text.utf8.allSatisfy(isPrintable) { return text.utf8.count }
    return text.reduce(0) { $0 + of($1) }
  }

  /// The columns of one scalar that stands alone.
  static func of(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    case 0x20...0x7E, 0xA0...0xAC, 0xAE...0x2FF: return 1
    case 0x2500..<0x25FD: return 1  // lines, blocks and shapes: most of what we draw ourselves
    case 0x1160...0x11FF, 0xD7B0...0xD7FF: return 0  // Hangul vowels and finals
    case 0x115F, 0x3164: return 2  // Hangul fillers: ignorable by category, yet they take space
    case 0x1F1E6...0x1F1FF: return 1  // one half of a flag
    default: break
    }
    let properties = scalar.properties
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .control, .format, .lineSeparator, .paragraphSeparator:
      return 0
    default:
      return isWide(scalar.value) || properties.isEmojiPresentation ? 2 : 1
    }
  }

  /// The variation selector that asks for the coloured, wide form of a character.
  static let emojiVariation: Unicode.Scalar = "\u{FE0F}"

  static func isPrintable(_ byte: UInt8) -> Bool { byte >= 0x20 && byte < 0x7F }

  private static func isWide(_ value: UInt32) -> Bool {
    guard value >= 0x1100 else { return false }
    var (low, high) = (0, wide.count)
    while low < high {
      let middle = (low + high) / 2
      if wide[middle].upperBound < value { low = middle + 1 } else { high = middle }
    }
    return low < wide.count && wide[low].contains(value)
  }

  /// East Asian Wide and Fullwidth, without what has an emoji presentation (Swift knows those), and
  /// with the gaps that Unicode keeps wide for characters to come.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x3247, 0x3250...0xA4CF,
    0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6B,
    0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x16FFF, 0x17000...0x18DFF, 0x1AFF0...0x1B2FF,
    0x1F200...0x1F202, 0x1F210...0x1F23B, 0x1F240...0x1F248, 0x1F260...0x1F265,
    0x20000...0x2FFFD, 0x30000...0x3FFFD,
  ]
}
