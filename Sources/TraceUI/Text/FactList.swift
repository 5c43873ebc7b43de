import Cells

/// Facts in a row, the most important first: `4 spans · 142 µs · 1 service`.
enum FactList {
  private static let separator = " · "

  /// As many whole facts as fit, at least the beginning of the first.
  static func text(_ facts: [String], width: Int = .max) -> String {
    var text = facts.first ?? ""
    var used = CellWidth.of(text)
    for fact in facts.dropFirst() {
      used += CellWidth.of(separator) + CellWidth.of(fact)
      if used > width { break }
      text += separator + fact
    }
    return CellText.fitted(text, width: max(0, width))
  }
}
