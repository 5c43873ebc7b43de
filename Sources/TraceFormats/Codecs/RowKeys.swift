import TraceModel

/// What the keys of rows mean, by their place: most rows have the same keys in the same order, so
/// that one comparison replaces looking them up.
struct RowKeys: Sendable {
  /// A key, and what it means.
  struct Key: Sendable {
    /// Where it lies in the bytes of all names.
    fileprivate var name = 0..<0
    /// What field of a span it names, if any.
    var meaning: SpanColumnMeaning?
    /// Whether it is an attribute of the resource.
    var isResource = false
  }

  /// How many keys that the row does not have are passed over.
  private static let reach = 8
  private static let limit = 1_000

  private var known: [Key] = []
  private var names: [UInt8] = []
  private var place = 0

  /// Begins the next row.
  mutating func beginRow() { place = 0 }

  /// What the next key of the row means.
  mutating func next(
    _ text: JSONReader.Text, _ bytes: Span<UInt8>, _ columns: ColumnMap
  ) -> Key {
    for index in place..<min(known.count, place + Self.reach) {
      let name = known[index].name
      guard name.count == text.range.count,
        bytes.equals(text.range, names.span, from: name.lowerBound)
      else { continue }
      place = index + 1
      return known[index]
    }
    var key = Key()
    key.meaning = columns.meaning(bytes, text.range)
    key.isResource = ResourceKeys.contain(bytes, text.range)
    // Inserted, so that rows with and without it are both known.
    if known.count < Self.limit {
      key.name = names.count..<names.count + text.range.count
      names.append(bytes, text.range)
      known.insert(key, at: place)
    }
    place = min(place + 1, known.count)
    return key
  }
}
