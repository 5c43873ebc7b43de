import Foundation
import Testing
import TraceFormats
import TraceTestSupport

/// What is read from each fixture of the formats that have a golden file for it: spans, then issues
/// behind `!`.
///
/// `RECORD_SNAPSHOTS=1` writes the files and fails, so that nobody commits them unseen.
@Suite struct ReadingTests {
  /// The formats whose tables stand in tests of their own.
  static let withOwnTests: Set = [
    "otlp-protobuf-frames", "otlp-protobuf", "otlp-json", "python-console",
  ]

  /// Of those the folders that do not.
  static let others = ["otlp-json/tempo/", "otlp-json/grafana-", "otlp-json/jaeger-"]

  private func hasOwnTest(_ fixture: Fixture) -> Bool {
    Self.withOwnTests.contains(fixture.format)
      && !Self.others.contains { fixture.path.hasPrefix($0) }
  }

  @Test func everyFixtureIsReadAsItsFileSays() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Readings")
    let isRecording = ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1"
    for format in FormatRegistry.formats {
      let importer = try #require(FormatRegistry.named(format.name))
      for fixture in try Fixture.all(of: [format.name]) where !hasOwnTest(fixture) {
        let file = folder.appending(path: fixture.path + ".txt")
        let text = ImporterReading(fixture.bytes, by: importer).text + "\n"
        let expected = try? String(contentsOf: file, encoding: .utf8)
        if isRecording, text != expected {
          try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
          try text.write(to: file, atomically: true, encoding: .utf8)
          Issue.record("recorded \(fixture): review it, then run again")
        } else {
          #expect(text == expected, "\(fixture)")
        }
      }
    }
  }
}
