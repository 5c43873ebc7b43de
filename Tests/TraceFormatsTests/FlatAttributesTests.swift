import Testing
import TraceModel
import TraceTestSupport

@testable import TraceFormats

/// Objects in objects as attributes with joined keys: appended while they are read, or made first.
@Suite struct FlatAttributesTests {
  /// The attributes of a span that were appended, the list that was made, and what was noted of each.
  private static func read(
    _ text: [UInt8], prefix: String
  ) throws -> (
    appended: [Attribute], made: [Attribute], notes: [[String]]
  ) {
    var fields = JSONFields()
    var batch = SpanBatch(source: SourceID(0))
    var reader = JSONReader()
    try fields.flatAttributes(text.span, &reader, prefix: prefix, into: &batch)
    #expect(reader.position == text.count)
    batch.commit(SpanDraft())
    let first = fields.notes.take().map(\.detail)
    reader = JSONReader()
    var made: [Attribute] = []
    var isFirst = true
    try reader.enterObject(text.span)
    while let key = try reader.nextKey(text.span, isFirst: &isFirst) {
      let value = try fields.plainValue(text.span, &reader)
      let name = prefix + fields.string(key, text.span)
      made += flat(Attribute(name, fields.attributeValue(value, text.span)))
    }
    return (
      batch.record(at: 0).attributes, made, [first, fields.notes.take().map(\.detail)]
    )
  }

  private static func flat(_ attribute: Attribute) -> [Attribute] {
    guard case .map(let members) = attribute.value, !members.isEmpty else { return [attribute] }
    return members.flatMap { flat(Attribute(attribute.key + "." + $0.key, $0.value)) }
  }

  @Test(arguments: ["", "context."]) func bothWaysGiveTheSame(prefix: String) throws {
    let deep = String(repeating: #"{"a":1,"n":"#, count: 100)
    let texts = [
      "{}", #"{"a":1,"b":"x"}"#, #"{"a":{"b":{"c":true,"d":[1,{"e":2}]},"f":{}},"g":null,"h":{}}"#,
      #"{"":{"":1},"k\u0041":{"é\n":"ü"},"x": { "y" : { } } , "z":1e400}"#,
      deep + "0" + String(repeating: "}", count: 100),
    ]
    let broken: [UInt8] = Array(#"{"a":{"b":""#.utf8) + [0xff] + Array(#"","#.utf8)
    for text in texts.map({ Array($0.utf8) }) + [broken + [0x22, 0xfe] + Array(#"":2}}"#.utf8)] {
      let (appended, made, notes) = try Self.read(text, prefix: prefix)
      #expect(appended == made)
      #expect(notes[0] == notes[1])
    }
    #expect(
      try Self.read(Array(#"{"a":{"b":{}}}"#.utf8), prefix: prefix).appended.map(\.key)
        == [prefix + "a.b"])
  }

  @Test func whatIsCutThrows() {
    let text = Array(#"{"a":{"b":1,"c":{}},"d":2}"#.utf8)
    for length in 1..<text.count {
      var fields = JSONFields()
      var batch = SpanBatch(source: SourceID(0))
      #expect(throws: JSONError.self, "\(length)") {
        var reader = JSONReader()
        try fields.flatAttributes(Array(text.prefix(length)).span, &reader, into: &batch)
      }
    }
  }
}
