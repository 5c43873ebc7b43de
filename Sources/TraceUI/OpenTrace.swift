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

  static let densityParts = 512
  /// How many rows are asked for the width of their names.
  private static let measuredRows = 2_000
  /// Columns beyond which a name may be as long as it likes.
  private static let widestName = 100

  init(subject: TraceSubject, tree: TraceTree, data: DataSet) {
    self.subject = subject
    self.tree = tree
    selfTimes = SelfTimes.of(tree)
    isCritical = CriticalPath.of(tree)
    var services: Set<ServiceID> = []
    var errors: [Int] = []
    var defects: [Int] = []
    var critical: [Int] = []
    var orphans = 0
    var spans = 0
    for position in 0..<tree.count {
      if !tree.defects[position].isDisjoint(with: .broken) { defects.append(position) }
      if tree.defects[position].contains(.orphan) { orphans += 1 }
      guard tree.rows[position] != .none else { continue }
      spans += 1
      if isCritical[position] { critical.append(position) }
      let span = data.store[tree.rows[position]]
      services.insert(span.service)
      if span.status == .error { errors.append(position) }
    }
    self.services = services.sorted()
    self.errors = SortedPositions(errors)
    self.defects = SortedPositions(defects)
    self.critical = SortedPositions(critical)
    orphanCount = orphans
    brokenness = Self.brokenness(of: tree, orphans: orphans)
    spanCount = spans
    density = Self.density(of: tree)
    nameWidth = Self.nameWidth(of: tree, hasServices: services.count > 1, data: data)
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

  private static func density(of tree: TraceTree) -> [UInt32] {
    let window = TimeWindow(tree.extent)
    var changes = [Int32](repeating: 0, count: densityParts + 1)
    for position in 0..<tree.count where tree.rows[position] != .none {
      let bar = WaterfallBar(tree.extents[position], window: window, width: densityParts)
      changes[bar.cells.lowerBound] += 1
      changes[bar.cells.upperBound] -= 1
    }
    var running: Int32 = 0
    return changes.dropLast().map { change in
      running += change
      return UInt32(max(0, running))
    }
  }
}

/// What a waterfall shows: one trace, or several that look like one, joined.
public enum TraceSubject: Hashable, Sendable {
  case trace(TraceRow)
  case joined(UnjoinedRoots)
}
