/// One span of the store, read field by field from its columns.
public struct SpanView: Sendable {
  let sealed: SealedBatch
  let row: Int

  /// The batch that holds the span.
  public var batch: SpanBatch { sealed.batch }

  public var traceID: TraceID { sealed.batch.ids[row].traceID }
  public var spanID: SpanID { sealed.batch.ids[row].spanID }
  public var parentSpanID: SpanID { sealed.batch.ids[row].parentSpanID }
  /// The IDs as the source writes them.
  public var traceIDText: String { sealed.batch.text(of: traceID) }
  public var spanIDText: String { sealed.batch.text(of: spanID) }
  public var parentSpanIDText: String { sealed.batch.text(of: parentSpanID) }
  public var nameID: StringID { sealed.batch.intervals[row].name }
  public var name: String { sealed.batch.strings[nameID] }
  public var kind: SpanKind { sealed.batch.kind(at: row) }
  public var status: SpanStatus { sealed.batch.status(at: row) }
  public var statusMessage: String { sealed.batch.strings[sealed.batch.statusMessage(at: row)] }
  public var start: UnixNanos { sealed.batch.intervals[row].start }
  public var end: UnixNanos { sealed.batch.intervals[row].end }
  public var service: ServiceID { sealed.service(at: row) }
  public var resource: Resource { sealed.batch.resource(at: row) }
  public var scope: InstrumentationScope { sealed.batch.scope(at: row).scope }
  public var attributeRange: Range<Int> { sealed.batch.attributeRange(at: row) }
  /// When one of the events happened, counted from 0.
  public func eventTime(_ number: Int) -> UnixNanos { sealed.batch.eventTime(at: row, number) }
  public var eventCount: Int { sealed.batch.eventCount(at: row) }
  public var linkCount: Int { sealed.batch.linkCount(at: row) }
  public var byteOffset: Int { sealed.batch.byteOffset(at: row) }
  public var source: SourceID { sealed.batch.source }
  public var resolution: TimeResolution { sealed.batch.resolution(at: row) }
  public var format: String { sealed.batch.format }

  /// The end less the start: negative when the span ends before it starts, zero when either is
  /// unset.
  public var duration: DurationNanos { SpanExtent.duration(start: start, end: end) }

  /// The time that the span is drawn over; see `SpanExtent`.
  public var extent: SpanExtent { SpanExtent(start: start, end: end) }

  /// The span as a plain value.
  public var record: SpanRecord { sealed.batch.record(at: row) }
}

/// The stretch of time that a span, or several, are drawn over: never backwards, maybe empty.
///
///     start 5, end 9   |5....9|
///     start 9, end 5   |9|          ends before it starts: drawn where it starts
///     start 5, unset   |5|          not ended: drawn where it starts
///     unset, end 9     |9|
public struct SpanExtent: Hashable, Sendable {
  public var start: UnixNanos
  public var end: UnixNanos

  /// The extent of a span with these times.
  @inlinable
  public init(start: UnixNanos, end: UnixNanos) {
    self.start = start == .unset ? end : start
    self.end = max(self.start, end)
  }

  /// Whether no time is known.
  @inlinable public var isUnset: Bool { end == .unset }

  @inlinable public var duration: DurationNanos { end.since(start) }

  /// The extent from the earliest start to the latest end of both.
  @inlinable
  public func union(_ other: SpanExtent) -> SpanExtent {
    if isUnset { return other }
    if other.isUnset { return self }
    return SpanExtent(start: min(start, other.start), end: max(end, other.end))
  }

  /// The signed duration of a span: negative if it ends before it starts, 0 if a time is unset.
  @inlinable
  public static func duration(start: UnixNanos, end: UnixNanos) -> DurationNanos {
    start == .unset || end == .unset ? .zero : end.since(start)
  }
}
