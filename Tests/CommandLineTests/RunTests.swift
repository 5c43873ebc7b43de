import Foundation
import Testing
import TraceTestSupport

/// `traceview run`: a command whose spans come here.
@Suite struct RunTests {
  private let scratch = try? Scratch()

  private func client(_ words: [String]) throws -> [String] {
    ["--", "python3", try FakeClient.write(into: #require(scratch).folder)] + words
  }

  private func run(
    _ options: [String], _ words: [String], environment: [String: String] = [:]
  ) throws -> Traceview {
    try Traceview.run(["run"] + options + client(words), environment: environment)
  }

  private func names(_ json: String) throws -> [String] {
    try json.split(separator: "\n").filter { $0.hasPrefix("{") }.map { line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return try #require(object?["name"] as? String)
    }
  }

  @Test func theTreeIsWrittenBehindTheCommandsOutput() throws {
    let run = try run(
      ["--print", "tree"], ["print=4", "send=a/1//checkout", "send=a/2/1/charge"])
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
    #expect(run.output.hasPrefix("4\n"), "\(run.output)")
    #expect(run.output.contains("2 spans") && run.output.contains("shop"), "\(run.output)")
    #expect(run.output.contains("checkout") && run.output.contains("└─ charge"), "\(run.output)")
  }

  @Test(arguments: [("exit=3", 3), ("kill=9", 137), ("kill=15", 143), ("exit=0", 0)])
  func theStatusIsTheCommands(_ end: String, _ status: Int32) throws {
    let run = try run(["--print", "json"], ["send=a/1//checkout", end])
    #expect(run.status == status)
    #expect(try names(run.output) == ["checkout"])
  }

  @Test func commandsThatCannotBeRunAreNamed() throws {
    let missing = try Traceview.run("run", "--print", "tree", "--", "no-such-command")
    #expect(missing.status == 127 && missing.errors.contains("no-such-command: "))
    let folder = try Traceview.run("run", "--print", "tree", "--", "/tmp")
    #expect(folder.status == 126 && folder.errors.contains("/tmp: "))
    #expect(try Traceview.run("run").status == 64)
    let record = try Traceview.run("run", "--record", "/no/such/folder", "--", "true")
    #expect(record.status == 74 && record.errors.contains("--record /no/such/folder: "))
  }

  // MARK: The environment

  private func environment(
    of command: String..., given: [String: String] = [:]
  ) throws -> [String: String] {
    let run = try Traceview.run(["run", "--print", "tree", "--"] + command, environment: given)
    #expect(run.status == 0)
    return Dictionary(
      run.output.split(separator: "\n").compactMap { line -> (String, String)? in
        let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
      }, uniquingKeysWith: { one, _ in one })
  }

  @Test func everyTracerIsPointedHere() throws {
    let set = try environment(of: "env")
    let endpoint = try #require(set["OTEL_EXPORTER_OTLP_ENDPOINT"])
    #expect(endpoint.hasPrefix("http://127.0.0.1:"))
    #expect(set["OTEL_EXPORTER_OTLP_PROTOCOL"] == "http/protobuf")
    #expect(set["OTEL_TRACES_EXPORTER"] == "otlp" && set["OTEL_BSP_SCHEDULE_DELAY"] == "200")
    #expect(set["OTEL_EXPORTER_ZIPKIN_ENDPOINT"] == endpoint + "/api/v2/spans")
    #expect(set["DD_TRACE_AGENT_URL"] == endpoint && set["HONEYCOMB_API_ENDPOINT"] == endpoint)
    #expect(set["OTEL_SERVICE_NAME"] == "env")
  }

  @Test func whatTheUserSetStaysUnlessItLeadsElsewhere() throws {
    let set = try environment(
      of: "env",
      given: [
        "OTEL_SERVICE_NAME": "till", "OTEL_TRACES_EXPORTER": "otlp,console",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_ENDPOINT": "https://example.com",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://example.com/v1/traces",
        "OTEL_EXPORTER_OTLP_HEADERS": "api-key=hush", "DD_TRACE_AGENT_URL": "http://example.com",
        "OTHER": "kept=as it is",
      ])
    #expect(set["OTEL_SERVICE_NAME"] == "till" && set["OTEL_TRACES_EXPORTER"] == "otlp,console")
    #expect(set["OTEL_EXPORTER_OTLP_PROTOCOL"] == "grpc" && set["OTHER"] == "kept=as it is")
    #expect(!set.values.contains { $0.contains("example.com") || $0.contains("hush") }, "\(set)")
    let attributes = "service.name=till,team=a"
    #expect(
      try environment(of: "env", given: ["OTEL_RESOURCE_ATTRIBUTES": attributes])[
        "OTEL_SERVICE_NAME"] == nil)
  }

  // MARK: Nothing came

  @Test(
    arguments: [
      ([], [:], "The program made no connection."), (["connect"], [:], "1 connection came without"),
      (["post=/v1/logs"], [:], "Logs or metrics came"),
      (["post=/v1/spans"], [:], "A client did something else: POST /v1/spans: 404"),
      ([], ["OTEL_TRACES_EXPORTER": "console"], "OTEL_TRACES_EXPORTER is console"),
      ([], ["OTEL_SDK_DISABLED": "true"], "OTEL_SDK_DISABLED is true"),
    ] as [([String], [String: String], String)])
  func itIsSaidWhyNothingCame(
    _ words: [String], _ environment: [String: String], _ why: String
  ) throws {
    let run = try run(["--print", "tree"], words + ["exit=5"], environment: environment)
    #expect(run.status == 5 && run.output.isEmpty)
    #expect(run.errors.contains("No span came.") && run.errors.contains(why), "\(run.errors)")
  }

  // MARK: Check

  @Test(
    arguments: [
      (["send=a/1//checkout", "send=a/2/1/charge"], 0, ""),
      (["send=a/2/1/charge"], 1, "missing"),
      (["calls=add,subtract,add"], 1, "3 traces look like one"),
      (["send=a/1//checkout", "exit=3"], 3, ""), (["send=a/2/1/charge", "exit=3"], 3, "missing"),
      ([], 1, ""),
    ] as [([String], Int32, String)])
  func checkFailsForBrokenTraces(_ words: [String], _ status: Int32, _ problem: String) throws {
    let run = try run(["--check"], words)
    #expect(run.status == status, "\(run.output)\(run.errors)")
    #expect(problem.isEmpty || run.output.contains(problem), "\(run.output)")
  }

  // MARK: Signals, output, recording

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func signalsArePassedOn(_ signal: Int32) throws {
    let words = ["on=\(signal)=5", "send=a/1//checkout", "print=ready", "stay"]
    let live = try LiveTraceview(["run", "--print", "json"] + client(words))
    try live.wait(until: "ready") { live.output.contains("ready\n") }
    live.send(signal)
    let run = try live.end()
    #expect(run.status == 5, "\(run.errors)")
    #expect(try names(run.output) == ["checkout"])
  }

  @Test func aCommandsChildrenAreNotWaitedFor() throws {
    let live = try LiveTraceview(
      ["run", "--print", "json"] + client(["child=60", "send=a/1//checkout"]))
    #expect(try names(live.end().output) == ["checkout"])
  }

  @Test func whatIsRecordedIsTheSame() throws {
    let file = try #require(scratch).path("spans.jsonl")
    let words = ["send=a/1//checkout", "send=a/2/1/charge"]
    let first = try run(["--print", "json", "--record", file], words)
    #expect(try names(first.output) == ["checkout", "charge"])
    let again = try Traceview.run("--print", "json", file)
    #expect(again.status == 0 && again.errors.isEmpty)
    func withoutSource(_ text: String) throws -> [NSDictionary] {
      try text.split(separator: "\n").map { line in
        var object = try #require(
          JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        object["source"] = nil
        return object as NSDictionary
      }
    }
    #expect(try withoutSource(again.output) == withoutSource(first.output))
    // A second recording goes behind the first, also if that was cut.
    let cut = try #require(FileHandle(forWritingAtPath: file))
    try cut.seekToEnd()
    try cut.write(contentsOf: Data("{\"resourceSpans\":[{\"res".utf8))
    try cut.close()
    #expect(try run(["--print", "json", "--record", file], ["send=b/3//refund"]).status == 0)
    let both = try Traceview.run("--print", "json", file)
    #expect(try names(both.output).sorted() == ["charge", "checkout", "refund"])
    #expect(both.errors.contains("spans.jsonl:"), "\(both.errors)")
  }
}

/// The tutorial in one line, with the SDK of OpenTelemetry.
@Suite struct TutorialTests {
  private static let clients = Traceview.root.appending(path: ".build/clients-venv")

