import Cells
import TraceAnalysis
import TraceModel

/// From keys to commands: prompts and second keys first, then the key table.
extension ViewState {
  mutating func press(_ key: Key) {
    if case .mouse(let action, let x, let y) = key { return mouse(action, x: x, y: y) }
    if prompt != nil { return type(key) }
    if let waiting = pending {
      pending = nil
      return complete(waiting, key)
    }
    guard let command = keyMap.command(for: key) else {
      message = "\(key.description) does nothing here; ? lists the keys"
      return
    }
    perform(command)
  }

  // MARK: Second keys

  private mutating func complete(_ waiting: PendingKey, _ key: Key) {
    guard case .character(let character) = key else { return }
    switch waiting {
    case .foldDepth:
      guard let depth = character.wholeNumberValue, depth > 0 else { return }
      waterfall.fold(toDepth: depth)
    case .setMark:
      guard let subject = waterfall.subject, let row = waterfall.selectedRow else { return }
      marks[character] = Place(subject: subject, row: row)
      message = "marked \(character)"
    case .goToMark:
      guard let place = marks[character] else {
        message = "no mark \(character)"
        return
      }
      rememberPlace()
      go(to: place)
    case .copy: copy(character)
    }
  }

  mutating func go(to place: Place) {
    show(.waterfall)
    open(place.subject, at: place.row)
  }

  // MARK: Copying

  private mutating func copy(_ what: Character) {
    guard let row = copiedRow else {
      message = "nothing to copy here"
      return
    }
    let span = data.store[row]
    switch what {
    case "t": effects.append(.copy(span.traceIDText, what: "trace ID \(span.traceIDText)"))
    case "s": effects.append(.copy(span.spanIDText, what: "span ID \(span.spanIDText)"))
    case "j": copyJSON(row)
    case "y": effects.append(.copy(copiedLine, what: "row"))
    default: message = "copy: y, t, s or j"
    }
  }

  /// The span that `y` is about: the selected one, or the root of the selected trace.
  private var copiedRow: SpanRow? {
    switch screen {
    case .waterfall: waterfall.selectedRow
    case .traces: list.selected.map { data.traces[$0].rootRow }
    case .problems, .command, .help: nil
    }
  }

  /// Copies a span as JSON. The root of a trace in the list has its tree built first, elsewhere.
  private mutating func copyJSON(_ row: SpanRow) {
    if screen == .waterfall, let open = waterfall.open, let position = waterfall.position {
      let text = SpanJSON(data: data, quality: quality, options: options).line(open, position)
      effects.append(.copy(text, what: "span as JSON"))
    } else if let trace = list.selected {
      run(.copyJSON(row, of: trace, options, quality))
    }
  }

  /// The row as it stands on the screen.
  private var copiedLine: String {
    let frame = draw()
    let y: Int
    switch screen {
    case .waterfall:
      y = waterfallLayout.tree.y.lowerBound + waterfall.scroll.cursor - waterfall.scroll.top
    default: y = 2 + list.scroll.cursor - list.scroll.top
    }
    let right = screen == .waterfall ? waterfallLayout.tree.x.upperBound : size.width
    var text = ""
    for x in 0..<right where frame[x, y].width > 0 { text.append(frame[x, y].character) }
    while text.last == " " { text.removeLast() }
    return String(text.drop { $0 == " " })
  }

  // MARK: The prompt

  private mutating func type(_ key: Key) {
    guard var line = prompt else { return }
    switch key {
    case .enter: return accept(line)
    case .escape, .control("c"), .control("g"):
      prompt = nil
      if line.kind != .command { clearSearch() }
      return
    case .backspace, .control("h"):
      guard line.deleteBackward() else {
        prompt = nil
        if line.kind != .command { clearSearch() }
        return
      }
    case .delete: line.deleteForward()
    case .control("w"): line.deleteWord()
    case .control("u"): line.deleteAll()
    case .left: line.move(by: -1)
    case .right: line.move(by: 1)
    case .home, .control("a"): line.moveToStart()
    case .end, .control("e"): line.moveToEnd()
    case .up: line.recall(older: true, from: history[line.kind] ?? [])
    case .down: line.recall(older: false, from: history[line.kind] ?? [])
    case .tab where line.kind == .command: complete(&line)
    case .character(let character): line.insert(character)
    default: return
    }
    prompt = line
    if line.kind != .command { searchAsTyped(line) }
  }

  private mutating func complete(_ line: inout Prompt) {
    let candidates = CommandLine.completions(of: line.string)
    guard let first = candidates.first else { return }
    if candidates.count == 1 {
      line.set(first)
    } else {
      let common = candidates.dropFirst().reduce(first) { one, other in
        String(zip(one, other).prefix { $0 == $1 }.map(\.0))
      }
      line.set(common)
    }
  }

