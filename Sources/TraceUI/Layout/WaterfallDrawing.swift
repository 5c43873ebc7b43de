import Cells
import TraceAnalysis
import TraceModel

/// Draws rows of a tree: guides, name, bar, duration. Used by the screen and by `--print tree`.
struct WaterfallDrawing {
  let data: DataSet
  let trace: OpenTrace
  let folded: [Bool]
  let window: TimeWindow
  let names: Range<Int>
  let gutter: Int
  let bars: Range<Int>
  /// Columns behind the bars that durations may take too.
  var margin = 0
  /// The depth that is drawn at the left edge: more than 0 where the tree is too deep to show whole.
  var baseDepth = 0
  var showsCriticalPath = false
  /// Cells of ticks, where a faint line helps the eye.
  var grid: [Int] = []
  var matches = SortedPositions()

  private var tree: TraceTree { trace.tree }

  /// Whether a parent that is not there is missing, and not only late.
  private var isSettled: Bool {
    guard case .trace(let trace) = trace.subject, data.traces.contains(trace) else { return true }
    return data.isSettled(trace)
  }

  /// How many events of a span are marked on its bar.
  private static let mostEvents = 2_000

  /// How many levels fit before names would vanish.
  static func levels(in width: Int) -> Int { max(1, (width - 10) / 2) }

  /// The depth at the left edge for the rows that are on the screen: none if all levels fit.
  static func baseDepth(of positions: some Collection<Int>, tree: TraceTree, width: Int) -> Int {
    var deepest = 0
    var least = Int.max
    for position in positions {
      deepest = max(deepest, Int(tree.depths[position]))
      least = min(least, Int(tree.depths[position]))
    }
    let levels = levels(in: width)
    return deepest <= levels ? 0 : max(0, min(least, deepest - levels))
  }

  func draw(_ position: Int, y: Int, into frame: inout Frame) {
    drawName(position, y, &frame)
    if showsCriticalPath, trace.isCritical[position] {
      frame.put("┃", x: gutter, y: y, style: Style(.critical))
    }
    drawBar(position, y, &frame)
  }

  // MARK: Name

  private func drawName(_ position: Int, _ y: Int, _ frame: inout Frame) {
    var x = drawGuides(position, y, &frame)
    let row = tree.rows[position]
    let limit = names
    guard row != .none else {
      let text =
        tree.placements[position] == .proposedRoot
        ? "¦ proposed span"
        : "○ \(isSettled ? "missing parent" : "waiting for parent") \(tree.spanIDText(at: position, in: data.store))"
      frame.put(fitted(text, from: x), x: x, y: y, style: Style(.problem), limit: limit)
      return
    }
    let span = data.store[row]
    let service = data.store.name(of: span.service)
    let hidden =
      folded[position] ? Int(tree.subtreeEnds[position]) - position - 1 : 0
    let defect = suffix(of: position)
    let suffix = defect.isEmpty && hidden > 0 ? "+\(CountText.grouped(hidden))" : defect
    let reserved = suffix.isEmpty ? 0 : min(CellWidth.of(suffix) + 1, (limit.upperBound - x) / 2)
    let isError = span.status == .error
    if showsService(position, span.service) {
      let room = limit.upperBound - x - reserved
      let nameWidth = CellWidth.of(SafeText.line(span.name, columns: max(1, room))) + 1
      let labelWidth = max(4, room / 3, room - nameWidth)
      let label = CellText.fitted(
        SafeText.line(service, columns: labelWidth), width: labelWidth)
      x = frame.put(label, x: x, y: y, style: Style(.service(named: service)), limit: limit) + 1
    }
    var style = Style(isError ? .error : .plain)
    if position == 0 { style.attributes.insert(.bold) }
    if matches.contains(position) { style.ground = .match }
    let nameRoom = max(1, limit.upperBound - x - reserved)
    let name = CellText.fitted(SafeText.line(span.name, columns: nameRoom), width: nameRoom)
    x = frame.put(name, x: x, y: y, style: style, limit: limit)
    let suffixStyle = Style(defect.isEmpty ? .fact : .problem)
    frame.put(fitted(suffix, from: x + 1), x: x + 1, y: y, style: suffixStyle, limit: limit)
  }

  private func fitted(_ text: String, from x: Int) -> String {
    CellText.fitted(text, width: max(0, names.upperBound - x))
  }

