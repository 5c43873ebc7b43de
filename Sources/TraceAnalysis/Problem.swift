public import TraceModel

/// One row of the problems screen: what is wrong, where, how often, why, and what to do.
public struct Problem: Sendable, Hashable {
  /// What is wrong; the raw value is the name that users see and search for.
  public enum Kind: String, CaseIterable, Sendable {
    case unjoinedRoots = "unjoined-roots"
    case missingParent = "missing-parent"
    case ring
    case duplicateSpan = "duplicate-span"
    case negativeDuration = "negative-duration"
    case notEnded = "not-ended"
    case childOutsideParent = "child-outside-parent"
    case clockSkew = "clock-skew"
    case invalidID = "invalid-id"
    case truncatedTraceID = "truncated-trace-id"
    case danglingLink = "dangling-link"
    case importIssue = "import-issue"
  }

  /// How bad it is.
  public enum Severity: Int, Comparable, Sendable {
    /// Worth knowing, often normal.
    case info
    /// What is shown may mislead.
    case warning
    /// A trace is broken, or something was not read.
    case error

    public static func < (one: Severity, other: Severity) -> Bool { one.rawValue < other.rawValue }
  }

  /// How many traces and spans a problem lists at most.
  public static let listed = 100

  public var kind: Kind
  public var severity: Severity
  /// One line: what, where, how many.
  public var summary: String
  /// One line: why it may be so.
  public var cause: String
  /// One line: what to do.
  public var cure: String
  /// The evidence, a line each.
  public var details: [String]
  /// The first traces that have it, by start and ID; at most `listed`.
  public var traces: [TraceRow]
  /// The first spans that have it, by start and ID; at most `listed`.
  public var spans: [SpanRow]
  /// How often it occurs: spans, traces or issues, as the summary says.
  public var count: Int
  /// The source of import issues.
  public var issueSource: SourceID?
  /// The first of the import issues.
  public var firstIssue: ImportIssue?
  /// Whether it is what many of its kind have no row of their own for.
  var isRest = false

  public init(
    _ kind: Kind, _ severity: Severity, summary: String, cause: String, cure: String,
    details: [String] = [], traces: [TraceRow] = [], spans: [SpanRow] = [], count: Int,
    issueSource: SourceID? = nil, firstIssue: ImportIssue? = nil
  ) {
    self.kind = kind
    self.severity = severity
    self.summary = summary
    self.cause = cause
    self.cure = cure
    self.details = details
    self.traces = Array(traces.prefix(Self.listed))
    self.spans = Array(spans.prefix(Self.listed))
    self.count = count
    self.issueSource = issueSource
    self.firstIssue = firstIssue
  }
}

extension Problem {
  /// The place in the list, first things first: what was not read, since all else may follow from
  /// it; then what breaks traces apart; then the rest as in `order`. The worse and the more come
  /// first, a row for the rest of a kind behind the others of the kind, and the text decides last, so
  /// that the list never depends on the order of arrival.
  static func isWorse(_ one: Problem, _ other: Problem) -> Bool {
    if one.severity != other.severity { return one.severity > other.severity }
    if one.rank != other.rank { return one.rank < other.rank }
    if one.isRest != other.isRest { return other.isRest }
    if one.count != other.count { return one.count > other.count }
    if one.summary != other.summary { return one.summary < other.summary }
    return (one.cause, one.details.joined()) < (other.cause, other.details.joined())
  }

  private static let order: [Kind] = [
    .importIssue, .unjoinedRoots, .missingParent, .truncatedTraceID, .ring, .duplicateSpan,
    .negativeDuration, .clockSkew, .invalidID, .danglingLink, .notEnded, .childOutsideParent,
  ]

  private var rank: Int { Self.order.firstIndex(of: kind) ?? Self.order.count }
}
