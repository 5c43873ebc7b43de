/// What a cell's ink or ground stands for, as a number that only the owner of the roles can read.
///
/// `Cells` and `Terminal` know no spans: `TraceUI` names its roles and gives each a colour with a
/// `Palette`. Role 0 is the terminal's own default.
public struct Role: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt8

  /// Makes the role with this number.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The terminal's default foreground or background.
  public static let plain = Role(rawValue: 0)
}
