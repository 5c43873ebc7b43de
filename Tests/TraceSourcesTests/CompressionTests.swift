import Dispatch
import Foundation
import Testing
import TraceModel
import TraceTestSupport

@testable import TraceSources

/// Compressed input is read as what it holds.
@Suite struct CompressionTests {
  private static let folder = "compressed/otelcol-file-exporter/"

  /// Spans and issues of a source.
  private struct Reading {
    var spans: [SpanRecord] = []
    var issues: [ImportIssue] = []
    var hasEnded = false

    var kinds: [ImportIssue.Kind] { issues.map(\.kind) }
  }

  private func read(_ source: FileSource) -> Reading {
    let inbox = Inbox<SourceEvent>(capacity: 10_000)
    source.run(into: inbox)
    var reading = Reading()
    for event in inbox.drain() {
      switch event {
      case .batch(let batch):
        reading.spans += (0..<batch.count).map { batch.record(at: $0) }
        reading.issues += batch.issues
      case .ended: reading.hasEnded = true
      case .progress, .status, .stopped, .failed: break
      }
    }
    return reading
  }

  private func read(_ bytes: [UInt8], limits: Decompressor.Limits = .init()) throws -> Reading {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID())")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(bytes).write(to: file)
    var source = try FileSource(id: SourceID(0), path: file.path)
    source.expansion = limits
    return read(source)
  }

  /// Reads what a pipe gives in pieces.
  private func readPipe(_ bytes: [UInt8], pieces size: Int) throws -> Reading {
    let pipe = Pipe()
    DispatchQueue.global().async {
      for start in stride(from: 0, to: bytes.count, by: size) {
        let piece = bytes[start..<min(bytes.count, start + size)]
        try? pipe.fileHandleForWriting.write(contentsOf: Data(piece))
      }
      try? pipe.fileHandleForWriting.close()
    }
    let path = "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)"
    return read(try FileSource(id: SourceID(0), path: path))
  }

  /// The bytes, compressed by a program.
  private func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID())")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(bytes).write(to: file)
    let process = Process()
    process.executableURL = URL(filePath: "/bin/gzip")
    process.arguments = ["-c", file.path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Array(output)
  }

  private func plain() throws -> [UInt8] {
    try Fixture.load("otlp-json/otelcol-file-exporter/traces.jsonl").bytes
  }

  @Test(arguments: [
    "traces.json.legacy-zstd", "traces.json.native.zst", "traces.proto.legacy-zstd",
    "traces.proto.native.zst",
  ])
  func whatCollectorsWriteIsRead(name: String) throws {
    let expected = try read(plain()).spans
    let bytes = try Fixture.load(Self.folder + name).bytes
    let reading = try read(bytes)
    #expect(reading.spans == expected && !expected.isEmpty)
    #expect(reading.kinds == [.compressedInput])
    for size in [1, 7, 1000] {
      let pipe = try readPipe(bytes, pieces: size)
      #expect(pipe.spans == expected && pipe.kinds == [.compressedInput], "in pieces of \(size)")
    }
  }

  @Test func membersAndFramesBehindOneAnotherAreOneInput() throws {
    let plain = try plain()
    let middle = plain.count / 2
    let frames = try Fixture.load(Self.folder + "traces.json.native.zst").bytes
    let bytes =
      try gzip(Array(plain[..<middle])) + gzip(Array(plain[middle...])) + [0, 0, 0]
      + [0x5a, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 7, 7] + frames + gzip(plain)
    let expected = try read(plain).spans
    for reading in [try read(bytes), try readPipe(bytes, pieces: 13)] {
      #expect(reading.spans == expected + expected + expected)
      #expect(reading.kinds == [.compressedInput])
    }
  }

  @Test func damageIsReportedAndWhatStandsBeforeItIsShown() throws {
    let plain = try plain()
    let whole = try gzip(plain)
    let expected = try read(plain).spans
    let cut = try read(whole + whole.prefix(whole.count / 2))
    #expect(cut.spans.starts(with: expected) && cut.hasEnded)
    #expect(cut.kinds.contains(.truncatedInput))
    #expect(
      cut.issues.last?.detail
        == "the gzip data ends too early, at byte \(whole.count + whole.count / 2) of the compressed data; what stands before it is shown"
    )
    let garbage = try read(whole + Array("garbage".utf8))
    #expect(garbage.spans == expected)
    #expect(garbage.kinds == [.compressedInput, .damagedCompression])
    var flipped = whole
    flipped[whole.count - 6] ^= 0xff
    let checked = try read(flipped)
    #expect(checked.spans == expected && checked.kinds.last == .damagedCompression)
    #expect(checked.issues.last?.byteOffset == plain.count)
  }

  /// Nothing traps, hangs, or is lost without a word.
  @Test func anyCutAndAnyDamageIsReported() throws {
    var random = SplitMix64(seed: 3)
    let files = try ["traces.json.legacy-zstd", "traces.proto.native.zst"].map {
      try Fixture.load(Self.folder + $0).bytes
    }
    for bytes in files + [try gzip(plain())] {
      let expected = try read(bytes)
      for _ in 0..<60 {
        let length = Int(random.next() % UInt64(bytes.count))
        let reading = try read(Array(bytes.prefix(length)))
        #expect(reading.hasEnded && reading.spans.count <= expected.spans.count)
        #expect(
          reading.spans == expected.spans || !reading.kinds.allSatisfy { $0 == .compressedInput },
          "the first \(length) bytes")
        var damaged = bytes
        damaged[length] ^= UInt8(1 + random.next() % 255)
        #expect(try read(damaged).hasEnded)
      }
    }
  }

  @Test func whatExpandsTooFarIsStopped() throws {
    // 128 KiB of spaces in each block of four bytes. (RFC 8878, 3.1.1: a run.)
    var bomb: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0, 0x58]
    for _ in 0..<100 { bomb += [0x02, 0x00, 0x10, 0x20] }
    bomb += [0x03, 0x00, 0x10, 0x20]
    let stopped = try read(bomb, limits: .init(anyRatio: 1 << 20, ratio: 400))
    #expect(stopped.kinds.contains(.limitReached) && stopped.hasEnded)
    #expect(stopped.issues.contains { $0.detail.contains("bytes expand to more than") })
    #expect((stopped.issues.last?.byteOffset ?? 0) < 20 << 20)
    #expect(try !read(bomb, limits: .init(anyRatio: 20 << 20)).kinds.contains(.limitReached))
    let most = try read(bomb, limits: .init(anyRatio: 1 << 20, ratio: 1 << 20, most: 2 << 20))
    #expect(most.kinds.contains(.limitReached))
  }

  @Test func aCompressedFileHasNoKnownSize() throws {
    let path = Fixture.folder.appending(path: Self.folder + "traces.json.native.zst").path
    #expect(try FileSource(id: SourceID(0), path: path).byteCount == nil)
  }
}
