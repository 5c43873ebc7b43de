import CNCurses
import Cells
import Testing

@testable import Terminal

@Suite struct KeyDecoderTests {
  private func decode(
    _ input: [KeyDecoder.Raw], every pause: Duration = .zero
  ) -> [KeyDecoder.Decoded] {
    var decoder = KeyDecoder()
    var rest = input[...]
    var now = ContinuousClock.now
    var result: [KeyDecoder.Decoded] = []
    while let decoded = decoder.next(at: now, from: { _ in rest.popFirst() }) {
      if decoded != .nothing { result.append(decoded) }
      now += pause
    }
    return result
  }

  private func raw(_ text: String) -> [KeyDecoder.Raw] {
    text.unicodeScalars.map { .scalar($0.value) }
  }

  @Test func everyCharacterIsSomeKeyOrNone() {
    let keys: [(UInt32, Key?)] = [
      (0, nil), (1, .control("a")), (3, .control("c")), (8, .backspace), (9, .tab),
      (10, .control("j")), (13, .enter), (26, .control("z")), (27, .escape), (28, .control("\\")),
      (31, .control("_")), (32, " "), (0x7F, .backspace), (0x85, nil), (0xE9, "é"),
      (0x1F600, "😀"), (0xD800, nil), (0xFFFF_FFFF, nil),
    ]
    for (value, key) in keys {
      #expect(decode([.scalar(value)]) == (key.map { [.key($0)] } ?? []), "\(value)")
    }
  }

  @Test func escapeAndWhatFollows() {
    #expect(decode(raw("\u{1B}")) == [.key(.escape)])
    #expect(decode(raw("\u{1B}\u{1B}")) == [.key(.escape), .key(.escape)])
    #expect(decode(raw("\u{1B}j")) == [.key(.escape), .key("j")])
    #expect(decode(raw("\u{1B}[")) == [.key(.escape), .key("[")])
    #expect(decode(raw("\u{1B}é")) == [.key(.escape), .key("é")])
    #expect(decode(raw("\u{1B}") + [.named(CNC_UP)]) == [.key(.escape), .key(.up)])
    #expect(decode(raw("\u{1B}[") + [.named(CNC_UP)]) == [.key(.escape), .key("["), .key(.up)])
    #expect(decode(raw("\u{1B}[200~x\u{1B}Oqy\u{1B}[I")) == [.key("x"), .key("y")])
    #expect(decode(raw("\u{1B}Pdata\u{1B}\\x\u{1B}_G\u{07}y")) == [.key("x"), .key("y")])
  }

