import Testing
import TraceAnalysis
import TraceModel
import TraceTestSupport

@Suite struct SpanSearchTests {
  private func found(_ text: String, _ spans: [SpanRecord]) -> [String] {
    let (tree, data) = tree(spans)
    let matches = SpanSearch.matches(SpanQuery(text), in: tree, of: data.store) { false } ?? []
    return matches.map { tree.rows[$0] == .none ? "(missing)" : data.store[tree.rows[$0]].name }
  }

  private static let sample: [SpanRecord] = {
    var one = span("GET /Orders", id: 0xabcd_0000_0000_0001, 0, 100, kind: .server)
    one.attributes = [
      Attribute("http.method", .string("GET")), Attribute("size", .int(5_120)),
      Attribute("ratio", .double(0.25)), Attribute("retry", .bool(true)),
      Attribute("tags", .array([.string("alpha"), .map([Attribute("deep", .string("Beta"))])])),
      Attribute("raw", .bytes([0xde, 0xad])),
    ]
    one.statusMessage = "charge failed"
    one.status = .error
    var two = span(
      "select", id: 2, parent: one.spanID.rawValue, 10, 20, kind: .client, service: "database",
      resource: ["host.name": "web1"])
    two.events = [
      SpanEvent(name: "cache.miss", attributes: [Attribute("key", .string("o:7"))])
    ]
    let three = span("Übergabe", id: 3, parent: 0x7777_6666_5555_4444, 30, 40)
    return [one, two, three]
  }()

  @Test(
    arguments: [
      ("orders", ["GET /Orders"]), ("Orders", ["GET /Orders"]), ("ORDERS", []),
      ("database", ["select"]), ("charge", ["GET /Orders"]), ("http.m", ["GET /Orders"]),
      ("http.method=get", ["GET /Orders"]), ("method=GE", ["GET /Orders"]),
      ("http.method=post", []),
      ("size=512", ["GET /Orders"]), ("5120", ["GET /Orders"]), ("0.25", ["GET /Orders"]),
      ("retry=true", ["GET /Orders"]), ("alpha", ["GET /Orders"]), ("deep=beta", ["GET /Orders"]),
      ("tags=alpha", ["GET /Orders"]), ("raw=dead", ["GET /Orders"]), ("cache.miss", ["select"]),
      ("key=o:7", ["select"]), ("übergabe", ["Übergabe"]), ("Übergabe", ["Übergabe"]),
      ("server", ["GET /Orders"]), ("kind=client", ["select"]), ("status=error", ["GET /Orders"]),
      ("abcd", ["GET /Orders"]), ("0xABCD0000", ["GET /Orders"]), ("66665555", ["(missing)"]),
      ("7777", ["(missing)"]), ("666", []), ("host.name=web1", ["select"]), ("web1", []),
      ("", []), ("nothing", []),
    ] as [(String, [String])])
  func finds(text: String, names: [String]) {
    #expect(found(text, Self.sample) == names)
  }

  @Test func emptyQueryMatchesNothing() {
    #expect(SpanQuery("").isEmpty)
    #expect(!SpanQuery(" ").isEmpty)
    #expect(SpanQuery("ab").matches("xABx"))
    #expect(!SpanQuery("Ab").matches("xABx"))
  }

  @Test func cancelled() {
    let (tree, data) = tree(Self.sample)
    #expect(SpanSearch.matches(SpanQuery("a"), in: tree, of: data.store) { true } == nil)
    #expect(SpanSearch.traces(SpanQuery("a"), in: data) { true } == nil)
  }

  /// The same question, asked of plain values.
  private func naive(_ text: String, _ record: SpanRecord) -> Bool {
    let ignoresCase = !text.unicodeScalars.contains { $0.properties.isUppercase }
    func has(_ string: String) -> Bool {
      let (bytes, wanted) = (
        Array((ignoresCase ? string.lowercased() : string).utf8),
        Array((ignoresCase ? text.lowercased() : text).utf8)
      )
      guard bytes.count >= wanted.count else { return false }
      return (0...(bytes.count - wanted.count)).contains {
        bytes[$0..<($0 + wanted.count)].elementsEqual(wanted)
      }
    }
    func has(_ attribute: Attribute) -> Bool {
      switch attribute.value {
      case .string(let value): has("\(attribute.key)=\(value)")
      case .int(let value): has("\(attribute.key)=\(value)")
      case .array(let values): values.contains { has(Attribute(attribute.key, $0)) }
      default: has(attribute.key)
      }
    }
    return has(record.name) || has(record.resource.serviceName) || has(record.statusMessage)
      || record.attributes.contains(where: has)
      || record.events.contains { has($0.name) || $0.attributes.contains(where: has) }
  }

  @Test func sameAsANaiveSearch() {
    // Few letters, so that much is found; no hexadecimal digits, so that IDs are not.
    let letters = ["x", "y", "X", "=", "é", "É", "1"]
    func word(_ random: inout SplitMix64, _ range: ClosedRange<Int>) -> String {
      (0..<Int.random(in: range, using: &random)).map { _ in
        letters.randomElement(using: &random) ?? ""
      }.joined()
    }
    func attribute(_ random: inout SplitMix64) -> Attribute {
      let value: AttributeValue =
        switch Int.random(in: 0..<4, using: &random) {
        case 0: .int(Int64.random(in: 0...20, using: &random))
        case 1: .array([.string(word(&random, 0...3)), .int(1)])
        default: .string(word(&random, 0...4))
        }
      return Attribute(word(&random, 0...3), value)
    }
    for seed in 0..<100 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let spans = (1...30 as ClosedRange<UInt64>).map { id in
        var record = span(
          word(&random, 0...4), trace: id % 9 + 1, id: id, Int64(id), Int64(id) + 5,
          service: word(&random, 1...2))
        record.statusMessage = word(&random, 0...1)
        record.attributes = (0..<2).map { _ in attribute(&random) }
        record.events = [SpanEvent(name: word(&random, 0...2), attributes: [attribute(&random)])]
        return record
      }
      let data = dataSet(spans, batchSize: 8)
      for _ in 0..<10 {
        let text = word(&random, 1...3)
        // "key=value" of the resource is found too, which the naive search leaves out.
        if text == "=" || text.hasPrefix("=") { continue }
        var expected = [Bool](repeating: false, count: data.traces.count)
        for number in 0..<data.traces.count {
          let id = data.traces[TraceRow(UInt32(number))].id
          expected[number] = spans.contains { $0.traceID == id && naive(text, $0) }
        }
        #expect(
          SpanSearch.traces(SpanQuery(text), in: data) { false }?.members == expected,
          "seed \(seed), text \(text)")
      }
    }
  }

  @Test func longTextOfOneLetterIsQuick() {
    // 200,000 letters and a pattern of 20,000: quadratic would be 4,000,000,000 steps.
    let record = span(String(repeating: "a", count: 200_000), id: 1, 0, 1)
    #expect(found(String(repeating: "a", count: 20_000) + "b", [record]) == [])
  }
}
