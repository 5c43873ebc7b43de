/// The number of an interned string in one pool; 0 is the empty string.
public struct StringID: Hashable, Sendable, Comparable {
  public var rawValue: UInt32

  @inlinable
  public init(_ rawValue: UInt32) { self.rawValue = rawValue }

  @inlinable
  public static var empty: StringID { StringID(0) }

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
  /// Open addressing; the length is a power of two. Empty in a compact pool.
  private var table = [Slot](repeating: Slot(), count: 64)
  private let secrets = Self.secrets

  /// All that tells whether a string is the one that is looked for, in one place of memory.
  private struct Slot {
    var hash: UInt32 = 0
    /// 0, which is the empty string's, if the slot is free.
    var number: UInt32 = 0
    /// Where the string lies in `bytes`.
    var start: UInt32 = 0
    var length: UInt32 = 0
  }

  public init() {}

  /// How many strings there are, the empty one included.
  public var count: Int { ends.count }

  /// How many bytes the strings take together.
  public var byteCount: Int { bytes.count }

  /// Whether the string that lies at `place`, which `range(of:)` gave, stands at `position` of `text`.
  @inline(__always) @inlinable
  public func matches(_ place: Range<Int>, _ text: Span<UInt8>, at position: Int) -> Bool {
    guard position &+ place.count <= text.count else { return false }
    return text.equals(position..<position &+ place.count, bytes.span, from: place.lowerBound)
  }

  /// The number of `string`, new or known.
  ///
  /// A pool holds at most 4 GiB; beyond that new strings become empty. No pool comes near: a source
  /// hands a batch on long before.
  public mutating func intern(_ string: Span<UInt8>) -> StringID {
    if string.isEmpty { return .empty }
    if table.isEmpty { growTable(to: Self.tableLength(for: ends.count)) }
    let hash = hash(string)
    let index = slot(of: string, hash)
    let number = table[index].number
    return number != 0 ? StringID(number) : add(string, hash, at: index)
  }

  /// Keeps a string that is new, in the free slot that is its own.
  private mutating func add(_ string: Span<UInt8>, _ hash: UInt32, at index: Int) -> StringID {
    guard bytes.count + string.count <= Int(UInt32.max) else { return .empty }
    let slot = Slot(
      hash: hash, number: UInt32(truncatingIfNeeded: ends.count),
      start: UInt32(truncatingIfNeeded: bytes.count),
      length: UInt32(truncatingIfNeeded: string.count))
    bytes.append(copying: string)
    ends.append(UInt32(truncatingIfNeeded: bytes.count))
    table[index] = slot
    if ends.count &* 4 > table.count &* 3 { growTable(to: table.count * 2) }
    return StringID(slot.number)
  }

  /// The number of `string`, new or known.
  public mutating func intern(_ string: String) -> StringID { intern(string.utf8Span.span) }

  /// The number of `string` if it is in the pool.
  public func find(_ string: String) -> StringID? { find(string.utf8Span.span) }

  /// The number of `string` if it is in the pool. Linear in the number of strings if the pool is
  /// compact.
  public func find(_ string: Span<UInt8>) -> StringID? {
    if string.isEmpty { return .empty }
    if table.isEmpty {
      for number in 1..<max(1, ends.count) where equals(number, string) {
        return StringID(UInt32(truncatingIfNeeded: number))
      }
      return nil
    }
    let number = table[slot(of: string, hash(string))].number
    return number == 0 ? nil : StringID(number)
  }

  /// Where `string` stands in the table, or the free slot where it would.
  @inline(__always)
  private func slot(of string: Span<UInt8>, _ hash: UInt32) -> Int {
    let mask = table.count &- 1
    var index = Int(hash) & mask
    while true {
      let slot = table[index]
      if slot.number == 0 { return index }
      if slot.hash == hash, Int(slot.length) == string.count,
        string.equals(0..<string.count, bytes.span, from: Int(slot.start))
      {
        return index
      }
      index = (index &+ 1) & mask
    }
  }

