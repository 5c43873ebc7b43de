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

    /// Makes an entry; what is left out stays the terminal's default.
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

  /// What a style comes to on a terminal: indices of its colour table, and attributes.
  public struct Look: Hashable, Sendable {
    /// The index of the foreground colour; `nil` is the terminal's default.
    public var ink: UInt8?
    /// The index of the background colour; `nil` is the terminal's default.
    public var ground: UInt8?
    public var attributes: Style.Attributes

    /// Makes a look; without arguments it is the terminal's default.
    public init(ink: UInt8? = nil, ground: UInt8? = nil, attributes: Style.Attributes = []) {
      self.ink = ink
      self.ground = ground
      self.attributes = attributes
    }
  }

  public var entries: [Role: Entry]

  /// Makes a palette; without entries everything is drawn in the terminal's default.
  public init(entries: [Role: Entry] = [:]) { self.entries = entries }

  /// The entry of `role`, or an empty one.
  public subscript(role: Role) -> Entry { entries[role] ?? Entry() }

  /// What `style` comes to where there are `colors`.
  ///
  /// Attributes stay at every depth: they are what a screen without colours has left.
  public func look(of style: Style, colors: ColorDepth) -> Look {
    let (ink, ground) = (self[style.ink], self[style.ground])
    return Look(
      ink: ink.ink?.index(at: colors), ground: ground.ground?.index(at: colors),
      attributes: style.attributes.union(ink.inkAttributes).union(ground.groundAttributes))
  }
}
