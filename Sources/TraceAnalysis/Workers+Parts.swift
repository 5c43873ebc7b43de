import TraceModel

extension Workers {
  /// Parts of `count` things, in order: enough of them that no thread waits long for another.
  func parts(of count: Int) -> [Range<Int>] {
    let parts = self.count == 1 ? 1 : min(count, 8 * self.count)
    guard parts > 0 else { return [] }
    return (0..<parts).map { (count * $0 / parts)..<(count * ($0 + 1) / parts) }
  }
}
