/// How many colours a terminal, or a text for one, may use.
public enum ColorDepth: Hashable, Sendable, CaseIterable {
  /// Attributes only: bold, dim, underline, reverse.
  case none
  /// The basic colours, 8 or 16.
  case basic16
  /// xterm's table of 256.
  case indexed256
}
