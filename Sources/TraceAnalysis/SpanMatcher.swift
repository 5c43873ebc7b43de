import TraceModel

/// Tests spans against a query. Immutable, so that any thread may use it.
struct SpanMatcher: Sendable {
  let query: SpanQuery
  /// Plain values of these kinds can match.
  private let plainKinds: AttributeKinds
  /// For each service of the store whether its name matches.
  private let services: [Bool]
  private let kind: SpanKind?
  private let status: SpanStatus?

  init(_ query: SpanQuery, of store: SpanStore) {
    self.query = query
    plainKinds = query.plainKinds
    services = store.services.map { query.matches($0) }
    let text = query.text.lowercased()
    kind = SpanKind.allCases.first { text == $0.name || text == "kind=" + $0.name }
    status = SpanStatus.allCases.first {
      $0 != .unset && (text == $0.name || text == "status=" + $0.name)
    }
  }

  /// Whether a span of a batch can match at all.
  func canMatch(_ facts: BatchFacts) -> Bool {
    let batch = facts.sealed.batch
    return !plainKinds.isEmpty || kind != nil || status != nil || query.hexadecimal != nil
      || !query.splits.isEmpty || services.contains(true) || batch.attributes.hasNested
      || batch.detailAttributes.hasNested || facts.hasAny
  }

  /// Whether an ID of a span that is not here matches.
  func matches(missing id: SpanID) -> Bool {
    query.hexadecimal?.matches(UInt128(id.rawValue), width: 16) == true
  }

  /// Whether the span at `index` of a batch matches.
  func matches(_ facts: inout BatchFacts, at index: Int) -> Bool {
    let sealed = facts.sealed
    if facts[sealed.batch.intervals[index].name].contains(.occurs) { return true }
    if services[Int(sealed.service(at: index).rawValue)] { return true }
    let message = sealed.batch.statusMessage(at: index)
    if message != .empty, facts[message].contains(.occurs) { return true }
    if let kind, sealed.batch.kind(at: index) == kind { return true }
    if let status, sealed.batch.status(at: index) == status { return true }
    if let text = sealed.batch.textID(of: sealed.batch.ids[index].spanID),
      facts[text].contains(.occurs)
    {
      return true
    }
    if let text = sealed.batch.textID(of: sealed.batch.ids[index].traceID),
      facts[text].contains(.occurs)
    {
      return true
    }
    if let digits = query.hexadecimal {
      let trace = sealed.batch.ids[index].traceID
      if digits.matches(UInt128(sealed.batch.ids[index].spanID.rawValue), width: 16)
        || digits.matches(UInt128(trace.high) << 64 | UInt128(trace.low), width: 32)
      {
        return true
      }
    }
    return matches(sealed.batch.attributes, sealed.batch.attributeRange(at: index), &facts)
      || resourceMatches(&facts, at: index) || eventsMatch(&facts, at: index)
  }

  private func matches(
    _ attributes: AttributeColumns, _ range: Range<Int>, _ facts: inout BatchFacts
  ) -> Bool {
    for position in range {
      let (keyID, string) = attributes.strings(at: position)
      let key = facts[keyID]
      if key.contains(.occurs) { return true }
      if let string {
        if key.matches(value: facts[string]) { return true }
        continue
      }
      let kind = attributes.kind(at: position)
      guard kind == .nested || plainKinds.contains(kind) else { continue }
      let value = attributes.value(at: position, strings: facts.sealed.batch.strings)
      let isMatch =
        kind == .nested
        ? matches(value, key: key) : key.matches(value: query.facts(of: value.searchText))
      if isMatch { return true }
    }
    return false
  }

  /// Whether anything in a nested value matches. Without recursion: it may be deep.
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
        text = value.searchText
      }
      if key.matches(value: query.facts(of: text)) { return true }
    }
    return false
  }

  /// Only "key=value" is looked for: what all spans of a service have says nothing of one of them.
  private func resourceMatches(_ facts: inout BatchFacts, at index: Int) -> Bool {
    guard !query.splits.isEmpty else { return false }
    let scope = Int(facts.sealed.batch.intervals[index].scope.rawValue)
    if let known = facts.scopes[scope] { return known }
    let matches = facts.sealed.batch.resource(at: index).attributes.contains { attribute in
      let ends = query.facts(of: attribute.key).ends
      return query.facts(of: attribute.value.searchText).begins & ends != 0
    }
    facts.scopes[scope] = matches
    return matches
  }

  private func eventsMatch(_ facts: inout BatchFacts, at index: Int) -> Bool {
    let batch = facts.sealed.batch
    for number in 0..<batch.eventCount(at: index) {
      if facts[batch.eventName(at: index, number)].contains(.occurs) { return true }
      let range = batch.eventAttributeRange(at: index, number)
      if matches(batch.detailAttributes, range, &facts) { return true }
    }
    return false
  }
}
