/// Spans as columns: what an importer fills, what crosses threads, and what the store keeps.
///
/// A batch has its own strings, resources and scopes, so batches can be filled on any thread and
/// joined to the store without touching a row again.
///
/// To add a span: append its attributes, events and links in any order, then `commit` a draft with
/// the rest; or `rollBack` to forget what was appended since the last row.
public struct SpanBatch: Sendable {
  /// Which source the bytes came from.
  public let source: SourceID
  /// Which batch of its source this is, from 0. Numbers of strings, resources and scopes are good
  /// in one batch only: an importer that keeps some must ask again when this has changed.
  public private(set) var number: Int
  /// The name of the format that was read, as `FormatDescriptor.name`.
  public var format = ""
  /// Whether rows wait for what stands behind them in the source (their resource, mostly): the batch
  /// should then not be handed on yet.
  public var isHeld = false

  public var strings = StringPool()
  /// What stands for IDs that are no hexadecimal numbers in their source.
  public internal(set) var idTexts = IDTexts()
  public private(set) var resources: [Resource] = [Resource()]
  public private(set) var scopes: [ScopeEntry] = [
    ScopeEntry(resource: .unknown, scope: InstrumentationScope())
  ]
  /// What could not be read as it was, in the order of the source.
  public var issues: [ImportIssue] = []

  // One entry a row. What is asked for together stands together: an entry more costs more to append
  // than a field more.
  public private(set) var ids: [IDs] = []
  public private(set) var intervals: [Interval] = []
  private var rests: [Rest] = []

  // What few spans have, or what is mostly the same.
  private var extras: [Extras] = [Extras()]
  private var extraIndex: [Extras: UInt32] = [Extras(): 0]
  private var resourceIndex: [Resource: ResourceID] = [Resource(): .unknown]
  private var scopeIndex: [ScopeEntry: ScopeID] = [:]

  // Attributes, events and links of all rows, behind one another.
  @usableFromInline var ownAttributes = AttributeColumns()
  /// The attributes of events and links.
  public private(set) var detailAttributes = AttributeColumns()
  var events: [EventEntry] = []
  var links: [LinkEntry] = []
  private var detailStart = 0
  private var committed = Marks()

  /// A resource with one of its scopes.
  public struct ScopeEntry: Hashable, Sendable {
    public var resource: ResourceID
    public var scope: InstrumentationScope
  }

  /// What a row is called by, and by which it is joined to others.
  public struct IDs: Sendable {
    public var traceID: TraceID
    public var spanID: SpanID
    public var parentSpanID: SpanID
  }

  /// When a row's work was done, what it is called, and who did it.
  public struct Interval: Sendable {
    public var start: UnixNanos
    public var end: UnixNanos
    public var name: StringID
    public var scope: ScopeID
  }

  /// What else a row has.
  private struct Rest {
    var byteOffset: Int
    var statusMessage: StringID
    /// The place in `extras`.
    var extras: UInt32
    var attributeEnd: UInt32
    var eventEnd: UInt32
    var linkEnd: UInt32
    /// With the resolution of the times.
    var kindAndStatus: UInt8
  }
  private struct Extras: Hashable {
    var traceState = StringID.empty
    var flags: UInt32 = 0
    var dropped = DroppedCounts()

    /// Whether the row has nothing of all that.
    var isNone: Bool {
      traceState.rawValue | flags | dropped.attributes | dropped.events | dropped.links == 0
    }
  }
  /// Positions in `detailAttributes`.
  struct DetailRange {
    private var first: UInt32
    private var count: UInt32

    init(_ range: Range<Int>) {
      first = UInt32(truncatingIfNeeded: range.lowerBound)
      count = UInt32(truncatingIfNeeded: range.count)
    }

    var range: Range<Int> { Int(first)..<Int(first) + Int(count) }
  }
  struct EventEntry {
    var time: UnixNanos
    var name: StringID
    var attributes: DetailRange
    var droppedAttributes: UInt32
  }
  struct LinkEntry {
    var traceID: TraceID
    var spanID: SpanID
    var traceState: StringID
    var flags: UInt32
    var attributes: DetailRange
    var droppedAttributes: UInt32
  }
  private struct Marks {
    var attributes = AttributeColumns.Mark()
    var detailAttributes = AttributeColumns.Mark()
    var events = 0
    var links = 0
  }

  public init(source: SourceID, number: Int = 0) {
    self.source = source
    self.number = number
    scopeIndex[scopes[0]] = .unknown
  }

  /// How many spans were committed.
  public var count: Int { ids.count }

