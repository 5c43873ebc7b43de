import TraceModel

/// The cells of one span's bar: which of them have ink, and how much the last one has.
struct WaterfallBar: Sendable, Equatable {
  /// The cells with ink; empty if the span does not touch the window.
  var cells: Range<Int> = 0..<0
  /// Eighths of the last cell that have ink, 1 to 8.
  var lastEighths = 8

  /// Lays `extent` out in `window`, `width` cells wide.
  ///
  /// Integers only: no drift, no division by zero. A span that touches the window gets at least one
  /// cell; no bar leaves `0..<width`.
  ///
  ///     window      |················|
  ///     extent   |-----|
  ///     cells       |##|
  init(_ extent: SpanExtent, window: TimeWindow, width: Int) {
    guard width > 0, extent.start.rawValue <= window.end, extent.end.rawValue >= window.start
    else { return }
    let from = window.eighths(of: extent.start.rawValue, width: width)
    let to = window.eighths(of: extent.end.rawValue, width: width)
    let first = min(from / 8, width - 1)
    let end = min(width, max(first + 1, (to + 7) / 8))
    cells = first..<end
    // Within one cell the ink shows how long the span is, not where in the cell it ends.
    let ink = cells.count == 1 ? to - from : to - (end - 1) * 8
    lastEighths = min(8, max(1, ink))
  }

  /// The glyphs of 1 to 8 eighths.
  static let glyphs: [Character] = ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"]
}

/// The stretch of time that a waterfall shows, in Unix nanoseconds; never empty.
struct TimeWindow: Sendable, Hashable {
  private(set) var start: UInt64
  private(set) var end: UInt64

  init(start: UInt64, end: UInt64) {
    self.start = start == .max ? .max - 1 : start
    self.end = max(end, self.start + 1)
  }

  init(_ extent: SpanExtent) {
    self.init(start: extent.start.rawValue, end: extent.end.rawValue)
  }

  var length: UInt64 { end - start }

  /// Where a moment lies, in eighths of a cell from the left; clamped to the window.
  func eighths(of moment: UInt64, width: Int) -> Int {
    let clamped = min(max(moment, start), end)
    let product = (clamped - start).multipliedFullWidth(by: UInt64(width) * 8)
    // The quotient is at most width * 8, so it fits.
    return Int(truncatingIfNeeded: length.dividingFullWidth(product).quotient)
  }

  /// The cell of a moment; `nil` outside the window.
  func cell(of moment: UInt64, width: Int) -> Int? {
    guard moment >= start, moment <= end, width > 0 else { return nil }
    return min(eighths(of: moment, width: width) / 8, width - 1)
  }

  /// How much time some cells show, rounded up, if `width` cells show the window.
  func length(ofCells cells: Int, width: Int) -> UInt64 {
    guard width > 0, cells < width else { return length }
    let product = length.multipliedFullWidth(by: UInt64(max(0, cells)))
    return UInt64(width).dividingFullWidth(product).quotient + 1
  }

  /// The moment at the left edge of a cell.
  func moment(atCell cell: Int, width: Int) -> UInt64 {
    guard width > 0 else { return start }
    let cell = UInt64(min(max(0, cell), width))
    let product = length.multipliedFullWidth(by: cell)
    return start + UInt64(width).dividingFullWidth(product).quotient
  }

  /// Half as long (or `numerator / denominator` of the length) around `center`, inside `limits`.
  func zoomed(
    _ numerator: UInt64, _ denominator: UInt64, around center: UInt64, in limits: TimeWindow
  )
    -> TimeWindow
  {
    let (high, low) = length.multipliedFullWidth(by: numerator)
    let wanted =
      high >= denominator ? UInt64.max : denominator.dividingFullWidth((high, low)).quotient
    let length = min(max(1, wanted), limits.length)
    let center = min(max(center, start), end)
    // The center stays at its place on the screen.
    let part = (center - start).multipliedFullWidth(by: length)
    let before = self.length.dividingFullWidth(part).quotient
    let start = center - min(center, before)
    return TimeWindow(start: start, length: length, in: limits)
  }

  /// Moved by a part of its length, inside `limits`.
  func panned(eighths: Int, in limits: TimeWindow) -> TimeWindow {
    let step = max(1, length / 8).multipliedReportingOverflow(by: UInt64(abs(eighths)))
    let distance = step.overflow ? length : step.partialValue
    let moved =
      eighths < 0
      ? start - min(distance, start - min(start, limits.start))
      : start + min(distance, limits.end - min(limits.end, end))
    return TimeWindow(start: moved, length: length, in: limits)
  }

  /// A window of some length inside `limits`.
  init(start: UInt64, length: UInt64, in limits: TimeWindow) {
    let length = min(max(1, length), limits.length)
    let start = min(max(start, limits.start), limits.end - length)
    self.init(start: start, end: start + length)
  }
}
