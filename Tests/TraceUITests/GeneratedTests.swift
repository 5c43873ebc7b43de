import Cells
import Foundation
import Testing
import TraceAnalysis
import TraceFormats
import TraceUI

/// The parts of the README that are made from tables of the program.
@Suite(.serialized) struct GeneratedTests {
  @Test func readmeListsTheKeys() throws {
    var text = "| key | what it does |\n| --- | --- |\n"
    for group in KeyMap.Group.allCases {
      text += "| **\(group.rawValue)** | |\n"
      for binding in KeyMap.standard.bindings where binding.group == group {
        let keys = binding.keys.map { "`\(Self.escaped($0.description))`" }.joined(separator: " ")
        text += "| \(keys) | \(binding.summary) |\n"
      }
    }
    try expectPart("keys", text)
  }

  @Test func readmeListsTheFormats() throws {
    var text = "| format | what | for example |\n| --- | --- | --- |\n"
    for format in FormatRegistry.formats {
      text += "| `\(format.name)` | \(format.summary) | \(format.example) |\n"
    }
    try expectPart("formats", text)
  }

  @Test func readmeListsTheKindsOfProblems() throws {
    let kinds = Problem.Kind.allCases.map { "`\($0.rawValue)`" }
    try expectPart("problems", kinds.joined(separator: ", ") + ".\n")
  }

  /// A bar would end the cell of a table.
  private static func escaped(_ key: String) -> String {
    key.replacingOccurrences(of: "|", with: "\\|")
  }

  /// Compares what stands between two comments of the README, or writes it and fails.
  private func expectPart(_ name: String, _ text: String) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "README.md")
    let readme = try String(contentsOf: file, encoding: .utf8)
    let start = try #require(readme.range(of: "<!-- \(name) -->\n"))
    let end = try #require(readme.range(of: "<!-- /\(name) -->"))
    let part = start.upperBound..<end.lowerBound
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
      try readme.replacingCharacters(in: part, with: text)
        .write(to: file, atomically: true, encoding: .utf8)
      Issue.record("recorded the \(name) of README.md: review it, then run again")
      return
    }
    #expect(
      readme[part] == text,
      "README.md is out of date: RECORD_SNAPSHOTS=1 swift test --filter Generated")
  }
}
