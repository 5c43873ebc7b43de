import TraceModel

/// What attributes the last span of each name had, in one batch: the next one of that name has most
/// likely the same keys in the same order, and often the same values.
///
/// A guess that is right costs one comparison, instead of finding the end of a string, hashing it and
/// looking it up. Only strings about which there is nothing to say may be learned: in JSON those that are
/// ASCII and were written without escapes, so that they stand in the input as they stand in the pool; in
/// protobuf valid UTF-8.
struct AttributeHabits: Sendable {
  /// One attribute of the spans of one name.
  private struct Habit {
    var key = StringID.empty
    var value = StringID.empty
    /// Where key and value lie in the pool.
    var keyStart: UInt32 = 0
    var keyLength: UInt32 = 0
    var valueStart: UInt32 = 0
    var valueLength: UInt32 = 0
    /// The place of the attribute behind it; 0 while none was seen.
    var next: UInt32 = 0
    /// Where the bytes lie in `written` that the attribute was written with; 0 long if there are none.
    var writtenStart: UInt32 = 0
    var writtenLength: UInt32 = 0
    /// What those bytes mean.
    var entry = AttributeColumns.Entry(emptyFor: .empty)
  }

  /// More names share one place to begin, so that a batch in which each span has a name of its own
  /// costs no memory.
  private static let nameLimit = 1_024
  /// How many bytes are kept in which attributes were written.
  private static let writtenLimit = 1 << 18

  private var habits: [Habit] = [Habit()]
  private var written: [UInt8] = []
  /// The place of the first attribute for each name; 0 is that of all names beyond the limit.
  private var firsts: [UInt32] = []
  private var nameCount = 0
  private var batchNumber: Int?

  /// Forgets what was learned of another batch than that of the number.
  @inline(__always)
  mutating func follow(_ number: Int) {
    if number != batchNumber { forgetBatch(number) }
  }

  private mutating func forgetBatch(_ number: Int) {
    batchNumber = number
    habits.removeSubrange(1...)
    habits[0] = Habit()
    written.removeAll(keepingCapacity: true)
    firsts.removeAll(keepingCapacity: true)
    nameCount = 0
  }

  /// The place of the first attribute of spans called `name`.
  @inline(__always)
  mutating func first(of name: StringID) -> Int {
    let number = Int(name.rawValue)
    if number < firsts.count, firsts[number] != 0 { return Int(firsts[number]) }
    return add(name)
  }

  private mutating func add(_ name: StringID) -> Int {
    guard nameCount < Self.nameLimit else { return 0 }
    nameCount += 1
    while firsts.count <= Int(name.rawValue) { firsts.append(0) }
    firsts[Int(name.rawValue)] = UInt32(habits.count)
    habits.append(Habit())
    return habits.count - 1
  }

  /// The place of the attribute behind the one at `place`.
  @inline(__always)
  mutating func next(after place: Int) -> Int {
    let next = habits[place].next
    if next != 0 { return Int(next) }
    habits[place].next = UInt32(truncatingIfNeeded: habits.count)
    habits.append(Habit())
    return habits.count &- 1
  }

  /// Where the key ends that begins at `position` of `bytes`, if it is the one expected at `place`.
  @inline(__always)
  func endOfKey(
    at place: Int, _ bytes: Span<UInt8>, _ position: Int, _ strings: StringPool
  ) -> Int? {
    let habit = habits[place]
    return end(habit.keyStart, habit.keyLength, bytes, position, strings)
  }

  /// Where the value ends that begins at `position` of `bytes`, if it is the one expected at `place`.
  @inline(__always)
  func endOfValue(
    at place: Int, _ bytes: Span<UInt8>, _ position: Int, _ strings: StringPool
  ) -> Int? {
    let habit = habits[place]
    return end(habit.valueStart, habit.valueLength, bytes, position, strings)
  }

  /// Whether the key in `range` of `bytes` is the one expected at `place`.
  @inline(__always)
  func isKey(
    at place: Int, _ bytes: Span<UInt8>, _ range: Range<Int>, _ strings: StringPool
  ) -> Bool {
    let habit = habits[place]
    return range.count == Int(habit.keyLength)
      && strings.matches(
        Int(habit.keyStart)..<Int(habit.keyStart &+ habit.keyLength), bytes, at: range.lowerBound)
  }

  /// Whether the value in `range` of `bytes` is the one expected at `place`.
  @inline(__always)
  func isValue(
    at place: Int, _ bytes: Span<UInt8>, _ range: Range<Int>, _ strings: StringPool
  ) -> Bool {
    let habit = habits[place]
    return range.count == Int(habit.valueLength)
      && strings.matches(
        Int(habit.valueStart)..<Int(habit.valueStart &+ habit.valueLength), bytes,
        at: range.lowerBound)
  }

  @inline(__always)
  private func end(
    _ start: UInt32, _ length: UInt32, _ bytes: Span<UInt8>, _ position: Int, _ strings: StringPool
  ) -> Int? {
    let end = position &+ Int(length)
    guard end < bytes.count, bytes[end] == UInt8(ascii: "\""),
      strings.matches(Int(start)..<Int(start &+ length), bytes, at: position)
    else { return nil }
    return end
  }

  /// The attribute that is written in `range` of `bytes`, if it is written as one at `place` was.
  @inline(__always)
  func entry(
    at place: Int, _ bytes: Span<UInt8>, _ range: Range<Int>
  ) -> AttributeColumns.Entry? {
    let habit = habits[place]
    guard habit.writtenLength != 0, range.count == Int(habit.writtenLength),
      bytes.equals(range, written.span, from: Int(habit.writtenStart))
    else { return nil }
    return habit.entry
  }

  /// Expects an attribute that is a string to be written so at `place` from now on. Meant for one that
  /// came twice: others most likely differ from span to span.
  mutating func learn(
    _ entry: AttributeColumns.Entry, at place: Int, written bytes: Span<UInt8>, _ range: Range<Int>
  ) {
    guard written.count &+ range.count <= Self.writtenLimit else { return }
    habits[place].writtenStart = UInt32(truncatingIfNeeded: written.count)
    habits[place].writtenLength = UInt32(truncatingIfNeeded: range.count)
    habits[place].entry = entry
    written.append(bytes, range)
  }

  @inline(__always) func key(at place: Int) -> StringID { habits[place].key }
  @inline(__always) func value(at place: Int) -> StringID { habits[place].value }

  /// Expects `key` at `place` from now on.
  mutating func learn(_ key: StringID, at place: Int, _ strings: StringPool) {
    let range = strings.range(of: key)
    habits[place].key = key
    habits[place].keyStart = UInt32(truncatingIfNeeded: range.lowerBound)
    habits[place].keyLength = UInt32(truncatingIfNeeded: range.count)
  }

  /// Expects `value` at `place` from now on.
  mutating func learn(value: StringID, at place: Int, _ strings: StringPool) {
    let range = strings.range(of: value)
    habits[place].value = value
    habits[place].valueStart = UInt32(truncatingIfNeeded: range.lowerBound)
    habits[place].valueLength = UInt32(truncatingIfNeeded: range.count)
  }
}
