import Cells
import TraceAnalysis
import TraceModel

/// What each command does, on each screen.
extension ViewState {
  mutating func perform(_ command: Command) {
    switch command {
    case .quit: effects.append(.quit)
    case .suspend: effects.append(.suspend)
    case .redraw: effects.append(.redraw)
    case .help: show(.help)
    case .showProblems: show(.problems)
    case .showTraces: show(.traces)
    case .showWaterfall: showWaterfall()
    case .close: close()
    case .cancel: cancel()
    case .search, .filter: startSearch(command == .search ? .search : .filter)
    case .commandLine: prompt = Prompt(.command)
    case .back: goBack()
    case .copy: pending = .copy
    case .goToMark: pending = .goToMark
    case .timeFormat: usesAbsoluteTime.toggle()
    case .follow: toggleFollow()
    case .pause: togglePause()
    case .joined: toggleJoined()
    case .down, .up, .pageDown, .pageUp, .halfPageDown, .halfPageUp, .first, .last:
      move(command)
    default:
      switch screen {
      case .traces: performInList(command)
      case .waterfall: performInWaterfall(command)
      case .problems: if command == .open { openProblem() }
      case .command: if command == .nextPane { show(.traces) }
      case .help: break
      }
    }
  }

  // MARK: Moving

  private mutating func move(_ command: Command) {
    let page = pageHeight
    switch command {
    case .down: scroll(by: 1)
    case .up: scroll(by: -1)
    case .pageDown: scroll(by: page)
    case .pageUp: scroll(by: -page)
    case .halfPageDown: scroll(by: max(1, page / 2))
    case .halfPageUp: scroll(by: -max(1, page / 2))
    case .first: scroll(by: -(1 << 40))
    default: scroll(by: 1 << 40)
    }
  }

  private var pageHeight: Int {
    switch screen {
    case .traces: max(1, listHeight - 1)
    case .waterfall:
      max(1, (waterfall.detail.hasFocus ? detailHeight : waterfallLayout.tree.y.count) - 1)
    case .problems: max(1, problemsHeight - 1)
    case .command: max(1, commandHeight - 1)
    case .help: max(1, helpHeight - 1)
    }
  }

  mutating func scroll(by distance: Int) {
    switch screen {
    case .traces:
      list.followsNewest = false
      list.scroll.cursor = Self.moved(list.scroll.cursor, distance, list.result.rows.count)
    case .waterfall where waterfall.detail.hasFocus:
      waterfall.detail.scroll.cursor = Self.moved(
        waterfall.detail.scroll.cursor, distance, waterfall.detail.lines.count)
    case .waterfall:
      waterfall.scroll.cursor = Self.moved(
        waterfall.scroll.cursor, distance, waterfall.visible.count)
      if abs(distance) == 1 { waterfall.scroll.turn(height: waterfallLayout.tree.y.count) }
    case .problems: problems.cursor = Self.moved(problems.cursor, distance, problemRows.count)
    case .command: command.scroll(by: distance, height: commandHeight)
    case .help: helpTop = max(0, helpTop + min(distance, 10_000))
    }
  }

  private var detailHeight: Int { waterfallLayout.detail?.y.count ?? 0 }

  private static func moved(_ cursor: Int, _ distance: Int, _ count: Int) -> Int {
    min(max(0, cursor + distance), max(0, count - 1))
  }

  // MARK: Going between screens

  /// Leaves the detail pane, else the screen, else the program.
  private mutating func close() {
    if screen == .waterfall, leaveDetail() { return }
    if screens.count > 1 {
      screens.removeLast()
    } else {
      effects.append(.quit)
    }
  }

  /// Clears what narrows the screen, else goes back; never quits.
  private mutating func cancel() {
    switch screen {
    case .waterfall:
      if waterfall.detail.hasFocus {
        waterfall.detail.hasFocus = false
        return
      }
      if !waterfall.query.isEmpty { return clearSearch() }
      if leaveDetail() { return }
    case .traces:
      if !list.search.isEmpty || list.query.isNarrow { return clearSearch() }
    case .problems, .command, .help: break
    }
    if screens.count > 1 {
      screens.removeLast()
    } else {
      message = "\(keyMap.key(of: .close)) quits"
    }
  }

  /// Takes the keys from the detail pane, or closes it on a narrow screen; `false` if there is
  /// nothing to leave.
  private mutating func leaveDetail() -> Bool {
    guard waterfall.detail.hasFocus || waterfall.detail.isOpen else { return false }
    if waterfall.detail.hasFocus {
      waterfall.detail.hasFocus = false
    } else {
      waterfall.detail.isOpen = false
    }
    return true
  }

