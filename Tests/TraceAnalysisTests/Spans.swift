import TraceModel
import TraceTestSupport

/// A span for a test: IDs are small numbers, times are nanoseconds behind `epoch`.
func span(
  _ name: String, trace: UInt64 = 1, id: UInt64, parent: UInt64 = 0, _ start: Int64, _ end: Int64,
  kind: SpanKind = .internal, service: String = "shop", scope: String = "",
  resource: [String: String] = [:]
) -> SpanRecord {
  var record = SpanRecord()
  record.traceID = TraceID(high: 7, low: trace)
  record.spanID = SpanID(id)
  record.parentSpanID = SpanID(parent)
  record.name = name
  record.kind = kind
  record.start = moment(start)
  record.end = moment(end)
  record.scope.name = scope
  record.resource = Resource(
    attributes: [Attribute("service.name", .string(service))]
      + resource.sorted { $0.key < $1.key }.map { Attribute($0.key, .string($0.value)) })
  return record
}

/// `nanos` behind the moment at which tests begin.
func moment(_ nanos: Int64) -> UnixNanos {
  UnixNanos(1_795_362_147_574_607_000).advanced(by: DurationNanos(nanos))
}

/// The spans as a data set, in batches of `batchSize`.
func dataSet(
  _ spans: [SpanRecord], batchSize: Int = 1_000, issues: [ImportIssue] = [],
  resolution: TimeResolution = .nanosecond
) -> DataSet {
  var database = SpanDatabase()
  var batch = SpanBatch(source: SourceID(0))
  batch.issues = issues
  for span in spans {
    batch.append(span, resolution: resolution)
    if batch.count == batchSize {
      database.append(batch)
      batch = SpanBatch(source: SourceID(0), number: batch.number + 1)
    }
  }
  database.append(batch)
  return database.dataSet
}

/// The tree of the first trace of `spans`.
func tree(_ spans: [SpanRecord]) -> (tree: TraceTree, data: DataSet) {
  let data = dataSet(spans)
  return (TraceTree(rows: data.traces.rows(of: TraceRow(0)), of: data.store), data)
}

/// A trace of `count` spans with parents, times and defects by chance.
func randomTrace(
  _ count: Int, trace: UInt64 = 1, using random: inout SplitMix64
) -> [SpanRecord] {
  let services = ["shop", "cart", "db"]
  return (0..<count).map { number in
    let start = Int64.random(in: 0...1_000, using: &random)
    let length = Int64.random(in: -5...400, using: &random)
    // Mostly an earlier span, sometimes none, one that is not there, or any at all (rings).
    let parent: UInt64 =
      switch Int.random(in: 0..<20, using: &random) {
      case 0: 0
      case 1: 1_000 + UInt64.random(in: 0..<3, using: &random)
      case 2: UInt64.random(in: 1...UInt64(count), using: &random)
      default: number == 0 ? 0 : UInt64.random(in: 1...UInt64(number), using: &random)
      }
    let id = Int.random(in: 0..<40, using: &random) == 0 ? 1 : UInt64(number + 1)
    return span(
      "name \(Int.random(in: 0..<5, using: &random))", trace: trace, id: id, parent: parent, start,
      start + length, kind: SpanKind.allCases.randomElement(using: &random) ?? .internal,
      service: services.randomElement(using: &random) ?? "")
  }
}
