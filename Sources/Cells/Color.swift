/// A colour that a terminal may or may not have, with what to use when it has fewer.
///
/// `index256` is an index of xterm's 256-colour table (0 to 15 are the basic ones), `index16` the
/// same for terminals with 8 or 16 colours.
public struct Color: Hashable, Sendable {
  public var index256: UInt8
  public var index16: UInt8

  /// Makes a colour from its place in both tables.
  public init(_ index256: UInt8, basic index16: UInt8) {
    self.index256 = index256
    self.index16 = index16
  }

  /// The index to send to a terminal of this depth; `nil` means its default colour.
  public func index(at depth: ColorDepth) -> UInt8? {
    switch depth {
    case .none: nil
    case .basic16: index16 & 15
    case .indexed256: index256
    }
  }
}