  /// The string as text; bytes that are no UTF-8 become U+FFFD.
  public subscript(id: StringID) -> String {
    String(decoding: bytes[range(of: id)], as: UTF8.self)
  }

  /// The bytes of a string.
  public func utf8(_ id: StringID) -> ArraySlice<UInt8> { bytes[range(of: id)] }

  /// Where the string's bytes lie among those of all strings.
  public func range(of id: StringID) -> Range<Int> {
    let number = Int(id.rawValue)
    guard number > 0, number < ends.count else { return 0..<0 }
    return Int(ends[number - 1])..<Int(ends[number])
  }

  @inline(__always)
  private func equals(_ number: Int, _ string: Span<UInt8>) -> Bool {
    let start = Int(ends[number &- 1])
    guard Int(ends[number]) &- start == string.count else { return false }
    return string.equals(0..<string.count, bytes.span, from: start)
  }

  /// Makes a table of that length, of the old one or of the strings.
  private mutating func growTable(to length: Int) {
    var larger = [Slot](repeating: Slot(), count: length)
    func add(_ slot: Slot) {
      var index = Int(slot.hash) & (length - 1)
      while larger[index].number != 0 { index = (index + 1) & (length - 1) }
      larger[index] = slot
    }
    if table.isEmpty {
      for number in 1..<max(1, ends.count) {
        let (start, end) = (ends[number - 1], ends[number])
        add(
          Slot(
            hash: hash(bytes.span.extracting(Int(start)..<Int(end))),
            number: UInt32(truncatingIfNeeded: number), start: start, length: end - start))
      }
    } else {
      for slot in table where slot.number != 0 { add(slot) }
    }
    table = larger
  }

  /// A length that has room for a quarter more than `count` strings.
  private static func tableLength(for count: Int) -> Int {
    var length = 64
    while count * 4 > length * 3 { length *= 2 }
    return length
  }

  /// The same strings under the same numbers in as little memory as they need: what is only for
  /// interning is left out, and made again if it comes to that.
  func compact() -> StringPool {
    var pool = StringPool()
    pool.bytes = bytes.exactCopy()
    pool.ends = ends.exactCopy()
    pool.table = []
    return pool
  }

  /// Forgets all strings and keeps the memory.
  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    ends.removeSubrange(1...)
    if table.isEmpty {
      table = Array(repeating: Slot(), count: 64)
    } else {
      for index in table.indices { table[index] = Slot() }
    }
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
  @inline(__always)
  private func hash(_ string: Span<UInt8>) -> UInt32 {
    let (first, second) = secrets
    let count = string.count
    var state = second ^ UInt64(truncatingIfNeeded: count)
    var index = 0
    while index &+ 16 < count {
      state = Self.fold(string.word(at: index) ^ first, string.word(at: index &+ 8) ^ state)
      index &+= 16
    }
    // The last 16 bytes, or less: two words that overlap, so that no byte is read alone.
    if count >= 16 { index = count &- 16 }
    if count >= 8 {
      state = Self.fold(string.word(at: index) ^ first, string.word(at: count &- 8) ^ state)
    } else if count >= 4 {
      state = Self.fold(
        UInt64(string.half(at: 0)) ^ first, UInt64(string.half(at: count &- 4)) ^ state)
    } else {
      // One to three bytes: of two the middle one is the last, of one all are the same.
      let rest =
        UInt64(string[0]) | UInt64(string[count &>> 1]) &<< 8
        | UInt64(string[count &- 1]) &<< 16
      state = Self.fold(rest ^ first, state)
    }
    return UInt32(truncatingIfNeeded: Self.fold(state ^ first, second))
  }

  /// Both halves of the product.
  @inline(__always)
  private static func fold(_ one: UInt64, _ other: UInt64) -> UInt64 {
    let (high, low) = one.multipliedFullWidth(by: other)
    return high ^ low
  }
}

extension Array {
  /// A copy without room to grow.
  func exactCopy() -> [Element] {
    var copy: [Element] = []
    copy.reserveCapacity(count)
    copy.append(contentsOf: self)
    return copy
  }
}
