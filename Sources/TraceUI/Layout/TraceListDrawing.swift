import Cells
import TraceAnalysis
import TraceModel

/// Columns of the list of traces for one width. Narrow lists lose the bar first, then services,
/// then the start.
struct TraceListColumns: Sendable, Equatable {
  var start: Range<Int>
  var duration: Range<Int>
  var bar: Range<Int>
  var root: Range<Int>
  var spans: Range<Int>
  var services: Range<Int>
  var errors: Range<Int>
  var marks: Range<Int>

  init(width: Int, hasDates: Bool) {
    var right = max(0, width - 1)
    func fromRight(_ count: Int, gap: Int = 1) -> Range<Int> {
      let range = max(0, right - count)..<right
      right = max(0, right - count - gap)
      return range
    }
    marks = width >= 30 ? fromRight(4) : 0..<0
    errors = width >= 40 ? fromRight(3) : 0..<0
    services = width >= 72 ? fromRight(4) : 0..<0
    spans = width >= 30 ? fromRight(width >= 90 ? 7 : 5) : 0..<0
    var left = min(1, right)
    func fromLeft(_ count: Int, gap: Int = 2) -> Range<Int> {
      let end = min(left + count, right)
      let range = left..<end
      left = min(end + gap, right)
      return range
    }
    start = width >= 72 ? fromLeft(hasDates ? 18 : 12) : 0..<0
    duration = fromLeft(width >= 90 ? 10 : 8)
    bar = width >= 72 ? fromLeft(max(6, (right - left) / 4)) : 0..<0
    root = left..<max(left, right - 1)
  }
}

/// Draws the head and the rows of the list of traces. Used by the screen and by `--print list`.
struct TraceListDrawing {
  let data: DataSet
  let quality: DataQuality
  let columns: TraceListColumns
  let slowest: DurationNanos
  let zone: TimestampText.Zone
  var hasDates = false
  var isMatch: (TraceRow) -> Bool = { _ in false }

  func drawHead(y: Int, into frame: inout Frame) {
    func head(_ text: String, _ range: Range<Int>, _ alignment: CellText.Alignment = .left) {
      guard !range.isEmpty else { return }
      let text = CellText.padded(
        CellText.fitted(text, width: range.count), to: range.count, alignment: alignment)
      frame.put(text, x: range.lowerBound, y: y, style: Style(.fact))
    }
    head("START", columns.start)
    head("DURATION", columns.duration, .right)
    head("ROOT", columns.root)
    head("SPANS", columns.spans, .right)
    head("SVC", columns.services)
    head("ERR", columns.errors, .right)
  }

  func draw(_ trace: TraceRow, y: Int, into frame: inout Frame) {
    let summary = data.traces[trace]
    let root = data.store[summary.rootRow]
    let service = data.store.name(of: root.service)
    let serviceRole = Role.service(named: service)
    drawStart(summary, y, &frame)
    right(
      summary.extent.isUnset ? "no time" : DurationText.short(summary.duration), columns.duration,
      y, Style(), &frame)
    drawBar(summary, serviceRole, y, &frame)
    drawRoot(summary, root, service, isMatch(trace), y, &frame)
    right(
      QuantityText.count(Int(summary.spanCount), width: columns.spans.count), columns.spans, y,
      Style(), &frame)
    drawServices(trace, y, &frame)
    if summary.errorCount > 0 {
      right(Self.short(Int(summary.errorCount)), columns.errors, y, Style(.error), &frame)
    }
    drawMarks(trace, y, &frame)
  }

  private func right(
    _ text: String, _ range: Range<Int>, _ y: Int, _ style: Style, _ frame: inout Frame
  ) {
    guard !range.isEmpty else { return }
    let text = CellText.fitted(text, width: range.count)
    frame.put(text, x: range.upperBound - CellWidth.of(text), y: y, style: style, limit: range)
  }

