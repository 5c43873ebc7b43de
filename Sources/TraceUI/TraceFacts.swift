import TraceAnalysis
import TraceModel

/// What is computed of the rows of a tree when it is opened, so that no key has to.
struct TraceFacts: Sendable {
  var selfTimes: [DurationNanos] = []
  var isCritical: [Bool] = []
  var batches = TreeBatches()
  /// Where spans with an error stand, those with a defect, and those of the critical path.
  var errors: [Int32] = []
  var defects: [Int32] = []
  var critical: [Int32] = []
  var services: Set<ServiceID> = []
  var orphanCount = 0
  /// How many rows are spans.
  var spanCount = 0
  /// How many spans more are under way from each part of the time on than in the part before.
  private var changes = [Int32](repeating: 0, count: TraceFacts.densityParts + 1)

  static let densityParts = 512

  init() {}

  /// Looks at each row once, in pieces; `nil` when cancelled.
  init?(
    of tree: TraceTree, _ store: SpanStore, workers: Workers, isCancelled: @Sendable () -> Bool
  ) {
    let pieces = Pieces.of(tree.count)
    // What cannot be cut into pieces comes first, so that the pieces run beside it.
    let parts = workers.map(pieces.count + 3) { number -> TraceFacts in
      var part = TraceFacts()
      if isCancelled() { return part }
      switch number {
      case 0: part.isCritical = CriticalPath.of(tree)
      case 1: part.selfTimes = SelfTimes.of(tree)
      case 2: part.batches = TreeBatches(tree, store)
      default: part.look(at: pieces[number - 3], of: tree, store)
      }
      return part
    }
    if isCancelled() { return nil }
    isCritical = parts[0].isCritical
    batches = parts[2].batches
    selfTimes = parts[1].selfTimes
    for part in parts.dropFirst(3) { add(part) }
    for position in 0..<tree.count where isCritical[position] && tree.rows[position] != .none {
      critical.append(Int32(truncatingIfNeeded: position))
    }
  }

  private mutating func look(at positions: Range<Int>, of tree: TraceTree, _ store: SpanStore) {
    let window = TimeWindow(tree.extent)
    var lastService: ServiceID?
    for position in positions {
      let number = Int32(truncatingIfNeeded: position)
      if !tree.defects[position].isDisjoint(with: .broken) { defects.append(number) }
      if tree.defects[position].contains(.orphan) { orphanCount += 1 }
      guard tree.rows[position] != .none else { continue }
      spanCount += 1
      let (sealed, index) = store.locate(tree.rows[position])
      let service = sealed.service(at: index)
      if service != lastService {
        services.insert(service)
        lastService = service
      }
      if sealed.batch.status(at: index) == .error { errors.append(number) }
      let bar = WaterfallBar(tree.extents[position], window: window, width: Self.densityParts)
      changes[bar.cells.lowerBound] += 1
      changes[bar.cells.upperBound] -= 1
    }
  }

  private mutating func add(_ part: TraceFacts) {
    errors += part.errors
    defects += part.defects
    services.formUnion(part.services)
    orphanCount += part.orphanCount
    spanCount += part.spanCount
    for index in changes.indices { changes[index] += part.changes[index] }
  }

  /// How many spans are under way in each part of the trace.
  var density: [UInt32] {
    var running: Int32 = 0
    return changes.dropLast().map { change in
      running += change
      return UInt32(max(0, running))
    }
  }
}
