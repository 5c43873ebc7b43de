import Testing
import TraceModel
import TraceTestSupport

@testable import TraceFormats

/// What is passed over or kept in part only has the notes of what is read whole.
@Suite struct PassedValuesTests {
  private static let values =
    [
      #"{"a":[1,2.5,-3e400,true,null,"x"],"b":{"c":[],"d":{}}}"#,
      #"[99999999999999999999,12abc,NaN,"\u00e9","é"]"#, "12abc", #""é""#, "null", "{}",
      String(repeating: "[", count: 70) + "1" + String(repeating: "]", count: 70),
      String(repeating: #"{"k":"#, count: 70) + "1x" + String(repeating: "}", count: 70),
    ].map { Array($0.utf8) } + [
      Array(#"{"a":{"b":""#.utf8) + [0xff] + Array(#""},""#.utf8) + [0xfe] + Array(#"":2}"#.utf8),
      Array(#"{""#.utf8) + [0xfe] + Array(#"":["#.utf8) + [0x22, 0xfd, 0x22] + Array("]}".utf8),
      Array(#"{""#.utf8) + [0xfe] + Array(#"":"#.utf8) + [0x22, 0xfd, 0x22] + Array("}".utf8),
    ]

  private static func notes(_ fields: inout JSONFields) -> [String] {
    fields.notes.take().map { "\($0.kind) \($0.position) \($0.detail)" }
  }

  @Test(arguments: [0, 1, 60]) func passingMakesTheSameNotes(depth: Int) throws {
    for text in Self.values {
      var fields = JSONFields()
      var reader = JSONReader()
      let value = try fields.plainValue(text.span, &reader, depth: depth)
      _ = fields.attributeValue(value, text.span)
      let (end, notes) = (reader.position, Self.notes(&fields))
      reader = JSONReader()
      try fields.passValue(text.span, &reader, depth: depth)
      #expect(reader.position == end)
      #expect(Self.notes(&fields) == notes, "\(String(decoding: text, as: UTF8.self))")
    }
  }

  @Test func whatIsCutThrows() {
    let text = Array(#"{"a":{"b":[1,"x"],"c":{}},"d":true}"#.utf8)
    for length in 1..<text.count {
      var fields = JSONFields()
      #expect(throws: JSONError.self, "\(length)") {
        var reader = JSONReader()
        try fields.passValue(Array(text.prefix(length)).span, &reader)
      }
    }
  }

  // MARK: Stack traces

  private static let style = StackFrames.Style(
    keys: JSONKeyTable([("label", .function), ("path", .file), ("line", .line)]),
    alwaysColon: true)

  /// The lines of frames that were read whole.
  private static func lines(_ value: AttributeValue, alwaysColon: Bool) -> String? {
    guard case .array(let frames) = value else { return nil }
    var lines: [String] = []
    for case .map(let members) in frames {
      var (label, path, line) = ("", "", alwaysColon ? ":" : "")
      for member in members {
        switch (member.key, member.value) {
        case ("label", .string(let text)): label = text
        case ("path", .string(let text)): path = text
        case ("line", .int(let number)): line = ":\(number)"
        default: break
        }
      }
      lines.append("\(label) (\(path)\(line))")
    }
    return lines.joined(separator: "\n")
  }

  @Test func framesAreThoseThatAreReadWhole() throws {
    var random = SplitMix64(seed: 3)
    let pieces =
      [
        #""label":"f""#, #""l\u0061bel":"é\n""#, #""path":"a.py""#, #""line":11"#, #""line":-0"#,
        #""line":1.5"#, #""line":"7""#, #""path":12x"#, #""path":null"#, #""vars":{"a":[1,2x]}"#,
        #""label":["f"]"#, #""é":"x""#,
      ].map { Array($0.utf8) } + [
        Array(#""path":""#.utf8) + [0xff, 0x22],
        [0x22, 0xfe] + Array(#"":{"a":""#.utf8) + [0xfd, 0x22, 0x7d],
      ]
    for round in 0..<2_000 {
      var text = Array("[".utf8)
      for number in 0..<random.below(4) {
        if number > 0 { text.append(UInt8(ascii: ",")) }
        if random.happens(10) {
          text += Array(random.pick(["1", "null", "[{}]", "\"x\"", "2x"]).utf8)
          continue
        }
        let members = (0..<random.below(6)).map { _ in random.pick(pieces) }
        text += Array("{".utf8) + members.joined(separator: Array(",".utf8)) + Array("}".utf8)
      }
      text.append(UInt8(ascii: "]"))
      let alwaysColon = round % 2 == 0
      var fields = JSONFields()
      var reader = JSONReader()
      let plain = try fields.plainValue(text.span, &reader, depth: 1)
      let whole = Self.lines(fields.attributeValue(plain, text.span), alwaysColon: alwaysColon)
      let (end, notes) = (reader.position, Self.notes(&fields))
      reader = JSONReader()
      var lines: [UInt8] = []
      let style = StackFrames.Style(keys: Self.style.keys, alwaysColon: alwaysColon)
      try fields.stackTrace(text.span, &reader, style, depth: 1, to: &lines)
      #expect(String(decoding: lines, as: UTF8.self) == whole)
      #expect(reader.position == end)
      #expect(Self.notes(&fields) == notes, "\(String(decoding: text, as: UTF8.self))")
    }
  }
}
