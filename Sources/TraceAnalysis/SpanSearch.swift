public import TraceModel

/// Finds the spans that match a query.
///
/// Each distinct string of a batch is tested once, whatever the number of spans that have it; then
/// the columns of the batches that can match are scanned. The batches are spread over the workers,
/// some at a time: in between it can be said how much was found, and whether to go on is asked at
/// every batch.
public enum SpanSearch {
  /// How many spans are tested alone, so that the first match is known at once if it is near.
  static let nearCount = 4_096

  /// What was found so far.
  public struct Progress<Found: Sendable>: Sendable {
    /// As the whole result.
    public var found: Found
    /// In the first report that has a match: the first one from where the search began on. If it
    /// is not near there may be a nearer one that is not found yet.
    public var first: Int?
  }

  /// How often at most it is said how much was found.
  private static let reportLimit = 16

  // MARK: A tree

  /// The positions in `tree` of the spans that match, in ascending order; `nil` when cancelled.
  /// A placeholder matches by the ID of the span that is missing.
  ///
  /// What was found meanwhile is reported, the first match from position `origin` on before all else
  /// if it is near; batches that have spans near it are searched before the others. `batches` are
  /// those of the tree, if they are known already.
  public static func matches(
    _ query: SpanQuery, in tree: TraceTree, batches: TreeBatches? = nil, of store: SpanStore,
    from origin: Int = 0, workers: Workers = .none, report: (Progress<[Int]>) -> Void = { _ in },
    isCancelled: @Sendable () -> Bool
  ) -> [Int]? {
    guard !query.isEmpty, tree.count > 0 else { return [] }
    if isCancelled() { return nil }
    let origin = min(max(0, origin), tree.count - 1)
    let matcher = SpanMatcher(query, of: store)
    var first = nearMatch(matcher, in: tree, of: store, from: origin)
    if let first { report(Progress(found: [first], first: first)) }
    var isMatch = [Bool](repeating: false, count: tree.count)
    var matchCount = 0
    for position in tree.rows.indices where tree.rows[position] == .none {
      isMatch[position] = matcher.matches(missing: tree.spanIDs[position])
      if isMatch[position] { matchCount += 1 }
    }
    var reportedCount = 0
    func ascending() -> [Int] {
      Array(capacity: matchCount) { output in
        let isMatch = isMatch.span
        for position in isMatch.indices where isMatch[position] { output.append(position) }
      }
    }
    let groups = (batches ?? TreeBatches(tree, store)).groups(from: origin, count: tree.count)
    let isWhole = forEachWave(of: groups, workers) { group -> [Int32]? in
      if isCancelled() { return nil }
      let sealed = store.locate(tree.rows[Int(group[group.startIndex])]).sealed
      var facts = BatchFacts(sealed, query, rows: group.count)
      guard matcher.canMatch(facts) else { return [] }
      return group.filter { matcher.matches(&facts, at: store.locate(tree.rows[Int($0)]).row) }
    } take: { found in
      for position in found { isMatch[Int(position)] = true }
      matchCount += found.count
    } between: {
      guard matchCount > reportedCount else { return }
      reportedCount = matchCount
      let isFound = first != nil
      first = first ?? isMatch[origin...].firstIndex(of: true) ?? isMatch.firstIndex(of: true)
      report(Progress(found: ascending(), first: isFound ? nil : first))
    }
    return isWhole ? ascending() : nil
  }

  /// The first match among the positions that follow `origin`, around the end.
  private static func nearMatch(
    _ matcher: SpanMatcher, in tree: TraceTree, of store: SpanStore, from origin: Int
  ) -> Int? {
    var near = NearFacts(matcher.query)
    for step in 0..<min(tree.count, nearCount) {
      let position = (origin + step) % tree.count
      let row = tree.rows[position]
      let isMatch =
        row == .none
        ? matcher.matches(missing: tree.spanIDs[position]) : near.isMatch(row, matcher, store)
      if isMatch { return position }
    }
    return nil
  }

  // MARK: All traces

