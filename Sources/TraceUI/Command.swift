/// Everything a user can ask for; the raw value is its name on the command line (`:`).
public enum Command: String, Sendable, CaseIterable {
  // Move
  case down, up
  case pageDown = "page-down"
  case pageUp = "page-up"
  case halfPageDown = "half-page-down"
  case halfPageUp = "half-page-up"
  case first, last
  // Tree
  case expandOrChild = "expand"
  case collapseOrParent = "collapse"
  case toggleFold = "toggle"
  case toggleAll = "toggle-all"
  case foldToDepth = "fold-to-depth"
  case previousSibling = "previous-sibling"
  case nextSibling = "next-sibling"
  case parent
  // Jump
  case nextError = "next-error"
  case previousError = "previous-error"
  case nextDefect = "next-defect"
  case previousDefect = "previous-defect"
  case nextCritical = "next-critical"
  case previousCritical = "previous-critical"
  case previousTrace = "previous-trace"
  case nextTrace = "next-trace"
  case back
  case setMark = "mark"
  case goToMark = "go-to-mark"
  // Time
  case zoomIn = "zoom-in"
  case zoomOut = "zoom-out"
  case wholeTrace = "whole-trace"
  case fitSelection = "fit"
  case panLeft = "pan-left"
  case panRight = "pan-right"
  case narrowNames = "narrow-names"
  case widenNames = "widen-names"
  // Find
  case search
  case nextMatch = "next-match"
  case previousMatch = "previous-match"
  case filter
  case commandLine = "command"
  // Views
  case showTraces = "traces"
  case showWaterfall = "waterfall"
  case showProblems = "problems"
  case open
  case nextPane = "next-pane"
  case close
  case cancel
  case quit
  case help
  // Do
  case copy
  case criticalPath = "critical-path"
  case timeFormat = "time-format"
  case sort
  case invertSort = "invert-sort"
  case joined
  case follow
  case pause
  case redraw
  case suspend
}
