import Cells
import Testing
import TraceTestSupport

@Suite struct SafeTextTests {
  private static let texts: [(text: String, safe: String)] = [
    ("", ""),
    ("GET /orders?id=1", "GET /orders?id=1"),
    ("naïve 漢字 ▾ 😀", "naïve 漢字 ▾ 😀"),
    ("a\nb\tc\rd\r\ne", #"a\nb\tc\rd\r\ne"#),
    ("\u{1B}[31mred\u{1B}]0;title\u{07}", #"\e[31mred\e]0;title\x07"#),
    ("\u{0}\u{1F}\u{7F}", #"\x00\x1F\x7F"#),
    ("\u{80}\u{9B}31m", #"\u{0080}\u{009B}31m"#),
    ("abc\u{202E}gpj.exe", #"abc\u{202E}gpj.exe"#),
    ("\u{2066}x\u{2069}\u{200E}\u{200F}\u{61C}", #"\u{2066}x\u{2069}\u{200E}\u{200F}\u{061C}"#),
    ("a\u{200B}b\u{200C}c\u{200D}d\u{2060}e", #"a\u{200B}b\u{200C}c\u{200D}d\u{2060}e"#),
    ("\u{FEFF}bom", #"\u{FEFF}bom"#),
    ("soft\u{AD}hyphen", #"soft\u{00AD}hyphen"#),
    ("line\u{2028}para\u{2029}", #"line\u{2028}para\u{2029}"#),
    ("\u{FFF9}a\u{FFFA}b\u{FFFB}", #"\u{FFF9}a\u{FFFA}b\u{FFFB}"#),
    ("x\u{E0041}\u{E007F}", #"x\u{E0041}\u{E007F}"#),
    ("\u{E000}\u{F8FF}", #"\u{E000}\u{F8FF}"#),
    ("\u{3164}\u{115F}", #"\u{3164}\u{115F}"#),
    ("\u{1161}", #"\u{1161}"#),
    ("ᄒ\u{1161}\u{11AB}", "ᄒ\u{1161}\u{11AB}"),
    ("👩‍💻 👍🏽 🇩🇪 1\u{FE0F}\u{20E3} ❤\u{FE0F} 🏳️‍🌈", "👩‍💻 👍🏽 🇩🇪 1\u{FE0F}\u{20E3} ❤\u{FE0F} 🏳️‍🌈"),
    ("a\u{FE0F}", #"a\u{FE0F}"#),
    ("e\u{301}", "e\u{301}"),
    ("\u{301}x", "◌\u{301}x"),
    ("\n\u{301}", "\\n◌\u{301}"),
    ("z\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}!", "z\u{300}\u{301}\u{302}\u{303}!"),
    (#"C:\new"#, #"C:\new"#),
  ]

  @Test func line() {
    for (text, expected) in Self.texts {
      let safe = SafeText.line(text)
      // `==` on strings takes equivalent scalars for equal; the screen does not.
      #expect(Array(safe.unicodeScalars) == Array(expected.unicodeScalars), "\(safe)")
    }
  }

  @Test func nothingInALineActs() {
    for seed in UInt64(0)..<3000 {
      var generator = SplitMix64(seed: seed)
      let text = RandomText.text(upTo: 40, using: &generator)
      let safe = SafeText.line(text)
      for scalar in safe.unicodeScalars {
        let category = scalar.properties.generalCategory
        #expect(category != .control, "seed \(seed): \(scalar)")
        #expect(category != .format || scalar == "\u{200D}", "seed \(seed): \(scalar)")
        #expect(!scalar.properties.isBidiControl, "seed \(seed)")
      }
      for character in safe where !(1...2).contains(CellWidth.of(character)) {
        let values = character.unicodeScalars.map { String($0.value, radix: 16) }
        Issue.record("seed \(seed): width \(CellWidth.of(character)) of \(values)")
      }
      #expect(safe.allSatisfy { marks(of: $0) <= SafeText.markLimit }, "seed \(seed)")
      #expect(SafeText.line(safe) == safe, "seed \(seed): safe text is left alone")
    }
  }

  @Test func everyScalarAloneIsDrawn() {
    for value in UInt32(0)...0x10FFFF {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let safe = SafeText.line(String(scalar))
      if safe.isEmpty || !safe.allSatisfy({ (1...2).contains(CellWidth.of($0)) }) {
        Issue.record("U+\(String(value, radix: 16)) gives \(safe)")
      }
    }
  }

  @Test func endlessGraphemesAreCut() {
    let marks = String(repeating: "\u{301}", count: 10_000)
    #expect(SafeText.line("a" + marks).unicodeScalars.count == 1 + SafeText.markLimit)
    let crowd = Array(repeating: "👩", count: 100).joined(separator: "\u{200D}")
    let longest = SafeText.line(crowd).map(\.unicodeScalars.count).max() ?? 0
    #expect(longest <= 17)
  }

  private static let paragraphs: [(text: String, lines: [String])] = [
    ("", [""]), ("one", ["one"]), ("one\n", ["one"]), ("\n", [""]), ("\n\n", ["", ""]),
    ("one\ntwo", ["one", "two"]), ("one\r\ntwo\r\n", ["one", "two"]), ("a\rb", [#"a\rb"#]),
    ("\tat f()\n\tat g()", ["    at f()", "    at g()"]),
    ("a\tb\tc", ["a   b   c"]), ("abcd\te", ["abcd    e"]), ("漢\tx", ["漢  x"]),
    ("\u{1B}[1m\nx", [#"\e[1m"#, "x"]), ("a\n\u{301}b", ["a", "◌\u{301}b"]),
  ]

  @Test func lines() {
    for (text, expected) in Self.paragraphs { #expect(SafeText.lines(text) == expected) }
  }

  @Test(.timeLimit(.minutes(1))) func manyTabs() {
    let time = ContinuousClock().measure {
      let lines = SafeText.lines(String(repeating: "a\t", count: 200_000))
      #expect(lines.map(\.utf8.count) == [800_000])
    }
    #expect(time < .seconds(10))
  }

  @Test func aLineOfSomeColumnsIsCutAsTheWhole() {
    for (text, safe) in Self.texts {
      for width in 0...12 {
        let start = SafeText.line(text, columns: width)
        #expect(CellText.fitted(start, width: width) == CellText.fitted(safe, width: width))
      }
    }
    for seed in UInt64(0)..<3000 {
      var generator = SplitMix64(seed: seed)
      let text = RandomText.text(upTo: 40, using: &generator)
      let safe = SafeText.line(text)
      for width in [0, 1, 2, 7, 20, 100] {
        let start = SafeText.line(text, columns: width)
        let (one, other) = (
          CellText.fitted(start, width: width), CellText.fitted(safe, width: width)
        )
        #expect(Array(one.unicodeScalars) == Array(other.unicodeScalars), "seed \(seed), \(width)")
      }
    }
  }

  @Test func aLineOfSomeColumnsIsAllThatIsRead() {
    #expect(SafeText.line("abc", columns: -1) == "a")
    for unit in ["x", "漢", "\n", "\u{202E}", "👩‍💻"] {
      let text = String(repeating: unit, count: 100_000)
      #expect(SafeText.line(text, columns: 10).unicodeScalars.count <= 33)
    }
    let flood = "a" + String(repeating: "\u{301}", count: 100_000) + "b"
    #expect(SafeText.line(flood, columns: 10) == "a\u{301}\u{301}\u{301}\u{301}…")
    let text = String(repeating: "漢", count: 1_000_000)
    let time = ContinuousClock().measure {
      for _ in 0..<1000 {
        #expect(CellText.fitted(text, width: 4) == "漢…")
        #expect(SafeText.line(text, columns: 4) == "漢漢漢")
      }
    }
    #expect(time < .seconds(10))
  }

  private func marks(of character: Character) -> Int {
    character.unicodeScalars.count {
      switch $0.properties.generalCategory {
      case .nonspacingMark, .enclosingMark, .spacingMark:
        !$0.properties.isDefaultIgnorableCodePoint
      default: false
      }
    }
  }
}
