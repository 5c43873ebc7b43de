public import Cells
public import TraceAnalysis
public import TraceModel

/// The screens as text, for pipes and for people who want no screen.
///
/// Text is handed to `emit` in pieces, so that a million spans are written as they are drawn.
public struct Report {
  private let data: DataSet
  private let quality: DataQuality
  private let options: ViewOptions
  private let width: Int
  /// At most this many traces are written.
  private let limit: Int
  private let text: (Frame) -> String

  /// Rows that are drawn at once.
  private static let slice = 256

  /// `text` makes text of a frame: plain or in colour, in Unicode or ASCII.
  public init(
    data: DataSet, quality: DataQuality, options: ViewOptions, width: Int, limit: Int?,
    text: @escaping (Frame) -> String
  ) {
    self.data = data
    self.quality = quality
    self.options = options
    self.width = max(40, width)
    self.limit = limit ?? .max
    self.text = text
  }

  /// All traces in the order of their start.
  private var traces: [TraceRow] {
    let order = TraceOrder.order(data, by: .start, descending: false, keeping: nil)
    return limit < order.count ? Array(order.prefix(limit)) : order
  }

  /// The traces, each opened when its turn comes.
  private var openTraces: some Sequence<OpenTrace> {
    traces.lazy.compactMap { OpenTrace.open(.trace($0), in: data) }
  }

  // MARK: List

  /// The list of traces, then what looks wrong with them.
  public func list(emit: (String) -> Void) {
    let traces = self.traces
    var slowest = DurationNanos.zero
    var days: Set<String> = []
    for trace in traces {
      slowest = max(slowest, data.traces[trace].duration)
      if days.count < 2 {
        days.insert(TimestampText(data.traces[trace].extent.start, zone: options.zone).dateText)
      }
    }
    let hasDates = days.count > 1
    let drawing = TraceListDrawing(
      data: data, quality: quality,
      columns: TraceListColumns(width: width, hasDates: hasDates), slowest: slowest,
      zone: options.zone, hasDates: hasDates)
    var head = Frame(size: Size(width: width, height: 1))
    drawing.drawHead(y: 0, into: &head)
    emit(text(head))
    draw(traces.count, emit) { index, y, frame in drawing.draw(traces[index], y: y, into: &frame) }
    notes(emit)
  }

  /// Draws rows slice by slice.
  private func draw(
    _ count: Int, _ emit: (String) -> Void, row: (Int, Int, inout Frame) -> Void
  ) {
    for first in stride(from: 0, to: count, by: Self.slice) {
      let height = min(Self.slice, count - first)
      var frame = Frame(size: Size(width: width, height: height))
      for y in 0..<height { row(first + y, y, &frame) }
      emit(text(frame))
    }
  }

  // MARK: Trees

  /// The waterfall of every trace, then what looks wrong with them.
  public func tree(emit: (String) -> Void) {
    for (number, open) in openTraces.enumerated() {
      if number > 0 { emit("\n") }
      tree(open, emit)
    }
    notes(emit)
  }

  private func tree(_ trace: OpenTrace, _ emit: (String) -> Void) {
    let tree = trace.tree
    let nameWidth = min(width * 2 / 5, 56)
    // On paper nothing is drawn over a bar: durations have room of their own.
    let margin = 11
    let bars = (nameWidth + 1)..<max(nameWidth + 2, width - margin)
    let window = TimeWindow(tree.extent)
    heading(trace, bars, window, emit)
    var drawing = WaterfallDrawing(
      data: data, trace: trace, folded: Array(repeating: false, count: tree.count),
      window: window, names: 1..<nameWidth, gutter: nameWidth, bars: bars, margin: margin)
    draw(tree.count, emit) { position, y, frame in
      if y == 0 {
        drawing.baseDepth = WaterfallDrawing.baseDepth(
          of: position..<min(position + Self.slice, tree.count), tree: tree, width: nameWidth)
      }
      drawing.draw(position, y: y, into: &frame)
    }
  }

