/// Where a row of a tree hangs, and why.
public enum Placement: UInt8, Sendable {
  /// A span without a parent.
  case root
  /// A span under its parent.
  case child
  /// A span under the placeholder of its parent, which is not in the data.
  case orphan
  /// The first span of a ring of spans that are each other's ancestors: drawn as a root.
  case ringCut
  /// No span: stands for a parent that orphans name.
  case missingParent
  /// No span: encloses roots of different traces that look like one execution.
  case proposedRoot

  /// The raw value as `--print json` writes it.
  public var name: String {
    switch self {
    case .root: "root"
    case .child: "child"
    case .orphan: "orphan"
    case .ringCut: "ringCut"
    case .missingParent: "missingParent"
    case .proposedRoot: "proposedRoot"
    }
  }
}

/// What is wrong with one row of a tree.
public struct SpanDefects: OptionSet, Hashable, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Its parent is not in the data.
  public static let orphan = SpanDefects(rawValue: 1)
  /// It is its own ancestor.
  public static let ring = SpanDefects(rawValue: 2)
  /// Another span of the trace has its ID and other contents.
  public static let duplicate = SpanDefects(rawValue: 4)
  /// It ends before it starts.
  public static let negativeDuration = SpanDefects(rawValue: 8)
  /// It starts before its parent does.
  public static let startsBeforeParent = SpanDefects(rawValue: 16)
  /// It ends after its parent does: normal for work that nobody waits for.
  public static let endsAfterParent = SpanDefects(rawValue: 32)
  /// Its span ID is missing, so nothing can be its child.
  public static let invalidID = SpanDefects(rawValue: 64)

  /// The defects that `o` and `O` go to: those that say that a trace is broken.
  public static let broken: SpanDefects = [
    .orphan, .ring, .duplicate, .negativeDuration, .invalidID,
  ]
}

/// The spans of one trace as a tree: parallel arrays in pre-order.
///
///     position   0  1  2  3  4          0
///     depth      0  1  2  1  0          ├ 1
///     end        4  3  3  4  5          │ └ 2
///                                       └ 3
///                                       4
///
/// Every span of the trace is one row, but for exact duplicates, which are counted. The tree
/// depends on the spans only, not on the order in which they came.
public struct TraceTree: Sendable {
  /// The span of each row; `SpanRow.none` for rows that stand for no span.
  public internal(set) var rows: [SpanRow] = []
  public internal(set) var depths: [UInt32] = []
  public internal(set) var placements: [Placement] = []
  /// For each row the position behind its last descendant.
  public internal(set) var subtreeEnds: [UInt32] = []
  /// The parent's position, or -1.
  public internal(set) var parents: [Int32] = []
  public internal(set) var defects: [SpanDefects] = []
  /// From where to where each row is drawn.
  public internal(set) var extents: [SpanExtent] = []
  /// The ID of each row's span, or of the missing parent that it stands for.
  public internal(set) var spanIDs: [SpanID] = []
  /// How many spans were left out because an equal one is there.
  public internal(set) var duplicatesDropped = 0
  /// From the earliest start to the latest end.
  public internal(set) var extent = SpanExtent(start: .unset, end: .unset)

  public init() {}

  public var count: Int { rows.count }

  /// The position of a span. Linear in the tree.
  public func position(of row: SpanRow) -> Int? { rows.firstIndex(of: row) }

  /// The positions of the children of a row, in the order in which they are drawn.
  public func children(of position: Int) -> [Int] {
    var children: [Int] = []
    var next = position + 1
    while next < Int(subtreeEnds[position]) {
      children.append(next)
      next = Int(subtreeEnds[next])
    }
    return children
  }
}
