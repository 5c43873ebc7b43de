import Testing
import TraceModel
import TraceTestSupport

@testable import TraceFormats

/// What is guessed of an event by the events before it must not change what is read.
@Suite struct ChromeTraceTests {
  private static let values = [
    "1", "\"1\"", "12", "-1", "1.5", "null", "\"\"", "\"a\"", "\"a,b\"", "\"\\u0061\"", "\"é\"",
    "true",
    "{}", "[1, 2, 3]", "{\"x\": [1, \"y\"]}",
  ]

  /// Events as lists of what stands between white space.
  private static func events(seed: UInt64, count: Int) -> [[String]] {
    var random = SplitMix64(seed: seed)
    func any(_ list: [String]) -> String { list[Int(random.next() % UInt64(list.count))] }
    let keys = ["pid", "tid", "name", "cat", "id", "id2", "args", "bp", "s", "\\u0074id", "spans"]
    return (0..<count).map { number in
      var members: [[String]] = []
      if random.next() % 8 > 0 {
        members.append([
          "\"ph\"", ":", any(["\"X\"", "\"X\"", "\"i\"", "\"B\"", "\"E\"", "\"M\""]),
        ])
      }
      if random.next() % 8 > 0 { members.append(["\"ts\"", ":", "\(number).25"]) }
      if random.next() % 3 > 0 { members.append(["\"dur\"", ":", any(["1", "0.5", "\"2\""])]) }
      for key in keys where random.next() % 3 == 0 {
        members.append(["\"\(key)\"", ":", any(Self.values)])
      }
      // Mostly in one order, so that guesses are right.
      if random.next() % 8 == 0 { members.reverse() }
      var event = ["{"]
      for (index, member) in members.enumerated() {
        if index > 0 { event.append(",") }
        event += member
      }
      return event + ["}"]
    }
  }

  private static func text(_ events: [[String]], space: (Int) -> String) -> [UInt8] {
    var number = 0
    var parts: [String] = []
    for event in events {
      for part in event {
        parts.append(part)
        parts.append(space(number))
        number += 1
      }
      parts.append(",\n")
    }
    return Array(("{\"traceEvents\":[" + parts.dropLast().joined() + "]}").utf8)
  }

  private static func read(_ text: [UInt8], pieces: Int? = nil) -> ImporterReading {
    ImporterReading(text, by: JSONTextImporter.self, pieces: pieces)
  }

  @Test(arguments: 1...UInt64(20)) func whiteSpaceChangesNothing(seed: UInt64) {
    let events = Self.events(seed: seed, count: 60)
    var random = SplitMix64(seed: seed)
    let dense = Self.read(Self.text(events) { _ in "" })
    #expect(dense.records.count > 10)
    // No two are alike, so that no guess is right.
    let odd = Self.text(events) { _ in
      String((0..<random.next() % 9).map { _ in random.next() % 2 == 0 ? " " : "\t" })
    }
    #expect(Self.read(odd).records == dense.records)
    let plain = Self.text(events) { _ in " " }
    let whole = Self.read(plain)
    #expect(whole.records == dense.records)
    let pieces = Self.read(plain, pieces: Int(17 + seed))
    #expect(
      ImporterChecks.difference(whole, pieces) == nil, "\(String(decoding: plain, as: UTF8.self))")
  }

  @Test func keysAreGuessedByThoseBefore() {
    let text = Array(#"{"ph": "X", "a": 1}"#.utf8)
    var habits = KeyHabits<Int>()
    var place = KeyHabits<Int>.first
    #expect(habits.next(after: &place, text.span, at: 0) == nil)
    habits.learn(7, after: &place, text.span, 0..<7, quote: 1)
    habits.learn(nil, after: &place, text.span, 10..<17, quote: 12)
    place = KeyHabits<Int>.first
    let first = habits.next(after: &place, text.span, at: 0)
    #expect(first?.key == 7 && first?.quote == 1 && first?.end == 7)
    let second = habits.next(after: &place, text.span, at: 10)
    #expect(second != nil && second?.key == nil && second?.quote == 12 && second?.end == 17)
    // Behind another value, or cut, it is none.
    place = KeyHabits<Int>.first
    #expect(habits.next(after: &place, text.span, at: 10) == nil)
    #expect(habits.next(after: &place, text.span.extracting(..<6), at: 0) == nil)
  }

  @Test func nestedValuesAreReadAlikeWhenTheyComeAgain() {
    var random = SplitMix64(seed: 5)
    let parts = [
      "[", "]", "{", "}", "\"a\":", "1", "\"\u{fffd}\"", ",", "{\"a\":[1,{\"b\":\"\\n\"}]}",
    ]
    var memory = JSONFields()
    for _ in 0..<4_000 {
      let text = Array(
        ("[" + (0..<random.next() % 6).map { _ in parts[Int(random.next() % 9)] }.joined() + "]")
          .utf8)
      var fresh = JSONFields()
      for _ in 0..<2 {
        var (one, other) = (JSONReader(), JSONReader())
        let known = try? memory.plainValue(text.span, &one)
        let careful = try? fresh.plainValue(text.span, &other)
        fresh = JSONFields()
        memory.notes.discard()
        #expect("\(String(describing: known))" == "\(String(describing: careful))")
        if careful != nil { #expect(one.position == other.position) }
      }
    }
  }
}
