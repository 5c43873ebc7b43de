/// The number of a source in one run: the order of the arguments.
public struct SourceID: Hashable, Sendable, Comparable {
  public var rawValue: Int
  public init(_ rawValue: Int) { self.rawValue = rawValue }
  public static func < (one: SourceID, other: SourceID) -> Bool { one.rawValue < other.rawValue }
}

/// All issues by source and kind: how many, and the first of each.
///
/// Bounded, whatever the input: `kept` issues of a kind and source; the rest are only counted.
public struct ImportLog: Sendable {
  /// The issues of one kind in one source.
  public struct Entry: Sendable {
    public let source: SourceID
    public let kind: ImportIssue.Kind
    public fileprivate(set) var count = 0
    /// The first of them.
    public fileprivate(set) var first: [ImportIssue] = []
  }

  /// How many issues of a kind and source are kept whole.
  public static let kept = 100

  /// In the order in which they first came.
  public private(set) var entries: [Entry] = []

  public init() {}

  public mutating func append(_ issue: ImportIssue, source: SourceID) {
    let index: Int
    if let known = entries.firstIndex(where: { $0.source == source && $0.kind == issue.kind }) {
      index = known
    } else {
      index = entries.count
      entries.append(Entry(source: source, kind: issue.kind))
    }
    entries[index].count += 1
    if entries[index].first.count < Self.kept { entries[index].first.append(issue) }
  }

  /// How to say where an issue of that source is: `byte 91324`. The bytes of compressed input are
  /// counted uncompressed.
  public func byteText(_ issue: ImportIssue, source: SourceID) -> String {
    let isCompressed = entries.contains { $0.source == source && $0.kind == .compressedInput }
    return "byte \(issue.byteOffset)" + (isCompressed ? " uncompressed" : "")
  }

  /// How many issues there are of at least that severity.
  public func count(atLeast severity: ImportIssue.Severity) -> Int {
    entries.reduce(0) { $0 + ($1.kind.severity >= severity ? $1.count : 0) }
  }
}
