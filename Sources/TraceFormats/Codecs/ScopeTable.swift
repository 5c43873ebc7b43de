import TraceModel

/// The resources and scopes that a source names again and again, found by the bytes they were
/// written with, so that each is decoded and hashed once and not in every message.
///
/// Also remembers which rows the current resource has in the batch, for formats that let a
/// resource, a scope or a schema URL stand behind its spans.
struct ScopeTable: Sendable {
  /// What a row's resource and scope were written as, by the numbers of the bytes in `texts`.
  private struct Key: Hashable {
    var resource = StringID.empty
    var resourceSchema = StringID.empty
    var scope = StringID.empty
    var scopeSchema = StringID.empty

    func isInherited(_ mark: StringID) -> Bool {
      resource == mark || resourceSchema == mark || scope == mark || scopeSchema == mark
    }
  }
  private struct Run {
    var key: Key
    var rows: Range<Int>
  }

  private var texts = StringPool()
  private var resources: [StringID: Resource] = [:]
  private var scopes: [StringID: InstrumentationScope] = [:]

  private var current = Key()
  private var batchNumber: Int?
  private var numbers: [Key: ScopeID] = [:]
  private var last: (key: Key, number: ScopeID)?

  /// The rows of the current resource in the current batch.
  private var runs: [Run] = []
  /// Where in `runs` the current scope begins.
  private var scopeStart = 0
  /// Whether rows of the current resource (scope) have gone out with an earlier batch.
  private var resourceHasGone = false
  private var scopeHasGone = false

  /// What stands before the cut at which reading began, in the place of the bytes of a resource, a
  /// scope or a schema URL.
  private static let inherited = StringID(.max)
  /// Whether what stands before the cut is wanted and not known yet.
  private var isWithoutBeginning = false
  /// The resource and the scope that stand before the cut, once they are known.
  private var before: (resource: Resource, scope: InstrumentationScope)?
  /// The numbers in the batch that were given for what is not known yet.
  private var unresolved: [(key: Key, number: ScopeID)] = []
  /// What was changed after rows had gone out, while it was not known what those rows have.
  private var late: [(from: Key, to: Key)] = []

  /// `inherits`: whether reading begins among the spans of a scope that stands before them.
  init(inherits: Bool = false) {
    guard inherits else { return }
    isWithoutBeginning = true
    current = Key(
      resource: Self.inherited, resourceSchema: Self.inherited, scope: Self.inherited,
      scopeSchema: Self.inherited)
    resourceHasGone = true
    scopeHasGone = true
  }

  /// Takes over the resource and the scope that `previous` has come to, and gives them to the rows
  /// of `batch` that were read without them. For each time that something came too late, whether it
  /// differs from what rows before the cut have.
  mutating func inherit(from previous: ScopeTable, _ batch: inout SpanBatch) -> [Bool] {
    before = previous.values(of: previous.current)
    isWithoutBeginning = false
    let areLate = late.map { old, new in
      let (old, new) = (values(of: old), values(of: new))
      return old != new
    }
    late = []
    for (key, number) in unresolved {
      let (resource, scope) = values(of: key)
      batch.redefine(number, as: scope, of: batch.intern(resource))
    }
    unresolved = []
    return areLate
  }

  /// The resource and the scope that `key` stands for, with their schema URLs.
  private func values(of key: Key) -> (resource: Resource, scope: InstrumentationScope) {
    var resource =
      key.resource == Self.inherited
      ? before?.resource ?? Resource() : resources[key.resource] ?? Resource()
    resource.schemaURL =
      key.resourceSchema == Self.inherited
      ? before?.resource.schemaURL ?? "" : texts[key.resourceSchema]
    var scope =
      key.scope == Self.inherited
      ? before?.scope ?? InstrumentationScope() : scopes[key.scope] ?? InstrumentationScope()
    scope.schemaURL =
      key.scopeSchema == Self.inherited ? before?.scope.schemaURL ?? "" : texts[key.scopeSchema]
    return (resource, scope)
  }

  // MARK: Filling

  /// Begins a resource of which nothing is known yet.
  mutating func beginResource() {
    if texts.byteCount > ImportLimits.cachedScopeBytes, !isWithoutBeginning { self = ScopeTable() }
    current = Key()
    runs.removeAll(keepingCapacity: true)
    scopeStart = 0
    resourceHasGone = false
    scopeHasGone = false
  }

