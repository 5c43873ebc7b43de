/// How to start one span around several calls, in the language of the SDK that made them.
public struct EnclosingSpanCure: Sendable, Hashable {
  /// The language as a reader knows it ("Python"); empty where it is not known.
  public var language: String
  /// A name for the span: the service's if it has one, else "main".
  public var suggestedName: String
  /// Two to five lines of code; of plain words where the language is not known.
  public var lines: [String]
  /// The advice in one sentence.
  public var sentence: String

  /// The cure for a service and the value of its `telemetry.sdk.language`.
  ///
  /// The name goes into code that people paste, so only a short one of plain letters, digits, `_`,
  /// `-` and `.` is taken from the data.
  public init(sdkLanguage: String?, serviceName: String) {
    let name = Self.name(for: serviceName)
    suggestedName = name
    (language, lines) = Self.code(sdkLanguage ?? "", name)
    sentence = "Start one span around the calls, so that all of them become its children."
  }

  private static func name(for service: String) -> String {
    func isPlain(_ byte: UInt8) -> Bool {
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f: true
      default: false
      }
    }
    let utf8 = service.utf8
    guard (1...40).contains(utf8.count), utf8.allSatisfy(isPlain),
      !service.hasPrefix("unknown_service")
    else { return "main" }
    return service
  }

  /// The language's name and its code. (OpenTelemetry semantic conventions, `telemetry.sdk.language`;
  /// the calls are those of each language's "manual instrumentation" page.)
  private static func code(_ sdkLanguage: String, _ name: String) -> (String, [String]) {
    switch sdkLanguage {
    case "python":
      (
        "Python",
        ["@tracer.start_as_current_span(\"\(name)\")", "def main():", "    ...  # the calls"]
      )
    case "nodejs", "webjs":
      (
        "JavaScript",
        [
          "tracer.startActiveSpan(\"\(name)\", async (span) => {",
          "  try { /* the calls */ } finally { span.end(); }", "});",
        ]
      )
    case "java":
      (
        "Java",
        [
          "Span span = tracer.spanBuilder(\"\(name)\").startSpan();",
          "try (Scope scope = span.makeCurrent()) {", "  // the calls", "} finally { span.end(); }",
        ]
      )
    case "go":
      (
        "Go",
        [
          "ctx, span := tracer.Start(ctx, \"\(name)\")", "defer span.End()",
          "// pass this ctx to the calls",
        ]
      )
    case "dotnet":
      (
        ".NET",
        ["using (var activity = source.StartActivity(\"\(name)\"))", "{", "    // the calls", "}"]
      )
    case "ruby":
      ("Ruby", ["tracer.in_span(\"\(name)\") do", "  # the calls", "end"])
    case "php":
      (
        "PHP",
        [
          "$span = $tracer->spanBuilder('\(name)')->startSpan();", "$scope = $span->activate();",
          "try { /* the calls */ } finally { $scope->detach(); $span->end(); }",
        ]
      )
    case "rust":
      ("Rust", ["tracer.in_span(\"\(name)\", |cx| {", "    // the calls", "});"])
    case "cpp":
      (
        "C++",
        [
          "auto span = tracer->StartSpan(\"\(name)\");",
          "auto scope = tracer->WithActiveSpan(span);", "// the calls", "span->End();",
        ]
      )
    case "swift":
      ("Swift", ["withSpan(\"\(name)\") { span in", "  // the calls", "}"])
    case "erlang":
      ("Erlang", ["?with_span(<<\"\(name)\">>, #{}, fun(_Ctx) ->", "    ok  % the calls", "end)."])
    default:
      ("", ["start span \"\(name)\" and make it the current one", "  the calls", "end the span"])
    }
  }
}
