import Cells
import TraceAnalysis
import TraceModel

/// A piece of a header or a note with its style.
struct StyledText: Sendable {
  var text: String
  var style: Style
  /// Where the text is a list of facts: those that do not fit are left out whole.
  var facts: [String]?

  init(_ text: String, _ style: Style = .plain) {
    self.text = text
    self.style = style
  }

  init(facts: [String]) {
    self.init(FactList.text(facts), Style(.fact))
    self.facts = facts
  }
}

/// What all screens have: a header at the top, hints or a prompt at the foot.
extension ViewState {
  /// Writes the header: strong words, facts after them, and what is wrong at the right.
  func drawHeader(_ parts: [StyledText], right: [StyledText], into frame: inout Frame) {
    let rightWidth = right.reduce(0) { $0 + CellWidth.of($1.text) + 2 }
    let showsRight = rightWidth < size.width * 2 / 3
    let limit = 0..<max(0, size.width - (showsRight ? rightWidth : 0) - 1)
    var x = 1
    for part in parts where !part.text.isEmpty {
      guard x < limit.upperBound else { break }
      let room = limit.upperBound - x
      let text =
        part.facts.map { FactList.text($0, width: room) }
        ?? CellText.fitted(part.text, width: room)
      x = frame.put(text, x: x, y: 0, style: part.style, limit: limit) + 2
    }
    guard showsRight else { return }
    x = size.width - rightWidth + 1
    for part in right { x = frame.put(part.text, x: x, y: 0, style: part.style) + 2 }
  }

  /// Writes the foot: the prompt, else a message, else the keys that matter here.
  func drawFoot(hints: [(Command, String)], place: String, into frame: inout Frame) {
    let y = size.height - 1
    guard y > 0 else { return }
    if let prompt {
      drawCandidates(prompt, y - 1, &frame)
      return drawPrompt(prompt, y, &frame)
    }
    let placeWidth = place.isEmpty ? 0 : CellWidth.of(place) + 2
    let limit = 0..<max(0, size.width - placeWidth - 1)
    if let message = pendingHint ?? message {
      let text = CellText.fitted(SafeText.line(message), width: max(0, limit.upperBound - 1))
      frame.put(text, x: 1, y: y, style: .strong, limit: limit)
    } else {
      drawHints(hints, y, limit, &frame)
    }
    if size.width > placeWidth {
      frame.put(place, x: size.width - placeWidth + 1, y: y, style: Style(.fact))
    }
  }

  private func drawHints(
    _ hints: [(Command, String)], _ y: Int, _ limit: Range<Int>, _ frame: inout Frame
  ) {
    var x = 1
    for (command, label) in hints {
      let key = keyMap.key(of: command)
      guard x + CellWidth.of(key) + 1 + CellWidth.of(label) <= limit.upperBound else { return }
      x = frame.put(key, x: x, y: y, style: .strong) + 1
      x = frame.put(label, x: x, y: y, style: Style(.fact)) + 2
    }
  }

  /// What a command that is being typed may become, in the row above it.
  private func drawCandidates(_ prompt: Prompt, _ y: Int, _ frame: inout Frame) {
    guard prompt.kind == .command, y > 0 else { return }
    let names = CommandLine.completions(of: prompt.string)
    let text = names.isEmpty ? "no such command" : names.joined(separator: "  ")
    frame.fill(x: 0..<size.width, y: y..<(y + 1))
    frame.put(
      CellText.fitted(text, width: max(0, size.width - 2)), x: 1, y: y, style: Style(.fact))
  }

  private func drawPrompt(_ prompt: Prompt, _ y: Int, _ frame: inout Frame) {
    let status = promptStatus
    let statusWidth = status.isEmpty ? 0 : CellWidth.of(status) + 2
    let room = max(1, size.width - statusWidth - 4)
    frame.put(prompt.kind.sign, x: 1, y: y, style: .strong)
    // The cursor is always on the screen: a long line is shown from where it fits.
    let shown = Array(SafeText.line(prompt.string))
    var width = CellWidth.of(SafeText.line(String(prompt.text.prefix(prompt.cursor))))
    var skipped = 0
    while width > room - 1, skipped < shown.count {
      width -= CellWidth.of(shown[skipped])
      skipped += 1
    }
    frame.put(String(shown.dropFirst(skipped)), x: 2, y: y, limit: 2..<(2 + room))
    frame.cursor = Frame.Position(x: 2 + width, y: y)
    if statusWidth > 0 {
      frame.put(status, x: size.width - statusWidth + 1, y: y, style: Style(.fact))
    }
  }

  /// `3/1,234`: where the cursor is.
  static func place(_ cursor: Int, of count: Int) -> String {
    count == 0 ? "" : "\(CountText.grouped(cursor + 1))/\(CountText.grouped(count))"
  }

  /// What the second key may be, while it is waited for.
  private var pendingHint: String? {
    switch pending {
    case .copy: "copy:  y row   t trace ID   s span ID   j span as JSON   Esc nothing"
    case .foldDepth: "unfold to depth:  1 to 9"
    case .setMark: "mark this span with:  a letter"
    case .goToMark: "go to mark:  a letter"
    case nil: nil
    }
  }

  /// How many matches there are, while the user types.
  private var promptStatus: String {
    guard let prompt, prompt.kind != .command, !prompt.text.isEmpty else { return "" }
    // The count still grows.
    let more = isSearching ? "…" : ""
    switch screen {
    case .waterfall:
      return "\(waterfall.matchNumber) of \(CountText.grouped(waterfall.matches.count))\(more)"
    case .traces:
      return prompt.kind == .search
        ? "\(list.matchNumber) of \(CountText.counted(list.matchCount, "trace"))\(more)"
        : CountText.counted(list.result.rows.count, "trace")
    case .problems, .command, .help: return ""
    }
  }

  /// How loading goes, for the header.
  var loadNote: StyledText? {
    guard !load.isDone else { return nil }
    if let liveNote { return liveNote }
    if load.isRead { return StyledText("analyzing…", Style(.fact)) }
    if let total = load.bytesTotal, total > 0 {
      return StyledText(
        "reading \(min(100, load.bytesRead / max(1, total / 100))) %", Style(.fact))
    }
    return StyledText("reading \(QuantityText.bytes(load.bytesRead))", Style(.fact))
  }

  /// How many problems there are, for the header; what is only worth knowing is not one.
  var problemNote: StyledText? {
    let count = problemCount
    guard count > 0 else { return nil }
    return StyledText("! " + CountText.counted(count, "problem"), Style(.problem))
  }

  var problemCount: Int {
    quality.problems.count { $0.severity > .info } + load.failures.count
      + load.live.values.count { $0.state == .troubled }
  }
}

extension Style {
  /// Bold, in the terminal's own colour.
  static let strong = Style(.plain, on: .plain, .bold)
}

extension Frame {
  /// Gives a row the ground of the selection, but where it has a ground of its own.
  mutating func select(x: Range<Int>, y: Int, faint: Bool = false) {
    restyle(x: x, y: y..<(y + 1)) { style in
      if style.ground == .plain { style.ground = faint ? .faintSelection : .selection }
    }
  }
}
