/// The objects and arrays around records that are walked into, from the outside in.
///
///     {"data":[{"traceID":"…","spans":[{…},{…}],"processes":{…}}],"total":0}
///
/// Most systems wrap their records like this, and all of it may be larger than memory. Keys say
/// where records may be (`JSONTrigger`); an object that is already known to be a record is never
/// walked into.
struct JSONWrapper: Sendable {
  enum Level {
    case list
    /// An object around records: what stands beside them belongs to them.
    case object
    /// An object that is a member of the one around it, and belongs to it.
    case inner
  }

  /// What comes next in the innermost level.
  enum Expected {
    case keyOrEnd, key, colon, value, elementOrEnd, element, commaOrEnd
  }

  /// What to do with the value of a member.
  enum Member {
    case skip, walk
    case context(JSONContext)
  }

  /// A part that is needed whole, and may be cut by the end of a chunk.
  enum Unit {
    case key
    case context(JSONContext)
  }

  /// Deeper levels are not walked into.
  static let levelLimit = 16

  var levels: [Level] = []
  var expected = Expected.commaOrEnd
  var member = Member.skip
  /// Whether a record was found inside, so that what is around it is no text.
  var isClaimed = false
  /// The text that was skipped before the outermost level.
  var textBefore = SkippedText()

  var isOpen: Bool { !levels.isEmpty }
}

/// What stands beside the records of a wrapper and says more about them.
enum JSONContext: Sendable {
  /// Jaeger: the processes of a trace.
  case processes
  /// New Relic: what is the same for all spans.
  case common
  /// Lightstep: who reported the spans.
  case relationships
  /// Grafana Tempo: whether it is all of the trace.
  case status

  static let keys = JSONKeyTable<JSONContext>([
    ("processes", .processes), ("common", .common), ("relationships", .relationships),
    ("status", .status),
  ])
}

/// What a key says at once of the object that it is in.
enum JSONTrigger: Sendable {
  /// An array of OTLP.
  case otlp(OTLPJSONStream.Root)
  /// Metrics, logs or profiles.
  case otherSignal
  /// Records may be in the value, if it is an array (an object). Where only one format has such a
  /// key, it is named.
  case list(format: String = "")
  case object(format: String = "")
  /// Records may be in the value, if it is an array; if it is an object, its own keys are asked.
  case listOrInside(Inside)

  /// Whether nothing in the object is wanted.
  var isOtherSignal: Bool {
    if case .otherSignal = self { true } else { false }
  }

  /// An object whose own keys say more.
  enum Inside {
    case data, attributes, hits

    var keys: JSONKeyTable<JSONTrigger> {
      switch self {
      case .data: JSONTrigger.insideData
      case .attributes: JSONTrigger.insideAttributes
      case .hits: JSONTrigger.insideHits
      }
    }
  }

  static let keys = JSONKeyTable<JSONTrigger>(camelCase: [
    ("resourceSpans", .otlp(.tracesData)), ("scopeSpans", .otlp(.resourceSpans)),
    // Grafana Tempo, and Grafana itself.
    ("batches", .otlp(.tracesData)),
    ("instrumentationLibrarySpans", .otlp(.resourceSpans)), ("resourceLogs", .otherSignal),
    ("resourceMetrics", .otherSignal), ("resourceProfiles", .otherSignal),
    ("scopeLogs", .otherSignal), ("scopeMetrics", .otherSignal),
    ("data", .listOrInside(.data)), ("attributes", .listOrInside(.attributes)),
    ("spans", .list()), ("records", .list()), ("result", .object()), ("trace", .object()),
    ("distributedTracing", .object(format: NewRelicJSON.format.name)),
    ("hits", .listOrInside(.hits)),
    ("_source", .object()), ("traces", .list()), ("Traces", .list()), ("Segments", .list()),
    ("traceEvents", .list(format: ChromeTrace.format.name)),
  ])

  private static let insideData = JSONKeyTable<JSONTrigger>([
    ("actor", .object()), ("attributes", .object()), ("results", .list()), ("trace", .object()),
  ])
  private static let insideHits = JSONKeyTable<JSONTrigger>([("hits", .list())])
  private static let insideAttributes = JSONKeyTable<JSONTrigger>([("spans", .list())])
}
