import TraceModel

/// Where children lie against their parents, for each pair of processes.
struct ChildPlacement {
  /// Numbers of processes.
  struct Pair: Hashable {
    var parent: Int32
    var child: Int32

    /// One number is hashed faster than two.
    func hash(into hasher: inout Hasher) {
      hasher.combine(UInt64(UInt32(bitPattern: parent)) << 32 | UInt64(UInt32(bitPattern: child)))
    }
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
    _ node: TraceShape.Node, under parentNode: TraceShape.Node, of trace: TraceRow,
    _ traceID: TraceID, _ table: ProcessTable
  ) {
    let (child, parent) = (node.extent, parentNode.extent)
    guard !child.isUnset, !parent.isUnset else { return }
    // Nothing lies outside of a span whose end is not known, or that has two sets of times.
    guard parentNode.end != .unset, !parentNode.defects.contains(.duplicate) else { return }
    let sameClock =
      node.process == parentNode.process
      || table.clocks[Int(node.process)] == table.clocks[Int(parentNode.process)]
    let tolerance = max(Self.rounding, node.resolution.step, parentNode.resolution.step)
    let startsBefore = parent.start.since(child.start) > tolerance
    let endsAfter = child.end.since(parent.end) > tolerance
    guard startsBefore || endsAfter || !sameClock else { return }
    // What is handed over by a message is not waited for.
    let isAwaited = !sameClock && node.kind != .consumer && parentNode.kind != .producer
    let pair = Pair(parent: parentNode.process, child: node.process)
    Self.update(&entries[pair, default: Entry()]) { entry in
      entry.tolerance = max(entry.tolerance, tolerance)
      if startsBefore { entry.startsBefore += 1 }
      if endsAfter { entry.endsAfter += 1 }
      if startsBefore || endsAfter {
        entry.outside.add(node.row, node.id, start: child.start, of: trace, traceID)
      }
      if isAwaited {
        entry.samples.append(
          Sample(earliest: parent.start.since(child.start), latest: parent.end.since(child.end)))
      }
    }
  }

  /// Adds the children of other traces.
  mutating func add(_ other: ChildPlacement) {
    for (pair, more) in other.entries {
      Self.update(&entries[pair, default: Entry()]) { entry in
        entry.tolerance = max(entry.tolerance, more.tolerance)
        entry.startsBefore += more.startsBefore
        entry.endsAfter += more.endsAfter
        entry.outside.add(more.outside)
        entry.samples += more.samples
      }
    }
  }

  private static func update(_ entry: inout Entry, _ body: (inout Entry) -> Void) { body(&entry) }
}
