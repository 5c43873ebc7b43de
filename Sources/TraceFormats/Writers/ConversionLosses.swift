import TraceModel

/// In how many spans there was something that a format has no place for.
public struct ConversionLosses: Sendable, Equatable {
  /// Something that a format has no place for, and what is done; the raw value is a sentence.
  public enum Kind: String, CaseIterable, Sendable {
    case nanoseconds = "times are cut to microseconds"
    case unended = "spans that have no end get the duration 0"
    case unstarted = "spans that have no start lose their end"
    case backwards = "spans that end before they start get the duration 0"
    case internalKind = "the kind “internal” is left out"
    case okMessage = "messages of statuses that are no errors are left out"
    case types = "attributes that are no text become text"
    case nested = "lists, maps and missing values of attributes become JSON in text"
    case sameKeys = "of attributes with the same key only the first is kept"
    case ownNames = "attributes whose names mean something else there are kept, and read as that"
    case resources = "attributes of the resource become attributes of the span"
    case service = "resources without service.name get unknown_service"
    case scopes = "attributes of scopes are left out"
    case schemas = "schema URLs are left out"
    case dropped = "counts of what was dropped are left out"
    case traceState = "trace states are left out"
    case flags = "flags are left out, but for “sampled” where there is a place for it"
    case links = "links are left out"
    case linkDetails = "of links only the IDs are kept"
    case linkAsParent = "links of roots to their own trace are read as parents"
    case textIDs = "IDs that are no hexadecimal numbers are replaced by such numbers"
  }

  public private(set) var spanCounts: [Kind: Int] = [:]
  /// What was found in the span that is being written.
  private var found: Set<Kind> = []

  public init() {}

  /// Notes a loss of the span that is being written, if it is one.
  public mutating func note(_ kind: Kind, if isLost: Bool = true) {
    if isLost { found.insert(kind) }
  }

  /// Counts what was found in a span.
  public mutating func endSpan() {
    for kind in found { spanCounts[kind, default: 0] += 1 }
    found.removeAll(keepingCapacity: true)
  }

  /// Adds the counts of others.
  mutating func add(_ other: ConversionLosses) {
    spanCounts.merge(other.spanCounts, uniquingKeysWith: +)
  }

  /// One line for each loss, in the order of the kinds.
  public var lines: [String] {
    Kind.allCases.compactMap { kind in
      spanCounts[kind].map { "\(kind.rawValue) (in \($0) \($0 == 1 ? "span" : "spans"))" }
    }
  }

  /// Notes what formats of microseconds and of few fields lose.
  mutating func noteCommon(_ span: SpanRecord) {
    note(.nanoseconds, if: span.start.rawValue % 1_000 != 0 || span.end.rawValue % 1_000 != 0)
    for event in span.events {
      note(.nanoseconds, if: event.time.rawValue % 1_000 != 0)
      note(.dropped, if: event.droppedAttributes > 0)
    }
    note(.unended, if: span.end == .unset && span.start != .unset)
    note(.unstarted, if: span.start == .unset && span.end != .unset)
    note(.backwards, if: span.start != .unset && span.end != .unset && span.end < span.start)
    note(.service, if: span.resource.string("service.name") == nil)
    note(.scopes, if: !span.scope.attributes.isEmpty)
    note(.schemas, if: !span.scope.schemaURL.isEmpty || !span.resource.schemaURL.isEmpty)
    note(
      .dropped,
      if: span.dropped != DroppedCounts() || span.resource.droppedAttributes > 0
        || span.scope.droppedAttributes > 0)
  }
}
