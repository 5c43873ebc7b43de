import Dispatch
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
    // One for each block, of which the first are small.
    #expect(try batches(file, stringBytes: 64 << 20).count <= 5)
    let limited = try batches(file, stringBytes: 100_000)
    #expect(limited.count >= 3)
    #expect(limited.reduce(0) { $0 + $1.count } == 48)
    // At most what one read adds to what was kept.
    #expect(limited.allSatisfy { $0.strings.byteCount < 100_000 + (2 << 20) })
  }

  /// A program that flushes after each span must not cost a batch a span.
  @Test func manySmallWritesShareABatch() throws {
    let pipe = Pipe()
    DispatchQueue.global().async {
      for number in 100..<400 {
        let line =
          #"{"resourceSpans":[{"scopeSpans":[{"spans":[{"spanId":"0000000000000"#
          + #"\#(number)"}]}]}]}"# + "\n"
        try? pipe.fileHandleForWriting.write(contentsOf: Data(line.utf8))
      }
      try? pipe.fileHandleForWriting.close()
    }
    let path = "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)"
    let batches = try batches(URL(filePath: path), stringBytes: 64 << 20)
    #expect(batches.count <= 3)
    #expect(batches.reduce(0) { $0 + $1.count } == 300)
  }

  /// All batches of a file that has all the time in the world.
  private func batches(_ file: URL, stringBytes: Int) throws -> [SpanBatch] {
    var source = try FileSource(id: SourceID(0), path: file.path)
    source.batchLimits.stringBytes = stringBytes
    source.batchLimits.patience = .seconds(60)
    let inbox = Inbox<SourceEvent>(capacity: 1_000)
    source.run(into: inbox)
    return inbox.drain().compactMap { event in
      if case .batch(let batch) = event { batch } else { nil }
    }
  }
}
