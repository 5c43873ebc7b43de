import Cells
import TraceAnalysis
import TraceModel

/// The commands of the waterfall.
extension ViewState {
  mutating func performInWaterfall(_ command: Command) {
    switch command {
    case .nextTrace: return openNeighbor(forward: true)
    case .previousTrace: return openNeighbor(forward: false)
    case .criticalPath:
      showsCriticalPath.toggle()
      message = showsCriticalPath ? "critical path shown: ┃" : "critical path hidden"
      return
    case .narrowNames, .widenNames:
      let change = command == .widenNames ? 4 : -4
      waterfall.nameWidthChange = min(80, max(-40, waterfall.nameWidthChange + change))
      return
    default: break
    }
    // The others need the trace, which may still be opening.
    guard let open = waterfall.open, let position = waterfall.position else { return }
    switch command {
    case .expandOrChild: expand(position)
    case .collapseOrParent: collapse(position, open)
    case .toggleFold where waterfall.detail.hasFocus: perform(.pageDown)
    case .toggleFold: waterfall.setFolded(position, !waterfall.folded[position])
    case .toggleAll: waterfall.toggleAll()
    case .foldToDepth: pending = .foldDepth
    case .parent: goTo(Int(open.tree.parents[position]))
    case .previousSibling: goTo(sibling(of: position, open.tree, forward: false))
    case .nextSibling: goTo(sibling(of: position, open.tree, forward: true))
    case .nextError, .previousError:
      jump(
        to: open.errors, command == .nextError,
        otherwise: "no error in this trace; ] shows the next trace")
    case .nextDefect, .previousDefect:
      jump(
        to: open.defects, command == .nextDefect,
        otherwise: "no defect in this trace; ] shows the next trace")
    case .nextCritical, .previousCritical:
      jump(to: open.critical, command == .nextCritical, otherwise: "no critical path")
    case .nextMatch, .previousMatch:
      jump(
        to: waterfall.matches, command == .nextMatch,
        otherwise: waterfall.query.isEmpty ? "nothing was searched; / searches" : "no match")
    case .setMark: pending = .setMark
    case .open: openDetail(open)
    case .nextPane: focusDetail()
    case .zoomIn, .zoomOut, .wholeTrace, .fitSelection, .panLeft, .panRight:
      changeWindow(command, open, position)
    default: message = "\(keyMap.key(of: command)) is for the list of traces"
    }
  }

  // MARK: Tree

  private mutating func expand(_ position: Int) {
    if waterfall.folded[position] {
      waterfall.setFolded(position, false)
    } else if waterfall.hasChildren(position) {
      scroll(by: 1)
    }
  }

  private mutating func collapse(_ position: Int, _ open: OpenTrace) {
    if waterfall.hasChildren(position), !waterfall.folded[position] {
      waterfall.setFolded(position, true)
    } else {
      goTo(Int(open.tree.parents[position]))
    }
  }

  /// Goes to a position near by; -1 is none.
  private mutating func goTo(_ position: Int) {
    if position >= 0 { waterfall.reveal(position) }
  }

  /// The sibling before or behind a row, or -1.
  private func sibling(of position: Int, _ tree: TraceTree, forward: Bool) -> Int {
    let parent = Int(tree.parents[position])
    if forward {
      let next = Int(tree.subtreeEnds[position])
      let end = parent >= 0 ? Int(tree.subtreeEnds[parent]) : tree.count
      return next < end ? next : -1
    }
    // The row before belongs to the sibling before; its ancestor at this depth is that sibling.
    var previous = position - 1
    while previous > parent, tree.depths[previous] > tree.depths[position] {
      previous = Int(tree.parents[previous])
    }
    return previous > parent ? previous : -1
  }

