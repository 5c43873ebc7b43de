import Cells
import TraceAnalysis

/// What the command that runs has written.
extension ViewState {
  var commandHeight: Int { max(0, size.height - 2) }

  func drawCommand(into frame: inout Frame) {
    var facts = [CountText.counted(command.count, "line")]
    if command.count >= CommandOutput.lineLimit { facts[0] = "the last \(facts[0])" }
    facts.append(command.status.map { "ended with \($0)" } ?? "running")
    drawHeader(
      [
        StyledText("Output", .strong), StyledText(options.title), StyledText(facts: facts),
      ], right: [loadNote].compactMap { $0 }, into: &frame)
    if command.count == 0 {
      frame.put("Nothing was written so far.", x: 1, y: 1, style: Style(.fact))
    }
    for offset in 0..<commandHeight {
      let index = command.scroll.top + offset
      guard index < command.count else { break }
      let text = CellText.fitted(command[index], width: max(0, size.width - 2))
      frame.put(text, x: 1, y: 1 + offset)
    }
    drawFoot(
      hints: [(.nextPane, "traces"), (.last, "end"), (.help, "help")],
      place: Self.place(command.scroll.cursor, of: command.count), into: &frame)
  }

  /// How the command goes, for the header of the list.
  var commandNote: StyledText? {
    guard options.command != nil else { return nil }
    guard let status = command.status else { return StyledText("running", Style(.fact)) }
    return StyledText("ended with \(status)", Style(status == 0 ? .fact : .error))
  }
}
