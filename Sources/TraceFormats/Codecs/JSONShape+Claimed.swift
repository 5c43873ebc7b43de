import TraceModel

extension JSONShape {
  /// The keys of objects that were claimed: most of the next ones have the same, in the same order, so
  /// that a comparison says what their keys mean, and often what they are.
  struct Claimed: Sendable {
    /// So many kinds of records may take turns.
    private static let limit = 8
    /// So many records may have keys of their own before no more are remembered.
    private static let patience = 64

    private struct Entry {
      var keys = Keys()
      /// What such objects are, if their keys decide that.
      var claim: JSONClaim?
    }

    private var known: [Entry] = []
    private var next = 0
    private var patience = Self.patience
    /// What the object that is scanned is most likely like: the one before.
    private var guess = Entry()
    /// How many keys of the object were those of the guess; nil if one was not.
    private var matched: Int?
    /// Whether the object that was asked for last is one of those that are known.
    private var isKnown = false

    /// The next object is scanned.
    mutating func begin() { matched = known.isEmpty ? nil : 0 }

    /// Takes note of the next key of the object: whether it is known, and none of `JSONTrigger`.
    @inline(__always)
    mutating func expects(_ key: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
      guard let matched else { return false }
      guard guess.keys.has(key, bytes, at: matched) else { return guessAgain(key, bytes, matched) }
      self.matched = matched &+ 1
      return guess.keys.isPlain(matched)
    }

    /// The next key of the object with the place of its value, if it is the one that is expected in
    /// the object at the start of `bytes`, and none of `JSONTrigger`; nil, with nothing noted, if not.
    @inline(__always)
    mutating func expected(_ bytes: Span<UInt8>, at start: Int) -> (key: Range<Int>, value: Int)? {
      guard let matched, guess.keys.isPlain(matched),
        let end = guess.keys.end(of: matched, bytes, at: start)
      else { return nil }
      let value = bytes.endOfSpace(from: end)
      guard value < bytes.count else { return nil }
      self.matched = matched &+ 1
      return (start &+ 1..<end &- 2, value)
    }

    /// Guesses that the object is like another one, which has the same keys so far.
    private mutating func guessAgain(
      _ key: Range<Int>, _ bytes: Span<UInt8>, _ matched: Int
    ) -> Bool {
      for index in known.indices
      where known[index].keys.has(key, bytes, at: matched)
        && known[index].keys.begin(as: guess.keys, matched)
      {
        guess = known[index]
        self.matched = matched + 1
        return guess.keys.isPlain(matched)
      }
      self.matched = nil
      return false
    }

    /// What `object`, which was scanned last, is claimed as, if it is known and its keys decide that.
    mutating func claim(of object: JSONShape, _ bytes: Span<UInt8>) -> JSONClaim? {
      let count = object.members.count
      if matched != count || guess.keys.count != count {
        let like = known.indices.first { known[$0].keys.areThose(of: object, bytes) }
        isKnown = like != nil
        guard let like else { return nil }
        guess = known[like]
      }
      isKnown = true
      patience = Self.patience
      return guess.claim
    }

    /// Remembers `object`, which was asked for last, and what it is claimed as, if its keys decide that.
    mutating func add(_ object: JSONShape, _ bytes: Span<UInt8>, _ claim: JSONClaim?) {
      guard !isKnown, patience > 0 else { return }
      patience -= 1
      guess = Entry(keys: Keys(object, bytes), claim: claim)
      if next == known.count { known.append(guess) } else { known[next] = guess }
      next = (next + 1) % Self.limit
    }
  }

  /// The keys of an object.
  private struct Keys: Sendable {
    /// The keys as they stand before their values, `"traceId":`, behind one another.
    private var texts: [UInt8] = []
    /// Where each ends in `texts`.
    private var ends: [Int] = []
    /// One bit for each key: whether it is none of `JSONTrigger`.
    private var plain: UInt64 = 0

    init() {}

    var count: Int { ends.count }

    init(_ object: JSONShape, _ bytes: Span<UInt8>) {
      for (index, member) in object.members.enumerated() {
        texts.append(UInt8(ascii: "\""))
        texts.append(bytes, member.key)
        texts.append(UInt8(ascii: "\""))
        texts.append(UInt8(ascii: ":"))
        ends.append(texts.count)
        if JSONTrigger.keys.find(bytes, member.key) == nil { plain |= 1 &<< UInt64(index) }
      }
    }

    /// Whether the key at `index` is the one in `range`.
    @inline(__always)
    func has(_ range: Range<Int>, _ bytes: Span<UInt8>, at index: Int) -> Bool {
      guard index < ends.count else { return false }
      let start = start(of: index)
      return ends[index] &- start &- 3 == range.count
        && bytes.equals(range, texts.span, from: start &+ 1)
    }

    /// Where the text of the key at `index` ends, if it stands at `start`.
    @inline(__always)
    func end(of index: Int, _ bytes: Span<UInt8>, at start: Int) -> Int? {
      guard index < ends.count else { return nil }
      let textStart = self.start(of: index)
      let end = start &+ ends[index] &- textStart
      guard end <= bytes.count, bytes.equals(start..<end, texts.span, from: textStart) else {
        return nil
      }
      return end
    }

    @inline(__always)
    private func start(of index: Int) -> Int { index == 0 ? 0 : ends[index &- 1] }

    /// Whether the key at `index`, of which there are at most 64, is none of `JSONTrigger`.
    @inline(__always)
    func isPlain(_ index: Int) -> Bool { plain &>> UInt64(index) & 1 == 1 }

    /// Whether the first `count` keys are those of `other`, which has so many.
    func begin(as other: Keys, _ count: Int) -> Bool {
      guard count > 0 else { return true }
      // From the end: what differs has most likely just begun to.
      guard count <= ends.count else { return false }
      for index in (0..<count).reversed() where ends[index] != other.ends[index] { return false }
      return texts.span.equals(0..<ends[count - 1], other.texts.span, from: 0)
    }

    /// Whether `object` has these keys, in this order.
    func areThose(of object: JSONShape, _ bytes: Span<UInt8>) -> Bool {
      let members = object.members
      guard members.count == ends.count else { return false }
      for index in members.indices where !has(members[index].key, bytes, at: index) { return false }
      return true
    }
  }
}
