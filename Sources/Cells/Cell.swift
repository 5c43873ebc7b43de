/// One place of the screen: a grapheme, how many columns it takes, and how it looks.
///
/// A wide grapheme has width 2 and is followed by a cell of width 0, its other half.
public struct Cell: Hashable, Sendable {
  public var character: Character
  public var width: UInt8
  public var style: Style

  public init(_ character: Character = " ", width: UInt8 = 1, style: Style = .plain) {
    self.character = character
    self.width = width
    self.style = style
  }

  public static let blank = Cell()
}

/// Width and height of a screen, in cells.
public struct Size: Hashable, Sendable {
  public var width: Int
  public var height: Int
  public init(width: Int, height: Int) {
    self.width = max(0, width)
    self.height = max(0, height)
  }
}
