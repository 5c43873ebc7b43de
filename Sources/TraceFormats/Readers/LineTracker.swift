import TraceModel

/// Counts lines up to a place in the input, for the places of issues.
///
/// It is moved only forward, and looks at each byte once; bytes are given as a part of the input
/// that begins at `base`.
struct LineTracker: Sendable {
  /// How far lines are counted.
  private(set) var offset: Int
  private var line = 1
  private var lineStart: Int

  /// Counts from a place on that is taken for the beginning of the first line.
  init(from offset: Int = 0) {
    self.offset = offset
    lineStart = offset
  }

  /// Counts on from where `previous`, which is at the place where this one began, has come to.
  mutating func follow(_ previous: LineTracker) {
    if line == 1 { lineStart = previous.lineStart }
    line += previous.line - 1
  }

  /// What a place that was counted from here by another tracker is in this one's lines.
  func placing(_ place: ImportIssue.LineAndColumn) -> ImportIssue.LineAndColumn {
    .init(
      line: line + place.line - 1,
      column: place.line == 1 ? place.column + offset - lineStart : place.column)
  }

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
