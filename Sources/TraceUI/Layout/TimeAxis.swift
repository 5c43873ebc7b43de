import TraceAnalysis
import TraceModel

/// Round moments of a window with their cells and labels.
struct TimeAxis: Sendable, Equatable {
  struct Tick: Sendable, Equatable {
    var cell: Int
    var label: String
  }
  var ticks: [Tick] = []

  /// The least room between two ticks, in cells: a label and some air.
  private static let spacing = 9

  /// Ticks at 1, 2 or 5 times a power of ten nanoseconds from `origin`; labels are the time since
  /// `origin`, with as many digits as tell them apart, and none is cut.
  init(window: TimeWindow, origin: UInt64, width: Int) {
    guard width > 0 else { return }
    var step = Self.step(atLeast: window.length(ofCells: Self.spacing, width: width))
    let last = window.end - min(window.end, origin)
    // Deep inside a long trace labels are long; then there are fewer.
    let longest = Self.label(last - last % step, step: step, last: last).count + 2
    if longest > Self.spacing {
      step = Self.step(atLeast: max(step, window.length(ofCells: longest, width: width)))
    }
    let from = window.start - min(window.start, origin)
    var offset = from.isMultiple(of: step) ? from : (from / step + 1).saturatedProduct(step)
    while ticks.count <= width {
      let (moment, overflow) = origin.addingReportingOverflow(offset)
      guard !overflow, let cell = window.cell(of: moment, width: width) else { break }
      let label = Self.label(offset, step: step, last: last)
      if cell + label.count <= width { ticks.append(Tick(cell: cell, label: label)) }
      let (next, end) = offset.addingReportingOverflow(step)
      if end { break }
      offset = next
    }
  }

  /// `0`, `150 ms`, `36.125 ms`: in the unit that suits the last tick, exact to the step.
  private static func label(_ offset: UInt64, step: UInt64, last: UInt64) -> String {
    if offset == 0 { return "0" }
    let units: [(String, UInt64, Int)] = [
      ("ns", 1, 0), ("µs", 1_000, 3), ("ms", 1_000_000, 6), ("s", 1_000_000_000, 9),
    ]
    guard last < 120_000_000_000 else {
      return DurationText.short(DurationNanos(Int64(clamping: offset)))
    }
    let (name, unit, digits) = units.last { last >= $0.1 } ?? units[0]
    var fraction = String(offset % unit)
    fraction = String(repeating: "0", count: max(0, digits - fraction.count)) + fraction
    // As many digits as the step has in this unit.
    var kept = digits
    var power: UInt64 = 1
    while kept > 0, step.isMultiple(of: power * 10) {
      kept -= 1
      power *= 10
    }
    let head = "\(offset / unit)"
    return (kept > 0 ? head + "." + fraction.prefix(kept) : head) + " " + name
  }

  /// The least of 1, 2, 5, 10, 20, 50 ... that is not below `value`; beyond a minute, of the
  /// round numbers of clocks.
  static func step(atLeast value: UInt64) -> UInt64 {
    let second: UInt64 = 1_000_000_000
    let clock: [UInt64] = [60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200]
    if value > 50 * second {
      for step in clock where step * second >= value { return step * second }
      let day = 86_400 * second
      return (value / day + 1).saturatedProduct(day)
    }
    var power: UInt64 = 1
    while true {
      for factor: UInt64 in [1, 2, 5] where factor * power >= value { return factor * power }
      power *= 10
    }
  }
}

extension UInt64 {
  fileprivate func saturatedProduct(_ other: UInt64) -> UInt64 {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }
}
