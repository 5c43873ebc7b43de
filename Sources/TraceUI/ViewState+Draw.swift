public import Cells
import TraceAnalysis
import TraceModel

extension ViewState {
  /// The screen as cells. Only reads.
  public func draw() -> Frame {
    var frame = Frame(size: size)
    guard size.width >= 10, size.height >= 3 else {
      frame.put("traceview", x: 0, y: 0)
      return frame
    }
    switch screen {
    case .traces: drawTraceList(into: &frame)
    case .waterfall: drawWaterfall(into: &frame)
    case .problems: drawProblems(into: &frame)
    case .command: drawCommand(into: &frame)
    case .help: drawHelp(into: &frame)
    }
    return frame
  }

  /// Keeps cursors on the screen and the details up to date: after each event.
  mutating func keepInView() {
    // A pane beside the tree has no place on a narrow screen; one that has the keys is kept, below.
    if waterfall.detail.hasFocus, waterfallLayout.detail == nil { waterfall.detail.isOpen = true }
    list.scroll.keepInView(count: list.result.rows.count, height: listHeight)
    problems.keepInView(count: problemRows.count, height: problemsHeight)
    let layout = waterfallLayout
    waterfall.scroll.keepInView(count: waterfall.visible.count, height: layout.tree.y.count)
    refreshDetail(layout)
    let lines = (helpLines.count + helpColumns - 1) / helpColumns
    helpTop = min(max(0, helpTop), max(0, lines - helpHeight))
  }

  /// Writes the lines of the detail pane if they are for another span, width or state.
  private mutating func refreshDetail(_ layout: WaterfallLayout) {
    guard let rect = layout.detail, let open = waterfall.open, let position = waterfall.position,
      open.subject == waterfall.subject, screen == .waterfall
    else { return }
    let row = open.tree.rows[position]
    let statistics = row == .none ? nil : statistics(of: data.store[row])
    let key = DetailState.Key(
      trace: open.subject, position: position, width: SpanDetailPane.textWidth(in: rect),
      statistics: statistics, usesAbsoluteTime: usesAbsoluteTime,
      spanCount: open.tree.count)
    if waterfall.detail.key != key {
      let isOther = waterfall.detail.key?.position != position
      waterfall.detail.key = key
      waterfall.detail.lines =
        DetailWriter(
          data: data, trace: open, position: position, width: key.width, options: options,
          statistics: statistics, usesAbsoluteTime: usesAbsoluteTime
        ).lines
      if isOther { waterfall.detail.scroll = ScrollState() }
    }
    let count = waterfall.detail.lines.count
    if waterfall.detail.hasFocus {
      waterfall.detail.scroll.keepInView(count: count, height: rect.y.count)
    } else {
      waterfall.detail.scroll.top = min(
        waterfall.detail.scroll.top, max(0, count - rect.y.count))
    }
  }

  /// How a span compares with its like, as far as is known; asks for what is not.
  private mutating func statistics(of span: SpanView) -> OperationStatistics? {
    let operation = Operation(of: span)
    let known = operations[operation]
    let isStale = known.map { hasGrownMuch(since: $0.storeCount) } ?? true
    if isStale, !runningLanes.contains(.operation) || askedOperation != operation {
      askedOperation = operation
      run(.operation(operation), for: .ahead)
    }
    return known?.statistics(of: span)
  }

  /// Whether figures of so many spans are worth another pass over all of them: while much is read
  /// there is always more, so then only for a good part more.
  private func hasGrownMuch(since count: Int) -> Bool {
    load.isDone || data.store.count < 50_000
      ? count != data.store.count : count < data.store.count / 4 * 3
  }
}
