/// The single-valued fields of the span that an importer is reading.
///
/// Strings are numbers of the batch's pool. Attributes, events and links go straight into the
/// batch's columns; `SpanBatch.commit(_:)` makes a row of both.
public struct SpanDraft: Sendable {
  public var traceID = TraceID.invalid
  public var spanID = SpanID.invalid
  public var parentSpanID = SpanID.invalid
  public var name = StringID.empty
  public var kind = SpanKind.unspecified
  public var start = UnixNanos.unset
  public var end = UnixNanos.unset
  /// How finely the source tells the times.
  public var resolution = TimeResolution.nanosecond
  public var status = SpanStatus.unset
  public var statusMessage = StringID.empty
  public var traceState = StringID.empty
  public var flags: UInt32 = 0
  public var dropped = DroppedCounts()
  /// The scope (and by it the resource) in the batch.
  public var scope = ScopeID.unknown
  /// Where the span starts in its source.
  public var byteOffset = 0

  public init() {}
}

/// The number of a resource in one batch.
public struct ResourceID: Hashable, Sendable {
  public var rawValue: UInt32
  @inlinable
  public init(_ rawValue: UInt32) { self.rawValue = rawValue }

  /// Nothing is known of the resource.
  public static let unknown = ResourceID(0)
}

/// The number of a pair of resource and instrumentation scope in one batch.
public struct ScopeID: Hashable, Sendable {
  public var rawValue: UInt32
  @inlinable
  public init(_ rawValue: UInt32) { self.rawValue = rawValue }

  /// Nothing is known of the scope or the resource.
  public static let unknown = ScopeID(0)
}
