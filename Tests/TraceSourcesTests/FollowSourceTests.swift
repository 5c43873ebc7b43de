import Foundation
import Testing
import TraceModel
import TraceTestSupport

@testable import TraceSources

@Suite struct FollowSourceTests {
  /// A file that is written to step by step.
  private final class LogFile {
    let url: URL
    private let folder: URL
    var path: String { url.path }

    init() throws {
      folder = FileManager.default.temporaryDirectory.appending(path: "follow-\(UUID())")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      url = folder.appending(path: "spans.jsonl")
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Appends to whatever has the name now, which is made if need be.
    func append(_ bytes: some Collection<UInt8>) throws {
      if !FileManager.default.fileExists(atPath: path) {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
      }
      let handle = try FileHandle(forWritingTo: url)
      try handle.seekToEnd()
      try handle.write(contentsOf: Data(bytes))
      try handle.close()
    }

    func append(_ names: String...) throws {
      try append(names.map(FollowSourceTests.line).joined().utf8)
    }

    func truncate() throws { try FileHandle(forWritingTo: url).truncate(atOffset: 0) }

    /// Renames the file; a handle to write to it still.
    func rename() throws -> FileHandle {
      let old = folder.appending(path: "spans.jsonl.1")
      try FileManager.default.moveItem(at: url, to: old)
      let handle = try FileHandle(forWritingTo: old)
      try handle.seekToEnd()
      return handle
    }

    func delete() throws { try FileManager.default.removeItem(at: url) }
  }

  private static func line(_ name: String) -> String {
    #"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"00000000000000000000000000000001","#
      + #""spanId":"0000000000000001","name":"\#(name)"}]}]}]}"# + "\n"
  }

  private func follow(_ file: LogFile, tail: Int? = nil) throws -> LiveRun {
    LiveRun(try FollowSource(id: SourceID(0), path: file.path, tail: tail))
  }

  @Test func whatIsAppendedComesWithoutAnEnd() throws {
    let file = try LogFile()
    try file.append("one")
    let run = try follow(file)
    run.until("one") { $0.names == ["one"] }
    try file.append("two", "three")
    run.until("two and three") { $0.names == ["one", "two", "three"] }
    let heard = run.stop()
    #expect(heard.issues.isEmpty)
    #expect(heard.statuses.map(\.receivedSpans).max() == 3)
    #expect(heard.status?.state == .ended)
  }

  /// Cut at every byte, so in keys, numbers, escapes and between them.
  @Test func partOfALineWaitsForItsRest() throws {
    let file = try LogFile()
    let run = try follow(file)
    run.until("waiting") { $0.status?.state == .waiting }
    let line = Array(Self.line("ä \\u00e4").utf8)
    for byte in line { try file.append([byte]) }
    run.until("the span") { $0.names == ["ä ä"] }
    for cut in stride(from: 1, to: line.count, by: 7) {
      try file.append(line[..<cut])
      let count = run.soFar.spans.count
      try file.append(line[cut...])
      run.until("the span cut at \(cut)") { $0.spans.count == count + 1 }
    }
    #expect(run.stop().issues.isEmpty)
  }

  @Test func partOfALineIsAnIssueWhenItIsStopped() throws {
    let file = try LogFile()
    try file.append("one")
    try file.append(Self.line("two").utf8.dropLast(40))
    let run = try follow(file)
    run.until("one") { $0.names.contains("one") }
    #expect(run.stop().issues.map(\.kind) == [.truncatedInput])
  }

  @Test(arguments: ["otlp-protobuf-frames", "python-console", "csv", "zipkin-json"])
  func otherFormatsGrow(_ format: String) throws {
    let fixture = try #require(
      try Fixture.all(of: [format]).filter { !$0.isDamaged }.max { $0.bytes.count < $1.bytes.count }
    )
    let whole = LiveRun(
      try FileSource(id: SourceID(0), path: Fixture.folder.path + "/" + fixture.path))
    let expected = whole.until("the whole file") { $0.hasEnded }
    try #require(!expected.spans.isEmpty)
    let file = try LogFile()
    let run = try follow(file)
    var random = SplitMix64(seed: 7)
    var rest = fixture.bytes[...]
    while !rest.isEmpty {
      let count = Int.random(in: 1...max(1, fixture.bytes.count / 8), using: &random)
      try file.append(rest.prefix(count))
      rest = rest.dropFirst(count)
    }
    run.until("all spans but those that wait for more") {
      $0.spans.count >= expected.spans.count - 1
    }
    #expect(run.stop().names == expected.names)
  }

