import TraceModel

/// Where children lie against their parents, for each pair of services.
struct ChildPlacement {
  /// Which services, and which of their clocks.
  struct Pair: Hashable {
    var parentService: String
    var childService: String
    /// Numbers of clocks; equal for a pair on one clock.
    var parentClock: Int32
    var childClock: Int32
    /// Numbers of processes, only to name them.
    var parentProcess: Int32
    var childProcess: Int32
  }

  /// What one child says of the offset between two clocks: what must be added to the child's times
  /// for it to lie in its parent, if its parent waited for it.
  ///
  ///     parent      |10................60|
  ///     child   |2.....30|                     earliest 10 - 2 = 8, latest 60 - 30 = 30
  struct Sample {
    var earliest: DurationNanos
    var latest: DurationNanos

    /// Jaeger's guess: as long a way there as back.
    var middle: Int64 { earliest.rawValue / 2 + latest.rawValue / 2 }
    var isOrdered: Bool { earliest <= latest }
  }

  /// All children of one pair.
  struct Entry {
    var startsBefore = 0
    var endsAfter = 0
    /// The spans that lie outside.
    var outside = SpanTally()
    /// By how much ends may seem off, at most, by the resolutions of the sources.
    var tolerance = ChildPlacement.rounding
    /// Of pairs with two clocks, for children that their parents wait for.
    var samples: [Sample] = []
  }

  private(set) var entries: [Pair: Entry] = [:]

  /// Times are cut to microseconds by many programs, whatever their format could say, so that ends
  /// may seem off by one.
  static let rounding = DurationNanos(1_000)

  mutating func add(
    _ node: Int, in shape: TraceShape, of trace: TraceRow, _ traceID: TraceID, _ store: SpanStore,
    _ table: ProcessTable
  ) {
    let parentNode = Int(shape.parents[node])
    let (child, parent) = (shape.extent(node), shape.extent(parentNode))
    guard !child.isUnset, !parent.isUnset else { return }
    // Nothing lies outside of a span whose end is not known, or that has two sets of times.
    guard shape.ends[parentNode] != .unset, !shape.defects[parentNode].contains(.duplicate) else {
      return
    }
    let (parentProcess, childProcess) = (shape.processes[parentNode], shape.processes[node])
    let parentClock = table.clocks[Int(parentProcess)]
    let childClock = table.clocks[Int(childProcess)]
    let tolerance = tolerance(shape.rows[node], shape.rows[parentNode], store)
    let startsBefore = parent.start.since(child.start) > tolerance
    let endsAfter = child.end.since(parent.end) > tolerance
    guard startsBefore || endsAfter || parentClock != childClock else { return }
    let sameClock = parentClock == childClock
    let pair = Pair(
      parentService: table.processes[Int(parentProcess)].service,
      childService: table.processes[Int(childProcess)].service,
      parentClock: sameClock ? 0 : parentClock, childClock: sameClock ? 0 : childClock,
      parentProcess: sameClock ? 0 : parentProcess, childProcess: sameClock ? 0 : childProcess)
    let isAwaited = !sameClock && isAwaited(node, parentNode, shape, store)
    update(&entries[pair, default: Entry()]) { entry in
      entry.tolerance = max(entry.tolerance, tolerance)
      if startsBefore { entry.startsBefore += 1 }
      if endsAfter { entry.endsAfter += 1 }
      if startsBefore || endsAfter {
        entry.outside.add(
          shape.rows[node], shape.ids[node], start: child.start, of: trace, traceID)
      }
      if isAwaited {
        entry.samples.append(
          Sample(earliest: parent.start.since(child.start), latest: parent.end.since(child.end)))
      }
    }
  }

  /// How far times of two spans may differ and yet be the same.
  private func tolerance(_ one: SpanRow, _ other: SpanRow, _ store: SpanStore) -> DurationNanos {
    max(Self.rounding, store[one].resolution.step, store[other].resolution.step)
  }

  private func update(_ entry: inout Entry, _ body: (inout Entry) -> Void) { body(&entry) }

  /// Whether the parent's kind says that it waits for the child: what is handed over by a message is
  /// not waited for.
  private func isAwaited(
    _ node: Int, _ parent: Int, _ shape: TraceShape, _ store: SpanStore
  )
    -> Bool
  {
    let (sealed, index) = store.locate(shape.rows[node])
    let (parentSealed, parentIndex) = store.locate(shape.rows[parent])
    return sealed.batch.kind(at: index) != .consumer
      && parentSealed.batch.kind(at: parentIndex) != .producer
  }
}
