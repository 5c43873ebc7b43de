/// The number of an interned string in one pool; 0 is the empty string.
public struct StringID: Hashable, Sendable, Comparable {
  public var rawValue: UInt32

  @inlinable
  public init(_ rawValue: UInt32) { self.rawValue = rawValue }

  public static let empty = StringID(0)

  @inlinable
  public static func < (one: StringID, other: StringID) -> Bool { one.rawValue < other.rawValue }
}

/// Byte strings, each kept once, in one buffer: what spans repeat a million times is stored once.
///
/// Strings are kept as they came; they need not be valid UTF-8 until somebody reads one as text.
/// Interning allocates nothing per string but what the buffer grows by.
public struct StringPool: Sendable {
  /// All strings behind one another.
  public private(set) var bytes: [UInt8] = []
  /// Where each string ends in `bytes`; it starts where the one before ends.
  public private(set) var ends: [UInt32] = [0]
  /// Open addressing: the number of a string plus one, or 0; the length is a power of two.
  private var table: [UInt32] = Array(repeating: 0, count: 64)
  /// The hashes of `ends`, so that growing the table does not read the strings again.
  private var hashes: [UInt32] = [0]

  public init() {}

  /// How many strings there are, the empty one included.
  public var count: Int { ends.count }

  /// How many bytes the strings take together.
  public var byteCount: Int { bytes.count }

  /// The number of `string`, new or known.
  ///
  /// A pool holds at most 4 GiB; beyond that new strings become empty. No pool comes near: a source
  /// hands a batch on long before.
  public mutating func intern(_ string: Span<UInt8>) -> StringID {
    if string.isEmpty { return .empty }
    let hash = Self.hash(string)
    let slot = slot(of: string, hash)
    if table[slot] != 0 { return StringID(table[slot] - 1) }
    guard bytes.count + string.count <= Int(UInt32.max) else { return .empty }
    let number = UInt32(ends.count)
    bytes.reserveCapacity(bytes.count + string.count, growing: true)
    for index in string.indices { bytes.append(string[index]) }
    ends.append(UInt32(bytes.count))
    hashes.append(hash)
    table[slot] = number + 1
    if ends.count * 4 > table.count * 3 { grow() }
    return StringID(number)
  }

  /// The number of `string`, new or known.
  public mutating func intern(_ string: String) -> StringID { intern(string.utf8Span.span) }

  /// The number of `string` if it is in the pool.
  public func find(_ string: String) -> StringID? { find(string.utf8Span.span) }

  /// The number of `string` if it is in the pool.
  public func find(_ string: Span<UInt8>) -> StringID? {
    if string.isEmpty { return .empty }
    let slot = slot(of: string, Self.hash(string))
    return table[slot] == 0 ? nil : StringID(table[slot] - 1)
  }

  /// Where `string` stands in the table, or the free slot where it would.
  @inline(__always)
  private func slot(of string: Span<UInt8>, _ hash: UInt32) -> Int {
    let mask = table.count - 1
    var slot = Int(hash) & mask
    while table[slot] != 0 {
      let candidate = Int(table[slot] - 1)
      if hashes[candidate] == hash, equals(candidate, string) { return slot }
      slot = (slot + 1) & mask
    }
    return slot
  }

  /// The string as text; bytes that are no UTF-8 become U+FFFD.
  public subscript(id: StringID) -> String {
    String(decoding: bytes[range(of: id)], as: UTF8.self)
  }

  /// The bytes of a string.
  public func utf8(_ id: StringID) -> ArraySlice<UInt8> { bytes[range(of: id)] }

  /// Where the string's bytes lie.
  private func range(of id: StringID) -> Range<Int> {
    let number = Int(id.rawValue)
    guard number > 0, number < ends.count else { return 0..<0 }
    return Int(ends[number - 1])..<Int(ends[number])
  }

  private func equals(_ number: Int, _ string: Span<UInt8>) -> Bool {
    let start = Int(ends[number - 1])
    guard Int(ends[number]) - start == string.count else { return false }
    for index in string.indices where bytes[start + index] != string[index] { return false }
    return true
  }

  private mutating func grow() {
    let length = table.count * 2
    var larger = [UInt32](repeating: 0, count: length)
    for number in 1..<hashes.count {
      var slot = Int(hashes[number]) & (length - 1)
      while larger[slot] != 0 { slot = (slot + 1) & (length - 1) }
      larger[slot] = UInt32(number) + 1
    }
    table = larger
  }

  /// Different in every run, so that no file can be made whose strings all collide. Numbers are
  /// given in the order of arrival, so nothing that a user sees depends on them.
  private static let secrets = (
    UInt64.random(in: 0...UInt64.max), UInt64.random(in: 0...UInt64.max)
  )

  /// Multiplies 16 bytes at a time, as wyhash does.
  ///
  /// Both factors hold a secret and all of the product is kept, so that nobody who does not know
  /// them can tell what a flipped bit becomes, let alone take it back with another.
  private static func hash(_ string: Span<UInt8>) -> UInt32 {
    let (first, second) = secrets
    let count = string.count
    var state = second ^ UInt64(truncatingIfNeeded: count)
    var index = 0
    while index &+ 16 < count {
      state = fold(word(string, index) ^ first, word(string, index &+ 8) ^ state)
      index &+= 16
    }
    // The last 1 to 16 bytes: two words that overlap, so that no byte is read alone.
    if count &- index >= 8 {
      state = fold(word(string, index) ^ first, word(string, count &- 8) ^ state)
    } else if count &- index >= 4 {
      state = fold(half(string, index) ^ first, half(string, count &- 4) ^ state)
    } else {
      var rest: UInt64 = 0
      while index < count {
        rest = rest &<< 8 | UInt64(string[index])
        index &+= 1
      }
      state = fold(rest ^ first, state)
    }
    return UInt32(truncatingIfNeeded: fold(state ^ first, second))
  }

  /// Both halves of the product.
  @inline(__always)
  private static func fold(_ one: UInt64, _ other: UInt64) -> UInt64 {
    let (high, low) = one.multipliedFullWidth(by: other)
    return high ^ low
  }

  @inline(__always)
  private static func word(_ string: Span<UInt8>, _ index: Int) -> UInt64 {
    var word: UInt64 = 0
    for offset in 0..<8 { word |= UInt64(string[index &+ offset]) &<< UInt64(8 &* offset) }
    return word
  }

  @inline(__always)
  private static func half(_ string: Span<UInt8>, _ index: Int) -> UInt64 {
    var word: UInt64 = 0
    for offset in 0..<4 { word |= UInt64(string[index &+ offset]) &<< UInt64(8 &* offset) }
    return word
  }
}

extension Array {
  /// Reserves room for `count` elements, at least doubling, so that repeated growth stays linear.
  mutating func reserveCapacity(_ count: Int, growing: Bool) {
    if growing, count > capacity { reserveCapacity(Swift.max(count, capacity * 2)) }
  }
}
