import Cells
import TraceAnalysis

/// What the command that runs has written.
extension ViewState {
  var commandHeight: Int { max(0, size.height - 2) }

  func drawCommand(into frame: inout Frame) {
    let count = CountText.counted(command.count, "line")
    let fact = command.count >= CommandOutput.lineLimit ? "the last \(count)" : count
    drawHeader(
      [
        StyledText("Output", .strong), StyledText(options.title), StyledText(fact),
      ], right: [loadNote, commandNote].compactMap { $0 }, into: &frame)
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

  /// How the command goes, for headers.
  var commandNote: StyledText? {
    guard options.command != nil else { return nil }
    guard let status = command.status else { return StyledText("running", Style(.fact)) }
    return StyledText("ended with \(status)", Style(status == 0 ? .fact : .error))
  }
}
