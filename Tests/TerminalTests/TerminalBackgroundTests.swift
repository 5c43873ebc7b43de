import Testing

@testable import Terminal

@Suite struct TerminalBackgroundTests {
  @Test func fromTheEnvironment() {
    let table: [(String?, TerminalBackground?)] = [
      (nil, nil), ("", nil), ("15;0", .dark), ("0;15", .light), ("0;default;15", .light),
      ("0;7", .light), ("15;8", .dark), ("default;default", nil), ("0;99", nil), (";", nil),
    ]
    for (text, background) in table { #expect(TerminalBackground(colorFGBG: text) == background) }
  }

  @Test func fromAReport() {
    let table: [(String, TerminalBackground?)] = [
      ("rgb:1e1e/1e1e/1e1e", .dark), ("rgb:ffff/ffff/ffff", .light), ("rgb:fd/f6/e3", .light),
      ("rgba:0000/2b2b/3636/ffff", .dark), ("rgb:f/f/f", .light), ("rgb:0000/ffff/0000", .light),
      ("rgb:0000/0000/ffff", .dark), ("rgb:1/2", nil), ("rgb:x/y/z", nil), ("", nil),
      ("rgb:12345/0/0", nil), ("rgb:-1/0/0", nil),
    ]
    for (text, background) in table { #expect(TerminalBackground(report: text) == background) }
  }
}
