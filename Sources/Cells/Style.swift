/// What a cell's ink or ground stands for, as a number that only the owner of the roles can read.
///
/// `Cells` and `Terminal` know no spans: `TraceUI` names its roles and gives each a colour with a
/// `Palette`. Role 0 is the terminal's own default.
public struct Role: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The terminal's default foreground or background.
  public static let plain = Role(rawValue: 0)
}

/// How a cell is drawn: roles for ink and ground, and attributes that need no colour.
public struct Style: Hashable, Sendable {
  /// Attributes that every terminal can show in some way.
  public struct Attributes: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    public static let bold = Attributes(rawValue: 1)
    public static let dim = Attributes(rawValue: 2)
    public static let underline = Attributes(rawValue: 4)
    public static let reverse = Attributes(rawValue: 8)
  }

  public var ink: Role
  public var ground: Role
  public var attributes: Attributes

  public init(_ ink: Role = .plain, on ground: Role = .plain, _ attributes: Attributes = []) {
    self.ink = ink
    self.ground = ground
    self.attributes = attributes
  }

  public static let plain = Style()
}

/// A colour that a terminal may or may not have, with what to use when it has fewer.
///
/// `index256` is an index of xterm's 256-colour table (0 to 15 are the basic ones), `index16` the
/// same for terminals with 8 or 16 colours.
public struct Color: Hashable, Sendable {
  public var index256: UInt8
  public var index16: UInt8
  public init(_ index256: UInt8, basic index16: UInt8) {
    self.index256 = index256
    self.index16 = index16
  }
}

/// The colours and attributes of each role: the last step from meaning to ink.
///
/// A role that has no entry is drawn in the terminal's default.
public struct Palette: Sendable, Equatable {
  /// How one role looks as ink and as ground.
  public struct Entry: Hashable, Sendable {
    /// The colour of ink in this role; `nil` is the terminal's default foreground.
    public var ink: Color?
    /// The colour of ground in this role; `nil` is the terminal's default background.
    public var ground: Color?
    /// Attributes added to every cell whose ink has this role.
    public var inkAttributes: Style.Attributes
    /// Attributes added to every cell whose ground has this role.
    public var groundAttributes: Style.Attributes

    public init(
      ink: Color? = nil, ground: Color? = nil, inkAttributes: Style.Attributes = [],
      groundAttributes: Style.Attributes = []
    ) {
      self.ink = ink
      self.ground = ground
      self.inkAttributes = inkAttributes
      self.groundAttributes = groundAttributes
    }
  }

  public var entries: [Role: Entry]
  public init(entries: [Role: Entry] = [:]) { self.entries = entries }

  public subscript(role: Role) -> Entry { entries[role] ?? Entry() }
}