  private func heading(
    _ trace: OpenTrace, _ bars: Range<Int>, _ window: TimeWindow, _ emit: (String) -> Void
  ) {
    guard case .trace(let row) = trace.subject else { return }
    let summary = data.traces[row]
    let extent = trace.tree.extent
    var facts = [CountText.counted(trace.spanCount, "span")]
    if !extent.isUnset { facts.append(DurationText.short(extent.duration)) }
    if trace.orphanCount > 0 { facts.append("○ \(CountText.counted(trace.orphanCount, "orphan"))") }
    if !trace.errors.isEmpty { facts.append("✗ \(CountText.counted(trace.errors.count, "error"))") }
    if trace.tree.duplicatesDropped > 0 {
      let copies = CountText.counted(trace.tree.duplicatesDropped, "exact copy")
      facts.append("\(copies) left out")
    }
    if trace.services.count > 1 { facts.append(CountText.counted(trace.services.count, "service")) }
    facts.append("trace \(SafeText.line(data.store[summary.rootRow].traceIDText))")
    if !extent.isUnset {
      let start = TimestampText(extent.start, zone: options.zone)
      facts.append("\(start.dateText) \(start.timeText(digits: 3))")
    }
    var frame = Frame(size: Size(width: width, height: 2))
    let service = data.store.name(of: data.store[summary.rootRow].service)
    let x = frame.put(
      CellText.fitted(SafeText.line(service), width: width / 4), x: 1, y: 0,
      style: Style(.service(named: service), on: .plain, .bold))
    frame.put(
      FactList.text(facts, width: width - x - 3), x: x + 2, y: 0, style: Style(.fact))
    frame.put("SPAN", x: 1, y: 1, style: Style(.fact))
    let axis = TimeAxis(window: window, origin: extent.start.rawValue, width: bars.count)
    for tick in axis.ticks {
      frame.put(tick.label, x: bars.lowerBound + tick.cell, y: 1, style: Style(.fact))
    }
    emit(text(frame))
  }

  // MARK: Problems

  /// What looks wrong: unjoined traces with their cure in full, and a line for the rest.
  private func notes(_ emit: (String) -> Void) {
    let worth = quality.problems.filter { $0.severity > .info }
    guard !worth.isEmpty else { return }
    emit("\n")
    for problem in worth.prefix(5) {
      var lines: [StyledText] = []
      let sign = ViewState.sign(of: problem)
      for line in TextBlock.wrapped(SafeText.line(problem.summary), width: width - 4) {
        lines.append(StyledText((lines.isEmpty ? sign + " " : "  ") + line, Style(.problem)))
      }
      if let group = group(of: problem) {
        for line in group.cure.lines {
          lines.append(StyledText("    " + SafeText.line(line), Style(.cure)))
        }
      }
      self.emit(lines, through: emit)
    }
    if worth.count > 5 {
      self.emit(
        [StyledText("… and \(worth.count - 5) more: --print problems", Style(.fact))], through: emit
      )
    }
  }

  private func group(of problem: Problem) -> UnjoinedRoots? {
    guard problem.kind == .unjoinedRoots else { return nil }
    return quality.unjoined.first { $0.traces.first == problem.traces.first }
  }

  /// Every problem with its cause and cure.
  public func problems(emit: (String) -> Void) {
    guard !quality.problems.isEmpty else {
      emit("Nothing is wrong: every span has its parent, and everything was read.\n")
      return
    }
    var state = ViewState(size: Size(width: width, height: 24), options: options)
    state.quality = quality
    for (number, problem) in quality.problems.enumerated() {
      if number > 0 { emit("\n") }
      var lines = state.explanation(.problem(problem), width: width - 4)
      for index in lines.indices {
        lines[index].text =
          (index == 0 ? ViewState.sign(of: problem) + " " : "  ") + lines[index].text
      }
      self.emit(lines, through: emit)
    }

  }

  private func emit(_ lines: [StyledText], through emit: (String) -> Void) {
    var frame = Frame(size: Size(width: width, height: lines.count))
    for (y, line) in lines.enumerated() { frame.put(line.text, x: 1, y: y, style: line.style) }
    emit(text(frame))
  }

  // MARK: JSON

  /// Every span as one line of JSON, in the order of the waterfalls.
  public func json(emit: (String) -> Void) {
    let writer = SpanJSON(data: data, quality: quality, options: options)
    for open in openTraces {
      for position in 0..<open.tree.count where open.tree.rows[position] != .none {
        emit(writer.line(open, position) + "\n")
      }
    }
  }

  /// Every problem as one line of JSON.
  public func problemsJSON(emit: (String) -> Void) {
    let writer = SpanJSON(data: data, quality: quality, options: options)
    for problem in quality.problems { emit(writer.line(problem) + "\n") }
  }
}
