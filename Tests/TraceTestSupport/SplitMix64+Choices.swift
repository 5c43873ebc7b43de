extension SplitMix64 {
  /// A number from 0 up to and without `limit`, which must be positive.
  public mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &self) }

  /// Whether something happens that does so in `percent` of a hundred cases.
  public mutating func happens(_ percent: Int) -> Bool { below(100) < percent }

  /// One of the elements, which must not be none.
  public mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[below(elements.count)]
  }
}
