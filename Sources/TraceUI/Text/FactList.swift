import Cells

/// Facts in a row, the most important first: `4 spans · 142 µs · 1 service`.
enum FactList {
  private static let separator = " · "

  /// As many whole facts as fit.
  static func text(_ facts: [String], width: Int = .max) -> String {
    var count = facts.count
    while count > 1, CellWidth.of(facts.prefix(count).joined(separator: separator)) > width {
      count -= 1
    }
    return CellText.fitted(
      facts.prefix(count).joined(separator: separator), width: max(0, width))
  }

  /// Text that was made of facts, cut to a width by leaving out whole ones.
  static func shortened(_ text: String, width: Int) -> String {
    self.text(text.split(separator: separator).map { String($0) }, width: width)
  }
}