  /// What is wrong with a row, in words.
  private func suffix(of position: Int) -> String {
    let defects = tree.defects[position]
    var words: [String] = []
    if tree.placements[position] == .ringCut { words.append("ring cut here") }
    if defects.contains(.duplicate) { words.append("duplicate") }
    if defects.contains(.negativeDuration) { words.append("ends before start") }
    if defects.contains(.invalidID) { words.append("no span ID") }
    return words.isEmpty ? "" : "(" + words.joined(separator: ", ") + ")"
  }

  /// The service is named where the trace has several; on narrow screens only where it changes.
  private func showsService(_ position: Int, _ service: ServiceID) -> Bool {
    guard trace.services.count > 1 else { return false }
    if names.count >= 40 { return true }
    let parent = Int(tree.parents[position])
    guard parent >= 0, tree.rows[parent] != .none else { return true }
    return data.store[tree.rows[parent]].service != service
  }

  /// Draws the lines that lead to a row and its fold mark; returns where the name starts.
  ///
  ///     depth 0   ▾ name
  ///     depth 1   ├▾name          more siblings below
  ///     depth 2   │ └─name        last child; its parent has more siblings
  private func drawGuides(_ position: Int, _ y: Int, _ frame: inout Frame) -> Int {
    let depth = Int(tree.depths[position])
    let hasChildren = Int(tree.subtreeEnds[position]) > position + 1
    let mark: Character = !hasChildren ? " " : folded[position] ? "▸" : "▾"
    let style = Style(.guide)
    let left = names.lowerBound - 1
    let shown = min(depth - baseDepth, Self.levels(in: names.count))
    guard shown > 0 else {
      if baseDepth > 0 {
        frame.put("…", x: left, y: y, style: Style(.fact), limit: 0..<names.upperBound)
      }
      frame.put(String(mark), x: left + 1, y: y, style: Style(.fact), limit: 0..<names.upperBound)
      return left + 3
    }
    var ancestor = position
    for level in stride(from: shown, through: 1, by: -1) {
      let x = left + 1 + (level - 1) * 2
      let hasMore = hasNextSibling(ancestor)
      if ancestor == position {
        frame.put(hasMore ? "├" : "└", x: x, y: y, style: style, limit: 0..<names.upperBound)
        frame.put(
          hasChildren ? String(mark) : "─", x: x + 1, y: y,
          style: hasChildren ? Style(.fact) : style, limit: 0..<names.upperBound)
      } else if hasMore {
        frame.put("│", x: x, y: y, style: style, limit: 0..<names.upperBound)
      }
      ancestor = Int(tree.parents[ancestor])
    }
    return left + 1 + shown * 2 + 1
  }

  private func hasNextSibling(_ position: Int) -> Bool {
    let parent = Int(tree.parents[position])
    guard parent >= 0 else { return false }
    return tree.subtreeEnds[position] < tree.subtreeEnds[parent]
  }

  // MARK: Bar

  private func drawBar(_ position: Int, _ y: Int, _ frame: inout Frame) {
    for cell in grid where cell < bars.count {
      frame.put("┊", x: bars.lowerBound + cell, y: y, style: Style(.guide))
    }
    let extent = tree.extents[position]
    guard !extent.isUnset else {
      frame.put("no time", x: bars.lowerBound, y: y, style: Style(.problem), limit: bars)
      return
    }
    let bar = WaterfallBar(extent, window: window, width: bars.count)
    let cells = bar.cells.lowerBound + bars.lowerBound..<bar.cells.upperBound + bars.lowerBound
    let ink = inkOfBar(position)
    drawBlocks(bar, cells, ink, position, y, &frame)
    drawEdges(position, cells, y, &frame)
    drawEvents(position, cells, y, &frame)
    drawDuration(position, cells, ink, y, &frame)
  }

  private func inkOfBar(_ position: Int) -> Role {
    let row = tree.rows[position]
    guard row != .none else { return .problem }
    return .service(named: data.store.name(of: data.store[row].service))
  }

