/// Whether text stands on a dark or a light ground, as far as can be known.
public enum TerminalBackground: Hashable, Sendable {
  case dark, light

  /// The ground that COLORFGBG tells of: `15;0`, `0;default;15`; `nil` if it tells nothing.
  ///
  /// Its last field is an index of the basic colours, of which 7 and from 9 on are light.
  public init?(colorFGBG: String?) {
    guard let last = colorFGBG?.split(separator: ";").last, let index = UInt8(last), index < 16
    else { return nil }
    self = index == 7 || index > 8 ? .light : .dark
  }

  /// The ground of a colour as terminals report it: `rgb:1e1e/1e1e/1e1e`; 1 to 4 digits a part.
  init?(report: String) {
    guard let colon = report.firstIndex(of: ":") else { return nil }
    let parts = report[report.index(after: colon)...].split(separator: "/")
    guard parts.count >= 3 else { return nil }
    var levels: [Int] = []
    for part in parts.prefix(3) {
      guard (1...4).contains(part.utf8.count), let value = Int(part, radix: 16), value >= 0
      else { return nil }
      levels.append(value * 1000 / ((1 << (4 * part.utf8.count)) - 1))
    }
    let luminance = (levels[0] * 2126 + levels[1] * 7152 + levels[2] * 722) / 10_000
    self = luminance > 500 ? .light : .dark
  }
}
