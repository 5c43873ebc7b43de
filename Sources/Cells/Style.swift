/// How a cell is drawn: roles for ink and ground, and attributes that need no colour.
public struct Style: Hashable, Sendable {
  /// Attributes that every terminal can show in some way.
  public struct Attributes: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    /// Makes the set with these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let bold = Attributes(rawValue: 1)
    public static let dim = Attributes(rawValue: 2)
    public static let underline = Attributes(rawValue: 4)
    public static let reverse = Attributes(rawValue: 8)
  }

  public var ink: Role
  public var ground: Role
  public var attributes: Attributes

  /// Makes a style; without arguments it is `plain`.
  public init(_ ink: Role = .plain, on ground: Role = .plain, _ attributes: Attributes = []) {
    self.ink = ink
    self.ground = ground
    self.attributes = attributes
  }

  /// The terminal's default colours without attributes.
  public static let plain = Style()
}
