import TraceModel

/// What strings attributes most likely have: of a key the one that followed the key before it the last
/// time, of a value the one that its key had. Comparing costs less than a hash.
///
/// A guess is a number in the pool, and good only if that has the same string there, so that it does
/// not matter from which batch it is, nor that several keys share one place.
struct StringGuesses: Sendable {
  private static let count = 512

  /// Empty as long as nothing was guessed: fields are also made where few are read, or none.
  private var keys: [StringID] = []
  private var values: [StringID] = []
  private var lastKey = StringID.empty

  /// The number of the key in `range`.
  @inline(__always)
  mutating func key(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ strings: inout StringPool
  ) -> StringID {
    if keys.isEmpty { keys = Self.none }
    let place = Self.place(of: lastKey)
    lastKey = keys[place]
    if !strings.matches(strings.range(of: lastKey), bytes, range) {
      lastKey = strings.intern(bytes.extracting(range))
      keys[place] = lastKey
    }
    return lastKey
  }

  /// The number of the value in `range`.
  @inline(__always)
  mutating func value(
    _ bytes: Span<UInt8>, _ range: Range<Int>, of key: StringID, _ strings: inout StringPool
  ) -> StringID {
    if values.isEmpty { values = Self.none }
    let place = Self.place(of: key)
    let guess = values[place]
    if strings.matches(strings.range(of: guess), bytes, range) { return guess }
    let number = strings.intern(bytes.extracting(range))
    values[place] = number
    return number
  }

  private static var none: [StringID] { Array(repeating: .empty, count: count) }

  private static func place(of number: StringID) -> Int { Int(number.rawValue) & (count &- 1) }
}

extension StringPool {
  /// Whether the string that lies at `place`, which `range(of:)` gave, is that in `range` of `text`.
  @inline(__always)
  fileprivate func matches(
    _ place: Range<Int>, _ text: Span<UInt8>, _ range: Range<Int>
  ) -> Bool {
    place.count == range.count && matches(place, text, at: range.lowerBound)
  }
}
