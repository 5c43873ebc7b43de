public import TraceModel

/// What is wrong with one trace, in numbers.
public struct TraceDefects: Sendable, Hashable {
  /// Spans whose parent is not in the data.
  public var orphans = 0
  /// Spans with another defect of `SpanDefects.broken`.
  public var others = 0
  /// Whether a part of the trace is known to be missing: it has orphans, or no root.
  public var isIncomplete = false

  public init(orphans: Int = 0, others: Int = 0, isIncomplete: Bool = false) {
    self.orphans = orphans
    self.others = others
    self.isIncomplete = isIncomplete
  }

  /// Whether there is nothing wrong.
  public var isEmpty: Bool { orphans == 0 && others == 0 && !isIncomplete }
}

/// Everything that is known to be wrong with a data set.
///
/// Depends on the spans only, not on the order in which they arrived; but for the numbers of rows,
/// traces and sources, which are given in that order.
public struct DataQuality: Sendable {
  /// All problems, the worst first.
  public var problems: [Problem] = []
  /// The groups of unjoined roots, in the order of time.
  public var unjoined: [UnjoinedRoots] = []
  var defects: [TraceRow: TraceDefects] = [:]
  var groups: [TraceRow: Int] = [:]
  /// How many traces lack spans that may still come: not looked at yet.
  public var waitingCount = 0

  /// Nothing is known yet.
  public init() {}

  /// What is wrong with a trace. O(1).
  public func defectCounts(of trace: TraceRow) -> TraceDefects { defects[trace] ?? TraceDefects() }

  /// The place in `unjoined` of the group that a trace belongs to, if it does. O(1).
  public func group(of trace: TraceRow) -> Int? { groups[trace] }
}

extension DataQuality {
  /// What is left of it when traces were evicted from the data it was made of.
  public func remaining(in data: DataSet) -> DataQuality {
    guard data.store.evictedCount > 0 else { return self }
    func isThere(_ trace: TraceRow) -> Bool { data.traces.contains(trace) }
    var rest = self
    rest.problems = problems.compactMap { problem in
      var left = problem
      left.traces = problem.traces.filter(isThere)
      left.spans = problem.spans.filter {
        data.store.hasBlock($0.block) && data.traces.find(data.store[$0].traceID) != nil
      }
      let hadPlaces = !problem.traces.isEmpty || !problem.spans.isEmpty
      return hadPlaces && left.traces.isEmpty && left.spans.isEmpty ? nil : left
    }
    rest.unjoined = unjoined.filter { $0.traces.allSatisfy(isThere) }
    rest.defects = defects.filter { isThere($0.key) }
    rest.numberGroups()
    return rest
  }

  private mutating func numberGroups() {
    groups = [:]
    for (place, group) in unjoined.enumerated() {
      for trace in group.traces { groups[trace] = place }
    }
  }

  /// Looks for everything that is wrong in a whole data set; `nil` when cancelled.
  ///
  /// `sourceNames` are the names of the sources by their number, for the places of import issues.
  /// O(n log n) in the number of spans, whether they are one trace or a million. The result does not
  /// depend on how many workers there are.
  public static func analyze(
    _ data: DataSet, sourceNames: [String], workers: Workers = .none,
    isCancelled: @Sendable () -> Bool
  ) -> DataQuality? {
    guard var scan = QualityScan.of(data, workers, isCancelled),
      scan.missing.findElsewhere(in: data.store, workers, isCancelled),
      let links = LinkProblems.problems(data, workers, isCancelled),
      let unjoined = UnjoinedRootsFinder.find(scan, isCancelled)
    else { return nil }
    var quality = DataQuality()
    quality.defects.reserveCapacity(scan.defects.count)
    for (trace, counts) in scan.defects { quality.defects[trace] = counts }
    quality.unjoined = unjoined
    quality.waitingCount = scan.waitingCount
    quality.numberGroups()
    let lostRecords = data.log.count(atLeast: .dataLoss) > 0
    var problems = UnjoinedRootsProblems.problems(unjoined, data.store)
    problems += MissingParentProblems(scan: scan, lostRecords: lostRecords).problems()
    problems += SpanProblems(scan: scan).problems()
    problems += ChildPlacementProblems(scan: scan).problems()
    problems += TraceIDProblems.problem(data).map { [$0] } ?? []
    problems += links
    problems += ImportIssueProblems.problems(data.log, sourceNames)
    quality.problems = problems.sorted(by: Problem.isWorse)
    return quality
  }
}
