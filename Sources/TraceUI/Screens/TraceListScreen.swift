import Cells
import TraceAnalysis
import TraceModel

/// The first screen: all traces, the slowest one's bar as the measure, and at the foot what looks
/// wrong with them.
extension ViewState {
  /// How many rows of traces fit.
  var listHeight: Int { max(0, size.height - 3 - noteLines.count) }

  func drawTraceList(into frame: inout Frame) {
    drawHeader(listTitle, right: listRight, into: &frame)
    let drawing = TraceListDrawing(
      data: data, quality: quality,
      columns: TraceListColumns(width: size.width, hasDates: hasDates),
      slowest: list.result.slowest, zone: options.zone, hasDates: hasDates,
      isMatch: { list.isMatch($0) })
    drawing.drawHead(y: 1, into: &frame)
    for offset in 0..<listHeight {
      let index = list.scroll.top + offset
      guard index < list.result.rows.count else { break }
      drawing.draw(list.result.rows[index], y: 2 + offset, into: &frame)
      if index == list.scroll.cursor { frame.select(x: 0..<size.width, y: 2 + offset) }
    }
    if list.result.rows.isEmpty { drawNothing(y: 3, into: &frame) }
    for (offset, line) in noteLines.enumerated() {
      let y = size.height - 1 - noteLines.count + offset
      frame.put(
        CellText.fitted(line.text, width: max(0, size.width - 2)), x: 1, y: y, style: line.style)
    }
    let count = list.result.rows.count
    drawFoot(
      hints: [(.open, "open"), (.search, "search"), (.filter, "filter"), (.sort, "sort")]
        + (options.command == nil ? [] : [(.nextPane, "output")])
        + (quality.unjoined.isEmpty ? [] : [(.joined, "joined")])
        + [
          (.showProblems, "problems"), (.help, "help"),
          (.close, screens.count > 1 ? "back" : "quit"),
        ], place: Self.place(list.scroll.cursor, of: count),
      into: &frame)
  }

  /// Whether the traces on show began on more than one day.
  var hasDates: Bool {
    let starts = list.result.starts
    func day(_ moment: UnixNanos) -> String { TimestampText(moment, zone: options.zone).dateText }
    return day(starts.start) != day(starts.end)
  }

  private var listTitle: [StyledText] {
    let count = data.traces.count
    let shown = list.result.rows.count
    let traces =
      shown == count || list.result.rows.isEmpty
      ? CountText.counted(count, "trace")
      : "\(CountText.grouped(shown)) of \(CountText.counted(count, "trace"))"
    // Those that do not fit are left out from the end.
    let facts =
      [traces, CountText.counted(data.store.count, "span")] + liveFacts
      + [CountText.counted(data.store.services.count, "service")]
    return [
      StyledText("traceview", .strong), StyledText(options.title),
      StyledText(facts: facts),
    ]
  }

  private var listRight: [StyledText] {
    var parts = [loadNote, commandNote, problemNote].compactMap { $0 }
    if !list.query.filter.isEmpty {
      let text = CellText.fitted(SafeText.line(list.query.filter.text), width: 20)
      parts.append(StyledText("& " + text, Style(.problem)))
    }
    if let service = list.query.service {
      parts.append(StyledText(SafeText.line(service), Style(.service(named: service))))
    }
    let arrow = list.query.descending ? "▼" : "▲"
    // The counts at the left matter more, where not both fit.
    let hasRoom = liveFacts.isEmpty || size.width >= 150
    if hasRoom, size.width >= 90 || parts.count < 3 {
      parts.append(StyledText("by \(list.query.key.rawValue) \(arrow)", Style(.fact)))
    }
    let window = list.query.last.map { "last \(DurationText.short($0))" } ?? "all time"
    if size.width >= 90 && hasRoom || list.query.last != nil {
      parts.append(StyledText(window, Style(.fact)))
    }
    return parts
  }

  private func drawNothing(y: Int, into frame: inout Frame) {
    if isLive, data.traces.count == 0 { return drawSources(y: y, into: &frame) }
    let text: String
    if !load.isDone {
      text = "Reading…"
    } else if data.traces.count > 0 {
      text = "The filter leaves no trace. Esc clears it."
    } else {
      text = "No spans were found. \(keyMap.key(of: .showProblems)) says what was read."
    }
    frame.put(text, x: 1, y: y, style: Style(.fact))
  }

  /// While nothing has come: where spans are waited for, and how to send some.
  private func drawSources(y: Int, into frame: inout Frame) {
    var lines = [StyledText("Waiting for spans.", .strong), StyledText("")]
    for line in sourceLines {
      lines.append(StyledText(line.text, line.state == .troubled ? Style(.problem) : .plain))
    }
    if !command.why.isEmpty {
      lines.append(StyledText(""))
      for line in command.why.flatMap({ TextBlock.wrapped($0, width: max(10, size.width - 2)) }) {
        lines.append(StyledText(line, Style(.problem)))
      }
    } else if !options.sendingHelp.isEmpty {
      lines.append(StyledText(""))
      lines += options.sendingHelp.map { StyledText($0, Style(.fact)) }
    }
    for (offset, line) in lines.prefix(max(0, size.height - 1 - y)).enumerated() {
      let text = CellText.fitted(line.text, width: max(0, size.width - 2))
      frame.put(text, x: 1, y: y + offset, style: line.style)
    }
  }

  // MARK: The note

  /// The group to explain: that of the selected trace, else the first.
  var notedGroup: UnjoinedRoots? {
    if let selected = list.selected, let group = quality.group(of: selected) {
      return quality.unjoined[group]
    }
    return quality.unjoined.first
  }

  /// What looks wrong, in a few lines; none if nothing does or the screen is too small.
  var noteLines: [StyledText] {
    guard size.height >= 12 else { return [] }
    if let trouble = sourceLines.first(where: { $0.state == .troubled }), data.traces.count > 0 {
      return [StyledText(""), StyledText("! " + trouble.text, Style(.problem))]
    }
    if let group = notedGroup { return [StyledText("")] + noteLines(on: group) }
    guard let worst = quality.problems.first(where: { $0.severity > .info }) else { return [] }
    let text = CellText.fitted("! " + SafeText.line(worst.summary), width: max(0, size.width - 18))
    let hint = "   \(keyMap.key(of: .showProblems)) explains"
    return [StyledText(""), StyledText(text + hint, Style(.problem))]
  }

  private func noteLines(on group: UnjoinedRoots) -> [StyledText] {
    let summary =
      quality.problems.first {
        $0.kind == .unjoinedRoots && $0.traces.first == group.traces.first
      }?.summary ?? "\(group.traces.count) traces look like one."
    var lines: [StyledText] = []
    for line in TextBlock.wrapped(SafeText.line(summary), width: max(10, size.width - 4)) {
      lines.append(StyledText((lines.isEmpty ? "¦ " : "  ") + line, Style(.problem)))
    }
    if size.height >= 20 {
      for line in group.cure.lines.prefix(size.height - 18) {
        lines.append(StyledText("    " + SafeText.line(line), Style(.cure)))
      }
    }
    let problems = keyMap.key(of: .showProblems)
    let joined = keyMap.key(of: .joined)
    lines.append(
      StyledText(
        "  \(problems) explains and shows the fix   \(joined) shows them joined", Style(.fact)))
    return lines
  }
}
