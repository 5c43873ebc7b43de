import TraceModel

/// What the keys of rows mean, by their place: most rows have the same keys in the same order, so
/// that one comparison replaces looking them up. Columns of a table are known by their place alone.
struct RowKeys<Meaning: Sendable>: Sendable {
  /// A key, and what it means.
  private struct Key: Sendable {
    /// Where it lies in the bytes of all names.
    var name = 0..<0
    /// Where it lies in the text of each row, if it is that of a column.
    var text: JSONReader.Text
    /// What field of a span it names, if any.
    var meaning: Meaning?
    /// Whether it is an attribute of the resource.
    var isResource = false
    /// Its number in the batch, once it was asked for.
    var number = StringID.empty
    /// The last string that stood under it, and where that is in the batch: most often the next one is
    /// the same.
    var value = StringID.empty
    var valueRange = 0..<0
  }

  private static var limit: Int { 1_000 }

  private var known: [Key] = []
  private var names: [UInt8] = []
  private var place = 0
  private var batchNumber: Int?

  /// What field of a span the key at a place names, if any.
  func meaning(_ place: Int) -> Meaning? { known[place].meaning }

  /// Whether the key at a place is an attribute of the resource.
  func isResource(_ place: Int) -> Bool { known[place].isResource }

  /// The name of a column.
  func text(_ column: Int) -> JSONReader.Text { known[column].text }

  /// Begins the next row, which goes into the batch of that number.
  mutating func beginRow(in batch: Int) {
    place = 0
    guard batch != batchNumber else { return }
    batchNumber = batch
    for index in known.indices {
      known[index].number = .empty
      known[index].value = .empty
      known[index].valueRange = 0..<0
    }
  }

  /// The place of the next key of the row, if it is known: mostly behind the one before.
  mutating func find(_ text: JSONReader.Text, _ bytes: Span<UInt8>) -> Int? {
    let count = known.count
    var index = place
    for _ in 0..<count {
      if index >= count { index = 0 }
      let name = known[index].name
      if name.count == text.range.count, bytes.equals(text.range, names.span, from: name.lowerBound)
      {
        place = index &+ 1
        return index
      }
      index &+= 1
    }
    return nil
  }

  /// Makes the next key of the row known, between those that it has and lacks; its place.
  mutating func insert(
    _ text: JSONReader.Text, _ bytes: Span<UInt8>, meaning: Meaning?
  ) -> Int {
    if known.count >= Self.limit {
      known = []
      names = []
    }
    let index = min(place, known.count)
    known.insert(key(text, bytes, meaning), at: index)
    place = index + 1
    return index
  }

  /// Makes the next column of a table known.
  mutating func append(_ text: JSONReader.Text, _ bytes: Span<UInt8>, meaning: Meaning?) {
    known.append(key(text, bytes, meaning))
  }

  private mutating func key(
    _ text: JSONReader.Text, _ bytes: Span<UInt8>, _ meaning: Meaning?
  ) -> Key {
    var key = Key(text: text, meaning: meaning)
    key.isResource = ResourceKeys.contain(bytes, text.range)
    key.name = names.count..<names.count + text.range.count
    names.append(bytes, text.range)
    return key
  }

  // MARK: Strings

  /// The number of the key at a place, which is `text`.
  mutating func number(
    _ place: Int, _ text: JSONReader.Text, _ bytes: Span<UInt8>, _ fields: inout JSONFields,
    _ strings: inout StringPool
  ) -> StringID {
    let known = known[place].number
    if known != .empty { return known }
    let number = fields.intern(text, bytes, &strings)
    // What is no UTF-8 is noted each time.
    if text.isASCII { self.known[place].number = number }
    return number
  }

  /// The number of `text`, a value of the key at a place.
  mutating func value(
    _ place: Int, _ text: JSONReader.Text, _ bytes: Span<UInt8>, _ fields: inout JSONFields,
    _ strings: inout StringPool
  ) -> StringID {
    guard !text.hasEscapes, text.isASCII, place < known.count else {
      return fields.intern(text, bytes, &strings)
    }
    let guess = known[place].valueRange
    if guess.count == text.range.count, strings.matches(guess, bytes, at: text.range.lowerBound) {
      return known[place].value
    }
    let number = strings.intern(bytes.extracting(text.range))
    known[place].value = number
    known[place].valueRange = strings.range(of: number)
    return number
  }
}