  /// The traces with a span that matches; `nil` when cancelled.
  ///
  /// What was found meanwhile is reported, the first match in `order` before all else if it is near;
  /// `first` is then a place in it.
  public static func traces(
    _ query: SpanQuery, in data: DataSet, order: ArraySlice<TraceRow> = [],
    workers: Workers = .none, report: (Progress<TraceSet>) -> Void = { _ in },
    isCancelled: @Sendable () -> Bool
  ) -> TraceSet? {
    var matches = TraceSet(of: data.traces)
    guard !query.isEmpty else { return matches }
    if isCancelled() { return nil }
    let matcher = SpanMatcher(query, of: data.store)
    var first = nearMatch(matcher, data, order)
    if let first {
      matches.insert(order[first])
      report(Progress(found: matches, first: first))
    }
    let batches = batches(of: data, from: order.first)
    var hasNews = false
    let isWhole = forEachWave(of: batches, workers) { blocks -> [TraceRow]? in
      if isCancelled() { return nil }
      return traces(matcher, data, blocks)
    } take: { found in
      for trace in found { matches.insert(trace) }
      hasNews = hasNews || !found.isEmpty
    } between: {
      guard hasNews else { return }
      hasNews = false
      let isFound = first != nil
      first = first ?? order.firstIndex { matches.contains($0) }
      report(Progress(found: matches, first: isFound ? nil : first))
    }
    return isWhole ? matches : nil
  }

  /// The blocks of each batch, from the batch of a trace's root on, around the end: traces that
  /// stand together in a list often do so in the data.
  private static func batches(of data: DataSet, from trace: TraceRow?) -> [Range<Int>] {
    let batches = data.store.batches
    let block = trace.map { data.traces[$0].rootRow.block } ?? 0
    let first = batches.firstIndex { $0.contains(block) } ?? 0
    return Array(batches[first...] + batches[..<first])
  }

  /// The traces of the spans of a batch that match.
  private static func traces(
    _ matcher: SpanMatcher, _ data: DataSet, _ blocks: Range<Int>
  ) -> [TraceRow] {
    var found: [TraceRow] = []
    // Spans of a trace often stand together: one that is found already is not looked up again.
    var last: TraceID?
    let batch = data.store.batch(ofBlock: blocks.lowerBound)
    var facts = BatchFacts(batch, matcher.query, rows: batch.batch.count)
    guard matcher.canMatch(facts) else { return [] }
    data.store.forEachBlock(in: blocks) { _, sealed, rows in
      let ids = sealed.batch.ids
      for index in rows where ids[index].traceID != last && matcher.matches(&facts, at: index) {
        last = ids[index].traceID
        if let trace = data.traces.find(ids[index].traceID) { found.append(trace) }
      }
    }
    return found
  }

  /// The place in `order` of the first trace that matches.
  private static func nearMatch(
    _ matcher: SpanMatcher, _ data: DataSet, _ order: ArraySlice<TraceRow>
  ) -> Int? {
    var near = NearFacts(matcher.query)
    var tested = 0
    for place in order.indices {
      tested += Int(data.traces[order[place]].spanCount)
      if tested > nearCount { return nil }
      let rows = data.traces.rows(of: order[place])
      if rows.contains(where: { near.isMatch($0, matcher, data.store) }) { return place }
    }
    return nil
  }

  // MARK: Both

  /// Does work on all items, some at a time: at first one for each worker, so that something is
  /// known soon, then a few. `false` if a piece of work gave `nil`.
  private static func forEachWave<Item: Sendable, Result: Sendable>(
    of items: [Item], _ workers: Workers, work: @Sendable (Item) -> Result?,
    take: (Result) -> Void, between: () -> Void
  ) -> Bool {
    let largest = max(4 * workers.count, items.count / reportLimit)
    var size = workers.count
    var first = 0
    while first < items.count {
      let wave = items[first..<min(items.count, first + size)]
      for result in workers.map(wave.count, { work(wave[wave.startIndex + $0]) }) {
        guard let result else { return false }
        take(result)
      }
      first += size
      size = min(4 * size, largest)
      if first < items.count { between() }
    }
    return true
  }
}

/// Tests single spans here and there: strings when they are met.
private struct NearFacts {
  private let query: SpanQuery
  private var batches: [ObjectIdentifier: BatchFacts] = [:]

  init(_ query: SpanQuery) { self.query = query }

  mutating func isMatch(_ row: SpanRow, _ matcher: SpanMatcher, _ store: SpanStore) -> Bool {
    let (sealed, index) = store.locate(row)
    let id = ObjectIdentifier(sealed)
    return matcher.matches(
      &batches[id, default: BatchFacts(sealed, query, rows: 1)], at: index)
  }
}
