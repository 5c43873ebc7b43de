extension Frame {
  /// The frame as plain text: rows end without trailing blanks, each with a line feed.
  public var text: String {
    rows { row, result in
      for cell in row where cell.width > 0 { result.append(cell.character) }
    }
  }

  /// The frame as text with SGR escape sequences for a terminal of this many colours.
  ///
  /// Sequences are sent only where the look changes, and each row ends in the default look, so that
  /// rows can be cut out or sorted. Trailing blanks that show nothing are left out.
  public func ansiText(palette: Palette, colors: ColorDepth) -> String {
    var looks: [Style: Palette.Look] = [:]
    func look(of style: Style) -> Palette.Look {
      if let known = looks[style] { return known }
      let look = palette.look(of: style, colors: colors)
      looks[style] = look
      return look
    }
    let plain = Palette.Look()
    return rows { row, result in
      // A blank shows its ground, and nothing else, unless it is underlined or reversed.
      let end = row.lastIndex { cell in
        let look = look(of: cell.style)
        return cell.character != " " || cell.width == 0 || look.ground != nil
          || !look.attributes.isDisjoint(with: [.underline, .reverse])
      }
      guard let end else { return }
      var current = plain
      for cell in row[...end] where cell.width > 0 {
        let next = look(of: cell.style)
        if next != current { result += next.selectGraphicRendition }
        current = next
        result.append(cell.character)
      }
      if current != plain { result += plain.selectGraphicRendition }
    }
  }

  /// One character a cell that stands for the cell's style, in rows as in `text`.
  ///
  /// Beside `text` in a golden screen it lets a plain diff show mistakes of colour. Both halves of a
  /// wide character have their letter, so that columns stay columns.
  public func rolesText(letters letter: (Style) -> Character) -> String {
    rows { row, result in
      for cell in row { result.append(letter(cell.style)) }
    }
  }

  private func rows(_ append: (ArraySlice<Cell>, inout String) -> Void) -> String {
    var result = ""
    for y in 0..<size.height {
      var row = ""
      append(cells[(y * size.width)..<((y + 1) * size.width)], &row)
      while row.utf8.last == 0x20 { row.unicodeScalars.removeLast() }
      result += row
      result += "\n"
    }
    return result
  }
}

extension Palette.Look {
  /// The sequence that sets exactly this look, whatever was set before.
  fileprivate var selectGraphicRendition: String {
    var codes = ["0"]
    if attributes.contains(.bold) { codes.append("1") }
    if attributes.contains(.dim) { codes.append("2") }
    if attributes.contains(.underline) { codes.append("4") }
    if attributes.contains(.reverse) { codes.append("7") }
    if let ink { codes.append(Self.code(of: ink, basic: 30, bright: 90, indexed: "38;5;")) }
    if let ground { codes.append(Self.code(of: ground, basic: 40, bright: 100, indexed: "48;5;")) }
    return "\u{1B}[" + (codes == ["0"] ? "" : codes.joined(separator: ";")) + "m"
  }

  private static func code(of index: UInt8, basic: Int, bright: Int, indexed: String) -> String {
    switch index {
    case 0..<8: String(basic + Int(index))
    case 8..<16: String(bright + Int(index) - 8)
    default: indexed + String(index)
    }
  }
}