  private func drawStart(_ summary: TraceSummary, _ y: Int, _ frame: inout Frame) {
    guard !columns.start.isEmpty, !summary.extent.isUnset else { return }
    let stamp = TimestampText(summary.extent.start, zone: zone)
    let text = hasDates ? stamp.dateText.dropFirst(5) + " " + stamp.timeText() : stamp.timeText()
    frame.put(
      text, x: columns.start.lowerBound, y: y, style: Style(.fact), limit: columns.start)
  }

  private func drawBar(_ summary: TraceSummary, _ role: Role, _ y: Int, _ frame: inout Frame) {
    guard !columns.bar.isEmpty, !summary.extent.isUnset else { return }
    let window = TimeWindow(start: 0, end: UInt64(max(1, slowest.rawValue)))
    let extent = SpanExtent(
      start: .unset, end: UnixNanos(UInt64(max(0, summary.duration.rawValue))))
    let end = window.eighths(of: extent.end.rawValue, width: columns.bar.count)
    let x = columns.bar.lowerBound
    frame.fill(x: x..<(x + end / 8), y: y..<(y + 1), with: "█", style: Style(role))
    if end % 8 > 0 || end == 0 {
      let glyph = WaterfallBar.glyphs[max(1, end % 8) - 1]
      frame.put(String(glyph), x: x + end / 8, y: y, style: Style(role), limit: columns.bar)
    }
  }

  private func drawRoot(
    _ summary: TraceSummary, _ root: SpanView, _ service: String, _ isMatch: Bool, _ y: Int,
    _ frame: inout Frame
  ) {
    let range = columns.root
    var x = range.lowerBound
    // The name comes first when room is short; the service keeps at least its beginning.
    let nameWidth =
      CellWidth.of(SafeText.line(root.name, columns: range.count)) + (summary.hasRoot ? 1 : 11)
    if range.count >= 16 {
      let label = CellText.fitted(
        SafeText.line(service, columns: range.count), width: max(5, range.count - nameWidth))
      x = frame.put(label, x: x, y: y, style: Style(.service(named: service)), limit: range) + 1
    }
    if !summary.hasRoot {
      let words = CellText.fitted("(no root)", width: max(0, range.upperBound - x))
      x = frame.put(words, x: x, y: y, style: Style(.problem), limit: range) + 1
    }
    let room = max(0, range.upperBound - x)
    let name = CellText.fitted(SafeText.line(root.name, columns: room), width: room)
    frame.put(
      name, x: x, y: y, style: Style(.plain, on: isMatch ? .match : .plain), limit: range)
  }

  /// One dot a service in its colour, or how many there are.
  private func drawServices(_ trace: TraceRow, _ y: Int, _ frame: inout Frame) {
    guard !columns.services.isEmpty else { return }
    let services = data.traces.services(of: trace)
    let x = columns.services.lowerBound
    guard services.count > columns.services.count else {
      for (index, service) in services.enumerated() {
        let role = Role.service(named: data.store.name(of: service))
        frame.put("●", x: x + index, y: y, style: Style(role), limit: columns.services)
      }
      return
    }
    let more = services.count >= TraceIndex.serviceLimit ? "+" : ""
    frame.put(
      "\(services.count)\(more)", x: x, y: y, style: Style(.fact), limit: columns.services)
  }

  /// `○3`: orphans; `!`: other defects; `¦`: looks like a part of one execution with others.
  private func drawMarks(_ trace: TraceRow, _ y: Int, _ frame: inout Frame) {
    let defects = quality.defectCounts(of: trace)
    var x = columns.marks.lowerBound
    let style = Style(.problem)
    if quality.group(of: trace) != nil {
      x = frame.put("¦", x: x, y: y, style: style, limit: columns.marks)
    }
    if defects.orphans > 0 {
      x = frame.put(
        "○" + Self.short(defects.orphans), x: x, y: y, style: style, limit: columns.marks)
    } else if defects.others > 0 {
      frame.put("!", x: x, y: y, style: style, limit: columns.marks)
    }
  }

  /// A count in at most four columns.
  private static func short(_ count: Int) -> String {
    switch count {
    case ..<1_000: "\(count)"
    case ..<1_000_000: "\(count / 1_000)k"
    default: "\(count / 1_000_000)M"
    }
  }
}
