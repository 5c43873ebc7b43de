import Cells
import Testing
import TraceTestSupport

@Suite struct CellTextTests {
  private static let cuts: [(text: String, width: Int, cut: String)] = [
    ("hello", 5, "hello"), ("hello", 4, "hel…"), ("hello", 1, "…"), ("hello", 0, ""),
    ("hello", -3, ""), ("", 0, ""), ("", 5, ""), ("漢字", 4, "漢字"), ("漢字", 3, "漢…"),
    ("漢字", 2, "…"), ("a漢字", 4, "a漢…"), ("a漢字", 3, "a…"), ("👩‍💻👩‍💻", 3, "👩‍💻…"),
  ]

  @Test func fitted() {
    for (text, width, expected) in Self.cuts {
      #expect(CellText.fitted(text, width: width) == expected)
    }
  }

  @Test func fittedTakesAnyEllipsis() {
    #expect(CellText.fitted("hello", width: 3, ellipsis: ">") == "he>")
    #expect(CellText.fitted("hello", width: 3, ellipsis: "漢") == "h漢")
    #expect(CellText.fitted("hello", width: 1, ellipsis: "漢") == "")
  }

  private static let paragraphs: [(text: String, width: Int, lines: [String])] = [
    ("", 5, [""]), ("one two", 7, ["one two"]), ("one two", 6, ["one ", "two"]),
    ("one two", 3, ["one ", "two"]), ("one two", 2, ["on", "e ", "tw", "o"]),
    ("hello world", 8, ["hello ", "world"]), ("abcdefgh", 3, ["abc", "def", "gh"]),
    ("a abcdefgh", 4, ["a ", "abcd", "efgh"]), ("  indented", 6, ["  inde", "nted"]),
    ("a    b", 3, ["a    ", "b"]), ("漢字漢字", 3, ["漢", "字", "漢", "字"]),
    ("漢字", 1, ["漢", "字"]), ("ab", 0, ["a", "b"]), ("a b c d", 3, ["a b ", "c d"]),
  ]

  @Test func wrapped() {
    for (text, width, expected) in Self.paragraphs {
      #expect(CellText.wrapped(text, width: width) == expected, "width \(width)")
    }
  }

  @Test func wrappingLosesNothingAndStaysInside() {
    let alphabet: [Character] = ["a", "b", " ", " ", "é", "漢", "😀", "-"]
    for seed in UInt64(0)..<500 {
      var generator = SplitMix64(seed: seed)
      let text = String(
        (0..<Int.random(in: 0...30, using: &generator)).map { _ in
          alphabet[Int.random(in: alphabet.indices, using: &generator)]
        })
      for width in 0...12 {
        let lines = CellText.wrapped(text, width: width)
        #expect(lines.joined() == text, "seed \(seed), width \(width)")
        for line in lines {
          let ink = line.reversed().drop { $0 == " " }.reversed()
          let columns = CellWidth.of(String(ink))
          #expect(columns <= max(1, width) || ink.count == 1, "seed \(seed), width \(width)")
        }
        #expect(CellWidth.of(CellText.fitted(text, width: width)) <= width, "seed \(seed)")
      }
    }
  }

  @Test func padded() {
    #expect(CellText.padded("ab", to: 4) == "ab  ")
    #expect(CellText.padded("ab", to: 4, alignment: .right) == "  ab")
    #expect(CellText.padded("漢", to: 4) == "漢  ")
    #expect(CellText.padded("abcdef", to: 4) == "abcdef")
    #expect(CellText.padded("", to: -1) == "")
  }
}
