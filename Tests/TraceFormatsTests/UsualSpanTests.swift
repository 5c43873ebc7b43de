import Testing
import TraceModel
import TraceTestSupport

@testable import TraceFormats

/// The fast way through a span must read what the careful way reads, or nothing.
@Suite struct UsualSpanTests {
  /// What was made of a span.
  private struct Reading: Equatable {
    var record: SpanRecord?
    var end = 0
    var notes: [String] = []
  }

  private static func read(_ text: [UInt8], fast: Bool, codec: OTLPJSON = OTLPJSON()) -> Reading? {
    var codec = codec
    var batch = SpanBatch(source: SourceID(0))
    var reader = JSONReader(at: 0, isWhole: false)
    if fast {
      guard codec.usualSpan(text.span, &reader, SpanDraft(), into: &batch) else { return nil }
    } else {
      do throws(JSONError) {
        try codec.anySpan(text.span, &reader, SpanDraft(), into: &batch)
      } catch {
        return nil
      }
    }
    let notes = codec.fields.notes.take().map { "\($0.kind) \($0.position) \($0.detail)" }
    return Reading(record: batch.record(at: 0), end: reader.position, notes: notes)
  }

  /// A span as collectors write it, with all that is usual.
  private static let usual = #"""
    {"traceId":"5b8aa5a2d2c872e8321cf37308d69df2","spanId":"5fb397be34d26b51","parentSpanId":"051581bf3cb55c13","flags":257,"name":"GET /cart","kind":2,"startTimeUnixNano":"1760000000015267857","endTimeUnixNano":"1760000000015656455","attributes":[{"key":"http.route","value":{"stringValue":"/cart"}},{"key":"code","value":{"intValue":"-500"}},{"key":"n","value":{"intValue":7}},{"key":"ratio","value":{"doubleValue":0.25}},{"key":"on","value":{"boolValue":true}},{"key":"off","value":{"boolValue":false}},{"key":"text","value":{"stringValue":"a\"é\n"}},{"key":"list","value":{"arrayValue":{"values":[{"stringValue":"x"}]}}}],"events":[{"timeUnixNano":"1760000000015267900","name":"retry","attributes":[]}],"links":[],"droppedLinksCount":3,"status":{"code":2,"message":"no"}}
    """#

  /// The span with as many bytes behind it as the fast way wants to see.
  private static func padded(_ text: [UInt8]) -> [UInt8] {
    text + Array(",{".utf8) + [UInt8](repeating: UInt8(ascii: " "), count: UsualText.room)
  }

  @Test func theUsualSpanTakesTheFastWay() throws {
    let text = Self.padded(Array(Self.usual.utf8))
    let fast = try #require(Self.read(text, fast: true))
    #expect(fast == Self.read(text, fast: false))
    #expect(fast.record?.attributes.count == 8)
    #expect(fast.end == Self.usual.utf8.count)
  }

  @Test func generatedSpansAreReadAlikeOnBothWays() {
    var random = RandomRecords(seed: 7)
    var fastCount = 0
    for number in 0..<500 {
      var record = random.record()
      // Times of other than 19 digits take the careful way.
      record.start = UnixNanos(1_760_000_000_000_000_000 + UInt64(number) * 999_999_937)
      record.end = UnixNanos(record.start.rawValue + 123_456_789)
      let text = Self.padded(Array(OTLPJSONWriter.span(record).utf8))
      guard let fast = Self.read(text, fast: true) else { continue }
      fastCount += 1
      #expect(fast == Self.read(text, fast: false), "\(record)")
    }
    #expect(fastCount > 450)
  }

  @Test func damageIsReadAlikeOrLeftToTheCarefulWay() {
    let text = Array(Self.usual.utf8)
    let replacements = Array("\"\\{}[]:,0a- \n\u{0}\u{7f}".utf8) + [0x80, 0xff]
    for position in text.indices {
      // Each byte is replaced by three of them, one after the other.
      var damaged: [[UInt8]] = (0..<3).map { turn in
        var copy = text
        copy[position] = replacements[(position * 3 + turn) % replacements.count]
        return copy
      }
      damaged.append(Array(text[..<position] + text[(position + 1)...]))
      damaged.append(Array(text[...position] + text[position...]))
      for bytes in damaged {
        let bytes = Self.padded(bytes)
        guard let fast = Self.read(bytes, fast: true) else { continue }
        #expect(fast == Self.read(bytes, fast: false), "\(String(decoding: bytes, as: UTF8.self))")
      }
    }
  }

  @Test func whereTheBytesEndNothingIsKept() {
    let text = Array(Self.usual.utf8)
    for end in text.indices { #expect(Self.read(Array(text[..<end]), fast: true) == nil) }
  }

  /// What the last span of a name had is only a guess for the next one.
  @Test func habitsNeverChangeWhatIsRead() {
    var codec = OTLPJSON()
    var batch = SpanBatch(source: SourceID(0))
    var random = SplitMix64(seed: 3)
    let values = ["", "a", "ab", "a\\\"b", "a\\\\b", "é", "\\u0061", "abcdefghijklmnopqrstuvwxyz"]
    for _ in 0..<1_000 {
      let pairs = (0..<random.next() % 5).map { _ in
        let key = values[Int(random.next() % 8)]
        let value = values[Int(random.next() % 8)]
        return #"{"key":"\#(key)","value":{"stringValue":"\#(value)"}}"#
      }
      let name = values[Int(random.next() % 3)]
      let text = Self.padded(
        Array(
          #"""
          {"traceId":"5b8aa5a2d2c872e8321cf37308d69df2","spanId":"5fb397be34d26b51","name":"\#(name)","attributes":[\#(pairs.joined(separator: ","))]}
          """#.utf8))
      var reader = JSONReader(at: 0, isWhole: false)
      #expect(codec.usualSpan(text.span, &reader, SpanDraft(), into: &batch))
      #expect(batch.record(at: batch.count - 1) == Self.read(text, fast: false)?.record)
    }
  }
}
