/// One place of the screen: a grapheme, how many columns it takes, and how it looks.
///
/// A wide grapheme has width 2 and is followed by a cell of width 0, its other half.
public struct Cell: Hashable, Sendable {
  /// The grapheme that is drawn; a blank in a cell of width 0.
  public var character: Character
  /// The columns that the grapheme takes: 1, 2, or 0 in the other half of a wide one.
  public var width: UInt8
  /// How the grapheme and the ground behind it look.
  public var style: Style

  /// Makes a cell; `width` must be what `CellWidth` says of `character`, or 0 in another's half.
  public init(_ character: Character = " ", width: UInt8 = 1, style: Style = .plain) {
    self.character = character
    self.width = width
    self.style = style
  }

  /// A cell with nothing in it, in the terminal's own colours.
  public static let blank = Cell()
}
