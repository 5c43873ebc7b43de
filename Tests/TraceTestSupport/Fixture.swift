public import Foundation

/// The files under `Fixtures/`: `<format>/<client>/<story>`, each folder with its `ORIGIN.md`.
public struct Fixture: Sendable, CustomStringConvertible {
  /// The name of the format, which is the first folder's.
  public let format: String
  /// The path below `Fixtures/`.
  public let path: String
  public let bytes: [UInt8]

  public var description: String { path }

  /// Whether it is hand-made trouble.
  public var isDamaged: Bool { path.contains("/damaged/") }

  /// Where the fixtures lie.
  public static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures")

  /// The fixture at `path`, such as `otlp-json/damaged/base64-ids.json`.
  public static func load(_ path: String) throws -> Fixture {
    let data = try Data(contentsOf: folder.appending(path: path))
    let format = path.split(separator: "/").first.map(String.init) ?? ""
    return Fixture(format: format, path: path, bytes: Array(data))
  }

  /// All fixtures of the given format folders, by path.
  public static func all(of formats: [String]) throws -> [Fixture] {
    var fixtures: [Fixture] = []
    for format in formats.sorted() {
      let root = folder.appending(path: format)
      let names = (FileManager.default.enumerator(atPath: root.path)?.allObjects ?? [])
        .compactMap { $0 as? String }.sorted()
      for name in names where !name.hasSuffix("ORIGIN.md") {
        let url = root.appending(path: name)
        guard try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else {
          continue
        }
        fixtures.append(try load(format + "/" + name))
      }
    }
    return fixtures
  }
}