  private static let hasClients: Bool = {
    let isThere = FileManager.default.fileExists(
      atPath: clients.appending(path: "requirements.txt").path)
    if !isThere { print("SKIPPED: the tutorial: Scripts/test installs the SDK from PyPI") }
    return isThere
  }()

  private func run(_ options: [String], _ program: String) throws -> Traceview {
    try Traceview.run(
      ["run"] + options
        + ["--", "opentelemetry-instrument", "python3", "Fixtures/programs/\(program)"],
      environment: ["PATH": Self.clients.appending(path: "bin").path + ":/usr/bin:/bin"])
  }

  @Test(.enabled(if: hasClients)) func threeCallsAreThreeTracesAndItIsSaidWhy() throws {
    let tree = try run(["--print", "tree"], "aa.py")
    #expect(tree.status == 0 && tree.output.hasPrefix("4\n"), "\(tree.errors)")
    #expect(tree.output.contains("aa"))
    let lines = tree.output.split(separator: "\n")
    #expect(lines.count { $0.contains(" add ") } >= 2, "\(tree.output)")
    #expect(lines.contains { $0.contains(" subtract ") }, "\(tree.output)")
    let problems = try run(["--print", "problems"], "aa.py")
    #expect(problems.output.contains("3 traces look like one"), "\(problems.output)")
    #expect(problems.output.contains("start_as_current_span"), "\(problems.output)")
    #expect(try run(["--check"], "aa.py").status == 1)
  }

  @Test(.enabled(if: hasClients)) func theFixedProgramIsOneTreeAndNothingIsSaid() throws {
    let tree = try run(["--print", "tree"], "aa_fixed.py")
    #expect(tree.status == 0 && tree.output.hasPrefix("4\n"), "\(tree.errors)")
    #expect(tree.output.contains("addsubtract") && tree.output.contains("4 spans"))
    #expect(
      ["├─ add", "├─ subtract", "└─ add"].allSatisfy { tree.output.contains($0) },
      "\(tree.output)")
    let check = try run(["--check"], "aa_fixed.py")
    #expect(check.status == 0 && !check.output.contains("look like one"), "\(check.output)")
  }
}
