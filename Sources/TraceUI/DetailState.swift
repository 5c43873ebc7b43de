import TraceAnalysis
import TraceModel

/// The pane with one span's details.
struct DetailState: Sendable {
  /// Whether a narrow screen shows it; a wide one always does.
  var isOpen = false
  /// Whether the keys go to it.
  var hasFocus = false
  var scroll = ScrollState()
  /// The span whose lines are in `lines`, with the width they were made for.
  var key: Key?
  var lines: [DetailLine] = []

  struct Key: Sendable, Equatable {
    var trace: TraceSubject
    var position: Int
    var width: Int
    var statistics: OperationStatistics?
    var usesAbsoluteTime: Bool
    var spanCount: Int
  }
}
