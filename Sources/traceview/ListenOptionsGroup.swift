import ArgumentParser
import TraceReceivers
import TraceSources

/// The ports at which spans are received.
struct ListenOptionsGroup: ParsableArguments {
  @Option(help: ArgumentHelp("Listen at that address, not only here", valueName: "address"))
  var host = "127.0.0.1"

  @Option(help: ArgumentHelp("Port of OTLP/HTTP, 4318; 'off' for none", valueName: "port"))
  var otlpHttp: PortChoice?

  @Option(help: ArgumentHelp("Port of OTLP/gRPC, 4317; 'off' for none", valueName: "port"))
  var otlpGrpc: PortChoice?

  @Option(help: ArgumentHelp("Port of Zipkin, 9411; 'off' for none", valueName: "port"))
  var zipkin: PortChoice?

  @Option(help: ArgumentHelp("Port of Datadog, 8126; 'off' for none", valueName: "port"))
  var datadog: PortChoice?

  @Flag(help: "Also listen for Honeycomb, on 8081")
  var honeycomb = false

  @Flag(help: "Also listen for New Relic, on 8082")
  var newrelic = false

  @Option(help: ArgumentHelp("Let web pages of that origin send, too", valueName: "origin"))
  var cors: String?

  /// A port, any that is free, or none.
  enum PortChoice: ExpressibleByArgument {
    case port(Int)
    case off

    init?(argument: String) {
      if argument == "off" {
        self = .off
      } else if let port = Int(argument), (0...65_535).contains(port) {
        self = .port(port)
      } else {
        return nil
      }
    }
  }

  private var wanted: [(kind: ReceiverKind, option: String, choice: PortChoice?)] {
    [
      (.otlpHTTP, "--otlp-http", otlpHttp), (.otlpGRPC, "--otlp-grpc", otlpGrpc),
      (.zipkin, "--zipkin", zipkin), (.datadog, "--datadog", datadog),
      (.honeycomb, "--honeycomb", honeycomb ? nil : .off),
      (.newRelic, "--newrelic", newrelic ? nil : .off),
    ]
  }

  /// Opens the receivers; those whose port is taken are named among the failures.
  func open() -> OpenedSources {
    var opened = OpenedSources()
    for (kind, option, choice) in wanted {
      let port: Int?
      switch choice {
      case .off: continue
      case .port(let number): port = number
      case nil: port = nil
      }
      opened.open("\(kind.name) \(host):\(port ?? kind.usualPort)") { (id) throws(SourceError) in
        try Receiver(id: id, kind, host: host, port: port, portOption: option, cors: cors)
      }
    }
    let ports = opened.sources.compactMap { $0 as? Receiver }
    if let port = ports.first(where: { $0.kind == .otlpHTTP }) ?? ports.first {
      opened.sendingHelp = [
        "Point a program at it, in another terminal:",
        "",
        "  export OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:\(port.boundPort)",
        "  python3 app.py",
        "",
        "or quit and let traceview do that:  traceview run -- python3 app.py",
      ]
    }
    return opened
  }
}
