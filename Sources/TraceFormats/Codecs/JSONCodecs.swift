/// The formats that the text importer knows, in the order in which they are asked.
enum JSONCodecs {
  /// To add a format of JSON objects, write its codec and add it here.
  static let all: [any JSONValueCodec.Type] = [
    PythonConsole.self, JaegerJSON.self, ZipkinJSON.self, ZipkinV1JSON.self, GoConsole.self,
    ClickHouseJSON.self, DynatraceJSON.self, LightstepJSON.self, NewRelicJSON.self,
    DatadogJSON.self, DatadogSpansJSON.self, HoneycombJSON.self, XRayJSON.self,
    ElasticAPM.self, TempoSearch.self, ChromeTrace.self, JSConsole.self, JSONRows.self,
  ].sorted { $0.format.priority < $1.format.priority }

  /// What the help says of them, and of OTLP, which has no codec of this kind.
  static var formats: [FormatDescriptor] { [OTLPJSON.format] + all.map { $0.format } }
}

extension OTLPJSON {
  /// OTLP JSON in all its layouts.
  static let format = FormatDescriptor(
    name: "otlp-json",
    summary:
      "OTLP JSON: one object, an array, JSON Lines; answers of Tempo, Grafana and Jaeger's API v3",
    example: "otelcol with the file exporter", priority: 30)
}
