import Cells
import TraceAnalysis
import TraceModel

/// One trace: its tree at the left, time at the right, the selected span's details beside or below.
extension ViewState {
  var waterfallLayout: WaterfallLayout {
    WaterfallLayout(
      size: size, hasMinimap: hasMinimap, hasNote: waterfallNote != nil,
      isDetailOpen: waterfall.detail.isOpen,
      wantedNameWidth: waterfall.open?.nameWidth ?? .max, nameWidthChange: waterfall.nameWidthChange
    )
  }

  /// A long trace has a minimap, and one that is zoomed.
  private var hasMinimap: Bool {
    waterfall.isZoomed || (waterfall.open?.tree.count ?? 0) > size.height - 5
  }

  func drawWaterfall(into frame: inout Frame) {
    guard let open = waterfall.open, open.subject == waterfall.subject else {
      frame.put("Opening the trace…", x: 1, y: 2, style: Style(.fact))
      return drawFoot(hints: [(.close, "back")], place: "", into: &frame)
    }
    let layout = waterfallLayout
    drawHeader(waterfallTitle(open), right: waterfallRight(open), into: &frame)
    if let y = layout.minimap { drawMinimap(open, layout, y, &frame) }
    let axis = TimeAxis(
      window: waterfall.window, origin: open.tree.extent.start.rawValue, width: layout.bars.count)
    drawAxis(axis, layout, &frame)
    drawRows(axis, open, layout, &frame)
    if let detail = layout.detail { drawDetail(detail, &frame) }
    if let y = layout.note, let note = waterfallNote {
      let hints = "   " + note.hints
      let room = max(0, size.width - 2 - CellWidth.of(hints))
      let x = frame.put(
        CellText.fitted(note.text, width: room), x: 1, y: y, style: Style(.problem))
      frame.put(hints, x: x, y: y, style: Style(.fact))
    }
    drawFoot(
      hints: waterfallHints(open),
      place: Self.place(waterfall.scroll.cursor, of: waterfall.visible.count),
      into: &frame)
  }

  private func waterfallHints(_ open: OpenTrace) -> [(Command, String)] {
    if waterfall.detail.hasFocus {
      return [
        (.down, "down"), (.up, "up"), (.open, "follow"), (.nextPane, "tree"), (.copy, "copy"),
        (.close, "back"), (.help, "help"),
      ]
    }
    var hints: [(Command, String)] = [(.open, "details"), (.search, "search")]
    if !open.errors.isEmpty { hints.append((.nextError, "error")) }
    if !open.defects.isEmpty { hints.append((.nextDefect, "defect")) }
    if case .joined = open.subject { hints.append((.joined, "apart")) }
    return hints + [
      (.showProblems, "problems"), (.help, "help"),
      (.close, screens.count > 1 ? "back" : "quit"), (.toggleFold, "fold"), (.zoomIn, "zoom"),
      (.filter, "filter"), (.criticalPath, "critical path"),
    ]
  }

  private func waterfallTitle(_ open: OpenTrace) -> [StyledText] {
    var parts: [StyledText] = []
    switch open.subject {
    case .joined(let group):
      let text = "\(group.traces.count) traces joined (proposed)"
      parts.append(StyledText(text, Style(.problem, on: .plain, .bold)))
    case .trace(let trace):
      let first = open.tree.rows.first { $0 != .none } ?? .none
      let root = data.store[data.traces.contains(trace) ? data.traces[trace].rootRow : first]
      let service = data.store.name(of: root.service)
      let name = SafeText.line(root.name, columns: size.width)
      parts.append(StyledText(name, .strong))
      let label = SafeText.line(service, columns: size.width)
      parts.append(StyledText(label, Style(.service(named: service))))
    }
    let extent = open.tree.extent
    var facts = [CountText.counted(open.spanCount, "span")]
    if !extent.isUnset { facts.append(DurationText.short(extent.duration)) }
    if open.services.count > 1 { facts.append(CountText.counted(open.services.count, "service")) }
    if open.tree.duplicatesDropped > 0 {
      facts.append(
        CountText.counted(open.tree.duplicatesDropped, "exact copy") + " left out")
    }
    if !extent.isUnset, size.width >= 100 {
      let start = TimestampText(extent.start, zone: options.zone)
      facts.append("\(start.dateText) \(start.timeText(digits: 3))")
    }
    parts.append(StyledText(facts: facts))
    return parts
  }

  private func waterfallRight(_ open: OpenTrace) -> [StyledText] {
    var parts = [loadNote].compactMap { $0 }
    if showsEvicted { parts.append(StyledText("evicted", Style(.problem))) }
    if waterfall.isFiltered {
      let text = CellText.fitted(SafeText.line(waterfall.query.text), width: 16)
      parts.append(StyledText("& " + text, Style(.problem)))
    }
    if open.orphanCount > 0 {
      parts.append(
        StyledText("○ \(CountText.counted(open.orphanCount, "orphan"))", Style(.problem)))
    }
    if !open.errors.isEmpty {
      parts.append(StyledText("✗ \(CountText.counted(open.errors.count, "error"))", Style(.error)))
    }
    return parts
  }

