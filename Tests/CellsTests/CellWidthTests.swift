import Cells
import Testing

@Suite struct CellWidthTests {
  private static let characters: [(kind: String, width: Int, characters: [Character])] = [
    ("narrow", 1, ["a", "~", " ", "é", "e\u{301}", "ß", "\u{A0}", "Ж", "ا", "א", "€", "…", "µ"]),
    ("drawing", 1, ["│", "└", "█", "▏", "▒", "▾", "▸", "○", "●", "✗", "¦", "·", "×", "→"]),
    ("ambiguous", 1, ["§", "±", "①", "Ⅷ", "■"]),
    ("text presentation", 1, ["❤", "☎", "✂", "☀\u{FE0E}"]),
    ("east asian", 2, ["漢", "あ", "ア", "、", "Ａ", "￥", "한", "ᄒ", "ᄒ\u{1161}\u{11AB}", "㐀", "𠀀"]),
    ("halfwidth", 1, ["ｱ", "￨"]),
    ("emoji", 2, ["😀", "⌚", "✅", "🚀", "🫠", "🀄"]),
    ("selector", 2, ["❤\u{FE0F}", "☎\u{FE0F}", "⚠\u{FE0F}"]),
    ("keycaps", 2, ["1\u{FE0F}\u{20E3}", "#\u{FE0F}\u{20E3}"]),
    ("flags", 2, ["🇩🇪", "🇯🇵"]),
    ("lonely regional indicator", 1, ["\u{1F1E9}"]),
    ("skin tones", 2, ["👍🏽", "☝🏿"]),
    ("joined", 2, ["👩‍💻", "👨‍👩‍👧‍👦", "🏳️‍🌈", "❤️‍🔥", "🧑🏽‍🚀"]),
    ("no cell", 0, ["\n", "\r\n", "\u{7F}", "\u{9B}", "\u{200B}", "\u{200D}"]),
    ("no cell", 0, ["\u{301}", "\u{2028}", "\u{202E}"]),
    ("no cell", 0, ["\u{FEFF}", "\u{1161}", "\u{11A8}", "\u{FE0F}", "\u{20E3}"]),
  ]

  @Test func widthOfCharacters() {
    for (kind, width, characters) in Self.characters {
      for character in characters {
        let scalars = character.unicodeScalars.map { String($0.value, radix: 16) }
        #expect(CellWidth.of(character) == width, "\(kind): \(character) \(scalars)")
      }
    }
  }

  @Test func everyScalarTakesZeroToTwoColumns() {
    for value in UInt32(0)...0x10FFFF {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let width = CellWidth.of(Character(scalar))
      if !(0...2).contains(width) { Issue.record("U+\(String(value, radix: 16)): \(width)") }
    }
  }

  @Test func widthOfTextIsTheSum() {
    #expect(CellWidth.of("") == 0)
    #expect(CellWidth.of("plain text") == 10)
    #expect(CellWidth.of("漢字 and 😀") == 11)
    #expect(CellWidth.of("a\tb") == 2)
    #expect(CellWidth.of("naïve"[...]) == 5)
    for cluster in ["क्ष", "क्षि", "नि"] { #expect(CellWidth.of(cluster) == 2, "\(cluster)") }
  }
}
