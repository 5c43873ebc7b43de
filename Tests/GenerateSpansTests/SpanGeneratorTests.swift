import Foundation
import SpanGenerator
import Testing

/// The generator as its users see it: bytes.
@Suite struct SpanGeneratorTests {
  private func generate(_ options: GeneratorOptions) -> [UInt8] {
    var bytes: [UInt8] = []
    var generator = SpanGenerator(options)
    generator.run { bytes += $0 }
    return bytes
  }

  /// The spans of OTLP/JSON, line by line.
  private func spans(ofLines bytes: [UInt8]) throws -> [[String: Any]] {
    try bytes.split(separator: UInt8(ascii: "\n")).flatMap { line in
      let document = try #require(
        JSONSerialization.jsonObject(with: Data(line)) as? [String: [[String: Any]]])
      return document["resourceSpans", default: []].flatMap { resourceSpans in
        (resourceSpans["scopeSpans"] as? [[String: Any]] ?? []).flatMap {
          $0["spans"] as? [[String: Any]] ?? []
        }
      }
    }
  }

  /// The contents of all fields of that number in protobuf messages of OTLP's kinds.
  private func fields(_ wanted: Int, of messages: [ArraySlice<UInt8>]) -> [ArraySlice<UInt8>] {
    messages.flatMap { message in
      var found: [ArraySlice<UInt8>] = []
      var rest = message
      while !rest.isEmpty {
        let tag = varint(&rest)
        switch tag & 7 {
        case 0: _ = varint(&rest)
        case 1: rest = rest.dropFirst(8)
        case 5: rest = rest.dropFirst(4)
        default:
          let length = varint(&rest)
          if tag >> 3 == wanted { found.append(rest.prefix(length)) }
          rest = rest.dropFirst(length)
        }
      }
      return found
    }
  }

  private func varint(_ bytes: inout ArraySlice<UInt8>) -> Int {
    var (number, shift) = (0, 0)
    while let byte = bytes.popFirst() {
      number |= Int(byte & 0x7f) << shift
      shift += 7
      if byte < 0x80 { break }
    }
    return number
  }

  @Test(arguments: GeneratorOptions.Shape.allCases)
  func sameOptionsGiveTheSameBytes(shape: GeneratorOptions.Shape) {
    for format in GeneratorOptions.Format.allCases {
      let options = GeneratorOptions(spans: 700, seed: 7, shape: shape, format: format)
      let bytes = generate(options)
      #expect(bytes == generate(options), "\(shape) \(format)")
      var other = options
      other.seed = 8
      #expect(bytes != generate(other), "\(shape) \(format)")
    }
  }

  @Test(arguments: GeneratorOptions.Shape.allCases)
  func linesHoldAsManySpansAsWereAskedFor(shape: GeneratorOptions.Shape) throws {
    for count in [0, 1, 2, 511, 512, 1_500] {
      let bytes = generate(GeneratorOptions(spans: count, shape: shape, format: .otlpJSONLines))
      let spans = try spans(ofLines: bytes)
      #expect(spans.count == count, "\(shape)")
      #expect(spans.allSatisfy { ($0["attributes"] as? [Any])?.count == 10 }, "\(shape)")
      #expect(bytes.split(separator: UInt8(ascii: "\n")).count == (count + 511) / 512, "\(shape)")
    }
  }

  @Test func documentIsWhole() throws {
    for count in [0, 1, 600] {
      let bytes = generate(GeneratorOptions(spans: count, format: .otlpJSON))
      let document = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
      #expect(document?.keys.sorted() == ["resourceSpans"])
    }
  }

  @Test func protobufHoldsTheSameSpans() throws {
    let names = try spans(ofLines: generate(GeneratorOptions(spans: 900, seed: 3)))
      .map { $0["name"] as? String ?? "" }
    let whole = generate(GeneratorOptions(spans: 900, seed: 3, format: .otlpProtobuf))
    let spans = fields(2, of: fields(2, of: fields(1, of: [whole[...]])))
    #expect(spans.count == 900)
    #expect(fields(5, of: spans).map { String(decoding: $0, as: UTF8.self) } == names)
    #expect(fields(9, of: spans).count == 9_000)

    var frames = generate(GeneratorOptions(spans: 900, seed: 3, format: .otlpProtobufFrames))[...]
    var joined: [UInt8] = []
    while !frames.isEmpty {
      let length = frames.prefix(4).reduce(0) { $0 << 8 | Int($1) }
      joined += frames.dropFirst(4).prefix(length)
      frames = frames.dropFirst(4 + length)
    }
    #expect(joined == whole)
  }

  @Test func mixedDataHasWhatRealDataHas() throws {
    let spans = try spans(ofLines: generate(GeneratorOptions(spans: 20_000, attributes: 1)))
    let known = Set(spans.map { "\($0["traceId"] ?? "") \($0["spanId"] ?? "")" })
    let orphans = spans.filter {
      guard let parent = $0["parentSpanId"] else { return false }
      return !known.contains("\($0["traceId"] ?? "") \(parent)")
    }
    let errors = spans.filter { ($0["status"] as? [String: Any])?["code"] as? Int == 2 }
    #expect((1..<60).contains(spans.count - known.count), "repeated spans")
    #expect((100..<400).contains(orphans.count))
    #expect((300..<500).contains(errors.count))
    #expect(errors.allSatisfy { ($0["events"] as? [Any])?.isEmpty == false })
    #expect(spans.contains { $0["links"] != nil })
  }

  @Test func spansHaveAsManyEventsAsWereAskedFor() throws {
    let options = GeneratorOptions(spans: 600, attributes: 1, events: 20)
    let counts = try spans(ofLines: generate(options)).map { ($0["events"] as? [Any])?.count ?? 0 }
    #expect(counts.allSatisfy { (20...22).contains($0) })
    var same = options
    same.format = .otlpProtobuf
    let encoded = fields(2, of: fields(2, of: fields(1, of: [generate(same)[...]])))
    #expect(fields(11, of: encoded).count == counts.reduce(0, +))
  }

  @Test func scatteredTracesAreAllOverTheFile() throws {
    /// The spans from the first of a trace to its last, over those that it has.
    func spread(_ shape: GeneratorOptions.Shape) throws -> Int {
      let options = GeneratorOptions(spans: 20_000, shape: shape, attributes: 1)
      var places: [String: [Int]] = [:]
      for (place, span) in try spans(ofLines: generate(options)).enumerated() {
        places[span["traceId"] as? String ?? "", default: []].append(place)
      }
      let longest = places.values.map { ($0.last ?? 0) - ($0.first ?? 0) }.sorted()
      return longest[longest.count / 2]
    }
    #expect(try spread(.scattered) > 5_000)
    #expect(try spread(.mixed) < 2_000)
  }

  @Test func spanIsAboutAKilobyte() {
    let bytes = generate(GeneratorOptions(spans: 5_000))
    #expect((900..<1_100).contains(bytes.count / 5_000))
  }
}