  @Test func aFileThatWasCutIsReadAgainFromItsStart() throws {
    let file = try LogFile()
    try file.append("one", "two")
    let run = try follow(file)
    run.until("two") { $0.names == ["one", "two"] }
    try file.truncate()
    run.until("the cut") { $0.status?.text.hasPrefix("truncated") == true }
    try file.append("three")
    run.until("three") { $0.names == ["one", "two", "three"] }
    #expect(run.stop().issues.isEmpty)
  }

  /// As logrotate does: what is written to the old file after its name is gone comes too.
  @Test func aRenamedFileIsReadToItsEndFirst() throws {
    let file = try LogFile()
    try file.append("one")
    let run = try follow(file)
    run.until("one") { $0.names == ["one"] }
    let old = try file.rename()
    run.until("that the name is gone") { $0.status?.state == .troubled }
    try old.write(contentsOf: Data(Self.line("late").utf8))
    run.until("late") { $0.names == ["one", "late"] }
    // Nothing is in the new one yet.
    try file.append([])
    run.until("that the name is there") { $0.status?.state == .active }
    try old.write(contentsOf: Data(Self.line("later").utf8))
    try file.append("new")
    run.until("the new file") { $0.names == ["one", "late", "later", "new"] }
    #expect(run.stop().issues.isEmpty)
  }

  @Test func aDeletedFileIsWaitedFor() throws {
    let file = try LogFile()
    try file.append("one")
    let run = try follow(file)
    run.until("one") { $0.names == ["one"] }
    try file.delete()
    run.until("that it is gone") { $0.status?.state == .troubled }
    try file.append("two")
    run.until("two") { $0.names == ["one", "two"] }
    try file.delete()
    try file.append("three")
    run.until("three") { $0.names == ["one", "two", "three"] }
    _ = run.stop()
  }

  @Test func aFormatThatIsNotKnownYetIsWaitedFor() throws {
    let file = try LogFile()
    try file.append("starting the server…\n".utf8)
    let run = try follow(file)
    try file.append("listening\n".utf8)
    try file.append("one")
    run.until("one") { $0.names == ["one"] }
    _ = run.stop()
  }

  @Test func whatIsInNoFormatIsTroubleUntilItIsReplaced() throws {
    let file = try LogFile()
    try file.append([0x50, 0x4b, 3, 4] + [UInt8](repeating: 0, count: 5_000))
    let run = try follow(file)
    run.until("trouble") { $0.status?.state == .troubled }
    try file.delete()
    try file.append("one")
    run.until("one") { $0.names == ["one"] }
    #expect(run.stop().issues.map(\.kind) == [.unrecognizedFormat])
  }

  @Test func compressedFilesGrow() throws {
    let file = try LogFile()
    let frame = try Fixture.load("compressed/otelcol-file-exporter/traces.json.native.zst").bytes
    try file.append(frame)
    let run = try follow(file)
    let count = run.until("the first frame") {
      !$0.spans.isEmpty && $0.status?.receivedSpans ?? 0 > 0
    }
    .spans.count
    try file.append(frame)
    run.until("the second frame") { $0.spans.count >= count + 1 }
    _ = run.stop()
  }

  @Test(arguments: [(0, [String]()), (1, ["four"]), (3, ["two", "three", "four"])])
  func theLastLinesAreRead(_ tail: Int, _ names: [String]) throws {
    let file = try LogFile()
    try file.append("one", "two", "three", "four")
    let run = try follow(file, tail: tail)
    run.until("the start") { $0.status?.state == .active && $0.names == names }
    try file.append("five")
    run.until("five") { $0.names == names + ["five"] }
    #expect(run.stop().issues.isEmpty)
  }