  /// Begins a scope of the current resource of which nothing is known yet.
  mutating func beginScope() {
    current.scope = .empty
    current.scopeSchema = .empty
    scopeStart = runs.count
    scopeHasGone = false
  }

  /// The number of the bytes that a resource or scope was written with, or of a schema URL.
  mutating func number(of raw: Span<UInt8>) -> StringID { texts.intern(raw) }

  /// Whether it is known what resource `raw` stands for.
  func hasResource(_ raw: StringID) -> Bool { resources[raw] != nil }

  /// Whether it is known what scope `raw` stands for.
  func hasScope(_ raw: StringID) -> Bool { scopes[raw] != nil }

  /// Says what resource `raw` stands for.
  mutating func define(_ raw: StringID, as resource: Resource) { resources[raw] = resource }

  /// Says what scope `raw` stands for.
  mutating func define(_ raw: StringID, as scope: InstrumentationScope) { scopes[raw] = scope }

  /// Makes `raw` the current resource. False if rows that have gone out miss it.
  mutating func setResource(_ raw: StringID) -> Bool { change(.resource) { $0.resource = raw } }

  /// Makes `raw` the current scope. False if rows that have gone out miss it.
  mutating func setScope(_ raw: StringID) -> Bool { change(.scope) { $0.scope = raw } }

  /// Sets the schema URL of the current resource. False if rows that have gone out miss it.
  mutating func setResourceSchema(_ url: StringID) -> Bool {
    change(.resource) { $0.resourceSchema = url }
  }

  /// Sets the schema URL of the current scope. False if rows that have gone out miss it.
  mutating func setScopeSchema(_ url: StringID) -> Bool {
    change(.scope) { $0.scopeSchema = url }
  }

  /// What a change concerns.
  private enum Part {
    case resource, scope
  }

  private mutating func change(_ part: Part, _ body: (inout Key) -> Void) -> Bool {
    let old = current
    body(&current)
    if current == old { return true }
    for index in (part == .resource ? 0 : min(scopeStart, runs.count))..<runs.count {
      body(&runs[index].key)
      needsAssigning = true
    }
    let isInTime = !(part == .resource ? resourceHasGone : scopeHasGone)
    if !isInTime, isWithoutBeginning { late.append((old, current)) }
    return isInTime
  }

  /// Whether rows in `runs` were committed with another key than they have now.
  private var needsAssigning = false

  // MARK: Rows

  /// The number of the current resource and scope in `batch`.
  mutating func scope(in batch: inout SpanBatch) -> ScopeID {
    follow(batch)
    if let last, last.key == current { return last.number }
    return number(of: current, in: &batch)
  }

  /// Says that the last row of `batch` has the current resource and scope.
  mutating func didCommit(to batch: SpanBatch) {
    let row = batch.count - 1
    if runs.count > scopeStart, let run = runs.last, run.key == current,
      run.rows.upperBound == row
    {
      runs[runs.count - 1].rows = run.rows.lowerBound..<row + 1
    } else {
      runs.append(Run(key: current, rows: row..<row + 1))
    }
  }

  /// Gives rows of the current resource what was learned after they were committed, as far as they
  /// are still in `batch`. To be called at the end of a resource and before the batch is handed on,
  /// not at every change: a resource may be named again and again.
  mutating func assignLate(in batch: inout SpanBatch) {
    follow(batch)
    guard needsAssigning else { return }
    needsAssigning = false
    for run in runs { batch.assign(number(of: run.key, in: &batch), to: run.rows) }
  }

  /// Forgets numbers and rows of an earlier batch.
  mutating func follow(_ batch: SpanBatch) {
    guard batch.number != batchNumber else { return }
    batchNumber = batch.number
    numbers.removeAll(keepingCapacity: true)
    last = nil
    if !runs.isEmpty {
      resourceHasGone = true
      if scopeStart < runs.count { scopeHasGone = true }
      runs.removeAll(keepingCapacity: true)
    }
    scopeStart = 0
    needsAssigning = false
  }

  private mutating func number(of key: Key, in batch: inout SpanBatch) -> ScopeID {
    if let known = numbers[key] {
      last = (key, known)
      return known
    }
    let (resource, scope) = values(of: key)
    let number: ScopeID
    if isWithoutBeginning, key.isInherited(Self.inherited) {
      number = batch.addScope()
      unresolved.append((key, number))
    } else {
      // Nothing known is the batch's own entry, and not a second one that equals it.
      number = batch.intern(scope, of: batch.intern(resource))
    }
    numbers[key] = number
    last = (key, number)
    return number
  }
}
