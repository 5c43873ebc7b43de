public import TraceModel

/// Finds the spans that match a query.
///
/// Each distinct string of a batch is tested once, whatever the number of spans that have it; then
/// the columns are scanned. The cost is that of the distinct strings and of the rows; only spans
/// with events cost more, since their events are read one by one.
public enum SpanSearch {
  /// How many rows are tested before asking again whether to go on.
  private static let stride = 4_096

  /// The positions in `tree` of the spans that match, in ascending order; `nil` when cancelled.
  /// A placeholder matches by the ID of the span that is missing.
  public static func matches(
    _ query: SpanQuery, in tree: TraceTree, of store: SpanStore, isCancelled: () -> Bool
  ) -> [Int]? {
    guard !query.isEmpty else { return [] }
    var matcher = SpanMatcher(query, of: store)
    var found: [Int] = []
    for position in tree.rows.indices {
      if position % stride == 0, isCancelled() { return nil }
      let row = tree.rows[position]
      if row == .none {
        if matcher.matches(missing: tree.spanIDs[position]) { found.append(position) }
      } else {
        let (sealed, index) = store.locate(row)
        if matcher.matches(sealed, at: index) { found.append(position) }
      }
    }
    return found
  }

  /// For each trace whether a span of it matches; `nil` when cancelled.
  public static func traces(
    _ query: SpanQuery, in data: DataSet, isCancelled: () -> Bool
  ) -> [Bool]? {
    var result = [Bool](repeating: false, count: data.traces.count)
    guard !query.isEmpty else { return result }
    guard let found = traceIDs(query, in: data.store, isCancelled) else { return nil }
    guard !found.isEmpty else { return result }
    for number in result.indices {
      result[number] = found.contains(data.traces[TraceRow(UInt32(number))].id)
    }
    return result
  }

  private static func traceIDs(
    _ query: SpanQuery, in store: SpanStore, _ isCancelled: () -> Bool
  ) -> Set<TraceID>? {
    var matcher = SpanMatcher(query, of: store)
    var found: Set<TraceID> = []
    var wasCancelled = false
    // Spans of a trace often stand together: one that is found already is not looked up again.
    var last: TraceID?
    store.forEachBlock { _, sealed, rows in
      guard !wasCancelled, !isCancelled() else {
        wasCancelled = true
        return
      }
      let ids = sealed.batch.traceIDs
      for index in rows where ids[index] != last && matcher.matches(sealed, at: index) {
        found.insert(ids[index])
        last = ids[index]
      }
    }
    return wasCancelled ? nil : found
  }
}
