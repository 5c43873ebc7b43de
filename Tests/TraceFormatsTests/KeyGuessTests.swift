import Testing
import TraceModel
import TraceTestSupport

@testable import TraceFormats

/// What is guessed of keys and strings, because most records are like the one before, changes nothing
/// of what is read.
@Suite struct KeyGuessTests {
  /// Keys of which some are known to the table, one of them written with an escape too, some mean
  /// something to the importer, and some are nearly others.
  private static let names = [
    "a", "id", "traceId", "spanId", #"trace\u0049d"#, "traceIdx", "traceI", "", "x y", "data",
    "attributes", "hits", "a name of more than thirty-two bytes, which is none of the table",
  ]
  private static let table = JSONKeyTable<Int>(
    ["a", "id", "traceId", "spanId", "attributes"].enumerated().map { ($1, $0) })

  /// Objects, most of which have the keys of one of a few kinds.
  private static func objects(_ random: inout SplitMix64, _ count: Int) -> [String] {
    let kinds = (0..<4).map { _ in (0..<random.below(7)).map { _ in random.pick(names) } }
    return (0..<count).map { _ in
      var keys = random.pick(kinds)
      if random.below(4) == 0, !keys.isEmpty { keys.remove(at: random.below(keys.count)) }
      if random.below(4) == 0 { keys.append(random.pick(names)) }
      let (comma, colon) = random.pick([(",", ":"), (", ", ": "), (",\n    ", ": "), (" ,", " :")])
      let values = ["1", "\"b\"", "{\"a\":1,\"spans\":2}", "[]", "null"]
      let start = random.pick(["", "", " ", "\n    "])
      return "{" + start
        + keys.map { "\"\($0)\"\(colon)\(random.pick(values))" }.joined(separator: comma)
        + start + "}"
    }
  }

  @Test func theNextKeyIsTheOneThatIsThere() throws {
    var random = SplitMix64(seed: 1)
    for _ in 0..<200 {
      var order = JSONKeyOrder()
      for text in Self.objects(&random, 20) {
        let bytes = Array(text.utf8).span
        var (reader, other) = (JSONReader(), JSONReader())
        var isFirst = true
        try reader.enterObject(bytes)
        try other.enterObject(bytes)
        order.begin()
        while let (number, key) = try Self.table.next(bytes, &reader, &order) {
          let expected = try #require(try other.nextKey(bytes, isFirst: &isFirst))
          #expect(key.range == expected.range && key.hasEscapes == expected.hasEscapes, "\(text)")
          #expect(number == Self.table.find(bytes, expected), "\(text)")
          #expect(reader.position == other.position, "\(text)")
          try reader.skipValue(bytes)
          try other.skipValue(bytes)
        }
        #expect(try other.nextKey(bytes, isFirst: &isFirst) == nil, "\(text)")
        #expect(reader.position == bytes.count)
      }
    }
  }

  @Test func theNextKeyOfWhatIsBrokenIsTheSameError() {
    let good = "{\"a\": 1, \"id\": 2, \"traceId\": 3}"
    for cut in good.utf8.indices {
      for damage in ["", "x", "\"", ",", "}"] {
        var order = JSONKeyOrder()
        for text in [good, String(good[..<cut]) + damage + String(good[cut...].dropFirst())] {
          let bytes = Array(text.utf8).span
          var (reader, other) = (JSONReader(at: 1), JSONReader(at: 1))
          var isFirst = true
          order.begin()
          var errors: [JSONError?] = [nil, nil]
          do throws(JSONError) {
            while try Self.table.next(bytes, &reader, &order) != nil { try reader.skipValue(bytes) }
          } catch { errors[0] = error }
          do throws(JSONError) {
            while try other.nextKey(bytes, isFirst: &isFirst) != nil { try other.skipValue(bytes) }
          } catch { errors[1] = error }
          #expect(errors[0]?.offset == errors[1]?.offset, "\(text)")
          #expect(errors[0]?.reason == errors[1]?.reason, "\(text)")
        }
      }
    }
  }

  /// The members of the outermost object, by a scanner.
  private static func members(_ bytes: Span<UInt8>) -> [JSONShape.Member] {
    var scanner = JSONScanner(memberDepth: 1)
    var members: [JSONShape.Member] = []
    var position = 0
    while case .member(let value) = scanner.scan(bytes, from: position) {
      members.append(.init(key: scanner.key, value: value))
      position = value
    }
    return members
  }

