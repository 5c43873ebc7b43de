import Glibc

/// The environment of a command whose spans are to come here.
struct RunEnvironment {
  /// `NAME=value`, as the command gets them.
  private(set) var variables: [String]

  /// The environment of this process with everything that tracers ask for pointed at a port, which
  /// takes what each of them speaks.
  init(port: Int, command: [String]) {
    variables = Self.own
    let base = "http://127.0.0.1:\(port)"
    set("OTEL_EXPORTER_OTLP_ENDPOINT", base)
    set("OTEL_EXPORTER_OTLP_INSECURE", "true")
    // What is more exact than the endpoint would be used in its place, and the headers of another
    // server are none of ours.
    for name in ["ENDPOINT", "HEADERS", "CERTIFICATE", "INSECURE"] {
      unset("OTEL_EXPORTER_OTLP_TRACES_" + name)
    }
    unset("OTEL_EXPORTER_OTLP_HEADERS")
    unset("OTEL_EXPORTER_OTLP_CERTIFICATE")
    setDefault("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
    setDefault("OTEL_TRACES_EXPORTER", "otlp")
    setDefault("OTEL_BSP_SCHEDULE_DELAY", "200")
    set("OTEL_EXPORTER_ZIPKIN_ENDPOINT", base + "/api/v2/spans")
    set("DD_TRACE_AGENT_URL", base)
    setDefault("DD_INSTRUMENTATION_TELEMETRY_ENABLED", "false")
    set("HONEYCOMB_API_ENDPOINT", base)
    if value("OTEL_RESOURCE_ATTRIBUTES")?.contains("service.name=") != true {
      setDefault("OTEL_SERVICE_NAME", Self.serviceName(of: command))
    }
    // Output to a pipe would wait until there is much of it.
    setDefault("PYTHONUNBUFFERED", "1")
  }

  func value(_ name: String) -> String? {
    variables.first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
  }

  private mutating func unset(_ name: String) { variables.removeAll { $0.hasPrefix(name + "=") } }

  private mutating func set(_ name: String, _ value: String) {
    unset(name)
    variables.append("\(name)=\(value)")
  }

  private mutating func setDefault(_ name: String, _ value: String) {
    if (self.value(name) ?? "").isEmpty { set(name, value) }
  }

  /// The name of the script that an interpreter is given, or that of the program:
  /// `opentelemetry-instrument python3 ./aa.py 3` is `aa`.
  static func serviceName(of command: [String]) -> String {
    let endings = [
      "py", "js", "mjs", "cjs", "ts", "rb", "php", "jar", "dll", "pl", "sh", "ex", "exs",
    ]
    for word in command {
      let name = word.split(separator: "/").last ?? Substring(word)
      guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { continue }
      if endings.contains(String(name[name.index(after: dot)...])) { return String(name[..<dot]) }
    }
    return command.first?.split(separator: "/").last.map { String($0) } ?? "unknown_service"
  }

  /// The variables of this process. (proc(5), environ.)
  private static var own: [String] {
    guard let file = fopen("/proc/self/environ", "r") else { return [] }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = fread(&piece, 1, piece.count, file)
      guard count > 0 else { break }
      bytes += piece.prefix(count)
    }
    return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }
}