  /// Whether there is nothing to hand on: no span and no issue.
  public var isEmpty: Bool { ids.isEmpty && issues.isEmpty }

  // MARK: Filling

  /// The number of `resource`, new or known. Costs a hash of the whole resource: once a message,
  /// not once a span.
  public mutating func intern(_ resource: Resource) -> ResourceID {
    if let known = resourceIndex[resource] { return known }
    let number = ResourceID(UInt32(truncatingIfNeeded: resources.count))
    resources.append(resource)
    resourceIndex[resource] = number
    return number
  }

  /// The number of `scope` in `resource`, new or known.
  public mutating func intern(_ scope: InstrumentationScope, of resource: ResourceID) -> ScopeID {
    let entry = ScopeEntry(resource: resource, scope: scope)
    if let known = scopeIndex[entry] { return known }
    let number = ScopeID(UInt32(truncatingIfNeeded: scopes.count))
    scopes.append(entry)
    scopeIndex[entry] = number
    return number
  }

  /// A new number for a scope that is not known yet; see `redefine`.
  public mutating func addScope() -> ScopeID {
    scopes.append(ScopeEntry(resource: .unknown, scope: InstrumentationScope()))
    return ScopeID(UInt32(truncatingIfNeeded: scopes.count - 1))
  }

  /// Says what scope a number of `addScope` stands for.
  public mutating func redefine(
    _ number: ScopeID, as scope: InstrumentationScope, of resource: ResourceID
  ) {
    scopes[Int(number.rawValue)] = ScopeEntry(resource: resource, scope: scope)
  }

  /// Gives rows that are already committed another scope: for formats that name the resource
  /// behind its spans.
  public mutating func assign(_ scope: ScopeID, to rows: Range<Int>) {
    for row in rows { intervals[row].scope = scope }
  }

  /// The span's own attributes: append to them before `commit`.
  @inlinable
  public mutating func withAttributes(
    _ body: (inout AttributeColumns, inout StringPool) -> Void
  ) {
    body(&ownAttributes, &strings)
  }

  /// The attributes of the event or link that is ended next: append to them before `endEvent` or
  /// `endLink`.
  public mutating func withDetailAttributes(
    _ body: (inout AttributeColumns, inout StringPool) -> Void
  ) {
    body(&detailAttributes, &strings)
  }

  /// Ends an event, which takes all detail attributes since the last event or link.
  public mutating func endEvent(time: UnixNanos, name: StringID, droppedAttributes: UInt32 = 0) {
    events.append(
      EventEntry(
        time: time, name: name, attributes: DetailRange(detailStart..<detailAttributes.count),
        droppedAttributes: droppedAttributes))
    detailStart = detailAttributes.count
  }

  /// Ends a link, which takes all detail attributes since the last event or link.
  public mutating func endLink(
    traceID: TraceID, spanID: SpanID, traceState: StringID = .empty, flags: UInt32 = 0,
    droppedAttributes: UInt32 = 0
  ) {
    links.append(
      LinkEntry(
        traceID: traceID, spanID: spanID, traceState: traceState, flags: flags,
        attributes: DetailRange(detailStart..<detailAttributes.count),
        droppedAttributes: droppedAttributes))
    detailStart = detailAttributes.count
  }

  /// Makes room for so many more rows at once.
  public mutating func reserveCapacity(_ more: Int) {
    let count = count + more
    ids.reserveCapacity(count)
    intervals.reserveCapacity(count)
    rests.reserveCapacity(count)
  }

  /// Makes a row of `draft` and what was appended since the last row.
  public mutating func commit(_ draft: SpanDraft) {
    ids.append(
      IDs(traceID: draft.traceID, spanID: draft.spanID, parentSpanID: draft.parentSpanID))
    intervals.append(
      Interval(start: draft.start, end: draft.end, name: draft.name, scope: draft.scope))
    let extras = Extras(traceState: draft.traceState, flags: draft.flags, dropped: draft.dropped)
    rests.append(
      Rest(
        byteOffset: draft.byteOffset, statusMessage: draft.statusMessage,
        extras: extras.isNone ? 0 : number(of: extras),
        attributeEnd: UInt32(truncatingIfNeeded: ownAttributes.count),
        eventEnd: UInt32(truncatingIfNeeded: events.count),
        linkEnd: UInt32(truncatingIfNeeded: links.count),
        kindAndStatus: draft.kind.rawValue &<< 4 | draft.resolution.rawValue &<< 2
          | draft.status.rawValue))
    committed = Marks(
      attributes: ownAttributes.mark, detailAttributes: detailAttributes.mark, events: events.count,
      links: links.count)
    detailStart = detailAttributes.count
  }

