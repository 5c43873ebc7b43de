import Cells

/// A rectangle of cells.
struct Rect: Sendable, Equatable {
  var x: Range<Int>
  var y: Range<Int>

  func contains(_ column: Int, _ row: Int) -> Bool { x.contains(column) && y.contains(row) }
}

extension Range<Int> {
  /// The range from `from`, `count` long; empty where that would run backwards.
  static func from(_ from: Int, count: Int) -> Range<Int> { from..<(from + Swift.max(0, count)) }
}

/// Where the parts of the waterfall screen lie. Pure: from the size and what is to be shown.
///
///     header
///     minimap         (if there is room and need)
///     axis
///     rows            | detail   (wide)
///     note            (if there is one)
///     hints
struct WaterfallLayout: Sendable, Equatable {
  var tree: Rect
  var detail: Rect?
  /// The row of the minimap, if there is one.
  var minimap: Int?
  var axis: Int
  var names: Range<Int>
  /// The cell between names and bars, where the critical path is marked.
  var gutter: Int
  var bars: Range<Int>
  /// The row of the note about what is wrong, if there is one.
  var note: Int?

  /// From how many columns on the detail pane stands beside the tree.
  static let wide = 110

  init(
    size: Size, hasMinimap: Bool, hasNote: Bool, isDetailOpen: Bool, wantedNameWidth: Int = .max,
    nameWidthChange: Int = 0
  ) {
    let foot = size.height - 1
    let isTall = size.height >= 14
    minimap = hasMinimap && isTall ? 1 : nil
    axis = minimap == nil ? 1 : 2
    note = hasNote && isTall ? foot - 1 : nil
    var bottom = note ?? foot
    var right = size.width
    let top = min(axis + 1, bottom)
    if size.width >= Self.wide {
      let width = min(72, max(40, size.width * 3 / 10))
      detail = Rect(x: .from(size.width - width, count: width), y: 1..<max(1, bottom))
      right = size.width - width - 1
    } else if isDetailOpen {
      // On a low screen the details take all but the selected row.
      let rows = size.height < 16 ? 1 : max(2, (bottom - top) / 3)
      detail = Rect(x: 0..<size.width, y: min(top + rows + 1, bottom)..<bottom)
      bottom = min(top + rows, bottom)
    }
    tree = Rect(x: 0..<right, y: top..<max(top, bottom))
    let wanted = max(min(wantedNameWidth, right * 9 / 20, 64), 20) + nameWidthChange
    let nameWidth = max(1, min(max(wanted, min(12, right)), right - 12))
    names = 1..<nameWidth
    gutter = nameWidth
    bars = .from(nameWidth + 1, count: right - nameWidth - 2)
  }
}