  @Test func theLastOfManyLinesAndOfObjectsOnSeveralLines() throws {
    let file = try LogFile()
    for number in 0..<2_000 { try file.append("\(number)") }
    let run = try follow(file, tail: 1_500)
    run.until("1,500") { $0.spans.count == 1_500 }
    #expect(run.stop().names.first == "500")

    let console = try LogFile()
    try console.append(
      try Fixture.load("python-console/opentelemetry-sdk-1.45.2/three-traces.txt").bytes)
    let last = try follow(console, tail: 2)
    last.until("two spans") { $0.spans.count == 2 }
    #expect(last.stop().issues.isEmpty)
  }

  @Test func theLastMessagesBehindTheirLengths() throws {
    let frames = try #require(
      try Fixture.all(of: ["otlp-protobuf-frames"]).first { !$0.isDamaged })
    let file = try LogFile()
    for _ in 0..<3 { try file.append(frames.bytes) }
    let all = try follow(file)
    let count = all.until("all") { $0.spans.count % 3 == 0 && !$0.spans.isEmpty }.spans.count
    _ = all.stop()
    let run = try follow(file, tail: 1)
    run.until("a message") { !$0.spans.isEmpty }
    let heard = run.stop()
    #expect(heard.spans.count <= count / 3 && heard.issues.isEmpty)
  }

  @Test func arraysHaveNoLastRecords() throws {
    let file = try LogFile()
    try file.append(try Fixture.load("zipkin-json/server-answers/traces.json").bytes)
    let run = try follow(file, tail: 1)
    run.until("what is said") { $0.status?.text.contains("cannot be told apart") == true }
    _ = run.stop()
  }

  @Test func whatIsNoFileIsRefused() {
    #expect(throws: SourceError.self) { try FollowSource(id: SourceID(0), path: "-") }
    #expect(throws: SourceError.self) { try FollowSource(id: SourceID(0), path: "/tmp") }
    #expect(throws: SourceError.self) { try FollowSource(id: SourceID(0), path: "/dev/null") }
    #expect(throws: SourceError.self) { try FollowSource(id: SourceID(0), path: "/etc/passwd/x") }
  }

  /// Sooner than by looking once a second; also in a file that has lost its name.
  @Test func whatIsWrittenComesSoon() throws {
    let file = try LogFile()
    try file.append("start")
    let run = try follow(file)
    run.until("the start") { $0.spans.count == 1 }
    let old = try file.rename()
    let clock = ContinuousClock()
    var times: [Duration] = []
    for number in 2...12 {
      // It must have gone to sleep to be woken: what is written before shows nothing, and a source
      // that waits has no sign of it.
      usleep(60_000)
      let before = clock.now
      try old.write(contentsOf: Data(Self.line("\(number)").utf8))
      run.until("span \(number)") { $0.spans.count == number }
      times.append(before.duration(to: clock.now))
    }
    let median = times.sorted()[times.count / 2]
    #expect(median < .milliseconds(300))
    print("a span is there \(median) after it was written")
    _ = run.stop()
  }

  /// Nothing can be watched where there is no folder.
  @Test func aFolderThatIsNotThereYetIsWaitedFor() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "follow-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    let url = folder.appending(path: "spans.jsonl")
    let watch = FileWatch(path: url.path)
    watch.rearm()
    #expect(watch.patience < .milliseconds(100))
    let run = LiveRun(try FollowSource(id: SourceID(0), path: url.path))
    run.until("waiting") { $0.status?.state == .waiting }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(Self.line("one").utf8).write(to: url)
    run.until("one") { $0.names == ["one"] }
    _ = run.stop()
  }

  @Test func stoppingTakesAMoment() throws {
    let file = try LogFile()
    for exists in [false, true] {
      if exists { try file.append("one") }
      let run = try follow(file)
      run.until("the start") { !$0.statuses.isEmpty }
      let clock = ContinuousClock()
      #expect(clock.measure { _ = run.stop() } < .seconds(1))
    }
  }
}
