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

  /// A key that spans of many formats have, whose number in the batch is asked for once.
  enum Key: Int, CaseIterable {
    case serviceName, serviceVersion, environment, hostName, operationName, spanType

    var name: String {
      switch self {
      case .serviceName: "service.name"
      case .serviceVersion: "service.version"
      case .environment: "deployment.environment.name"
      case .hostName: "host.name"
      case .operationName: "operation.name"
      case .spanType: "span.type"
      }
    }
  }

  /// How many sources may take turns without being looked up.
  private static let recentLimit = 4

  private var numbers: [Source: ScopeID] = [:]
  /// The sources of the last spans, one of which most often is that of the next.
  private var recent: [(source: Source, number: ScopeID)] = []
  private var nextRecent = 0
  private var keys = [StringID](repeating: .empty, count: Key.allCases.count)
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
    if !source.keys.isEmpty {
      source.keys.removeAll(keepingCapacity: true)
      source.values.removeAll(keepingCapacity: true)
    }
    source.scopeName = .empty
    source.scopeVersion = .empty
  }

  /// Adds an attribute of the resource; not if it is empty.
  mutating func addToSource(_ key: Key, _ value: StringID, _ batch: inout SpanBatch) {
    guard value != .empty else { return }
    source.add(number(of: key, in: &batch), value)
  }

  /// Appends an attribute of the span; not if it is empty.
  @inline(__always)
  mutating func add(_ key: Key, _ value: StringID, to batch: inout SpanBatch) {
    guard value != .empty else { return }
    batch.append(number(of: key, in: &batch), value, isDetail: false)
  }

  @inline(__always)
  private mutating func number(of key: Key, in batch: inout SpanBatch) -> StringID {
    follow(batch.number)
    let number = keys[key.rawValue]
    return number != .empty ? number : addNumber(of: key, in: &batch)
  }

  private mutating func addNumber(of key: Key, in batch: inout SpanBatch) -> StringID {
    let number = batch.strings.intern(key.name)
    keys[key.rawValue] = number
    return number
  }

  /// Forgets the numbers of another batch than that of the number.
  @inline(__always)
  private mutating func follow(_ number: Int) {
    if number != batchNumber { forgetBatch(number) }
  }

  private mutating func forgetBatch(_ number: Int) {
    batchNumber = number
    numbers.removeAll(keepingCapacity: true)
    recent.removeAll(keepingCapacity: true)
    nextRecent = 0
    for index in keys.indices { keys[index] = .empty }
  }

  /// Makes a row of the span and of what was appended to the batch. What is missing is noted.
  @inline(__always)
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
    follow(batch.number)
    for index in recent.indices where recent[index].source == source { return recent[index].number }
    let number = numbers[source] ?? add(to: &batch)
    if nextRecent == recent.count {
      recent.append((source, number))
    } else {
      recent[nextRecent] = (source, number)
    }
    nextRecent = (nextRecent + 1) % Self.recentLimit
    return number
  }

  /// Makes the source known to the batch.
  private mutating func add(to batch: inout SpanBatch) -> ScopeID {
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
  /// Appends a string attribute to the span that is being read, or to its event or link.
  @inline(__always)
  mutating func append(_ key: StringID, _ value: StringID, isDetail: Bool) {
    if isDetail {
      withDetailAttributes { columns, _ in columns.append(.init(key: key, string: value)) }
    } else {
      withAttributes { columns, _ in columns.append(.init(key: key, string: value)) }
    }
  }

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