  @Test func membersThatAreGuessedAreThoseOfTheObject() {
    var random = SplitMix64(seed: 2)
    var guesses = 0
    for _ in 0..<200 {
      var claimed = JSONShape.Claimed()
      for text in Self.objects(&random, 30) {
        let bytes = Array(text.utf8).span
        let expected = Self.members(bytes)
        var object = JSONShape()
        claimed.begin()
        let end = JSONScanner.endOfWhole(
          bytes, from: 0, memberDepth: 1,
          guess: { start in
            guard let (key, value) = claimed.expected(bytes, at: start) else { return nil }
            #expect(JSONTrigger.keys.find(bytes, key) == nil)
            guesses += 1
            object.members.append(.init(key: key, value: value))
            return value
          },
          member: { key, value, _ in
            object.members.append(.init(key: key, value: value))
            if claimed.expects(key, bytes) { #expect(JSONTrigger.keys.find(bytes, key) == nil) }
            return 1
          })
        #expect(end == bytes.count, "\(text)")
        #expect(object.members.map(\.key) == expected.map(\.key), "\(text)")
        #expect(object.members.map(\.value) == expected.map(\.value), "\(text)")
        // What is claimed is by the keys: here by how many there are, so that a wrong one shows.
        let claims: [JSONClaim] = [.spans, .nothing, .otherSignal]
        let claim = claims[object.members.count % 3]
        if let known = claimed.claim(of: object, bytes) {
          #expect(known == claim, "\(text)")
        } else {
          claimed.add(object, bytes, claim)
        }
      }
    }
    #expect(guesses > 1_000)
  }

  /// So the importer asks no format when it finds such a key first.
  @Test func noRecordIsKnownByAKeyOfWhatIsAroundRecordsAlone() {
    for name in [
      "resourceSpans", "data", "attributes", "spans", "records", "result", "trace", "hits",
      "distributedTracing", "_source", "traces", "Traces", "Segments", "traceEvents", "batches",
    ] {
      let bytes = Array("{\"\(name)\":".utf8)
      let shape = JSONShape(members: [.init(key: 2..<bytes.count - 2, value: bytes.count)])
      #expect(JSONTrigger.keys.find(bytes.span, shape.members[0].key) != nil)
      for codec in JSONCodecs.all {
        #expect(!codec.init().claim(shape, bytes.span).isClaimed, "\(name) \(codec.format.name)")
      }
    }
  }

  @Test func stringsThatAreGuessedAreTheRightOnes() {
    var random = SplitMix64(seed: 3)
    var guesses = StringGuesses()
    var pools = [StringPool(), StringPool()]
    for _ in 0..<20_000 {
      // Numbers are those of another batch now and then.
      let pool = random.below(100) == 0 ? 1 : 0
      let key = Array(("k" + String(random.below(random.pick([3, 2_000])))).utf8)
      let value = Array(random.pick(["", "a", "b", "GET", "\(random.below(2_000))"]).utf8)
      let keyID = guesses.key(key.span, 0..<key.count, &pools[pool])
      let valueID = guesses.value(value.span, 0..<value.count, of: keyID, &pools[pool])
      #expect(Array(pools[pool].utf8(keyID)) == key)
      #expect(Array(pools[pool].utf8(valueID)) == value)
    }
  }

  @Test func digitsAtATimeAreTheirNumber() {
    var random = SplitMix64(seed: 4)
    for _ in 0..<5_000 {
      let text = String(random.next()).prefix(1 + random.below(20))
      var bytes = Array(text.utf8)
      let number = NumberText.uint64(bytes.span, 0..<bytes.count)
      #expect(number == UInt64(text), "\(text)")
      bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
      let changed = String(decoding: bytes, as: UTF8.self)
      if !bytes.contains(where: { [0x2b, 0x2d, 0x2e, 0x45, 0x65].contains($0) }) {
        #expect(NumberText.uint64(bytes.span, 0..<bytes.count) == UInt64(changed), "\(changed)")
      }
    }
  }

  @Test func whatOneProcessGivesToSayIsSaidWithEachTrace() {
    let process = #"{"serviceName":7,"tags":[{"key":"a","value":1}]}"#
    let trace = "{\"spans\":[\(JSONWrapperTests.span(1))],\"processes\":{\"p1\":\(process)}}"
    let lines = JSONWrapperTests.read("{\"data\":[\(trace),\n\(trace)]}").dropFirst(2)
    #expect(lines.count == 2)
    #expect(lines.map { $0.prefix(2) } == ["1:", "2:"])
  }

  @Test func processesOfTheSameTextAreTheSameResource() {
    let trace = "{\"spans\":[\(JSONWrapperTests.span(1)),\(JSONWrapperTests.span(2))],"
    let shop = trace + "\"processes\":{\"p1\":{\"serviceName\":\"shop\"}}}"
    let cart = trace + "\"processes\":{\"p1\":{\"serviceName\":\"cart\"}}}"
    #expect(
      JSONWrapperTests.read("{\"data\":[\(shop),\(cart),\(shop),\(trace)\"processes\":{}}]}")
        == ["shop", "cart", "shop", "unknown_service"].flatMap { ["s1 \($0)", "s2 \($0)"] })
  }
}
