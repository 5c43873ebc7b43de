import Testing
import TraceModel
import TraceTestSupport

@testable import TraceFormats

/// The readers of MessagePack and of Lightstep's reports, where fixtures do not show it.
@Suite struct BinaryPayloadTests {
  static func value(_ bytes: [UInt8]) throws -> MessagePackReader.Value {
    var reader = MessagePackReader()
    let value = try reader.next(bytes.span)
    #expect(reader.position == bytes.count)
    return value
  }

  @Test func everyKindOfValueIsRead() throws {
    let cases: [([UInt8], MessagePackReader.Value)] = [
      ([0x00], .uint(0)), ([0x7f], .uint(127)), ([0xff], .int(-1)), ([0xe0], .int(-32)),
      ([0xc0], .null), ([0xc2], .bool(false)), ([0xc3], .bool(true)),
      ([0xcc, 0xff], .uint(255)), ([0xcd, 1, 0], .uint(256)), ([0xce, 0, 1, 0, 0], .uint(65_536)),
      ([0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], .uint(.max)),
      ([0xd0, 0x80], .int(-128)), ([0xd1, 0x80, 0], .int(-32_768)),
      ([0xd2, 0x80, 0, 0, 0], .int(-2_147_483_648)),
      ([0xd3, 0x80, 0, 0, 0, 0, 0, 0, 0], .int(.min)),
      ([0xd3, 0, 0, 0, 0, 0, 0, 0, 9], .int(9)),
      ([0xca, 0x3f, 0x80, 0, 0], .double(1)), ([0xcb, 0xbf, 0xf0, 0, 0, 0, 0, 0, 0], .double(-1)),
      ([0xa2, 0x61, 0x62], .string(1..<3)), ([0xd9, 1, 0x61], .string(2..<3)),
      ([0xda, 0, 1, 0x61], .string(3..<4)), ([0xdb, 0, 0, 0, 1, 0x61], .string(5..<6)),
      ([0xc4, 1, 7], .binary(2..<3)), ([0xc5, 0, 1, 7], .binary(3..<4)),
      ([0xc6, 0, 0, 0, 1, 7], .binary(5..<6)), ([0xd4, 5, 1], .other(1..<3)),
      ([0xd5, 5, 1, 2], .other(1..<4)), ([0xc7, 1, 5, 9], .other(2..<4)),
      ([0xc8, 0, 1, 5, 9], .other(3..<5)), ([0xc9, 0, 0, 0, 0, 5], .other(5..<6)),
      ([0x92], .array(2)), ([0xdc, 1, 0], .array(256)), ([0xdd, 0, 1, 0, 0], .array(65_536)),
      ([0x82], .map(2)), ([0xde, 1, 0], .map(256)), ([0xdf, 0, 1, 0, 0], .map(65_536)),
    ]
    for (bytes, expected) in cases {
      #expect(try Self.value(bytes) == expected, "\(bytes)")
      for length in 0..<bytes.count {
        var reader = MessagePackReader()
        #expect(throws: MessagePackError.self, "\(bytes), \(length) of them") {
          try reader.next(Array(bytes.prefix(length)).span)
        }
      }
    }
    #expect(throws: MessagePackError(.unusedByte, at: 0)) { try Self.value([0xc1]) }
  }

  @Test func countsThatAreTooLargeAreNoHarm() throws {
    // 256 arrays, each of which says that it has 4 billion elements.
    let bytes = [[UInt8]](repeating: [0xdd, 0xff, 0xff, 0xff, 0xff], count: 256).flatMap { $0 }
    var scanner = MessagePackScanner(from: 0)
    #expect(try !scanner.scan(bytes.span))
    let reading = ImporterReading(bytes, by: DatadogMessagePackImporter.self, pieces: 3)
    #expect(reading.issues.map(\.kind) == [.truncatedInput])
  }

  /// A payload of one trace with a span whose name is that long, and one behind it.
  private static func payload(nameLength: Int) -> [UInt8] {
    func span(_ name: Int) -> [UInt8] {
      [0x82, 0xa4] + Array("name".utf8) + [0xda, UInt8(name >> 8), UInt8(name & 255)]
        + [UInt8](repeating: 0x61, count: name) + [0xa8] + Array("trace_id".utf8) + [1]
    }
    return [0x91, 0x92] + span(nameLength) + span(3)
  }

  @Test func aSpanOfDatadogsThatIsTooLongIsSkipped() {
    let bytes = Self.payload(nameLength: 5_000)
    var importer = DatadogMessagePackImporter()
    importer.recordLimit = 1_000
    let whole = ImporterReading(bytes, by: importer)
    #expect(whole.records.map(\.name) == ["aaa"])
    #expect(whole.issues.first?.line == "@2 record-too-long: longer than 1000 bytes; skipped")
    for size in [1, 7, 999, 1_001, 4_000] {
      #expect(ImporterReading(bytes, by: importer, pieces: size) == whole, "pieces of \(size)")
    }
  }

  @Test func tooManyStringsAreNotHeld() {
    let strings = [UInt8](repeating: 0xa0, count: 300)
    var importer = DatadogMessagePackImporter()
    importer.recordLimit = 1_000
    let reading = ImporterReading([0x92, 0xdc, 1, 0x2c] + strings + [0x90], by: importer)
    #expect(reading.issues.map(\.kind) == [.malformedRecord])
  }

  @Test func aSpanOfLightstepsThatIsTooLongIsSkipped() {
    func span(_ name: Int) -> [UInt8] {
      OTLPProtobufWriter.field(
        3,
        OTLPProtobufWriter.field(1, [8, 1, 16, 2])
          + OTLPProtobufWriter.field(2, [UInt8](repeating: 0x61, count: name)))
    }
    var importer = LightstepProtobufImporter()
    importer.recordLimit = 1_000
    let bytes = span(5_000) + span(3)
    let whole = ImporterReading(bytes, by: importer)
    #expect(whole.records.map(\.name) == ["aaa"])
    #expect(whole.issues.map(\.line) == ["@0 record-too-long: longer than 1000 bytes; skipped"])
    for size in [1, 7, 999, 1_001, 4_000] {
      #expect(ImporterReading(bytes, by: importer, pieces: size) == whole, "pieces of \(size)")
    }
  }

  @Test func aReporterBehindItsSpansIsNoted() throws {
    let report = try Fixture.load("lightstep-protobuf/lightstep-4.4.8/report.pb").bytes
    // The first field is the reporter.
    let reporter = 225
    let turned = Array(report[reporter...] + report[..<reporter])
    let reading = ImporterReading(turned, by: LightstepProtobufImporter.self)
    #expect(reading.records.count == 3 && reading.issues.map(\.kind) == [.resourceAfterSpans])
    #expect(reading.records.allSatisfy { $0.resource == Resource() })
    let twice = ImporterReading(report + report, by: LightstepProtobufImporter.self, pieces: 100)
    #expect(twice.records.count == 6 && twice.issues == [])
  }
}
