/// Width and height of a screen, in cells.
public struct Size: Hashable, Sendable {
  public var width: Int
  public var height: Int

  /// Makes a size; a negative number counts as 0.
  public init(width: Int, height: Int) {
    self.width = max(0, width)
    self.height = max(0, height)
  }
}
