import Testing
import TraceModel
import TraceTestSupport

@testable import TraceFormats

/// What is read at once in Lightstep's reports, if it is written as usual, is read the same if not.
@Suite struct LightstepProtobufTests {
  /// How a span is written.
  private struct Style {
    /// Whether fields come in the order of their numbers.
    var isOrdered = true
    /// Whether numbers have a byte more than they need.
    var isPadded = false
    /// Whether there are fields that nobody knows.
    var hasUnknown = false
  }

  private static func varint(_ value: UInt64, _ style: Style) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
    if style.isPadded, bytes.count < 10 {
      bytes[bytes.count - 1] |= 0x80
      bytes.append(0)
    }
    return bytes
  }

  private static func message(_ fields: [[UInt8]], _ style: Style) -> [UInt8] {
    var fields = style.isOrdered ? fields : fields.reversed()
    if style.hasUnknown { fields.append([0xf8, 0x07, 0x05]) }
    return fields.flatMap { $0 }
  }

  private static func field(_ number: UInt8, _ bytes: [UInt8], _ style: Style) -> [UInt8] {
    [number << 3 | 2] + varint(UInt64(bytes.count), style) + bytes
  }

  private static func numbers(_ one: UInt64, _ two: UInt64, _ style: Style) -> [UInt8] {
    message([[0x08] + varint(one, style), [0x10] + varint(two, style)], style)
  }

  private static func pair(_ key: String, _ value: String, _ style: Style) -> [UInt8] {
    message([field(1, Array(key.utf8), style), field(2, Array(value.utf8), style)], style)
  }

  private static func report(_ ids: [UInt64], _ text: String, _ style: Style) -> [UInt8] {
    let pairs = [
      pair("span.kind", "server", style), pair("error", "True", style), pair("error", text, style),
      pair("key", text, style), pair(text, "value", style), pair("event", text, style),
    ]
    let time = numbers(1_700_000_000, ids[0] % 1_000_000_000, style)
    let span = message(
      [
        field(1, numbers(ids[0], ids[1], style), style), field(2, Array(text.utf8), style),
        field(3, message([field(2, numbers(ids[0], ids[2], style), style)], style), style),
        field(4, time, style), [0x28] + varint(ids[2] % 1_000_000, style),
      ], Style(isOrdered: true, isPadded: style.isPadded, hasUnknown: style.hasUnknown))
    let tags = pairs.flatMap { field(6, $0, style) }
    let log = message(
      [field(1, time, style)] + [pairs[5], pairs[3]].map { field(2, $0, style) }, Style())
    let reporter = field(1, [0x08, 0x01] + field(4, pair("a", "b", Style()), Style()), Style())
    // More bytes behind, so that numbers may be read as words.
    return reporter + field(3, span + tags + field(7, log, style), style)
      + field(2, [UInt8](repeating: 0, count: 30), Style())
  }

  @Test func unusualWritingIsReadTheSame() {
    var random = SplitMix64(seed: 4_488)
    for length in [0, 1, 5, 9, 15, 16, 127, 128, 300] {
      let text = String(repeating: "x", count: length)
      let ids = (0..<3).map { _ in (random.next() >> (random.next() % 64)) | 1 }
      let usual = ImporterReading(
        Self.report(ids, text, Style()), by: LightstepProtobufImporter.self)
      #expect(usual.records.count == 1 && usual.issues.isEmpty)
      #expect(usual.records.first?.spanID == SpanID(ids[1]))
      #expect(usual.records.first?.parentSpanID == SpanID(ids[2]))
      #expect(usual.records.first?.kind == .server)
      for number in 1..<8 {
        let style = Style(
          isOrdered: number & 1 == 0, isPadded: number & 2 != 0, hasUnknown: number & 4 != 0)
        let other = ImporterReading(
          Self.report(ids, text, style), by: LightstepProtobufImporter.self)
        #expect(other.records == usual.records, "\(length), \(style)")
        #expect(other.issues.isEmpty)
      }
    }
  }
}
