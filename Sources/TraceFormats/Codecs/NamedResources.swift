import TraceModel

/// Resources that spans name, and that are described elsewhere: mostly behind the spans.
///
///     {"spans":[{…,"processID":"p1"}],"processes":{"p1":{"serviceName":"shop"}}}
///
/// Rows of a resource that is not described yet wait: the batch must not be handed on before
/// (`isWaiting`), or they stay without.
struct NamedResources: Sendable {
  private struct Key: Hashable {
    var resource: StringID
    var scopeName: StringID
    var scopeVersion: StringID
  }

  private var texts = StringPool()
  private var resources: [StringID: Resource] = [:]
  private var numbers: [Key: ScopeID] = [:]
  private var batchNumber: Int?
  private var waiting: [(key: Key, rows: Range<Int>)] = []

  init() {}

  /// Whether rows wait for their resource.
  var isWaiting: Bool { !waiting.isEmpty }

  /// Forgets all names: the next ones belong to other spans.
  mutating func begin() {
    resources.removeAll(keepingCapacity: true)
    numbers.removeAll(keepingCapacity: true)
    waiting.removeAll(keepingCapacity: true)
    if texts.byteCount > ImportLimits.cachedScopeBytes { texts = StringPool() }
  }

  /// The names of which rows wait.
  var waitingNames: Set<StringID> { Set(waiting.map(\.key.resource)) }

  /// The name of a number.
  func text(of name: StringID) -> String { texts[name] }

  /// The number of a name.
  mutating func number(of name: Span<UInt8>) -> StringID { texts.intern(name) }

  /// Whether `name` is described.
  func has(_ name: StringID) -> Bool { resources[name] != nil }

  /// Describes a resource.
  mutating func define(_ name: StringID, as resource: Resource) { resources[name] = resource }

  /// Commits a span whose resource has a name, and whose scope has another.
  mutating func commit(
    _ span: inout MappedSpan, resource: StringID, to batch: inout SpanBatch,
    _ fields: inout JSONFields
  ) {
    follow(batch)
    let key = Key(
      resource: resource, scopeName: number(of: span.source.scopeName, batch),
      scopeVersion: number(of: span.source.scopeVersion, batch))
    let isKnown = has(resource)
    if isKnown { span.draft.scope = number(of: key, in: &batch) }
    span.commit(to: &batch, &fields)
    guard !isKnown else { return }
    let row = batch.count - 1
    if let last = waiting.last, last.key == key, last.rows.upperBound == row {
      waiting[waiting.count - 1].rows = last.rows.lowerBound..<row + 1
    } else {
      waiting.append((key, row..<row + 1))
    }
  }

  /// Gives all rows that wait what is known by now: nothing is to come any more.
  mutating func assign(in batch: inout SpanBatch) {
    follow(batch)
    for (key, rows) in waiting { batch.assign(number(of: key, in: &batch), to: rows) }
    waiting.removeAll(keepingCapacity: true)
  }

  private mutating func number(of text: StringID, _ batch: SpanBatch) -> StringID {
    texts.intern(batch.strings.utf8(text).span)
  }

  /// Forgets numbers and rows of an earlier batch.
  private mutating func follow(_ batch: SpanBatch) {
    guard batch.number != batchNumber else { return }
    batchNumber = batch.number
    numbers.removeAll(keepingCapacity: true)
    waiting.removeAll(keepingCapacity: true)
  }

  private mutating func number(of key: Key, in batch: inout SpanBatch) -> ScopeID {
    if let known = numbers[key] { return known }
    let resource = resources[key.resource] ?? Resource()
    let scope = InstrumentationScope(name: texts[key.scopeName], version: texts[key.scopeVersion])
    let number = batch.intern(scope, of: batch.intern(resource))
    numbers[key] = number
    return number
  }
}
