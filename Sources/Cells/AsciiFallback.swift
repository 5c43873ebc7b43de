/// The symbols we draw with, and what stands for each where only ASCII can be shown.
public enum AsciiFallback {
  /// An ASCII character for `character`: itself, its stand-in, or `?`.
  public static func character(for character: Character) -> Character {
    character.isASCII ? character : standIns[character] ?? "?"
  }

  /// Every symbol that has a stand-in. Parts of a cell are drawn if they fill half of it or more.
  static let standIns: [Character: Character] = {
    let groups: [(stand: Character, symbols: String)] = [
      ("|", "│║╎╏▏▎▍▐▕╵╷╹╻"), (":", "┆┇┊┋"), ("*", "┃"),
      ("-", "─━┄┅┈┉═╌╍╴╶╸╺‐‑‒–—―−"),
      ("|", "├┝┠┣┤┥┨┫╞╟╠╡╢╣"),
      ("`", "└┕┖┗╰╚╘╙"),
      ("+", "┌┍┎┏╭╔┐╮┓╗┘┛╯╝┬┳╤╦┴┻╧╩┼╋╪╬"),
      ("#", "█▇▆▅▉▊▋▌▓■▪▬▮"), ("=", "▄▀≡"), ("_", "▁▂▃"), ("%", "▒"), (":", "░"),
      ("v", "▾▼▿▽↓⌄"), (">", "▸▶▹▷→»›⟩"), ("<", "◂◀◃◁←«‹⟨"), ("^", "▴▲▵△↑⌃"),
      ("x", "✗✘×✕✖"), ("v", "✓✔"), ("o", "○◦◌◯□▫"), ("*", "●•◆◇◈★☆◉"), ("!", "¦⚠"),
      ("~", "…⋯"), (".", "·∙"), ("u", "µμ"), ("'", "’‘′"), ("\"", "“”″"),
      (" ", "\u{A0}\u{2009}\u{202F}"),
      ("~", "≈∼"), ("+", "±"), ("/", "÷"), ("<", "≤"), (">", "≥"), ("<", "↔"), ("|", "↕"),
      ("'", "↩↵"),
    ]
    var result: [Character: Character] = [:]
    for group in groups {
      for symbol in group.symbols { result[symbol] = group.stand }
    }
    return result
  }()
}

extension Frame {
  /// The frame in pure ASCII, column for column: symbols by their stand-ins, all else as `?`.
  ///
  /// A wide character becomes `??`. For terminals and locales without UTF-8.
  public func ascii() -> Frame {
    var result = self
    for y in 0..<size.height {
      for x in 0..<size.width {
        let cell = self[x, y]
        if cell.width == 1, cell.character.isASCII { continue }
        let narrow = cell.width == 1 ? AsciiFallback.character(for: cell.character) : "?"
        result.set(Cell(narrow, style: cell.style), x: x, y: y)
      }
    }
    return result
  }
}
