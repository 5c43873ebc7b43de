/// Work on many things cut into pieces: small enough to ask between two of them whether to go on,
/// large enough that asking, or handing a piece to another thread, costs nothing.
public enum Pieces {
  private static let size = 1 << 15

  /// The numbers below `count` in pieces, in order; none if there are none.
  public static func of(_ count: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
  }
}
