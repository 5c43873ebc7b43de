import TraceModel

/// A span on its way from a record of a foreign format into a batch.
///
/// Foreign formats name the service, and often the scope, in each span. They are collected with it
/// as numbers of strings, so that the same ones are found without making any string.
struct MappedSpan: Sendable {
  var draft = SpanDraft()
  /// Nil if the record has none.
  var traceID: TraceID?
  var spanID: SpanID?
  /// How long the span took, where the record says that and not when it ended.
  var duration: DurationNanos?
  var source = Source()

  /// What produced the span: string attributes of the resource, and the scope.
  struct Source: Hashable {
    fileprivate var keys: [StringID] = []
    fileprivate var values: [StringID] = []
    var scopeName = StringID.empty
    var scopeVersion = StringID.empty

    /// Adds an attribute of the resource; not if it is empty.
    mutating func add(_ key: StringID, _ value: StringID) {
      guard value != .empty else { return }
      keys.append(key)
      values.append(value)
    }
  }

  private var numbers: [Source: ScopeID] = [:]
  /// The source of the last span, which most often is that of the next.
  private var last: (source: Source, number: ScopeID)?
  private var batchNumber: Int?

  init() {}

  /// Begins the next span, of which nothing is known yet.
  mutating func begin(byteOffset: Int, resolution: TimeResolution) {
    draft = SpanDraft()
    draft.byteOffset = byteOffset
    draft.resolution = resolution
    traceID = nil
    spanID = nil
    duration = nil
    source.keys.removeAll(keepingCapacity: true)
    source.values.removeAll(keepingCapacity: true)
    source.scopeName = .empty
    source.scopeVersion = .empty
  }

  /// Adds `service.name`.
  mutating func addService(_ name: StringID, _ strings: inout StringPool) {
    source.add(strings.intern("service.name"), name)
  }

  /// Makes a row of the span and of what was appended to the batch. What is missing is noted.
  mutating func commit(to batch: inout SpanBatch, _ fields: inout JSONFields) {
    if traceID == nil { fields.notes.add(.invalidID, at: 0, "the span has no trace ID") }
    if spanID == nil { fields.notes.add(.invalidID, at: 0, "the span has no span ID") }
    draft.traceID = traceID ?? .invalid
    draft.spanID = spanID ?? .invalid
    if let duration, draft.start != .unset { draft.end = draft.start.advanced(by: duration) }
    if draft.scope == .unknown { draft.scope = scope(in: &batch) }
    batch.commit(draft)
  }

  /// The number of the source in the batch.
  private mutating func scope(in batch: inout SpanBatch) -> ScopeID {
    if batch.number != batchNumber {
      batchNumber = batch.number
      numbers.removeAll(keepingCapacity: true)
      last = nil
    }
    if let last, last.source == source { return last.number }
    if let known = numbers[source] {
      last = (source, known)
      return known
    }
    let resource = Resource(
      attributes: zip(source.keys, source.values).map {
        Attribute(batch.strings[$0], .string(batch.strings[$1]))
      })
    let scope = InstrumentationScope(
      name: batch.strings[source.scopeName], version: batch.strings[source.scopeVersion])
    let number = batch.intern(scope, of: batch.intern(resource))
    numbers[source] = number
    return number
  }
}

extension SpanBatch {
  /// Appends an attribute to the span that is being read; not if it is empty.
  mutating func add(_ key: String, _ value: StringID) {
    guard value != .empty else { return }
    withAttributes { $0.append(key: $1.intern(key), string: value) }
  }

  /// Appends an attribute to the span that is being read.
  mutating func add(_ key: String, int: Int64) {
    withAttributes { $0.append(key: $1.intern(key), int: int) }
  }
}