  @Test func answersToQuestions() {
    let color = "rgb:1e1e/1e1e/1e1e"
    #expect(decode(raw("\u{1B}]11;\(color)\u{1B}\\")) == [.background(color)])
    #expect(
      decode(raw("\u{1B}]11;\(color)\u{07}\u{1B}[?62;4cx"))
        == [.background(color), .attributes, .key("x")])
    #expect(decode(raw("\u{1B}]52;c;AAAA\u{07}x")) == [.key("x")])
    #expect(decode(raw("\u{1B}]11;" + String(repeating: "9", count: 9999))).count == 1)
  }

  /// Decodes what comes in pieces with a pause behind each; asks for what is due in the end.
  private func decode(
    pieces: [String], expecting: Bool = true, pause: Duration = .milliseconds(60)
  ) -> [KeyDecoder.Decoded] {
    var decoder = KeyDecoder()
    var now = ContinuousClock.now
    if expecting { decoder.expectAnswers(at: now) }
    var result: [KeyDecoder.Decoded] = []
    for piece in pieces + [""] {
      var rest = raw(piece)[...]
      while let decoded = decoder.next(at: now, from: { _ in rest.popFirst() }) {
        if decoded != .nothing { result.append(decoded) }
      }
      now += pause
    }
    return result
  }

  @Test(arguments: ["\u{07}", "\u{1B}\\"])
  func anAnswerMayBeCutAnywhere(end: String) {
    let answers = Array("\u{1B}]11;rgb:ffff/fdfd/e3e3\(end)\u{1B}[?62;22c".unicodeScalars)
    let expected: [KeyDecoder.Decoded] = [
      .background("rgb:ffff/fdfd/e3e3"), .attributes, .key("j"),
    ]
    func text(_ range: Range<Int>) -> String {
      String(String.UnicodeScalarView(answers[range]))
    }
    for first in 1..<answers.count {
      let pieces = [text(0..<first), text(first..<answers.count) + "j"]
      #expect(decode(pieces: pieces) == expected, "cut at \(first)")
    }
    #expect(decode(pieces: answers.map { String($0) } + ["j"]) == expected)
    // Long after it was asked for, whatever can be no key is still kept.
    for first in 3..<(answers.count - 9) {
      let pieces = [text(0..<first), text(first..<answers.count) + "j"]
      let decoded = decode(pieces: pieces, expecting: false, pause: .seconds(60))
      #expect(decoded == expected, "cut at \(first)")
    }
  }

  @Test func anAnswerThatNeverEndsHoldsNoKey() {
    #expect(decode(pieces: ["\u{1B}]11;rgb:ff", "j", "k"]) == [.key("j"), .key("k")])
    #expect(decode(pieces: ["\u{1B}", "j"]) == [.key(.escape), .key("j")])
    // The key alone is known as soon as no answer can be meant.
    #expect(decode(pieces: ["\u{1B}"], pause: .milliseconds(20)) == [])
    #expect(decode(pieces: ["\u{1B}"], pause: KeyDecoder.escapeLimit) == [.key(.escape)])
    #expect(
      decode(pieces: ["\u{1B}[?62c\u{1B}"], pause: .zero) == [.attributes, .key(.escape)])
    #expect(decode(pieces: ["\u{1B}"], expecting: false, pause: .zero) == [.key(.escape)])
    var decoder = KeyDecoder()
    let start = ContinuousClock.now
    decoder.expectAnswers(at: start)
    #expect(decoder.escapeDue == nil)
    var rest = raw("\u{1B}")[...]
    #expect(decoder.next(at: start, from: { _ in rest.popFirst() }) == nil)
    #expect(decoder.escapeDue == start + KeyDecoder.escapeLimit)
    #expect(decoder.expectsAnswers(at: start))
    #expect(!decoder.expectsAnswers(at: start + .seconds(2)))
  }

  @Test func mouseReports() {
    func report(_ text: String) -> [KeyDecoder.Decoded] {
      decode([.named(CNC_SGR_MOUSE)] + raw(text))
    }
    #expect(report("0;1;1M") == [.key(.mouse(.press, x: 0, y: 0))])
    #expect(report("16;9;8M") == [.key(.mouse(.press, x: 8, y: 7))])
    #expect(report("0;9;8m") == [.key(.mouse(.release, x: 8, y: 7))])
    #expect(report("32;9;8M") == [.key(.mouse(.drag, x: 8, y: 7))])
    #expect(report("64;9;8M") == [.key(.mouse(.wheelUp, x: 8, y: 7))])
    for other in ["1;9;8M", "2;9;8M", "35;9;8M", "66;9;8M", "0;0;1M", "", "0;1", "0;1M", "x"] {
      #expect(report(other) == [], "\(other)")
    }
    #expect(report("0;99999999999999999999;1M").count == 1)
    let old: [KeyDecoder.Raw] = [.named(CNC_OLD_MOUSE)]
    #expect(decode(old + raw(" !!")) == [.key(.mouse(.press, x: 0, y: 0))])
    #expect(decode(old + raw("#!!")) == [.key(.mouse(.release, x: 0, y: 0))])
    #expect(decode(old + raw("`!!")) == [.key(.mouse(.wheelUp, x: 0, y: 0))])
    #expect(decode(old + raw(" ")) == [])
  }

  @Test func doubleClicksAreQuickAndInPlace() {
    let click = [.named(CNC_SGR_MOUSE)] + raw("0;1;1M")
    let elsewhere = [.named(CNC_SGR_MOUSE)] + raw("0;2;1M")
    let press = KeyDecoder.Decoded.key(.mouse(.press, x: 0, y: 0))
    let double = KeyDecoder.Decoded.key(.mouse(.doubleClick, x: 0, y: 0))
    #expect(decode(click + click) == [press, double])
    #expect(decode(click + click + click) == [press, double, press])
    #expect(decode(click + click, every: .seconds(1)) == [press, press])
    #expect(decode(click + elsewhere).last == .key(.mouse(.press, x: 1, y: 0)))
  }
}
