import TraceModel

/// Resources that spans name, and that are described elsewhere: mostly behind the spans.
///
///     {"spans":[{…,"processID":"p1"}],"processes":{"p1":{"serviceName":"shop"}}}
///
/// Rows of a resource that is not described yet wait: the batch must not be handed on before
/// (`isWaiting`), or they stay without.
struct NamedResources: Sendable {
  private struct Scope: Hashable {
    var name = StringID.empty
    var version = StringID.empty
  }
  /// A scope of one of `descriptions`, or of a resource that is not described.
  private struct Key: Hashable {
    var description: Int?
    var scope: Scope
  }

  /// The names of resources and scopes.
  private var texts = StringPool()
  /// What the names stand for at the moment: places in `descriptions`.
  private var resources: [StringID: Int] = [:]
  /// All that resources were described as, some more than once.
  private var descriptions: [Resource] = []
  /// Those that were described before by the same text, by its number in `descriptionTexts`: a file
  /// repeats them with each trace.
  private var described: [StringID: Int] = [:]
  private var descriptionTexts = StringPool()
  private var numbers: [Key: ScopeID] = [:]
  private var batchNumber: Int?
  private var waiting: [(resource: StringID, scope: Scope, rows: Range<Int>)] = []
  /// The scope of the last span in the batch's strings, and in `texts`.
  private var lastScope = (batch: Scope(), own: Scope())

  /// How many descriptions are kept.
  private static let limit = 1_000

  init() {}

  /// Whether rows wait for their resource.
  var isWaiting: Bool { !waiting.isEmpty }

  /// Forgets all names: the next ones belong to other spans.
  mutating func begin() {
    resources.removeAll(keepingCapacity: true)
    waiting.removeAll(keepingCapacity: true)
    let limit = ImportLimits.cachedScopeBytes
    guard
      descriptions.count > Self.limit || texts.byteCount > limit
        || descriptionTexts.byteCount > limit
    else { return }
    texts = StringPool()
    descriptions = []
    described = [:]
    descriptionTexts = StringPool()
    forgetNumbers()
  }

  /// The names of which rows wait.
  var waitingNames: Set<StringID> { Set(waiting.map(\.resource)) }

  /// The name of a number.
  func text(of name: StringID) -> String { texts[name] }

  /// The number of a name.
  mutating func number(of name: Span<UInt8>) -> StringID { texts.intern(name) }

  /// Whether `name` is described.
  func has(_ name: StringID) -> Bool { resources[name] != nil }

  /// Describes a resource.
  mutating func define(_ name: StringID, as resource: Resource) {
    resources[name] = descriptions.count
    descriptions.append(resource)
  }

  /// Describes a resource by `text`, if that says it all and has described one before; false if not.
  mutating func define(_ name: StringID, by text: Span<UInt8>) -> Bool {
    guard let known = described[descriptionTexts.intern(text)] else { return false }
    resources[name] = known
    return true
  }

  /// Remembers that `text` describes the resource of that name.
  mutating func remember(_ name: StringID, by text: Span<UInt8>) {
    if let known = resources[name] { described[descriptionTexts.intern(text)] = known }
  }

  /// Commits a span whose resource has a name, and whose scope has another.
  mutating func commit(
    _ span: inout MappedSpan, resource: StringID, to batch: inout SpanBatch,
    _ fields: inout JSONFields
  ) {
    follow(batch)
    let scope = scope(of: span.source, batch)
    let description = resources[resource]
    if let description {
      span.draft.scope = number(of: Key(description: description, scope: scope), in: &batch)
    }
    span.commit(to: &batch, &fields)
    guard description == nil else { return }
    let row = batch.count - 1
    if let last = waiting.last, last.resource == resource, last.scope == scope,
      last.rows.upperBound == row
    {
      waiting[waiting.count - 1].rows = last.rows.lowerBound..<row + 1
    } else {
      waiting.append((resource, scope, row..<row + 1))
    }
  }

  /// Gives all rows that wait what is known by now: nothing is to come any more.
  mutating func assign(in batch: inout SpanBatch) {
    follow(batch)
    for (resource, scope, rows) in waiting {
      let key = Key(description: resources[resource], scope: scope)
      batch.assign(number(of: key, in: &batch), to: rows)
    }
    waiting.removeAll(keepingCapacity: true)
  }

  /// The scope of a span, whose names are strings of the batch.
  private mutating func scope(of source: MappedSpan.Source, _ batch: SpanBatch) -> Scope {
    let scope = Scope(name: source.scopeName, version: source.scopeVersion)
    if scope != lastScope.batch {
      let own = Scope(
        name: number(of: scope.name, batch), version: number(of: scope.version, batch))
      lastScope = (scope, own)
    }
    return lastScope.own
  }

  private mutating func number(of text: StringID, _ batch: SpanBatch) -> StringID {
    texts.intern(batch.strings.utf8(text).span)
  }

  private mutating func forgetNumbers() {
    numbers.removeAll(keepingCapacity: true)
    lastScope = (Scope(), Scope())
  }

  /// Forgets numbers and rows of an earlier batch.
  private mutating func follow(_ batch: SpanBatch) {
    guard batch.number != batchNumber else { return }
    batchNumber = batch.number
    forgetNumbers()
    waiting.removeAll(keepingCapacity: true)
  }

  private mutating func number(of key: Key, in batch: inout SpanBatch) -> ScopeID {
    if let known = numbers[key] { return known }
    let resource = key.description.map { descriptions[$0] } ?? Resource()
    let scope = InstrumentationScope(name: texts[key.scope.name], version: texts[key.scope.version])
    let number = batch.intern(scope, of: batch.intern(resource))
    numbers[key] = number
    return number
  }
}
