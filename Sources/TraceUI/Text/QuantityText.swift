import TraceAnalysis

/// Shares, sizes and counts as people read them.
enum QuantityText {
  /// `123,456`, or `123k`, `1.2M`, rounded down, where that takes more than `width` columns.
  static func count(_ count: Int, width: Int) -> String {
    let digits = CountText.grouped(count)
    guard digits.utf8.count > width else { return digits }
    var (value, tenths) = (count, 0)
    var unit = ""
    for next in ["k", "M", "G"] where value >= 1_000 {
      (value, tenths) = (value / 1_000, value % 1_000 / 100)
      unit = next
    }
    let exact = "\(value).\(tenths)\(unit)"
    return exact.utf8.count <= width ? exact : "\(value)\(unit)"
  }

  /// `12.3 %` or `-12.3 %`, one digit behind the point below 100.
  static func percent(_ part: Int64, of whole: Int64) -> String {
    guard whole > 0 else { return "" }
    if part < 0 {
      let text = percent(part == .min ? .max : -part, of: whole)
      return text.hasPrefix("<") ? "> -" + text.dropFirst(2) : "-" + text
    }
    let (product, overflow) = part.multipliedReportingOverflow(by: 1_000)
    let permille = overflow ? part / max(1, whole / 1_000) : product / whole
    if permille == 0, part > 0 { return "< 0.1 %" }
    if permille >= 1_000 { return "\(permille / 10) %" }
    return "\(permille / 10).\(permille % 10) %"
  }

  /// `12.3 MB`
  static func bytes(_ count: Int) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"]
    var value = count
    var rest = 0
    var unit = 0
    while value >= 1_000, unit < units.count - 1 {
      rest = value % 1_000 / 100
      value /= 1_000
      unit += 1
    }
    return unit == 0 || value >= 100 ? "\(value) \(units[unit])" : "\(value).\(rest) \(units[unit])"
  }
}
