/// Counts and IDs as people read them.
public enum CountText {
  /// "1 span", "3 spans", "100,000 spans".
  public static func counted(_ count: Int, _ noun: String) -> String {
    grouped(count) + " " + (count == 1 ? noun : plural(noun))
  }

  private static func plural(_ noun: String) -> String {
    noun.hasSuffix("y") ? String(noun.dropLast()) + "ies" : noun + "s"
  }

  /// Digits in groups of three.
  public static func grouped(_ count: Int) -> String {
    let digits = Array(String(count.magnitude))
    var text = count < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return text
  }

  /// The verb for a count: "1 span names", "3 spans name".
  public static func verb(_ count: Int, _ plural: String) -> String {
    count == 1 ? plural + "s" : plural
  }

  /// The head of a long identifier: "7ad6b7c2…".
  public static func short(_ text: String) -> String {
    text.count <= 9 ? text : String(text.prefix(8)) + "…"
  }

  /// "a, b, c and 2 more".
  public static func list(_ names: [String], limit: Int = 5) -> String {
    if names.count <= limit { return names.joined(separator: ", ") }
    return names.prefix(limit).joined(separator: ", ") + " and \(grouped(names.count - limit)) more"
  }
}
