import TraceModel

/// The keys that objects in objects have, joined by dots, as they were met in a batch.
///
/// Records mostly have the same keys in the same order, so the one that is next is mostly known by
/// one comparison: to write it behind those around it, to hash that and to look it up costs ten
/// times as much.
struct FlatKeys: Sendable {
  /// A key, and where it stands among others.
  private struct Place: Sendable {
    /// The object that it is in.
    var parent = 0
    /// The first member of the object that is its value, and the next member of its own; 0 if none
    /// was met.
    var first = 0
    var next = 0
    /// Where it lies in `texts`, joined to those around it and without them.
    var start = 0
    var keyStart = 0
    var end = 0
    /// The number of the attribute's key, once it was asked for.
    var number: StringID?
  }

  /// The place of the object that all are in.
  static let root = 0

  /// More members of one object, or more in all, are not remembered.
  private static let memberLimit = 32
  private static let limit = 1_024
  private static let textLimit = 64 << 10

  /// The members of an object whose joined key is longer are not put behind it: each would repeat it, so
  /// that a record of some megabytes could take any amount of memory.
  static let lengthLimit = 256

  /// Other names for some of the joined keys, and what is left out where they begin with it.
  private let names: JSONKeyTable<String>?
  private let dropped: StaticString

  private var places: [Place] = []
  private var texts: [UInt8] = []
  /// So many places are remembered. Those behind are of keys that are not, each in the one before it.
  private var kept = 0
  /// The place that `enterOuter` gave last.
  private var lastOuter = 0
  private var batchNumber: Int?

  init(names: JSONKeyTable<String>? = nil, dropping dropped: StaticString = "") {
    self.names = names
    self.dropped = dropped
  }

  /// Whether some keys have other names.
  var hasNames: Bool { names != nil }

  /// Forgets the numbers of another batch than that of the number, and what an error left behind.
  mutating func begin(_ number: Int) {
    if number == batchNumber {
      if places.count > kept { truncate(to: kept) }
      return
    }
    batchNumber = number
    places.removeAll(keepingCapacity: true)
    texts.removeAll(keepingCapacity: true)
    places.append(Place())
    kept = 1
    lastOuter = 0
  }

  /// The place of a member of the object at `parent`; `last` is that of the member before it, 0 if it
  /// is the first. To be left in the order of a stack.
  @inline(__always)
  mutating func enter(
    _ key: JSONReader.Text, _ bytes: Span<UInt8>, in parent: Int, after last: Int,
    _ fields: inout JSONFields
  ) -> Int {
    let place = last == 0 ? places[parent].first : places[last].next
    if place != 0, isKey(place, key, bytes) { return place }
    return find(key, bytes, in: parent, &fields)
  }

  /// The place of a key of the root that objects are put behind.
  mutating func enterOuter(
    _ key: JSONReader.Text, _ bytes: Span<UInt8>, _ fields: inout JSONFields
  ) -> Int {
    let place = enter(key, bytes, in: Self.root, after: lastOuter, &fields)
    if place < kept { lastOuter = place }
    return place
  }

  /// Leaves a place; gives what the next member is behind.
  @inline(__always)
  mutating func leave(_ place: Int, after last: Int) -> Int {
    if place < kept { return place }
    truncate(to: place)
    return last
  }

  /// How many bytes the joined key has.
  func length(of place: Int) -> Int { places[place].end - places[place].start }

  /// The object that the place is in.
  func parent(of place: Int) -> Int { places[place].parent }

  /// The number of the joined key, or of its other name.
  @inline(__always)
  mutating func number(of place: Int, _ strings: inout StringPool) -> StringID {
    if let number = places[place].number { return number }
    let number = intern(places[place].start..<places[place].end, &strings)
    places[place].number = number
    return number
  }

  private func intern(_ range: Range<Int>, _ strings: inout StringPool) -> StringID {
    if let other = names?.find(texts.span, range) { return strings.intern(other) }
    let isCut = texts.span.hasPrefix(dropped, range)
    let start = range.lowerBound + (isCut ? dropped.utf8CodeUnitCount : 0)
    return strings.intern(texts.span.extracting(start..<range.upperBound))
  }

  @inline(__always)
  private func isKey(_ place: Int, _ key: JSONReader.Text, _ bytes: Span<UInt8>) -> Bool {
    let start = places[place].keyStart
    return key.range.count == places[place].end &- start && !key.hasEscapes
      && bytes.equals(key.range, texts.span, from: start)
  }

  private mutating func find(
    _ key: JSONReader.Text, _ bytes: Span<UInt8>, in parent: Int, _ fields: inout JSONFields
  ) -> Int {
    var count = 0
    var last = 0
    var place = places[parent].first
    while place != 0 {
      if isKey(place, key, bytes) { return place }
      count += 1
      last = place
      place = places[place].next
    }
    // Of other keys the bytes are not the text.
    let isPlain = key.isASCII && !key.hasEscapes
    let isKept =
      isPlain && places.count == kept && kept < Self.limit && count < Self.memberLimit
      && texts.count + key.range.count <= Self.textLimit
    place = add(key, bytes, in: parent, &fields)
    guard isKept else { return place }
    kept += 1
    if last == 0 { places[parent].first = place } else { places[last].next = place }
    return place
  }

  private mutating func add(
    _ key: JSONReader.Text, _ bytes: Span<UInt8>, in parent: Int, _ fields: inout JSONFields
  ) -> Int {
    var new = Place()
    new.parent = parent
    new.start = places[parent].start
    let around = new.start..<places[parent].end
    // The first member goes on where the text of the object ends: so deep ones take no more room.
    if around.upperBound != texts.count {
      new.start = texts.count
      texts += texts[around]
    }
    if parent != Self.root { texts.append(UInt8(ascii: ".")) }
    new.keyStart = texts.count
    fields.append(key, bytes, to: &texts)
    new.end = texts.count
    places.append(new)
    return places.count - 1
  }

  /// Forgets the places from `count` on.
  private mutating func truncate(to count: Int) {
    guard count < places.count else { return }
    let parent = places[count].parent
    let isBehind = places[count].start == places[parent].start
    let end = isBehind ? places[parent].end : places[count].start
    texts.removeLast(texts.count - end)
    places.removeLast(places.count - count)
  }
}
