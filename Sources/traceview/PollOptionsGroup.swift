import ArgumentParser
import Glibc
import TraceSources

/// How a back end is polled, and what for.
struct PollOptionsGroup: ParsableArguments {
  @Option(help: ArgumentHelp("Only traces with this service", valueName: "name"))
  var service: String?

  @Option(help: ArgumentHelp("Only traces with this operation", valueName: "name"))
  var operation: String?

  @Option(help: ArgumentHelp("How far to look back: 10m, 2h; 1h if not said", valueName: "time"))
  var since: String?

  @Option(help: ArgumentHelp("The shortest trace: 100ms", valueName: "time"))
  var minDuration: String?

  @Option(help: ArgumentHelp("One trace, and no other", valueName: "id"))
  var trace: String?

  @Option(help: ArgumentHelp("TraceQL, SQL behind WHERE, or tags", valueName: "text"))
  var query: String?

  @Option(help: ArgumentHelp("Ask for at most that many traces, 100", valueName: "n"))
  var traces: Int?

  @Option(help: ArgumentHelp("Ask again after that time, 2s", valueName: "time"))
  var interval: String?

  @Option(help: ArgumentHelp("Send a header; not shown", valueName: "name=value"))
  var header: [String] = []

  @Flag(help: "Take any certificate")
  var insecure = false

  @Option(
    help: ArgumentHelp("jaeger, victoriatraces, zipkin, tempo, clickhouse", valueName: "kind"))
  var backend: String?

  @Option(help: ArgumentHelp("ClickHouse's database, default", valueName: "name"))
  var database: String?

  @Option(help: ArgumentHelp("ClickHouse's table, otel_traces", valueName: "name"))
  var table: String?

  /// What to poll for; `once` ends it after the first answer.
  func options(for url: String, once: Bool) throws(SourceError) -> PollOptions {
    try PollOptions(
      service: service, operation: operation, since: since, limit: traces,
      minDuration: minDuration, traceID: trace, query: query, database: database, table: table,
      backend: backend, interval: interval, headers: header,
      environmentHeaders: exporterHeaders(for: url), isInsecure: insecure, once: once)
  }

  /// The headers of the exporters, if they are for the same server: they hold keys, which no other may
  /// see.
  private func exporterHeaders(for url: String) -> String? {
    func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
    guard let endpoint = variable("OTEL_EXPORTER_OTLP_ENDPOINT"),
      PollSource.isSameHost(endpoint, url)
    else { return nil }
    return variable("OTEL_EXPORTER_OTLP_HEADERS")
  }

  /// Says what is wrong with the options, before anything is done.
  func check() throws {
    do { _ = try options(for: "", once: true) } catch {
      throw ValidationError(error.message)
    }
  }
}
