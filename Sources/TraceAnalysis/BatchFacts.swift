import TraceModel

/// What a query finds of the strings of one batch.
struct BatchFacts {
  let sealed: SealedBatch
  /// Whether the resource of each scope matches.
  var scopes: [Bool?]
  private let query: SpanQuery
  private var facts: [SpanQuery.Facts]

  /// For `rows` of the batch's rows: where they are many all strings are tested together, else each
  /// when it is met.
  init(_ sealed: SealedBatch, _ query: SpanQuery, rows: Int) {
    self.sealed = sealed
    self.query = query
    scopes = Array(repeating: nil, count: sealed.batch.scopes.count)
    facts =
      rows * 8 >= sealed.batch.count
      ? query.facts(of: sealed.batch.strings)
      : Array(repeating: SpanQuery.Facts(), count: sealed.batch.strings.count)
  }

  /// Whether some string may be part of a match; those that were not tested may be.
  var hasAny: Bool {
    var all: UInt32 = 0
    for facts in facts {
      if !facts.contains(.known) || facts.contains(.occurs) { return true }
      all |= facts.rawValue
    }
    let union = SpanQuery.Facts(rawValue: all)
    return union.ends & union.begins != 0
  }

  subscript(string: StringID) -> SpanQuery.Facts {
    mutating get {
      let known = facts[Int(string.rawValue)]
      return known.contains(.known) ? known : test(string)
    }
  }

  private mutating func test(_ string: StringID) -> SpanQuery.Facts {
    let found = query.facts(of: sealed.batch.strings.utf8(string).span)
    facts[Int(string.rawValue)] = found
    return found
  }
}
