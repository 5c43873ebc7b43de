public import TraceModel

/// Orders of the list of traces.
public enum TraceOrder {
  /// What to sort by; the raw value is the name that users type.
  public enum Key: String, CaseIterable, Sendable {
    case start, duration, spans, errors
    /// What the list shows of the root: its service, then its name.
    case name
  }

  /// The traces that `keeping` wants (all, if there is none), sorted.
  ///
  /// Ties go by start, then trace ID, both ascending whatever the direction, so the order never
  /// depends on how the spans arrived. O(n log n).
  public static func order(
    _ data: DataSet, by key: Key, descending: Bool, keeping: ((TraceRow) -> Bool)? = nil
  ) -> [TraceRow] {
    let ranks = key == .name ? nameRanks(data) : []
    var entries: [Entry] = []
    entries.reserveCapacity(data.traces.count)
    for number in data.traces.numbers {
      let row = TraceRow(UInt32(truncatingIfNeeded: number))
      if let keeping, !keeping(row) { continue }
      let summary = data.traces[row]
      let value: UInt64 =
        switch key {
        case .start: summary.extent.start.rawValue
        case .duration: summary.duration.rawValue.magnitude
        case .spans: UInt64(summary.spanCount)
        case .errors: UInt64(summary.errorCount)
        case .name: UInt64(ranks[number - data.traces.numbers.lowerBound])
        }
      entries.append(
        Entry(
          key: descending ? ~value : value, start: summary.extent.start.rawValue, id: summary.id,
          row: row))
    }
    entries.sort {
      if $0.key != $1.key { return $0.key < $1.key }
      return $0.start != $1.start ? $0.start < $1.start : $0.id < $1.id
    }
    return entries.map(\.row)
  }

  private struct Entry {
    var key: UInt64
    var start: UInt64
    var id: TraceID
    var row: TraceRow
  }

  /// For each trace there is the place of its service and name among all of them: strings are compared once
  /// for each distinct one, and not once for each trace.
  private static func nameRanks(_ data: DataSet) -> [UInt32] {
    var names = NameTable()
    var services: [ServiceID] = []
    var numbers: [Int] = []
    for number in data.traces.numbers {
      let root = data.traces[TraceRow(UInt32(truncatingIfNeeded: number))].rootRow
      let (sealed, index) = data.store.locate(root)
      services.append(sealed.service(at: index))
      numbers.append(names.number(of: sealed.batch.intervals[index].name, in: sealed))
    }
    let nameRank = ranks(names.names)
    let serviceRank = ranks(data.store.services)
    // Distinct pairs in order: two ranks in one number.
    let pairs = numbers.indices.map {
      UInt64(serviceRank[Int(services[$0].rawValue)]) << 32 | UInt64(nameRank[numbers[$0]])
    }
    var place: [UInt64: UInt32] = [:]
    for pair in Set(pairs).sorted() { place[pair] = UInt32(truncatingIfNeeded: place.count) }
    return pairs.map { place[$0] ?? 0 }
  }

  private static func ranks(_ strings: [String]) -> [UInt32] {
    var ranks = [UInt32](repeating: 0, count: strings.count)
    for (rank, index) in strings.indices.sorted(by: { strings[$0] < strings[$1] }).enumerated() {
      ranks[index] = UInt32(truncatingIfNeeded: rank)
    }
    return ranks
  }
}
