import Testing
import TraceModel
import TraceTestSupport

@testable import TraceFormats

/// Objects in objects as attributes with joined keys: appended while they are read, or made first.
@Suite struct FlatAttributesTests {
  /// The attributes of a span that were appended, the list that was made, and what was noted of each.
  private struct Reading {
    var appended: [Attribute] = []
    var made: [Attribute] = []
    var notes: [[String]] = []

    /// Reads the object in `text` on both ways; the keys are put behind `outer`, if it is none.
    init(
      _ text: [UInt8], behind outer: String?, _ fields: inout JSONFields,
      _ batch: inout SpanBatch
    ) throws {
      let bytes = Array((outer ?? "").utf8) + text
      let key = outer.map { JSONReader.Text(range: 0..<$0.utf8.count) }
      let start = outer?.utf8.count ?? 0
      var reader = JSONReader(at: start)
      if let key {
        try fields.flatAttribute(key, bytes.span, &reader, into: &batch)
      } else {
        try fields.flatAttributes(bytes.span, &reader, into: &batch)
      }
      #expect(reader.position == bytes.count)
      batch.commit(SpanDraft())
      appended = batch.record(at: batch.count - 1).attributes
      notes.append(fields.notes.take().map(\.detail))
      reader = JSONReader(at: start)
      var isFirst = true
      try reader.enterObject(bytes.span)
      while let key = try reader.nextKey(bytes.span, isFirst: &isFirst) {
        let value = try fields.plainValue(bytes.span, &reader)
        let name = (outer.map { $0 + "." } ?? "") + fields.string(key, bytes.span)
        made += flat(Attribute(name, fields.attributeValue(value, bytes.span)))
      }
      notes.append(fields.notes.take().map(\.detail))
    }
  }

  private static func read(_ text: [UInt8], behind outer: String? = nil) throws -> Reading {
    var fields = JSONFields()
    var batch = SpanBatch(source: SourceID(0))
    return try Reading(text, behind: outer, &fields, &batch)
  }

  /// Objects whose keys are mostly those of the ones before.
  private static func object(_ random: inout SplitMix64, depth: Int = 0) -> String {
    let keys = [
      "a", "http.method", "", "long key of more bytes than sixteen", "é", #"\u0041"#, "b",
    ]
    let values = [#""x""#, #""\u00e9ü""#, "12", "true", "null", "[1,{\"k\":2}]", "{}", "1e400"]
    let members = (0..<(random.happens(3) ? 60 : random.below(5))).map { number in
      let key = random.happens(90) ? random.pick(keys) : "k\(number)"
      let isObject = depth < 5 && random.happens(40)
      return "\"\(key)\":" + (isObject ? object(&random, depth: depth + 1) : random.pick(values))
    }
    return "{" + members.joined(separator: random.happens(50) ? "," : " , ") + "}"
  }

  @Test(arguments: [nil, "context", "é"])
  func keysThatAreRememberedChangeNothing(outer: String?) throws {
    var random = SplitMix64(seed: 11)
    var fields = JSONFields()
    var batch = SpanBatch(source: SourceID(0))
    for round in 0..<400 {
      let text = Array(Self.object(&random).utf8)
      // One that is cut leaves nothing behind.
      if random.happens(20), text.count > 2 {
        let cut = Array(text.prefix(1 + random.below(text.count - 1)))
        var reader = JSONReader()
        _ = try? fields.flatAttributes(cut.span, &reader, into: &batch)
        batch.rollBack()
        fields.notes.discard()
      }
      let reading = try Reading(text, behind: outer, &fields, &batch)
      #expect(reading.appended == reading.made, "\(String(decoding: text, as: UTF8.self))")
      #expect(reading.notes[0] == reading.notes[1])
      // Numbers of strings are others in another batch.
      if round % 50 == 49 { batch.removeAll(number: batch.number + 1) }
    }
  }

  @Test func moreKeysThanAreRememberedAreRead() throws {
    let inner = (0..<2_000).map { "\"k\($0)\":{\"\(String(repeating: "n", count: $0))\":1}" }
    let reading = try Self.read(Array("{\(inner.joined(separator: ","))}".utf8))
    #expect(reading.appended.count == 2_000 && reading.appended == reading.made)
  }

  @Test func otherNamesHoldForWholeKeysOnly() throws {
    var keys = FlatKeys(names: JSONKeyTable([("db.type", "db.system.name")]), dropping: "tags.")
    var fields = JSONFields()
    var batch = SpanBatch(source: SourceID(0))
    let text = Array(#"{"db":{"type":1,"types":2},"tags":{"db":{"type":3},"tags":{"x":4}}}"#.utf8)
    for _ in 0..<2 {
      var reader = JSONReader()
      try fields.flatAttributes(text.span, &reader, &keys, into: &batch)
      batch.commit(SpanDraft())
      #expect(
        batch.record(at: batch.count - 1).attributes == [
          Attribute("db.system.name", .int(1)), Attribute("db.types", .int(2)),
          Attribute("db.type", .int(3)), Attribute("tags.x", .int(4)),
        ])
    }
  }

  @Test(arguments: [nil, "context"]) func bothWaysGiveTheSame(outer: String?) throws {
    let deep = String(repeating: #"{"a":1,"n":"#, count: 100)
    let texts = [
      "{}", #"{"a":1,"b":"x"}"#, #"{"a":{"b":{"c":true,"d":[1,{"e":2}]},"f":{}},"g":null,"h":{}}"#,
      #"{"":{"":1},"k\u0041":{"é\n":"ü"},"x": { "y" : { } } , "z":1e400}"#,
      deep + "0" + String(repeating: "}", count: 100),
    ]
    let broken: [UInt8] = Array(#"{"a":{"b":""#.utf8) + [0xff] + Array(#"","#.utf8)
    for text in texts.map({ Array($0.utf8) }) + [broken + [0x22, 0xfe] + Array(#"":2}}"#.utf8)] {
      let reading = try Self.read(text, behind: outer)
      #expect(reading.appended == reading.made)
      #expect(reading.notes[0] == reading.notes[1])
    }
    #expect(
      try Self.read(Array(#"{"a":{"b":{}}}"#.utf8), behind: outer).appended.map(\.key)
        == [(outer.map { $0 + "." } ?? "") + "a.b"])
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

  /// Each member repeats the key of its object.
  @Test(arguments: [nil, String(repeating: "o", count: 10_000)])
  func longKeysAreNotRepeated(outer: String?) throws {
    let key = String(repeating: "k", count: 10_000)
    let members = (0..<1_000).map { "\"\($0)\":1" }.joined(separator: ",")
    let text = Array("{\"\(key)\":{\(members)},\"a\":{\"b\":{\"\(key)\":{\(members)}}}}".utf8)
    var fields = JSONFields()
    var batch = SpanBatch(source: SourceID(0))
    let reading = try Reading(text, behind: outer, &fields, &batch)
    #expect(reading.appended.count == (outer == nil ? 2 : 1))
    #expect(batch.strings.byteCount < 100_000)
    var reader = JSONReader()
    let list = try fields.flatAttributeList(text.span, &reader)
    #expect(list.map(\.key.utf8.count) == [10_000, 10_004])
  }
}

private func flat(_ attribute: Attribute) -> [Attribute] {
  guard case .map(let members) = attribute.value, !members.isEmpty else { return [attribute] }
  return members.flatMap { flat(Attribute(attribute.key + "." + $0.key, $0.value)) }
}
