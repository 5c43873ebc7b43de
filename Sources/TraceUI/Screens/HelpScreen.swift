import Cells

/// All keys, grouped: a walk over the key table.
extension ViewState {
  /// One line of the help: a heading, or keys with what they do.
  struct HelpLine: Sendable {
    var heading: String?
    var keys = ""
    var summary = ""
  }

  static let helpKeyWidth = 16

  var helpLines: [HelpLine] {
    var lines: [HelpLine] = []
    for group in KeyMap.Group.allCases {
      if !lines.isEmpty { lines.append(HelpLine()) }
      lines.append(HelpLine(heading: group.rawValue))
      for binding in keyMap.bindings where binding.group == group {
        lines.append(
          HelpLine(
            keys: binding.keys.map(\.description).joined(separator: "  "),
            summary: binding.summary))
      }
    }
    lines.append(HelpLine())
    lines.append(HelpLine(heading: "Typed after :"))
    for command in CommandLine.withArgument {
      lines.append(HelpLine(keys: command.name, summary: command.argument))
    }
    lines.append(HelpLine())
    lines.append(HelpLine(heading: "Mouse"))
    lines.append(HelpLine(keys: "click, twice", summary: "Select, open or fold"))
    lines.append(HelpLine(keys: "wheel", summary: "Scroll; over the time axis zoom"))
    lines.append(HelpLine(keys: "drag on bars", summary: "Show that stretch of time"))
    lines.append(HelpLine())
    lines.append(HelpLine(heading: "Signs"))
    lines.append(HelpLine(keys: "✗", summary: "Error: the span's status says so"))
    lines.append(HelpLine(keys: "○  ▒", summary: "Missing parent, and its orphans"))
    lines.append(HelpLine(keys: "¦", summary: "Traces that look like one execution"))
    lines.append(HelpLine(keys: "┃", summary: "On the critical path"))
    lines.append(HelpLine(keys: "◆", summary: "Event"))
    lines.append(HelpLine(keys: "‹  ›", summary: "Starts before, ends after its parent"))
    return lines
  }

  var helpHeight: Int { max(1, size.height - 2) }

  /// Lines in one column, or in two where there is room.
  var helpColumns: Int { size.width >= 110 ? 2 : 1 }

  func drawHelp(into frame: inout Frame) {
    drawHeader([StyledText("Keys", .strong)], right: [], into: &frame)
    let lines = helpLines
    let perColumn = helpColumns == 1 ? lines.count : (lines.count + 1) / 2
    for column in 0..<helpColumns {
      let left = 1 + column * size.width / helpColumns
      for offset in 0..<helpHeight {
        let index = column * perColumn + helpTop + offset
        guard index < min(lines.count, (column + 1) * perColumn) else { break }
        drawHelpLine(lines[index], x: left, y: 1 + offset, &frame)
      }
    }
    let hidden = max(0, perColumn - helpTop - helpHeight)
    drawFoot(
      hints: [(.down, "more"), (.close, "back")],
      place: hidden > 0 ? "\(hidden) more lines" : "end", into: &frame)
  }

  private func drawHelpLine(_ line: HelpLine, x: Int, y: Int, _ frame: inout Frame) {
    if let heading = line.heading {
      frame.put(heading, x: x, y: y, style: Style(.fact, on: .plain, .bold))
      return
    }
    frame.put(line.keys, x: x + 1, y: y, style: .strong)
    let left = x + 1 + Self.helpKeyWidth
    frame.put(
      CellText.fitted(
        line.summary, width: max(0, size.width / helpColumns - Self.helpKeyWidth - 3)),
      x: left, y: y)
  }
}
