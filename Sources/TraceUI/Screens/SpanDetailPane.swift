import Cells

/// Draws the lines of the detail pane.
struct SpanDetailPane {
  let state: DetailState
  let rect: Rect

  /// The columns that lines may take: one is left free at each side.
  static func textWidth(in rect: Rect) -> Int { max(1, rect.x.count - 2) }

  func draw(into frame: inout Frame) {
    let height = rect.y.count
    for offset in 0..<height {
      let index = state.scroll.top + offset
      guard index < state.lines.count else { break }
      let y = rect.y.lowerBound + offset
      draw(state.lines[index], y, &frame)
      if state.hasFocus, index == state.scroll.cursor { frame.select(x: rect.x, y: y) }
    }
    let hidden = state.lines.count - state.scroll.top - height
    if hidden > 0, height > 0 {
      let more = " \(hidden) more ▾"
      frame.put(
        more, x: rect.x.upperBound - CellWidth.of(more), y: rect.y.upperBound - 1,
        style: Style(.fact), limit: rect.x)
    }
  }

  private func draw(_ line: DetailLine, _ y: Int, _ frame: inout Frame) {
    let left = rect.x.lowerBound + 1
    let labelWidth = DetailWriter.labelWidth(in: Self.textWidth(in: rect))
    switch line.kind {
    case .blank: break
    case .title: frame.put(line.value, x: left, y: y, style: .strong, limit: rect.x)
    case .heading:
      frame.put(line.value, x: left, y: y, style: Style(.fact, on: .plain, .bold), limit: rect.x)
    case .text: frame.put(line.value, x: left, y: y, style: Style(line.role), limit: rect.x)
    case .field:
      frame.put(line.label, x: left, y: y, style: Style(.fact), limit: rect.x)
      var style = Style(line.role)
      if line.target != nil { style.attributes.insert(.underline) }
      frame.put(line.value, x: left + labelWidth + 1, y: y, style: style, limit: rect.x)
    }
  }
}
