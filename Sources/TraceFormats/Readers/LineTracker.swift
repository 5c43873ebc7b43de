import TraceModel

/// Counts lines up to a place in the input, for the places of issues.
///
/// It is moved only forward, and looks at each byte once; bytes are given as a part of the input
/// that begins at `base`.
struct LineTracker: Sendable {
  /// How far lines are counted.
  private(set) var offset = 0
  private var line = 1
  private var lineStart = 0

  /// Counts on to `target`, which must lie in `bytes`.
  mutating func advance(to target: Int, in bytes: Span<UInt8>, base: Int) {
    guard target > offset else { return }
    let (count, last) = bytes.lineFeeds(in: max(0, offset - base)..<target - base)
    line += count
    if let last { lineStart = base + last + 1 }
    offset = target
  }

  /// Line and column of the place that is counted up to.
  var place: ImportIssue.LineAndColumn { .init(line: line, column: offset - lineStart + 1) }

  /// Line and column of `target`.
  func place(of target: Int, in bytes: Span<UInt8>, base: Int) -> ImportIssue.LineAndColumn {
    var copy = self
    copy.advance(to: target, in: bytes, base: base)
    return copy.place
  }
}
