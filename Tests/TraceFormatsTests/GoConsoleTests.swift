import Testing
import TraceModel
import TraceTestSupport

@testable import TraceFormats

/// Spans of Go's exporter are read with and without a guess of what is written alike: both give the
/// same.
@Suite struct GoConsoleTests {
  private struct Reading: Equatable {
    var records: [SpanRecord] = []
    var notes: [String] = []
    var errors: [JSONError] = []
  }

  /// Reads objects one behind the other, so that each finds what was learned of those before it.
  private static func read(_ objects: [[UInt8]], usual: Bool) -> Reading {
    var codec = GoConsole()
    codec.readsUsual = usual
    var fields = JSONFields()
    var batch = SpanBatch(source: SourceID(0))
    var reading = Reading()
    for object in objects {
      do throws(JSONError) {
        try codec.decode(object.span, byteOffset: 0, fields: &fields, into: &batch)
        reading.notes += fields.notes.take().map { "\($0.kind) \($0.position) \($0.detail)" }
      } catch {
        batch.rollBack()
        fields.notes.discard()
        reading.errors.append(error)
      }
    }
    reading.records = (0..<batch.count).map { batch.record(at: $0) }
    return reading
  }

  private static func objects() throws -> [[UInt8]] {
    let fixture = try #require(
      try Fixture.all(of: ["go-console"]).first { $0.path.hasSuffix("lines.txt") })
    return fixture.bytes.split(separator: 0x0a).map(Array.init).filter { $0.first == 0x7b }
  }

  @Test func bothWaysReadTheSame() throws {
    let objects = try Self.objects()
    #expect(objects.count > 1)
    for (number, object) in objects.enumerated() {
      for round in 0..<(ImporterChecks.isSlow ? 20_000 : 400) {
        let seed = UInt64(number * 1_000_003 + round)
        let other = objects[(number + round) % objects.count]
        let list = [object, MutationTests.mutated(object, with: other, seed: seed), object]
        #expect(
          Self.read(list, usual: true) == Self.read(list, usual: false),
          "object \(number), \(round)")
      }
    }
  }

  @Test func usualPartsAreReadStraight() {
    let context =
      #"{"TraceID":"626305dc745271981236eb092265b1f5","SpanID":"19ac27c6d8f16adf","TraceFlags":"01","TraceState":"","Remote":true}"#
    let pair = #"{"Key":"code","Value":{"Type":"INT64","Value":404}}"#
    var codec = GoConsole()
    var strings = StringPool()
    let bytes = Array((context + pair).utf8)
    let read = codec.usualContext(bytes.span, at: 0, isOptional: false)
    #expect(read?.context.isRemote == true && read?.end == context.utf8.count)
    var fields = JSONFields()
    let end = codec.usualPair(bytes.span, at: context.utf8.count, 0, &fields, &strings)?.end
    #expect(end == bytes.count && strings.find("code") != nil)
  }
}
