import TraceAnalysis
import TraceModel

/// The list of traces: which are on show, where the cursor is, what was searched.
struct TraceListState: Sendable {
  var query = TraceListQuery()
  private(set) var result = TraceListResult()
  var scroll = ScrollState()
  /// What was searched with `/`, and which traces have it.
  var search = SpanQuery("")
  private(set) var matches = TraceSet()
  private(set) var matchCount = 0
  /// Whether the next result of a search moves the cursor: not one that only follows new data.
  var goesToMatch = false
  /// Whether the cursor stays on the newest trace of live sources: until the user moves it.
  var followsNewest = true

  /// The trace under the cursor.
  var selected: TraceRow? {
    result.rows.indices.contains(scroll.cursor) ? result.rows[scroll.cursor] : nil
  }

  /// Takes a new order; the cursor stays on its trace, not on its number.
  mutating func take(_ result: TraceListResult) {
    let selected = self.selected
    self.result = result
    if let selected, scroll.cursor > 0, let place = result.rows.firstIndex(of: selected) {
      scroll.top += place - scroll.cursor
      scroll.cursor = place
    }
  }

  /// Drops the traces that `isGone` says are no more; the cursor stays on its trace.
  mutating func forget(_ isGone: (TraceRow) -> Bool) {
    let before = result.rows.prefix(scroll.cursor).count { isGone($0) }
    result.rows.removeAll(where: isGone)
    scroll.cursor -= before
    scroll.top = max(0, scroll.top - before)
  }

  /// The place of the trace that began last.
  var newestPlace: Int? { result.newest.flatMap { result.rows.lastIndex(of: $0) } }

  /// The traces from the cursor on.
  var rowsFromCursor: ArraySlice<TraceRow> { result.rows.dropFirst(scroll.cursor) }

  /// Takes what a search found, if it is still wanted: all if it is the last. The cursor goes to the
  /// first match at or behind it, as soon as that is known.
  mutating func take(_ query: SpanQuery, _ matches: TraceSet, first: TraceRow?, isLast: Bool) {
    guard query == search else { return }
    self.matches = matches
    matchCount = result.rows.reduce(0) { $0 + (isMatch($1) ? 1 : 0) }
    guard goesToMatch, isLast || first != nil else { return }
    goesToMatch = false
    if let selected, !isMatch(selected) { goToMatch(forward: true) }
  }

  mutating func clearSearch() {
    search = SpanQuery("")
    matches = TraceSet()
    matchCount = 0
  }

  func isMatch(_ trace: TraceRow) -> Bool {
    matches.contains(trace)
  }

  /// Which of the matches the cursor is on, from 1.
  var matchNumber: Int {
    result.rows.prefix(scroll.cursor + 1).reduce(0) { $0 + (isMatch($1) ? 1 : 0) }
  }

  /// Goes to the next trace that fits, around the end.
  mutating func go(forward: Bool, where fits: (TraceRow) -> Bool) -> Bool {
    let count = result.rows.count
    guard count > 0 else { return false }
    for step in 1...count {
      let place = (scroll.cursor + (forward ? step : count - step)) % count
      if fits(result.rows[place]) {
        scroll.cursor = place
        followsNewest = false
        return true
      }
    }
    return false
  }

  @discardableResult
  mutating func goToMatch(forward: Bool) -> Bool {
    let matches = self.matches
    return go(forward: forward) { matches.contains($0) }
  }
}