  /// Forgets the attributes, events and links that were appended since the last row.
  public mutating func rollBack() {
    ownAttributes.rollBack(to: committed.attributes)
    detailAttributes.rollBack(to: committed.detailAttributes)
    events.removeSubrange(committed.events...)
    links.removeSubrange(committed.links...)
    detailStart = detailAttributes.count
  }

  private mutating func number(of value: Extras) -> UInt32 {
    if let last = rests.last?.extras, extras[Int(last)] == value { return last }
    if let known = extraIndex[value] { return known }
    let number = UInt32(truncatingIfNeeded: extras.count)
    extras.append(value)
    extraIndex[value] = number
    return number
  }

  // MARK: Handing on

  /// The batch in as little memory as it needs, without what only filling it does: what is kept.
  ///
  /// A batch that is filled in memory that was used before, and then copied, costs less than one
  /// that grows: growing moves what is there again and again, into pages that the system has to
  /// clear first.
  public func compact() -> SpanBatch {
    var copy = SpanBatch(source: source, number: number)
    copy.format = format
    copy.strings = strings.compact()
    copy.resources = resources.exactCopy()
    copy.scopes = scopes.exactCopy()
    copy.issues = issues
    copy.idTexts = idTexts
    copy.ids = ids.exactCopy()
    copy.intervals = intervals.exactCopy()
    copy.rests = rests.exactCopy()
    copy.extras = extras.exactCopy()
    copy.ownAttributes = ownAttributes.compact()
    copy.detailAttributes = detailAttributes.compact()
    copy.events = events.exactCopy()
    copy.links = links.exactCopy()
    return copy
  }

  /// Forgets everything and keeps the memory, to be filled again as the batch of that number.
  public mutating func removeAll(number: Int) {
    self.number = number
    format = ""
    isHeld = false
    strings.removeAll()
    idTexts = IDTexts()
    resources.removeSubrange(1...)
    scopes.removeSubrange(1...)
    issues = []
    ids.removeAll(keepingCapacity: true)
    intervals.removeAll(keepingCapacity: true)
    rests.removeAll(keepingCapacity: true)
    extras.removeSubrange(1...)
    extraIndex = [Extras(): 0]
    resourceIndex = [Resource(): .unknown]
    scopeIndex = [scopes[0]: .unknown]
    ownAttributes.removeAll()
    detailAttributes.removeAll()
    events.removeAll(keepingCapacity: true)
    links.removeAll(keepingCapacity: true)
    detailStart = 0
    committed = Marks()
  }

  /// About how many bytes of memory a compact batch takes.
  var byteCount: Int {
    let row =
      MemoryLayout<IDs>.stride + MemoryLayout<Interval>.stride + MemoryLayout<Rest>.stride
    return count * row + strings.byteCount + strings.count * MemoryLayout<UInt32>.size
      + ownAttributes.byteCount + detailAttributes.byteCount
      + events.count * MemoryLayout<EventEntry>.stride
      + links.count * MemoryLayout<LinkEntry>.stride
      + (resources.count + scopes.count) * 512 + idTexts.byteCount
  }

  // MARK: Reading a row

  public func kind(at row: Int) -> SpanKind {
    SpanKind(rawValue: rests[row].kindAndStatus >> 4) ?? .unspecified
  }
  public func status(at row: Int) -> SpanStatus {
    SpanStatus(rawValue: rests[row].kindAndStatus & 3) ?? .unset
  }
  /// How finely the row's source tells times.
  public func resolution(at row: Int) -> TimeResolution {
    TimeResolution(rawValue: rests[row].kindAndStatus >> 2 & 3) ?? .nanosecond
  }
  public func statusMessage(at row: Int) -> StringID { rests[row].statusMessage }
  public func traceState(at row: Int) -> StringID { extras[Int(rests[row].extras)].traceState }
  public func flags(at row: Int) -> UInt32 { extras[Int(rests[row].extras)].flags }
  public func dropped(at row: Int) -> DroppedCounts { extras[Int(rests[row].extras)].dropped }
  public func byteOffset(at row: Int) -> Int { rests[row].byteOffset }
  public func scope(at row: Int) -> ScopeEntry { scopes[Int(intervals[row].scope.rawValue)] }
  public func resource(at row: Int) -> Resource {
    resources[Int(scope(at: row).resource.rawValue)]
  }

  /// The attributes of all rows, behind one another.
  @inlinable public var attributes: AttributeColumns { ownAttributes }

