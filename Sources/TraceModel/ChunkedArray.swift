/// An array in chunks of fixed size, so that a snapshot is free and a change behind a snapshot
/// copies one chunk and not everything.
///
/// Swift copies an array that is shared at the first change. For a column of a million entries that
/// are still growing that is tens of milliseconds a snapshot; here it is 4,096 entries.
public struct ChunkedArray<Element: Sendable>: Sendable {
  @usableFromInline static var shift: Int { 12 }
  @usableFromInline static var mask: Int { (1 << shift) - 1 }

  @usableFromInline var chunks: [[Element]] = []
  @usableFromInline var length = 0

  public init() {}

  @inlinable
  public var count: Int { length }

  @inlinable
  public mutating func append(_ element: Element) {
    if length & Self.mask == 0 {
      chunks.append([])
      chunks[chunks.count - 1].reserveCapacity(min(1 << Self.shift, max(16, length)))
    }
    chunks[chunks.count - 1].append(element)
    length += 1
  }

  @inlinable
  public subscript(index: Int) -> Element {
    get { chunks[index >> Self.shift][index & Self.mask] }
    _modify { yield &chunks[index >> Self.shift][index & Self.mask] }
  }

  @inlinable
  public var indices: Range<Int> { 0..<length }

  /// Gives back the memory of the elements before `index`, whole chunks of them; these must not be
  /// asked for any more. Indices stay what they are.
  public mutating func release(before index: Int) {
    for number in 0..<(index >> Self.shift) where !chunks[number].isEmpty { chunks[number] = [] }
  }
}
