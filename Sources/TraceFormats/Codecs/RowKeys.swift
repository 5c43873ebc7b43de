import TraceModel

/// What the keys of rows mean, by their place: most rows have the same keys in the same order, so
/// that one comparison replaces looking them up. Columns of a table are known by their place alone.
struct RowKeys<Meaning: Sendable>: Sendable {
  /// A key, and what it means.
  private struct Key: Sendable {
    /// Where it lies in the bytes of all names, in quotes.
    var name = 0..<0
    /// The first eight bytes of that, if there are so many, by which most keys are told apart.
    var head: UInt64 = 0
    /// Which bytes of `head` count.
    var headMask = UInt64.max
    /// The place of the key that stood behind it the last time.
    var follower = 0
    /// Where it lies in the text of each row, if it is that of a column; and how it is written.
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
  /// So many keys may be missing at one place.
  private static var nearby: Int { 8 }

  private var known: [Key] = []
  private var names: [UInt8] = []
  /// The place behind the key that was found last.
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

  /// The place and the text of the key that is next, which is consumed with its colon; nil, with
  /// nothing consumed, if it is none of those that mostly stand here.
  @inline(__always)
  mutating func next(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, isFirst: Bool
  ) -> (place: Int, text: JSONReader.Text)? {
    var start = reader.position
    if !isFirst {
      if let next = bytes.endOfSeparator(UInt8(ascii: ","), at: start) {
        start = next
      } else {
        start = bytes.endOfSpace(from: start)
        guard start < bytes.count, bytes[start] == UInt8(ascii: ",") else { return nil }
        start &+= 1
      }
    }
    start = bytes.endOfSpace(from: start)
    guard let index = find(at: start, bytes, upTo: Self.nearby) else { return nil }
    var text = known[index].text
    let end = start &+ known[index].name.count
    text.range = start &+ 1..<end &- 1
    // With its quotes it can be no part of another key.
    let colon = bytes.endOfSpace(from: end)
    guard colon < bytes.count, bytes[colon] == UInt8(ascii: ":") else { return nil }
    reader.position = colon &+ 1
    follow(index)
    return (index, text)
  }

  /// The place of the key that stands at `start` with its quotes, if it is the one expected or one of
  /// the next `count`.
  @inline(__always)
  private func find(at start: Int, _ bytes: Span<UInt8>, upTo count: Int) -> Int? {
    let head = bytes.head(at: start)
    if place > 0, place <= known.count {
      let guess = known[place &- 1].follower
      if guess < known.count, stands(guess, at: start, head, bytes) { return guess }
    }
    var index = place
    for _ in 0..<min(count, known.count) {
      if index >= known.count { index = 0 }
      if stands(index, at: start, head, bytes) { return index }
      index &+= 1
    }
    return nil
  }

  /// Whether the key of a place stands at `start`, where `head` is what begins there.
  @inline(__always)
  private func stands(_ index: Int, at start: Int, _ head: UInt64, _ bytes: Span<UInt8>) -> Bool {
    guard head & known[index].headMask == known[index].head else { return false }
    let name = known[index].name
    return name.count <= 8
      || start &+ name.count <= bytes.count
        && bytes.equals(start..<start &+ name.count, names.span, from: name.lowerBound)
  }

  /// Says that the key of a place has come.
  @inline(__always)
  private mutating func follow(_ index: Int) {
    if place > 0, place <= known.count, known[place &- 1].follower != index {
      known[place &- 1].follower = index
    }
    place = index &+ 1
  }

  /// Whether a string of the key at a place is remembered.
  @inline(__always)
  func hasLastValue(_ place: Int) -> Bool { !known[place].valueRange.isEmpty }

  /// The string that is next, which is consumed, if it is the last one of the key at a place.
  @inline(__always)
  func lastValue(
    _ place: Int, _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ strings: StringPool
  ) -> RowValue? {
    let guess = known[place].valueRange
    let start = bytes.endOfSpace(from: reader.position) &+ 1
    let end = start &+ guess.count
    guard end < bytes.count, bytes[start &- 1] == UInt8(ascii: "\""),
      bytes[end] == UInt8(ascii: "\""), strings.matches(guess, bytes, at: start)
    else { return nil }
    // What is remembered has no quote and no escape in it.
    reader.position = end &+ 1
    var value = RowValue(.string, JSONReader.Text(range: start..<end))
    value.number = known[place].value
    return value
  }

  /// The place of the next key of the row, if it is known: mostly behind the one before.
  mutating func find(_ text: JSONReader.Text, _ bytes: Span<UInt8>) -> Int? {
    guard let index = find(at: text.range.lowerBound &- 1, bytes, upTo: .max) else { return nil }
    follow(index)
    return index
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
    follow(index)
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
    key.text.isASCII = text.range.allSatisfy { bytes[$0] < 0x80 }
    let quoted = text.range.lowerBound - 1..<text.range.upperBound + 1
    key.name = names.count..<names.count + quoted.count
    names.append(bytes, quoted)
    if quoted.count < 8 { key.headMask = 1 << UInt64(quoted.count * 8) - 1 }
    key.head = bytes.head(at: quoted.lowerBound) & key.headMask
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

  /// The number of a string, a value of the key at a place.
  @inline(__always)
  mutating func value(
    _ place: Int, _ value: RowValue, _ bytes: Span<UInt8>, _ fields: inout JSONFields,
    _ strings: inout StringPool
  ) -> StringID {
    if value.number != .empty { return value.number }
    // Since the value was taken note of, keys may have become too many.
    guard place < known.count else { return fields.intern(value.text, bytes, &strings) }
    let (guess, range) = (known[place].valueRange, value.text.range)
    if guess.count == range.count, strings.matches(guess, bytes, at: range.lowerBound) {
      return known[place].value
    }
    return newValue(place, value.text, bytes, &fields, &strings)
  }

  private mutating func newValue(
    _ place: Int, _ text: JSONReader.Text, _ bytes: Span<UInt8>, _ fields: inout JSONFields,
    _ strings: inout StringPool
  ) -> StringID {
    guard !text.hasEscapes, text.isASCII else { return fields.intern(text, bytes, &strings) }
    let number = strings.intern(bytes.extracting(text.range))
    known[place].value = number
    known[place].valueRange = strings.range(of: number)
    return number
  }
}

extension Span where Element == UInt8 {
  /// The eight bytes from `start` on, the first one lowest; zeros in the place of those beyond the end.
  @inline(__always)
  fileprivate func head(at start: Int) -> UInt64 {
    if start &+ 8 <= count { return word(at: start) }
    var head: UInt64 = 0
    for index in (start..<Swift.max(start, count)).reversed() {
      head = head &<< 8 | UInt64(self[index])
    }
    return head
  }
}
