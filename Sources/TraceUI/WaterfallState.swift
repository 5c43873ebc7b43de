import TraceAnalysis
import TraceModel

/// The waterfall: which trace, what is folded, where the cursor is, which part of time is shown.
struct WaterfallState: Sendable {
  /// What is shown, or is being opened.
  var subject: TraceSubject?
  /// The span to go to once the trace is open.
  private var wantedRow: SpanRow?
  /// The trace, once it is open.
  private(set) var open: OpenTrace?
  /// For each position of the tree whether its descendants are hidden.
  private(set) var folded: [Bool] = []
  private(set) var visible = VisibleRows()
  var scroll = ScrollState()
  /// The part of time on the screen, and all there is.
  var window = TimeWindow(start: 0, end: 1)
  private(set) var limits = TimeWindow(start: 0, end: 1)
  /// How much wider the user made the name column.
  var nameWidthChange = 0

  /// What was searched with `/`, and the positions that have it, ascending.
  var query = SpanQuery("")
  private(set) var matches = SortedPositions()
  /// Whether only matches and their ancestors are on show (`&`).
  private(set) var isFiltered = false
  /// Whether the next result of a search is for `&`.
  var wantsFilter = false
  /// Whether the next result of a search moves the cursor: not if it was put somewhere on purpose.
  var goesToMatch = true
  /// Where a search that still runs has put the cursor.
  private var earlyMatch: Int?
  /// Where the cursor was when the search began.
  var searchOrigin: Int?

  /// Where a drag of the mouse over the bars began.
  var dragStart: UInt64?
  var detail = DetailState()

  init() {}

  /// A waterfall that is being opened, at a span if one is given; what the user set for all traces
  /// is kept.
  init(subject: TraceSubject, at row: SpanRow?, keeping old: WaterfallState) {
    self.subject = subject
    wantedRow = row
    nameWidthChange = old.nameWidthChange
    query = old.query
    detail.isOpen = old.detail.isOpen
  }

  /// The tree position under the cursor.
  var position: Int? {
    scroll.cursor < visible.count ? visible[scroll.cursor] : nil
  }

  /// The span under the cursor; `nil` on a row that stands for none.
  var selectedRow: SpanRow? {
    guard let open, let position, open.tree.rows[position] != .none else { return nil }
    return open.tree.rows[position]
  }

  var isZoomed: Bool { window != limits }

  // MARK: Opening

  /// Takes an opened trace. If it is the one that was open, now with more spans, folds, window and
  /// cursor stay with their spans. `moved` is what the job made of the folds that it knew.
  mutating func take(_ trace: OpenTrace, _ moved: MovedFolds?) {
    let old = open
    let isSame = old?.subject == trace.subject
    let row = isSame ? selectedRow : wantedRow
    let wasWhole = !isZoomed
    let folds = isSame ? self.folds : nil
    let placeholder = row == nil ? position.flatMap { old?.tree.spanIDs[$0] } : nil
    open = trace
    if isSame, let moved, moved.before == folded {
      folded = moved.after
    } else {
      folded = folds?.moved(to: trace.tree) ?? Array(repeating: false, count: trace.tree.count)
    }
    limits = TimeWindow(trace.tree.extent)
    if !isSame || wasWhole { window = limits }
    matches = SortedPositions()
    // The rows of a filter are found anew by the search that follows.
    wantsFilter = isSame && (wantsFilter || isFiltered)
    isFiltered = false
    goesToMatch = row == nil && !isSame
    refreshVisible(at: nil)
    if let row, let place = trace.tree.position(of: row) {
      reveal(place)
    } else if isSame, let placeholder,
      let place = trace.tree.rows.indices.first(where: {
        trace.tree.rows[$0] == .none && trace.tree.spanIDs[$0] == placeholder
      })
    {
      reveal(place)
    }
  }

  // MARK: Folding

  /// What is folded of the tree that is open.
  var folds: Folds? { open.map { Folds(tree: $0.tree, folded: folded) } }

  func hasChildren(_ position: Int) -> Bool {
    guard let open else { return false }
    return Int(open.tree.subtreeEnds[position]) > position + 1
  }

