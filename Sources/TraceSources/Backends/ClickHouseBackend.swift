import TraceFormats
import TraceModel

/// ClickHouse with the table of the Collector's exporter, by its HTTP interface.
struct ClickHouseBackend: Backend {
  static func isThere(_ session: PollSession) throws(HTTPFailure) -> Bool {
    try session.find(HTTPRequest(path: "/ping", isProbe: true)).map {
      $0.starts(with: Array("Ok.".utf8))
    } ?? false
  }

  mutating func poll(_ session: PollSession, _ window: PollWindow) throws(HTTPFailure) {
    let query = session.query
    // Values are parameters, never part of the text: nothing in them is SQL.
    var parameters = [
      ("default_format", "JSONEachRow"), ("param_database", query.database),
      ("param_table", query.table),
    ]
    let sql = Self.sql(query, window, &parameters)
    let answer = try session.ask(HTTPRequest(path: "/", query: parameters, body: sql))
    let body = try session.body(of: answer)
    try session.deliver(body, as: "clickhouse-json", isEmptyFine: true)
    // An error can come behind rows that were sent already.
    if let error = Self.error(in: body) { throw HTTPFailure(text: session.safe(error)) }
  }

  /// Whole traces that have a span which is asked for, the newest ones. Times come without a time
  /// zone: as numbers, or as texts of UTC, for which they are taken.
  static func sql(
    _ query: BackendQuery, _ window: PollWindow, _ parameters: inout [(String, String)]
  ) -> String {
    let table = "{database:Identifier}.{table:Identifier}"
    let select = """
      SELECT toUnixTimestamp64Nano(Timestamp) AS ts_ns, \
      arrayMap(time -> toTimeZone(time, 'UTC'), `Events.Timestamp`) AS `Events.Timestamp`, \
      * EXCEPT (Timestamp, `Events.Timestamp`) FROM \(table)
      """
    if let id = query.traceID {
      parameters.append(("param_trace", "\(id)"))
      return "\(select) WHERE TraceId = {trace:String}"
    }
    let (from, to) = (window.from.rawValue, window.to.rawValue)
    // Traces last a day at most, so that not all of the table is read.
    let day: UInt64 = 86_400_000_000_000
    parameters += [
      ("param_from", "\(from)"), ("param_to", "\(to)"), ("param_limit", "\(query.limit)"),
      ("param_earliest", "\(from - min(from, day))"),
    ]
    func time(_ name: String) -> String { "fromUnixTimestamp64Nano({\(name):Int64})" }
    var conditions = ["Timestamp >= \(time("from"))", "Timestamp <= \(time("to"))"]
    if let service = query.service {
      parameters.append(("param_service", escaped(service)))
      conditions.append("ServiceName = {service:String}")
    }
    if let operation = query.operation {
      parameters.append(("param_operation", escaped(operation)))
      conditions.append("SpanName = {operation:String}")
    }
    if let least = query.minDuration {
      parameters.append(("param_least", "\(least.rawValue)"))
      conditions.append("Duration >= {least:Int64}")
    }
    if let asked = query.query { conditions.append("(\(asked))") }
    return """
      \(select) WHERE Timestamp >= \(time("earliest")) AND TraceId IN (SELECT TraceId FROM \(table) \
      WHERE \(conditions.joined(separator: " AND ")) GROUP BY TraceId \
      ORDER BY max(Timestamp) DESC LIMIT {limit:UInt64})
      """
  }

  /// A parameter is read as a field of a table in text, where a backslash begins an escape.
  private static func escaped(_ text: String) -> String {
    text.split(separator: "\\", omittingEmptySubsequences: false).joined(separator: "\\\\")
      .split(separator: "\t", omittingEmptySubsequences: false).joined(separator: "\\t")
      .split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\\n")
  }

  /// What stands behind the rows, if it is an error.
  static func error(in body: [UInt8]) -> String? {
    let end = String(decoding: body.suffix(4_096), as: UTF8.self)
    return end.split(whereSeparator: \.isNewline).last {
      !$0.hasPrefix("{") && $0.contains("DB::Exception")
    }.map(String.init)
  }
}