  /// One line about what is wrong with this trace, and the keys that help.
  var waterfallNote: (text: String, hints: String)? {
    guard let open = waterfall.open else { return nil }
    let explains = "\(keyMap.key(of: .showProblems)) explains"
    let joined = keyMap.key(of: .joined)
    switch open.subject {
    case .joined(let group):
      let text = "¦ Proposed: the data has \(group.traces.count) traces and no span around them."
      return (text, "\(explains)  \(joined) apart")
    case .trace(let trace):
      if let group = quality.group(of: trace) {
        let others = CountText.counted(quality.unjoined[group].traces.count - 1, "other trace")
        return ("¦ Looks like one execution with \(others).", "\(explains)  \(joined) joins")
      }
      return open.brokenness.map { ($0, explains) }
    }
  }

  private func drawAxis(_ axis: TimeAxis, _ layout: WaterfallLayout, _ frame: inout Frame) {
    let y = layout.axis
    frame.put("SPAN", x: 1, y: y, style: Style(.fact), limit: 0..<layout.names.upperBound)
    var free = 0
    for tick in axis.ticks {
      var label = tick.label
      if usesAbsoluteTime {
        let moment = waterfall.window.moment(atCell: tick.cell, width: layout.bars.count)
        label = TimestampText(UnixNanos(moment), zone: options.zone).timeText(digits: 6)
      }
      guard tick.cell >= free, tick.cell + label.count <= layout.bars.count else { continue }
      frame.put(label, x: layout.bars.lowerBound + tick.cell, y: y, style: Style(.fact))
      free = tick.cell + label.count + 1
    }
  }

  private func drawRows(
    _ axis: TimeAxis, _ open: OpenTrace, _ layout: WaterfallLayout, _ frame: inout Frame
  ) {
    let first = waterfall.scroll.top
    let indices = first..<max(first, min(first + layout.tree.y.count, waterfall.visible.count))
    let positions = indices.map { waterfall.visible[$0] }
    var drawing = WaterfallDrawing(
      data: data, trace: open, folded: waterfall.folded, window: waterfall.window,
      names: layout.names, gutter: layout.gutter, bars: layout.bars)
    drawing.baseDepth = WaterfallDrawing.baseDepth(
      of: positions, tree: open.tree, width: layout.names.count)
    drawing.showsCriticalPath = showsCriticalPath && open.spanCount > 1
    drawing.grid = axis.ticks.dropFirst().map(\.cell)
    drawing.matches = waterfall.matches
    for (offset, position) in positions.enumerated() {
      let y = layout.tree.y.lowerBound + offset
      drawing.draw(position, y: y, into: &frame)
      if first + offset == waterfall.scroll.cursor {
        frame.select(x: layout.tree.x, y: y, faint: waterfall.detail.hasFocus)
      }
    }
  }

  /// How much is under way when, over the whole trace; the part on the screen is lit.
  private func drawMinimap(
    _ open: OpenTrace, _ layout: WaterfallLayout, _ y: Int, _ frame: inout Frame
  ) {
    let width = layout.bars.count
    guard width > 0 else { return }
    let glyphs: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
    let most = Int(max(1, open.density.max() ?? 1))
    let limits = waterfall.limits
    let from = limits.eighths(of: waterfall.window.start, width: width) / 8
    let to = (limits.eighths(of: waterfall.window.end, width: width) + 7) / 8
    for cell in 0..<width {
      let part = cell * TraceFacts.densityParts / width
      let end = min(
        max(part + 1, (cell + 1) * TraceFacts.densityParts / width), TraceFacts.densityParts)
      let height = Int(open.density[part..<max(part, end)].max() ?? 0)
      let isShown = waterfall.isZoomed && cell >= from && cell < max(from + 1, to)
      let style = isShown ? Style(.window, on: .window) : Style(.guide)
      let glyph = height == 0 ? " " : glyphs[(height - 1) * 8 / most]
      frame.put(String(glyph), x: layout.bars.lowerBound + cell, y: y, style: style)
    }
    let label = waterfall.isZoomed ? "whole trace" : "spans under way"
    let width0 = max(0, layout.names.upperBound - 1)
    frame.put(CellText.fitted(label, width: width0), x: 1, y: y, style: Style(.guide))
  }

  private func drawDetail(_ rect: Rect, _ frame: inout Frame) {
    if rect.x.lowerBound > 0 {
      let x = rect.x.lowerBound - 1
      frame.fill(x: x..<(x + 1), y: rect.y, with: "│", style: Style(.guide))
    } else if rect.y.lowerBound > 0 {
      let y = rect.y.lowerBound - 1
      frame.fill(x: rect.x, y: y..<(y + 1), with: "─", style: Style(.guide))
    }
    SpanDetailPane(state: waterfall.detail, rect: rect).draw(into: &frame)
  }
}