  private mutating func jump(
    to positions: SortedPositions, _ forward: Bool, otherwise: String
  ) {
    let from = waterfall.position
    let saved = jumps
    rememberPlace()
    if !waterfall.go(to: positions, forward: forward) {
      jumps = saved
      message = otherwise
    } else if let from, let now = waterfall.position, positions.count > 0 {
      let number = positions.lowerBound(of: now) + 1
      let hasWrapped = forward ? now <= from : now >= from
      message =
        "\(number) of \(CountText.grouped(positions.count))"
        + (hasWrapped && positions.count > 1 ? ", from the \(forward ? "start" : "end")" : "")
    }
  }

  /// Opens the trace before or behind this one in the list.
  private mutating func openNeighbor(forward: Bool) {
    guard case .trace(let trace) = waterfall.subject,
      let place = list.result.rows.firstIndex(of: trace)
    else {
      message = "the list has no such trace"
      return
    }
    let next = place + (forward ? 1 : -1)
    guard list.result.rows.indices.contains(next) else {
      message = forward ? "this is the last trace" : "this is the first trace"
      return
    }
    list.scroll.cursor = next
    open(.trace(list.result.rows[next]), at: nil)
  }

  // MARK: Details

  private mutating func openDetail(_ open: OpenTrace) {
    if waterfall.detail.hasFocus { return followDetail(open) }
    if waterfallLayout.detail == nil {
      waterfall.detail.isOpen = true
    } else {
      waterfall.detail.hasFocus = true
    }
  }

  private mutating func focusDetail() {
    if waterfallLayout.detail == nil { waterfall.detail.isOpen = true }
    waterfall.detail.hasFocus.toggle()
  }

  /// Follows the link, or goes to the parent, under the cursor of the detail pane.
  private mutating func followDetail(_ open: OpenTrace) {
    let state = waterfall.detail
    guard state.lines.indices.contains(state.scroll.cursor),
      let target = state.lines[state.scroll.cursor].target
    else {
      message = "nothing to follow on this line"
      return
    }
    switch target {
    case .position(let position):
      rememberPlace()
      waterfall.reveal(position)
    case .span(let traceID, let spanID):
      guard let trace = data.traces.find(traceID) else {
        message = "the linked trace is not in the data"
        return
      }
      let row = data.traces.rows(of: trace).first { data.store[$0].spanID == spanID }
      rememberPlace()
      self.open(.trace(trace), at: row)
      if row == nil { message = "the linked span is not in the data; this is its trace" }
    }
  }

  // MARK: Time

  private mutating func changeWindow(_ command: Command, _ open: OpenTrace, _ position: Int) {
    let extent = open.tree.extents[position]
    switch command {
    case .zoomIn, .zoomOut:
      zoom(in: command == .zoomIn, around: center(of: extent))
    case .wholeTrace: waterfall.window = waterfall.limits
    case .fitSelection:
      guard !extent.isUnset else { return }
      let length = extent.end.rawValue - extent.start.rawValue
      let margin = max(1, length / 20)
      waterfall.window = TimeWindow(
        start: extent.start.rawValue - min(extent.start.rawValue, margin),
        length: length.addingReportingOverflow(margin * 2).overflow ? .max : length + margin * 2,
        in: waterfall.limits)
    case .panLeft: waterfall.window = waterfall.window.panned(eighths: -2, in: waterfall.limits)
    default: waterfall.window = waterfall.window.panned(eighths: 2, in: waterfall.limits)
    }
  }

  /// What zooming keeps in place: the middle of the selected span, if it is on the screen.
  private func center(of extent: SpanExtent) -> UInt64 {
    let window = waterfall.window
    let start = min(max(extent.start.rawValue, window.start), window.end)
    let end = min(max(extent.end.rawValue, window.start), window.end)
    return start + (end - start) / 2
  }

  mutating func zoom(in isIn: Bool, around moment: UInt64) {
    let (numerator, denominator): (UInt64, UInt64) = isIn ? (1, 2) : (2, 1)
    waterfall.window = waterfall.window.zoomed(
      numerator, denominator, around: moment, in: waterfall.limits)
  }
}
