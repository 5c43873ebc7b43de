import Foundation
import Testing
import TraceModel

@testable import TraceSources

@Suite struct FileSourceTests {
  /// Spans of 64 kB each in OTLP JSON Lines: few, so that their number ends no batch.
  @Test func manyBytesOfStringsEndABatch() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).jsonl")
    defer { try? FileManager.default.removeItem(at: file) }
    let lines = (1...48).map { number in
      let name = "\(number)" + String(repeating: "x", count: 64 << 10)
      return #"{"resourceSpans":[{"scopeSpans":[{"spans":[{"spanId":"00000000000000"#
        + #"\#(9 + number)","name":"\#(name)"}]}]}]}"# + "\n"
    }
    try Data(lines.joined().utf8).write(to: file)
    #expect(try batches(file, stringBytes: 64 << 20).count == 2)
    let limited = try batches(file, stringBytes: 100_000)
    #expect(limited.count >= 3)
    #expect(limited.reduce(0) { $0 + $1.count } == 48)
    // At most what one read adds to what was kept.
    #expect(limited.allSatisfy { $0.strings.byteCount < 100_000 + (2 << 20) })
  }

  private func batches(_ file: URL, stringBytes: Int) throws -> [SpanBatch] {
    var source = try FileSource(id: SourceID(0), path: file.path)
    source.batchLimits.stringBytes = stringBytes
    let inbox = Inbox<SourceEvent>(capacity: 1_000)
    source.run(into: inbox)
    return inbox.drain().compactMap { event in
      if case .batch(let batch) = event { batch } else { nil }
    }
  }
}
