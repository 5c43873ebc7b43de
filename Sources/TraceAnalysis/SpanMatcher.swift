import TraceModel

/// Tests spans against a query, and remembers what it found out of each distinct string.
struct SpanMatcher {
  private let query: SpanQuery
  private let store: SpanStore
  private let canMatchNumbers: Bool
  private var services: [SpanQuery.Facts]
  private var batches: [ObjectIdentifier: BatchFacts] = [:]
  private var last: BatchFacts?
  private let kind: SpanKind?
  private let status: SpanStatus?

  init(_ query: SpanQuery, of store: SpanStore) {
    self.query = query
    self.store = store
    canMatchNumbers = query.canMatchNumbers
    services = store.services.map { query.facts(of: $0) }
    let text = query.text.lowercased()
    kind = SpanKind.allCases.first { text == $0.name || text == "kind=" + $0.name }
    status = SpanStatus.allCases.first {
      $0 != .unset && (text == $0.name || text == "status=" + $0.name)
    }
  }

  /// Whether an ID of a span that is not here matches.
  func matches(missing id: SpanID) -> Bool {
    query.hexadecimal?.matches(UInt128(id.rawValue), width: 16) == true
  }

  /// Whether the span at `index` of a batch matches.
  mutating func matches(_ sealed: SealedBatch, at index: Int) -> Bool {
    let facts = self.facts(of: sealed)
    if facts[sealed.batch.names[index]].contains(.occurs) { return true }
    if services[Int(sealed.service(at: index).rawValue)].contains(.occurs) { return true }
    let message = sealed.batch.statusMessage(at: index)
    if message != .empty, facts[message].contains(.occurs) { return true }
    if let kind, sealed.batch.kind(at: index) == kind { return true }
    if let status, sealed.batch.status(at: index) == status { return true }
    let texts = [
      sealed.batch.textID(of: sealed.batch.spanIDs[index]),
      sealed.batch.textID(of: sealed.batch.traceIDs[index]),
    ]
    for case let text? in texts where facts[text].contains(.occurs) { return true }
    if let digits = query.hexadecimal {
      let trace = sealed.batch.traceIDs[index]
      if digits.matches(UInt128(sealed.batch.spanIDs[index].rawValue), width: 16)
        || digits.matches(UInt128(trace.high) << 64 | UInt128(trace.low), width: 32)
      {
        return true
      }
    }
    return attributesMatch(facts, at: index) || resourceMatches(facts, at: index)
      || eventsMatch(facts, at: index)
  }

  private mutating func facts(of sealed: SealedBatch) -> BatchFacts {
    if let last, last.sealed === sealed { return last }
    let id = ObjectIdentifier(sealed)
    let facts = batches[id] ?? BatchFacts(sealed, query)
    batches[id] = facts
    last = facts
    return facts
  }

  private func attributesMatch(_ facts: BatchFacts, at index: Int) -> Bool {
    for position in facts.sealed.batch.attributeRange(at: index) {
      let key = facts[facts.sealed.batch.attributes.key(at: position)]
      if key.contains(.occurs) { return true }
      if let string = facts.sealed.batch.attributes.string(at: position) {
        if key.matches(value: facts[string]) { return true }
      } else {
        let value = facts.sealed.batch.attributes.value(
          at: position, strings: facts.sealed.batch.strings)
        if matches(value, key: key) { return true }
      }
    }
    return false
  }

  /// Whether a value that is no plain string matches. Without recursion: values may be nested.
  private func matches(_ value: AttributeValue, key: SpanQuery.Facts) -> Bool {
    var open = [(key, value)]
    while let (key, value) = open.popLast() {
      let text: String
      switch value {
      case .string(let string): text = string
      case .array(let elements):
        for element in elements { open.append((key, element)) }
        continue
      case .map(let entries):
        for entry in entries {
          let inner = query.facts(of: entry.key)
          if inner.contains(.occurs) { return true }
          open.append((inner, entry.value))
        }
        continue
      case .bool, .int, .double, .bytes, .empty:
        guard canMatchNumbers else { continue }
        text = value.searchText
      }
      if key.matches(value: query.facts(of: text)) { return true }
    }
    return false
  }

  private func matches(_ attributes: [Attribute]) -> Bool {
    for attribute in attributes {
      let key = query.facts(of: attribute.key)
      if key.contains(.occurs) || matches(attribute.value, key: key) { return true }
    }
    return false
  }

  /// Only "key=value" is looked for: what all spans of a service have says nothing of one of them.
  private func resourceMatches(_ facts: BatchFacts, at index: Int) -> Bool {
    guard !query.splits.isEmpty else { return false }
    let scope = Int(facts.sealed.batch.scopeIDs[index].rawValue)
    if let known = facts.scopes[scope] { return known }
    let matches = facts.sealed.batch.resource(at: index).attributes.contains { attribute in
      let ends = query.facts(of: attribute.key).ends
      return query.facts(of: attribute.value.searchText).begins & ends != 0
    }
    facts.scopes[scope] = matches
    return matches
  }

  private func eventsMatch(_ facts: BatchFacts, at index: Int) -> Bool {
    guard facts.sealed.batch.eventCount(at: index) > 0 else { return false }
    return facts.sealed.batch.record(at: index).events.contains {
      query.facts(of: $0.name).contains(.occurs) || matches($0.attributes)
    }
  }
}

/// What was found out of the strings of one batch, each when it was first met.
private final class BatchFacts {
  let sealed: SealedBatch
  /// Whether the resource of each scope matches.
  var scopes: [Bool?]
  private let query: SpanQuery
  private var facts: [SpanQuery.Facts]

  init(_ sealed: SealedBatch, _ query: SpanQuery) {
    self.sealed = sealed
    self.query = query
    scopes = Array(repeating: nil, count: sealed.batch.scopes.count)
    facts = Array(repeating: SpanQuery.Facts(), count: sealed.batch.strings.count)
  }

  subscript(string: StringID) -> SpanQuery.Facts {
    let place = Int(string.rawValue)
    let known = facts[place]
    if known.contains(.known) { return known }
    let found = query.facts(of: sealed.batch.strings.utf8(string))
    facts[place] = found
    return found
  }
}
