import Cells
public import TraceAnalysis
public import TraceModel

/// One trace as the waterfall needs it: its tree, and what is computed of the tree once.
///
/// Made off the loop's thread; immutable.
public final class OpenTrace: Sendable {
  let subject: TraceSubject
  let tree: TraceTree
  let selfTimes: [DurationNanos]
  let isCritical: [Bool]
  /// What a search goes by.
  let batches: TreeBatches
  /// The blocks of the store that hold its spans.
  let blocks: [Int]
  let services: [ServiceID]
  /// Where spans with an error stand, those with a defect, and those of the critical path.
  let errors: SortedPositions
  let defects: SortedPositions
  let critical: SortedPositions
  let orphanCount: Int
  /// What is broken about the trace, in a line; `nil` if nothing is.
  let brokenness: String?
  /// How many spans the tree has, without rows that stand for none.
  let spanCount: Int
  /// How many spans are under way in each part of the trace: the minimap.
  let density: [UInt32]

  /// How many columns the names want, guides and services included.
  let nameWidth: Int

  /// How many rows are asked for the width of their names.
  private static let measuredRows = 2_000
  /// Columns beyond which a name may be as long as it likes.
  private static let widestName = 100

  init(subject: TraceSubject, tree: TraceTree, facts: TraceFacts, data: DataSet) {
    self.subject = subject
    self.tree = tree
    selfTimes = facts.selfTimes
    isCritical = facts.isCritical
    batches = facts.batches
    blocks = facts.batches.blocks
    services = facts.services.sorted()
    errors = SortedPositions(facts.errors)
    defects = SortedPositions(facts.defects)
    critical = SortedPositions(facts.critical)
    orphanCount = facts.orphanCount
    brokenness =
      facts.defects.isEmpty ? nil : Self.brokenness(of: tree, orphans: facts.orphanCount)
    spanCount = facts.spanCount
    density = facts.density
    nameWidth = Self.nameWidth(of: tree, hasServices: services.count > 1, data: data)
  }

  /// Opens a trace, or several joined; `nil` when cancelled.
  static func open(
    _ subject: TraceSubject, in data: DataSet, workers: Workers = .none,
    isCancelled: @Sendable () -> Bool = { false }
  ) -> OpenTrace? {
    func tree(_ trace: TraceRow) -> TraceTree? {
      TraceTree(
        rows: data.traces.rows(of: trace), of: data.store, workers: workers,
        isCancelled: isCancelled)
    }
    let whole: TraceTree
    switch subject {
    case .trace(let trace):
      guard let tree = tree(trace) else { return nil }
      whole = tree
    case .joined(let group):
      let trees = group.traces.compactMap(tree)
      guard trees.count == group.traces.count else { return nil }
      whole = JoinedTree.make(group, trees: trees)
    }
    let facts = TraceFacts(of: whole, data.store, workers: workers, isCancelled: isCancelled)
    return facts.map { OpenTrace(subject: subject, tree: whole, facts: $0, data: data) }
  }

  /// How many spans of the store it was made of.
  var rawSpanCount: Int { spanCount + tree.duplicatesDropped }

  private static func brokenness(of tree: TraceTree, orphans: Int) -> String? {
    func count(_ defect: SpanDefects) -> Int { tree.defects.count { $0.contains(defect) } }
    var facts: [String] = []
    if orphans > 0 {
      let missing = tree.placements.count { $0 == .missingParent }
      let parents =
        missing == 1
        ? "a parent that is not here" : "\(CountText.grouped(missing)) parents that are not here"
      let spans = CountText.counted(orphans, "span")
      facts.append("○ \(spans) \(CountText.verb(orphans, "name")) \(parents)")
    }
    let others: [(SpanDefects, String)] = [
      (.ring, "in a ring"), (.duplicate, "with an ID that others have"),
      (.negativeDuration, "ended before the start"), (.invalidID, "without an ID"),
    ]
    for (defect, words) in others where count(defect) > 0 {
      facts.append("\(CountText.counted(count(defect), "span")) \(words)")
    }
    guard !facts.isEmpty else { return nil }
    return (orphans > 0 ? "" : "! ") + FactList.text(facts)
  }

  private static func nameWidth(of tree: TraceTree, hasServices: Bool, data: DataSet) -> Int {
    var widest = 0
    for position in 0..<min(tree.count, measuredRows) {
      let indent = Int(min(tree.depths[position], 64)) * 2 + 4
      let row = tree.rows[position]
      guard row != .none else {
        widest = max(widest, indent + 33)
        continue
      }
      let span = data.store[row]
      var width = indent + CellWidth.of(SafeText.line(span.name, columns: widestName)) + 1
      if hasServices {
        let service = SafeText.line(data.store.name(of: span.service), columns: widestName)
        width += CellWidth.of(service) + 1
      }
      widest = max(widest, width)
    }
    return widest
  }
}

/// What a waterfall shows: one trace, or several that look like one, joined.
public enum TraceSubject: Hashable, Sendable {
  case trace(TraceRow)
  case joined(UnjoinedRoots)
}
