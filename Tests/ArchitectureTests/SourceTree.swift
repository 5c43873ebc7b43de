import Foundation

/// The package's own files, as text.
struct SourceTree {
  /// A file under `Sources`.
  struct File {
    /// From the package's root, with slashes.
    let path: String
    /// The folder under `Sources`.
    let target: String
    let lines: [String]
    /// The lines without comments and without what stands in string literals.
    let code: [String]

    /// The modules that the file imports, each with the number of its line.
    var imports: [(module: String, line: Int)] {
      let pattern =
        /^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)/
      return code.enumerated().compactMap { index, line in
        guard line.contains("import"), let match = line.firstMatch(of: pattern) else { return nil }
        return (String(match.output.1), index + 1)
      }
    }
  }

  let root: URL
  let files: [File]

  init() throws {
    root = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let sources = root.appending(path: "Sources")
    var files: [File] = []
    for target in try FileManager.default.contentsOfDirectory(atPath: sources.path).sorted() {
      let folder = sources.appending(path: target)
      let paths = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String }
      for path in (paths ?? []).sorted() where path.hasSuffix(".swift") {
        let text = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        files.append(
          File(
            path: "Sources/\(target)/\(path)", target: target, lines: lines,
            code: Self.code(of: lines)))
      }
    }
    self.files = files
  }

  /// The lines with comments cut off and string literals emptied: good enough to look for words.
  static func code(of lines: [String]) -> [String] {
    var isInLongString = false
    return lines.map { line in
      let delimiters = line.split(separator: "\"\"\"", omittingEmptySubsequences: false).count - 1
      defer { if delimiters % 2 == 1 { isInLongString.toggle() } }
      guard !isInLongString, delimiters == 0 else { return "" }
      var code = ""
      var isInString = false
      var previous: Character = " "
      for character in line {
        let isQuote = character == "\"" && previous != "\\"
        if isQuote { isInString.toggle() }
        if !isInString, character == "/", previous == "/" {
          code.removeLast()
          break
        }
        if !isInString || isQuote { code.append(character) }
        previous = character == "\\" && previous == "\\" ? " " : character
      }
      return code
    }
  }

  /// The files that git keeps, with their sizes in the working tree; `nil` outside a repository.
  func trackedFiles() throws -> [(path: String, size: Int)]? {
    let git = Process()
    let output = Pipe()
    git.executableURL = URL(filePath: "/usr/bin/env")
    git.arguments = ["git", "-C", root.path, "ls-files", "-z"]
    git.standardOutput = output
    git.standardError = FileHandle.nullDevice
    git.standardInput = FileHandle.nullDevice
    try git.run()
    let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
    git.waitUntilExit()
    guard git.terminationStatus == 0 else { return nil }
    return bytes.split(separator: 0).map { name in
      let path = String(decoding: name, as: UTF8.self)
      let attributes = try? FileManager.default.attributesOfItem(
        atPath: root.appending(path: path).path)
      return (path, (attributes?[.size] as? Int) ?? 0)
    }
  }
}