  private mutating func showWaterfall() {
    if screen == .traces, let trace = list.selected {
      if waterfall.subject != .trace(trace) || waterfall.open == nil {
        open(.trace(trace), at: nil)
      }
      return show(.waterfall)
    }
    if waterfall.subject != nil { return show(.waterfall) }
    guard data.traces.count > 0 else {
      message = "there is no trace to show"
      return
    }
    open(.trace(list.selected ?? TraceRow(0)), at: nil)
    show(.waterfall)
  }

  private mutating func goBack() {
    guard let place = jumps.popLast() else {
      message = "nowhere to go back to"
      return
    }
    go(to: place)
  }

  private mutating func startSearch(_ kind: Prompt.Kind) {
    guard screen == .traces || screen == .waterfall else { return }
    waterfall.searchOrigin = waterfall.position
    prompt = Prompt(kind)
  }

  /// Shows the group of the selected trace joined; a joined view goes apart again.
  private mutating func toggleJoined() {
    switch screen {
    case .waterfall:
      if case .joined(let group) = waterfall.subject {
        return open(.trace(group.traces.first ?? TraceRow(0)), at: waterfall.selectedRow)
      }
      guard case .trace(let trace) = waterfall.subject, let group = quality.group(of: trace) else {
        message = "this trace does not look like a part of others"
        return
      }
      open(.joined(quality.unjoined[group]), at: waterfall.selectedRow)
    case .traces, .problems:
      let group = screen == .traces ? notedGroup : selectedProblemGroup ?? quality.unjoined.first
      guard let group else {
        message = "no traces look like one"
        return
      }
      open(.joined(group), at: nil)
      show(.waterfall)
    case .command, .help: break
    }
  }

  private var selectedProblem: Problem? {
    let rows = problemRows
    guard rows.indices.contains(problems.cursor), case .problem(let problem) = rows[problems.cursor]
    else { return nil }
    return problem
  }

  private var selectedProblemGroup: UnjoinedRoots? {
    guard let problem = selectedProblem, problem.kind == .unjoinedRoots else { return nil }
    return quality.unjoined.first { $0.traces.first == problem.traces.first }
  }

  /// Goes to the first span that a problem is about.
  private mutating func openProblem() {
    if let group = selectedProblemGroup {
      open(.joined(group), at: nil)
      return show(.waterfall)
    }
    guard let problem = selectedProblem else { return }
    if let row = problem.spans.first {
      guard let trace = data.traces.find(data.store[row].traceID) else { return }
      open(.trace(trace), at: row)
    } else if let trace = problem.traces.first {
      open(.trace(trace), at: nil)
    } else {
      message = "it belongs to no span: the place is in the text below"
      return
    }
    show(.waterfall)
  }

  // MARK: The list

  private mutating func performInList(_ command: Command) {
    switch command {
    case .open, .expandOrChild: showWaterfall()
    case .sort:
      let keys = TraceOrder.Key.allCases
      let index = keys.firstIndex(of: list.query.key) ?? 0
      sortList(by: keys[(index + 1) % keys.count])
    case .invertSort:
      list.query.descending.toggle()
      run(.listTraces(list.query))
    case .nextMatch, .previousMatch:
      if list.search.isEmpty {
        message = "nothing was searched; / searches"
      } else if !list.goToMatch(forward: command == .nextMatch) {
        message = "no match"
      }
    case .nextError, .previousError:
      let data = self.data
      if !list.go(
        forward: command == .nextError, where: { data.traces[$0].errorCount > 0 })
      {
        message = "no trace has an error"
      }
    case .nextDefect, .previousDefect:
      let quality = self.quality
      let found = list.go(forward: command == .nextDefect) { trace in
        let defects = quality.defectCounts(of: trace)
        return defects.orphans + defects.others > 0 || quality.group(of: trace) != nil
      }
      if !found { message = "no trace has a defect" }
    case .nextTrace: scroll(by: 1)
    case .previousTrace: scroll(by: -1)
    case .nextPane where options.command != nil: show(.command)
    default: message = "\(keyMap.key(of: command)) is for the waterfall; Enter opens it"
    }
  }

  /// Sorts the list: largest first, but time and names from the start.
  mutating func sortList(by key: TraceOrder.Key) {
    list.query.key = key
    list.query.descending = key != .start && key != .name
    list.scroll = ScrollState()
    run(.listTraces(list.query))
    message = "by \(key.rawValue)"
  }
}
