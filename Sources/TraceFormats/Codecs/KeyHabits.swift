import TraceModel

/// Which members followed one another in the objects before, with all that stood between their values:
/// a program writes objects of one kind alike, so that the next one most likely has the same.
///
/// A guess that is right costs two comparisons, instead of reading a key and looking it up. What is
/// learned is only what a reader has found between two values, so that the same bytes mean the same.
struct KeyHabits<Key: Sendable>: Sendable {
  private struct Habit: Sendable {
    /// The first eight bytes of those that stand between the value before and this member's, as far
    /// as there are that many, and the last eight if there are more.
    var first: UInt64 = 0
    var mask: UInt64 = 0
    var last: UInt64 = 0
    /// Where in `texts` all of them are.
    var start: UInt32 = 0
    var length: UInt32 = 0
    /// How many of them stand before the key's quote.
    var quote: UInt32 = 0
    /// The first of those that were seen behind it, or 0.
    var next: UInt32 = 0
    /// Another one that was seen where this one was, or 0.
    var other: UInt32 = 0
    var key: Key?
  }

  /// A member whose value is next.
  struct Member {
    /// Nil if it is none of those that are known.
    var key: Key?
    /// Where its key's quote stands.
    var quote: Int
    /// Where what stands before its value ends.
    var end: Int
  }

  /// So many may be tried at one place.
  private static var choiceLimit: Int { 4 }
  private static var habitLimit: Int { 512 }
  private static var textLimit: Int { 64 }

  /// The place of an object's beginning.
  static var first: Int { 0 }
  /// A place of which nothing is learned.
  private static var unknown: Int { 1 }

  private var habits = [Habit(), Habit()]
  private var texts: [UInt8] = []

  init() {}

  /// The member that begins at `position`, if it is one that was seen behind the one at `place`, which
  /// becomes its own.
  @inline(__always)
  func next(after place: inout Int, _ bytes: Span<UInt8>, at position: Int) -> Member? {
    guard position &+ 8 <= bytes.count else { return nil }
    let first = bytes.word(at: position)
    var number = Int(habits[place].next)
    while number != 0 {
      let habit = habits[number]
      let end = position &+ Int(habit.length)
      if first & habit.mask == habit.first,
        habit.length <= 8 || hasRest(of: habit, bytes, position..<end)
      {
        place = number
        return Member(key: habit.key, quote: position &+ Int(habit.quote), end: end)
      }
      number = Int(habit.other)
    }
    return nil
  }

  @inline(__always)
  private func hasRest(of habit: Habit, _ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    guard range.upperBound <= bytes.count, bytes.word(at: range.upperBound &- 8) == habit.last
    else { return false }
    return range.count <= 16 || bytes.equals(range, texts.span, from: Int(habit.start))
  }

  /// Remembers that `range` stood between the value at `place` and the one of `key`, whose quote is at
  /// `quote`. The place becomes that of the member.
  mutating func learn(
    _ key: Key?, after place: inout Int, _ bytes: Span<UInt8>, _ range: Range<Int>, quote: Int
  ) {
    let before = place
    place = Self.unknown
    guard before != Self.unknown, habits.count < Self.habitLimit,
      (1...Self.textLimit).contains(range.count)
    else { return }
    var choices = 0
    var last = 0
    var number = Int(habits[before].next)
    while number != 0 {
      choices += 1
      last = number
      number = Int(habits[number].other)
    }
    guard choices < Self.choiceLimit else { return }
    place = habits.count
    if last == 0 {
      habits[before].next = UInt32(truncatingIfNeeded: place)
    } else {
      habits[last].other = UInt32(truncatingIfNeeded: place)
    }
    var habit = Habit(
      start: UInt32(truncatingIfNeeded: texts.count),
      length: UInt32(truncatingIfNeeded: range.count),
      quote: UInt32(truncatingIfNeeded: quote &- range.lowerBound), key: key)
    for index in range.prefix(8).reversed() {
      habit.first = habit.first &<< 8 | UInt64(bytes[index])
      habit.mask = habit.mask &<< 8 | 0xff
    }
    for index in range.suffix(8).reversed() { habit.last = habit.last &<< 8 | UInt64(bytes[index]) }
    habits.append(habit)
    texts.append(bytes, range)
  }
}
