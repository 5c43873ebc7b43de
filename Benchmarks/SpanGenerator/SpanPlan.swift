/// What is decided about a span before it is written. Everything else, such as the values of its
/// attributes, is drawn from `seed` when it is: a span written twice is the same both times.
struct SpanPlan {
  var traceHigh: UInt64 = 0
  var traceLow: UInt64 = 0
  var spanID: UInt64 = 0
  /// 0 on a root.
  var parentID: UInt64 = 0
  var start: UInt64 = 0
  var end: UInt64 = 0
  var seed: UInt64 = 0
  /// The span that is linked to; span 0 if there is none.
  var linkTraceHigh: UInt64 = 0
  var linkTraceLow: UInt64 = 0
  var linkSpanID: UInt64 = 0
  var operation = 0
  var instance = 0
  var marks: Marks = []

  struct Marks: OptionSet {
    let rawValue: UInt8
    static let error = Marks(rawValue: 1)
    /// An event that is no exception.
    static let event = Marks(rawValue: 2)
    /// The parent is in another process.
    static let remoteParent = Marks(rawValue: 4)
  }
}

/// Spans that are not yet written, by the time at which their processes export them.
///
/// A binary heap; spans of the same time leave in the order in which they came.
struct EmissionQueue {
  private struct Entry {
    var time: UInt64
    var number: Int
    var plan: SpanPlan

    static func < (one: Entry, other: Entry) -> Bool {
      (one.time, one.number) < (other.time, other.number)
    }
  }

  private var entries: [Entry] = []
  private var added = 0

  mutating func add(_ plan: SpanPlan, at time: UInt64) {
    entries.append(Entry(time: time, number: added, plan: plan))
    added += 1
    var place = entries.count - 1
    while place > 0, entries[place] < entries[(place - 1) / 2] {
      entries.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  /// The next span that is exported before `time`.
  mutating func take(before time: UInt64) -> SpanPlan? {
    guard let first = entries.first, first.time < time, let last = entries.popLast() else {
      return nil
    }
    guard !entries.isEmpty else { return first.plan }
    var place = 0
    while true {
      var child = place * 2 + 1
      guard child < entries.count else { break }
      if child + 1 < entries.count, entries[child + 1] < entries[child] { child += 1 }
      guard entries[child] < last else { break }
      entries[place] = entries[child]
      place = child
    }
    entries[place] = last
    return first.plan
  }
}