  private func drawBlocks(
    _ bar: WaterfallBar, _ cells: Range<Int>, _ ink: Role, _ position: Int, _ y: Int,
    _ frame: inout Frame
  ) {
    guard !cells.isEmpty else { return }
    let style = Style(ink)
    switch tree.placements[position] {
    case .proposedRoot: frame.fill(x: cells, y: y..<(y + 1), with: "╌", style: style)
    case .missingParent: frame.fill(x: cells, y: y..<(y + 1), with: "░", style: style)
    case .orphan: frame.fill(x: cells, y: y..<(y + 1), with: "▒", style: style)
    case .root, .child, .ringCut:
      frame.fill(x: cells, y: y..<(y + 1), with: "█", style: style)
      let last = WaterfallBar.glyphs[bar.lastEighths - 1]
      frame.put(String(last), x: cells.upperBound - 1, y: y, style: style)
    }
  }

  /// Thin marks where a child starts before or ends after its parent.
  private func drawEdges(_ position: Int, _ cells: Range<Int>, _ y: Int, _ frame: inout Frame) {
    guard !cells.isEmpty else { return }
    let defects = tree.defects[position]
    let style = Style(.problem)
    if defects.contains(.startsBeforeParent), cells.lowerBound > bars.lowerBound {
      frame.put("‹", x: cells.lowerBound - 1, y: y, style: style)
    }
    if defects.contains(.endsAfterParent) {
      frame.put(
        "›", x: cells.upperBound, y: y, style: style,
        limit: bars.lowerBound..<(bars.upperBound + margin))
    }
  }

  private func drawEvents(
    _ position: Int, _ cells: Range<Int>, _ y: Int, _ frame: inout Frame
  ) {
    let row = tree.rows[position]
    guard row != .none else { return }
    var last = -1
    let span = data.store[row]
    // Of very many events some are enough: their marks are cells wide.
    let step = max(1, span.eventCount / Self.mostEvents)
    for number in stride(from: 0, to: span.eventCount, by: step) {
      let time = span.eventTime(number)
      guard let cell = window.cell(of: time.rawValue, width: bars.count), cell != last else {
        continue
      }
      last = cell
      let x = bars.lowerBound + cell
      let isOnBar = cells.contains(x) && tree.placements[position] != .orphan
      let ground: Role = isOnBar ? inkOfBar(position) : .plain
      let ink: Role = ground == .plain ? .fact : .onBar
      frame.put("◆", x: x, y: y, style: Style(ink, on: ground))
    }
  }

  /// The duration beside the bar: right of it, else left of it, else on it.
  private func drawDuration(
    _ position: Int, _ cells: Range<Int>, _ ink: Role, _ y: Int, _ frame: inout Frame
  ) {
    let row = tree.rows[position]
    let span = row == .none ? nil : data.store[row]
    let isError = span?.status == .error
    let duration = span?.duration ?? tree.extents[position].duration
    var text = DurationText.short(duration)
    if let span, span.end == .unset { text = "not ended" }
    if isError { text += " ✗" }
    let role: Role = isError ? .error : .fact
    let width = CellWidth.of(text)
    if cells.isEmpty {
      // Outside the window: an arrow shows the way.
      let isBefore = tree.extents[position].end.rawValue < window.start
      let hint = isBefore ? "◂ " + text : text + " ▸"
      let x = isBefore ? bars.lowerBound : bars.upperBound - CellWidth.of(hint)
      frame.put(hint, x: x, y: y, style: Style(role), limit: bars)
      return
    }
    let edge = tree.defects[position].contains(.endsAfterParent) ? 2 : 1
    if cells.upperBound + edge + width <= bars.upperBound + margin {
      putOverGrid(text, x: cells.upperBound + edge, y: y, Style(role), &frame)
    } else if cells.lowerBound - width - 2 >= bars.lowerBound {
      putOverGrid(text, x: cells.lowerBound - width - 2, y: y, Style(role), &frame)
    } else if cells.count > width + 2 {
      let x = cells.upperBound - width - 1
      switch tree.placements[position] {
      case .root, .child, .ringCut:
        frame.put(text, x: x, y: y, style: Style(.onBar, on: ink))
      case .orphan, .missingParent, .proposedRoot:
        frame.put(" \(text) ", x: x - 1, y: y, style: Style(role))
      }
    }
  }

  /// Puts text with a blank at each side where the grid would touch it.
  private func putOverGrid(
    _ text: String, x: Int, y: Int, _ style: Style, _ frame: inout Frame
  ) {
    let end = frame.put(text, x: x, y: y, style: style)
    for side in [x - 1, end] where frame[side, y].character == "┊" {
      frame.put(" ", x: side, y: y, limit: bars)
    }
  }
}