  private mutating func accept(_ line: Prompt) {
    prompt = nil
    let text = line.string
    if !text.isEmpty, history[line.kind]?.last != text {
      history[line.kind, default: []].append(text)
    }
    switch line.kind {
    case .command: execute(text)
    case .search, .filter:
      if text.isEmpty { return clearSearch() }
      waterfall.searchOrigin = nil
      guard line.kind == .search else { return }
      message = Self.searching(text)
      let isFound = screen == .waterfall ? !waterfall.matches.isEmpty : list.matchCount > 0
      if !isSearching { endSearch(SpanQuery(text), isFound: isFound) }
    }
  }

  private static func searching(_ text: String) -> String { "searching for \(text)…" }

  /// Says how a search ended if the user waits for it.
  mutating func endSearch(_ query: SpanQuery, isFound: Bool) {
    guard message == Self.searching(query.text) else { return }
    message = isFound ? nil : "no match for \(query.text)"
  }

  /// Whether a search of the screen is not at its end.
  var isSearching: Bool { runningLanes.contains(screen == .waterfall ? .search : .listSearch) }

  /// Searches with what is typed so far; the results come as an event.
  private mutating func searchAsTyped(_ line: Prompt) {
    let query = SpanQuery(line.string)
    switch screen {
    case .waterfall:
      guard let open = waterfall.open else { return }
      if query.isEmpty { return clearSearch() }
      waterfall.search(query, filters: line.kind == .filter)
      run(.search(query, open, from: waterfall.searchStart))
    case .traces:
      if line.kind == .filter {
        list.query.filter = query
        run(.listTraces(list.query))
      } else if query.isEmpty {
        stop(.listSearch)
        list.clearSearch()
      } else {
        list.search = query
        list.goesToMatch = true
        run(.searchTraces(query, order: list.rowsFromCursor))
      }
    case .problems, .command, .help: break
    }
  }

  mutating func clearSearch() {
    switch screen {
    case .waterfall:
      stop(.search)
      waterfall.clearSearch()
    case .traces:
      stop(.listSearch)
      list.clearSearch()
      if list.query.isNarrow {
        list.query.filter = SpanQuery("")
        list.query.service = nil
        list.query.last = nil
        run(.listTraces(list.query))
      }
    case .problems, .command, .help: break
    }
  }

  // MARK: The mouse

  private mutating func mouse(_ action: Key.MouseAction, x: Int, y: Int) {
    switch (screen, action) {
    case (.waterfall, _): waterfallMouse(action, x: x, y: y)
    case (_, .wheelUp): scroll(by: -3)
    case (_, .wheelDown): scroll(by: 3)
    case (.traces, .press) where y >= 2 && y < 2 + listHeight:
      list.scroll.cursor = list.scroll.top + y - 2
    case (.traces, .doubleClick): perform(.open)
    case (.problems, .press) where y >= 1 && y <= problemsHeight:
      problems.cursor = problems.top + y - 1
    case (.problems, .doubleClick): perform(.open)
    default: break
    }
  }

  private mutating func waterfallMouse(_ action: Key.MouseAction, x: Int, y: Int) {
    let layout = waterfallLayout
    if let detail = layout.detail, detail.contains(x, y) {
      switch action {
      case .wheelUp: waterfall.detail.scroll.top = max(0, waterfall.detail.scroll.top - 3)
      case .wheelDown: waterfall.detail.scroll.top += 3
      case .press:
        waterfall.detail.hasFocus = true
        waterfall.detail.scroll.cursor = waterfall.detail.scroll.top + y - detail.y.lowerBound
      case .doubleClick: perform(.open)
      case .release, .drag: break
      }
      return
    }
    let cell = x - layout.bars.lowerBound
    let moment = waterfall.window.moment(atCell: cell, width: layout.bars.count)
    switch action {
    case .wheelUp where y <= layout.axis: zoom(in: true, around: moment)
    case .wheelDown where y <= layout.axis: zoom(in: false, around: moment)
    case .wheelUp: scroll(by: -3)
    case .wheelDown: scroll(by: 3)
    case .press:
      waterfall.detail.hasFocus = false
      waterfall.dragStart = layout.bars.contains(x) ? moment : nil
      if layout.tree.contains(x, y) {
        let index = waterfall.scroll.top + y - layout.tree.y.lowerBound
        if index < waterfall.visible.count { waterfall.scroll.cursor = index }
      }
    case .release:
      if let start = waterfall.dragStart { endDrag(from: start, to: moment, layout) }
      waterfall.dragStart = nil
    case .drag: break
    case .doubleClick: if layout.tree.contains(x, y) { perform(.toggleFold) }
    }
  }

  /// Shows the dragged-over stretch of time, if it is more than a slip of the hand.
  private mutating func endDrag(from start: UInt64, to end: UInt64, _ layout: WaterfallLayout) {
    let (from, to) = (min(start, end), max(start, end))
    let width = layout.bars.count
    guard let first = waterfall.window.cell(of: from, width: width),
      let last = waterfall.window.cell(of: to, width: width), last - first >= 2
    else { return }
    waterfall.window = TimeWindow(start: from, length: max(1, to - from), in: waterfall.limits)
  }
}
