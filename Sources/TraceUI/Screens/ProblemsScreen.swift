import Cells
import TraceAnalysis
import TraceModel

/// Everything that is wrong, worst first; below the list the selected problem with cause and cure.
extension ViewState {
  /// One row of the screen.
  enum ProblemRow: Sendable {
    /// A source that could not be read.
    case failure(String)
    case problem(Problem)
  }

  var problemRows: [ProblemRow] {
    (load.failures + troubles).map { .failure($0) } + quality.problems.map { .problem($0) }
  }

  /// What live sources complain of.
  private var troubles: [String] {
    sourceLines.filter { $0.state == .troubled }.map(\.text)
  }

  /// The rows that explain the selected problem on a tall screen.
  private static let explanationHeight = 15

  /// How many rows of the list fit: the others explain the selected one.
  var problemsHeight: Int {
    let room = max(0, size.height - 2)
    return min(problemRows.count, max(1, room * 2 / 5, room - Self.explanationHeight))
  }

  func drawProblems(into frame: inout Frame) {
    let rows = problemRows
    let notes = rows.count - problemCount
    var counts = [CountText.counted(problemCount, "problem")]
    if notes > 0 { counts.append(CountText.counted(notes, "note")) }
    drawHeader(
      [
        StyledText("Problems", .strong), StyledText(options.title),
        StyledText(facts: counts),
      ], right: [loadNote].compactMap { $0 }, into: &frame)
    if rows.isEmpty {
      let text =
        load.isDone
        ? "Nothing is wrong: every span has its parent, and everything was read."
        : "Nothing was found so far."
      frame.put(CellText.fitted(text, width: max(0, size.width - 2)), x: 1, y: 2)
    }
    for offset in 0..<problemsHeight {
      let index = problems.top + offset
      guard index < rows.count else { break }
      drawProblemRow(rows[index], y: 1 + offset, &frame)
      if index == problems.cursor { frame.select(x: 0..<size.width, y: 1 + offset) }
    }
    if rows.indices.contains(problems.cursor) {
      drawExplanation(rows[problems.cursor], y: 2 + problemsHeight, &frame)
    }
    drawFoot(
      hints: [(.open, "go to the spans"), (.down, "next")]
        + (quality.unjoined.isEmpty ? [] : [(.joined, "joined")])
        + [(.help, "help"), (.close, screens.count > 1 ? "back" : "quit")],
      place: Self.place(problems.cursor, of: rows.count), into: &frame)
  }

  private func drawProblemRow(_ row: ProblemRow, y: Int, _ frame: inout Frame) {
    switch row {
    case .failure(let text):
      frame.put("✗", x: 1, y: y, style: Style(.error))
      frame.put(fitted(SafeText.line(text), from: 3), x: 3, y: y)
    case .problem(let problem):
      let role = Self.role(of: problem)
      frame.put(Self.sign(of: problem), x: 1, y: y, style: Style(role))
      frame.put(fitted(SafeText.line(problem.summary), from: 3), x: 3, y: y)
    }
  }

  private func fitted(_ text: String, from x: Int) -> String {
    CellText.fitted(text, width: max(0, size.width - x - 1))
  }

  /// Red is for what was lost: what is broken in the data is orange, like its marks elsewhere.
  static func role(of problem: Problem) -> Role {
    switch problem.severity {
    case .info: .fact
    case .warning: .problem
    case .error: problem.kind == .importIssue ? .error : .problem
    }
  }

  static func sign(of problem: Problem) -> String {
    switch problem.kind {
    case .unjoinedRoots: "¦"
    case .missingParent: "○"
    default: problem.severity == .info ? "·" : "!"
    }
  }

  private func drawExplanation(_ row: ProblemRow, y: Int, _ frame: inout Frame) {
    var y = y
    let bottom = size.height - 1
    frame.fill(x: 0..<size.width, y: (y - 1)..<y, with: "─", style: Style(.guide))
    for line in explanation(row, width: max(10, size.width - 4)) {
      guard y < bottom else { return }
      frame.put(line.text, x: 2, y: y, style: line.style)
      y += 1
    }
  }

  /// What, why, and what to do, wrapped.
  func explanation(_ row: ProblemRow, width: Int) -> [StyledText] {
    var lines: [StyledText] = []
    func add(_ label: String, _ text: String, _ style: Style = .plain) {
      let indent = CellWidth.of(label)
      for (number, line) in TextBlock.wrapped(SafeText.line(text), width: max(4, width - indent))
        .enumerated()
      {
        let head = number == 0 ? label : String(repeating: " ", count: indent)
        lines.append(StyledText(head + line, style))
      }
    }
    switch row {
    case .failure(let text): add("", text, Style(.error))
    case .problem(let problem):
      add("", problem.summary, Style(Self.role(of: problem), on: .plain, .bold))
      if !problem.cause.isEmpty { add("Why:   ", problem.cause) }
      for detail in problem.details { add("       ", detail, Style(.fact)) }
      if !problem.cure.isEmpty { add("Cure:  ", problem.cure) }
      if let group = quality.unjoined.first(where: { $0.traces.first == problem.traces.first }),
        problem.kind == .unjoinedRoots
      {
        for line in group.cure.lines { add("         ", line, Style(.cure)) }
      }
    }
    return lines
  }
}
