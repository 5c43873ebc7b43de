import TraceModel

/// Arrays and objects that were read before, by the text they were read from: they often come again,
/// and then need no memory of their own.
///
/// Where they end is in their text, so that one that begins with a known text is known.
struct NestedValues: Sendable {
  private struct Entry: Sendable {
    /// Where its text lies in `texts`.
    var start = 0
    var length = 0
    var value = AttributeValue.empty
  }

  /// So many texts that begin alike may take turns.
  private static let choices = 4
  private static let groups = 16
  /// When there are more of them, all are forgotten.
  private static let textsLimit = 32_768
  /// Longer ones are not kept.
  private static let textLimit = 2_048

  /// Empty while nothing was learned.
  private var entries: [Entry] = []
  private var texts: [UInt8] = []
  private var turn = 0

  init() {}

  /// The value that begins at `start`, and where it ends, if its text is known.
  @inline(__always)
  func find(_ bytes: Span<UInt8>, at start: Int) -> (value: AttributeValue, end: Int)? {
    if entries.isEmpty { return nil }
    let first = Self.first(bytes, at: start)
    for index in first..<first &+ Self.choices {
      let length = entries[index].length
      let end = start &+ length
      if length > 0, end <= bytes.count,
        bytes.equals(start..<end, texts.span, from: entries[index].start)
      {
        return (entries[index].value, end)
      }
    }
    return nil
  }

  /// Remembers what was read from `range`. Nothing may have been noted of it.
  mutating func learn(_ value: AttributeValue, _ bytes: Span<UInt8>, _ range: Range<Int>) {
    // Empty ones cost nothing to read.
    guard (3...Self.textLimit).contains(range.count) else { return }
    if entries.isEmpty || texts.count + range.count > Self.textsLimit {
      entries = Array(repeating: Entry(), count: Self.groups * Self.choices)
      texts.removeAll(keepingCapacity: true)
    }
    turn = (turn &+ 1) % Self.choices
    let index = Self.first(bytes, at: range.lowerBound) &+ turn
    entries[index] = Entry(start: texts.count, length: range.count, value: value)
    texts.append(bytes, range)
  }

  /// The first entry of those that may have the text at `start`.
  @inline(__always)
  private static func first(_ bytes: Span<UInt8>, at start: Int) -> Int {
    // Short ones are told apart by what stands behind them, too: they may be known twice.
    guard start &+ 8 <= bytes.count else { return 0 }
    let hash = bytes.word(at: start) &* 0x9e37_79b9_7f4a_7c15
    return Int(truncatingIfNeeded: hash &>> 60) &* choices
  }
}
