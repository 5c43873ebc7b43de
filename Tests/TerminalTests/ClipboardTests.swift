import Testing

@testable import Terminal

@Suite struct ClipboardTests {
  @Test func sequences() {
    #expect(Clipboard.sequence(for: "foo", insideTmux: false) == "\u{1B}]52;c;Zm9v\u{07}")
    #expect(
      Clipboard.sequence(for: "foo", insideTmux: true)
        == "\u{1B}]52;c;Zm9v\u{07}\u{1B}Ptmux;\u{1B}\u{1B}]52;c;Zm9v\u{07}\u{1B}\\")
    let longest = String(repeating: "x", count: Clipboard.limit)
    #expect(Clipboard.sequence(for: longest, insideTmux: false) != nil)
    #expect(Clipboard.sequence(for: longest + "x", insideTmux: false) == nil)
  }
}
