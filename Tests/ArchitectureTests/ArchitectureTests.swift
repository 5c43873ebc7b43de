import Testing

/// The rules that the compiler does not check; README.md, Architecture, says why they are.
@Suite struct ArchitectureTests {
  /// What comes with the platform and does input and output, or reads a clock. Foundation is more
  /// than its essentials by 3 ms at each start.
  private static let platform: Set<String> = [
    "Dispatch", "FoundationEssentials", "Glibc", "Synchronization",
  ]

  /// Targets that do no I/O: what they may import is nothing but one another. A lock is neither I/O
  /// nor a clock: `Workers` puts the results of other people's threads in order with one.
  private static let pure: [String: Set<String>] = [
    "Cells": [],
    "TraceModel": ["CVectors", "Synchronization"],
    "TraceFormats": ["CVectors", "TraceModel"],
    "TraceAnalysis": ["TraceModel"],
    "TraceUI": ["Cells", "TraceAnalysis", "TraceModel"],
  ]

  private static let allowed: [String: Set<String>] = pure.merging(
    [
      "CCompression": [],
      "CCurl": [],
      "CNCurses": [],
      "CVectors": [],
      "Terminal": platform.union(["Cells", "CNCurses"]),
      "TraceSources": platform.union(["CCompression", "CCurl", "TraceFormats", "TraceModel"]),
      "TraceReceivers": platform.union([
        "NIOCore", "NIOHPACK", "NIOHTTP1", "NIOHTTP2", "NIOPosix", "TraceFormats", "TraceModel",
        "TraceSources",
      ]),
      "traceview": platform.union(pure.keys).union([
        "ArgumentParser", "Terminal", "TraceReceivers", "TraceSources",
      ]),
    ], uniquingKeysWith: { one, _ in one })

  private let tree: SourceTree

  init() throws { tree = try SourceTree() }

  @Test func targetsImportWhatTheTableAllows() {
    #expect(!tree.files.isEmpty)
    for file in tree.files {
      guard let modules = Self.allowed[file.target] else {
        Issue.record(
          "\(file.path): the target \(file.target) has no row in the table of ArchitectureTests; add it, and the target to the picture in README.md"
        )
        continue
      }
      for (module, line) in file.imports where !modules.contains(module) {
        let cure =
          Self.pure[file.target] != nil && Self.platform.contains(module)
          ? "pure targets do no I/O and read no clock: take the value as an argument, or move the code to TraceSources, Terminal or traceview"
          : "move the code to a target that may, or allow it in the table of ArchitectureTests with a reason in README.md"
        Issue.record("\(file.path):\(line): \(file.target) must not import \(module); \(cure)")
      }
    }
  }

  @Test func longFilesSayWhy() {
    for file in tree.files where file.lines.count > 600 {
      let says = file.lines.prefix(10).contains { $0.contains("This file is long because") }
      #expect(
        says,
        "\(file.path) has \(file.lines.count) lines, 600 is the limit: split it by subject, or say in its first lines '// This file is long because …'"
      )
    }
  }

  @Test func nothingTrapsOnPurpose() {
    let marks: [(String, String)] = [
      ("fatalError(", "report an issue, or use precondition for a mistake of ours"),
      ("try!", "handle the error"),
      ("as!", "use 'as?' and handle nil"),
      ("unowned(unsafe)", "use a value or 'weak'"),
    ]
    for file in tree.files {
      for (index, line) in file.code.enumerated() {
        for (mark, cure) in marks where line.contains(mark) {
          Issue.record("\(file.path):\(index + 1): '\(mark)': \(cure)")
        }
        if line.contains("!"), line.contains(/[\w)\]?]!(?![=\w])/),
          !line.contains(/\b(try|as)!/)
        {
          Issue.record("\(file.path):\(index + 1): '!' unwraps by force: use 'guard let' or '??'")
        }
      }
    }
  }

  @Test func uncheckedConcurrencyStaysInItsPlaces() {
    for file in tree.files {
      let isAllowed = ["Terminal", "TraceReceivers"].contains(file.target)
      for (index, line) in file.code.enumerated()
      where line.contains("@unchecked Sendable") || line.contains("nonisolated(unsafe)") {
        let comments = file.lines[max(0, index - 4)...index].contains { $0.contains("//") }
        #expect(
          isAllowed && comments,
          "\(file.path):\(index + 1): only Terminal and TraceReceivers go round the compiler's check, each time with a comment that names the lock or the thread; elsewhere use values, 'Mutex', or 'Inbox'"
        )
      }
    }
  }

  @Test func repositoryHasNoLargeFiles() throws {
    guard let files = try tree.trackedFiles() else { return }
    for file in files where file.size > 1 << 20 {
      Issue.record(
        "\(file.path) has \(file.size) bytes, 1 MiB is the limit: cut the fixture, or generate it with generate-spans"
      )
    }
  }

  @Test func codeIsToldFromCommentsAndText() {
    let lines = [
      "let a = \"x! // no\" // b!", "/// c!", "let d = \"\"\"", "e!", "\"\"\"", "f() // g",
      "\"\\\"!\"",
    ]
    #expect(
      SourceTree.code(of: lines) == ["let a = \"\" ", "", "", "", "", "f() ", "\"\""])
  }
}