  mutating func setFolded(_ position: Int, _ value: Bool) {
    guard hasChildren(position), folded[position] != value else { return }
    folded[position] = value
    refreshVisible(at: position)
  }

  /// Folds every row of at least that depth.
  mutating func fold(toDepth depth: Int) {
    guard let open else { return }
    let position = self.position
    for index in folded.indices { folded[index] = Int(open.tree.depths[index]) >= depth }
    refreshVisible(at: position)
  }

  /// Unfolds everything, or folds everything if nothing is folded.
  mutating func toggleAll() {
    let position = self.position
    let value = !folded.contains(true)
    for index in folded.indices { folded[index] = value }
    refreshVisible(at: position)
  }

  // MARK: Cursor

  /// Makes a position visible, unfolding what hides it, and goes there.
  mutating func reveal(_ position: Int) {
    guard let open, position < open.tree.count else { return }
    let index = visible.index(of: position)
    if index < visible.count, visible[index] == position {
      scroll.cursor = index
      return
    }
    var hasChanged = false
    var parent = Int(open.tree.parents[position])
    while parent >= 0 {
      if folded[parent] {
        folded[parent] = false
        hasChanged = true
      }
      parent = Int(open.tree.parents[parent])
    }
    if hasChanged { refreshVisible(at: nil) }
    scroll.cursor = visible.index(of: position)
  }

  mutating func select(_ row: SpanRow) {
    if let open, let position = open.tree.position(of: row) { reveal(position) }
  }

  /// Goes to the next of some positions, folded or not, around the end.
  mutating func go(to positions: SortedPositions, forward: Bool) -> Bool {
    guard let position, let next = positions.next(from: position, forward: forward) else {
      return false
    }
    reveal(next)
    return true
  }

  private mutating func refreshVisible(at position: Int?) {
    guard let open else { return }
    visible = VisibleRows(tree: open.tree, folded: folded, kept: keptRows())
    if let position { scroll.cursor = visible.index(of: position) }
  }

  // MARK: Search

  /// Where a search begins.
  var searchStart: Int { searchOrigin ?? position ?? 0 }

  /// Begins a search, whose results come later.
  mutating func search(_ query: SpanQuery, filters: Bool) {
    self.query = query
    wantsFilter = filters
    goesToMatch = true
    earlyMatch = nil
  }

  /// Takes the matches of a search, all of them if they are the last; the cursor goes to the first
  /// at or behind where it began of those that are known, and at the end of all, unless it was moved
  /// meanwhile. A filter waits for all.
  mutating func take(_ query: SpanQuery, _ found: SortedPositions, first: Int?, isLast: Bool) {
    guard query == self.query, isLast || !wantsFilter && !isFiltered else { return }
    let start = searchStart
    matches = found
    if wantsFilter || isFiltered {
      isFiltered = !query.isEmpty
      wantsFilter = false
      refreshVisible(at: start)
    }
    let first = isLast ? matches.next(from: start - 1, forward: true) : first
    guard goesToMatch, let first else { return }
    goesToMatch = earlyMatch == nil || earlyMatch == position
    if goesToMatch { reveal(first) }
    earlyMatch = first
  }

  mutating func clearSearch() {
    let position = self.position
    query = SpanQuery("")
    matches = SortedPositions()
    searchOrigin = nil
    if isFiltered {
      isFiltered = false
      refreshVisible(at: position)
    }
  }

  /// Which of the matches the cursor is on or behind, from 1.
  var matchNumber: Int { position.map { matches.lowerBound(of: $0 + 1) } ?? 0 }

  /// Matches and all their ancestors; `nil` if nothing is filtered.
  private func keptRows() -> [Bool]? {
    guard isFiltered, let open else { return nil }
    var kept = [Bool](repeating: false, count: open.tree.count)
    for match in matches.positions {
      var position = Int(match)
      while position >= 0, !kept[position] {
        kept[position] = true
        position = Int(open.tree.parents[position])
      }
    }
    return kept
  }
}