  /// The positions of the row's attributes in `attributes`.
  public func attributeRange(at row: Int) -> Range<Int> {
    (row == 0 ? 0 : Int(rests[row - 1].attributeEnd))..<Int(rests[row].attributeEnd)
  }

  /// The positions of the row's events in `events`.
  func eventRange(at row: Int) -> Range<Int> {
    (row == 0 ? 0 : Int(rests[row - 1].eventEnd))..<Int(rests[row].eventEnd)
  }

  /// The positions of the row's links in `links`.
  func linkRange(at row: Int) -> Range<Int> {
    (row == 0 ? 0 : Int(rests[row - 1].linkEnd))..<Int(rests[row].linkEnd)
  }

  /// The row as a plain value.
  public func record(at row: Int) -> SpanRecord {
    var record = SpanRecord()
    record.traceID = ids[row].traceID
    record.spanID = ids[row].spanID
    record.parentSpanID = ids[row].parentSpanID
    record.name = strings[intervals[row].name]
    record.kind = kind(at: row)
    record.start = intervals[row].start
    record.end = intervals[row].end
    record.status = status(at: row)
    record.statusMessage = strings[rests[row].statusMessage]
    record.attributes = attributes.attributes(attributeRange(at: row), strings: strings)
    record.events = eventRange(at: row).map { position in
      let entry = events[position]
      return SpanEvent(
        time: entry.time, name: strings[entry.name],
        attributes: detailAttributes.attributes(entry.attributes.range, strings: strings),
        droppedAttributes: entry.droppedAttributes)
    }
    record.links = linkRange(at: row).map { position in
      let entry = links[position]
      return SpanLink(
        traceID: entry.traceID, spanID: entry.spanID, traceState: strings[entry.traceState],
        flags: entry.flags,
        attributes: detailAttributes.attributes(entry.attributes.range, strings: strings),
        droppedAttributes: entry.droppedAttributes)
    }
    record.traceState = strings[traceState(at: row)]
    record.flags = flags(at: row)
    record.dropped = dropped(at: row)
    record.resource = resource(at: row)
    record.scope = scope(at: row).scope
    return record
  }

  /// The batch with those rows only, and all issues.
  public func keeping(_ rows: [Int]) -> SpanBatch {
    var kept = SpanBatch(source: source, number: number)
    kept.format = format
    kept.idTexts = idTexts
    kept.issues = issues
    for row in rows {
      kept.append(
        record(at: row), byteOffset: byteOffset(at: row), resolution: resolution(at: row))
    }
    return kept.compact()
  }

  /// Appends a plain value as a row: for tests, generators and formats that are read into records.
  public mutating func append(
    _ record: SpanRecord, byteOffset: Int = 0, resolution: TimeResolution = .nanosecond
  ) {
    var draft = SpanDraft()
    draft.traceID = record.traceID
    draft.spanID = record.spanID
    draft.parentSpanID = record.parentSpanID
    draft.name = strings.intern(record.name)
    draft.kind = record.kind
    draft.start = record.start
    draft.end = record.end
    draft.status = record.status
    draft.statusMessage = strings.intern(record.statusMessage)
    draft.traceState = strings.intern(record.traceState)
    draft.flags = record.flags
    draft.dropped = record.dropped
    draft.scope = intern(record.scope, of: intern(record.resource))
    draft.byteOffset = byteOffset
    draft.resolution = resolution
    for attribute in record.attributes {
      ownAttributes.append(
        key: strings.intern(attribute.key), value: attribute.value, strings: &strings)
    }
    for event in record.events {
      appendDetail(event.attributes)
      endEvent(
        time: event.time, name: strings.intern(event.name),
        droppedAttributes: event.droppedAttributes)
    }
    for link in record.links {
      appendDetail(link.attributes)
      endLink(
        traceID: link.traceID, spanID: link.spanID, traceState: strings.intern(link.traceState),
        flags: link.flags, droppedAttributes: link.droppedAttributes)
    }
    commit(draft)
  }

  /// Whether the rows of another batch can be appended: as if one importer had read both.
  func takes(_ other: SpanBatch) -> Bool {
    source == other.source && format == other.format && idTexts.isEmpty && other.idTexts.isEmpty
  }

  /// Appends all rows of another batch, which it takes. Meant for a few.
  mutating func append(rowsOf other: SpanBatch) {
    for row in 0..<other.count {
      append(
        other.record(at: row), byteOffset: other.byteOffset(at: row),
        resolution: other.resolution(at: row))
    }
  }

  private mutating func appendDetail(_ list: [Attribute]) {
    for attribute in list {
      detailAttributes.append(
        key: strings.intern(attribute.key), value: attribute.value, strings: &strings)
    }
  }
}
