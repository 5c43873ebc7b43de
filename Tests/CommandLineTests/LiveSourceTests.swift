import Foundation
import Testing
import TraceTestSupport

/// Sources that give spans until they are stopped: ports, files that grow, back ends.
@Suite struct LiveSourceTests {
  private let scratch = try? Scratch()

  private func path(_ name: String) throws -> String { try #require(scratch).path(name) }

  private func names(_ json: String) throws -> [String] {
    try json.split(separator: "\n").map { line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return try #require(object?["name"] as? String)
    }
  }

  // MARK: Ports

  private let noOther = ["--otlp-grpc", "off", "--zipkin", "off", "--datadog", "off"]

  /// Has a client send to a port, which may open only now.
  private func send(_ words: String..., to port: Int) throws {
    let client = Process()
    client.executableURL = URL(filePath: "/usr/bin/env")
    client.arguments =
      ["python3", try FakeClient.write(into: #require(scratch).folder)] + words
    client.environment = [
      "PATH": "/usr/bin:/bin", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:\(port)",
    ]
    #expect(try LiveTraceview(client).end().status == 0)
  }

  private func waitForPort(_ port: Int, of live: LiveTraceview) throws {
    try live.wait(until: "port \(port) is open") {
      let probe = Process()
      probe.executableURL = URL(filePath: "/bin/bash")
      probe.arguments = ["-c", "exec 3<>/dev/tcp/127.0.0.1/\(port)"]
      probe.standardError = FileHandle.nullDevice
      try probe.run()
      probe.waitUntilExit()
      return probe.terminationStatus == 0
    }
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func listeningEndsWithASignalAndPrints(_ signal: Int32) throws {
    let port = HeldPort.free()
    let live = try LiveTraceview(
      ["listen", "--print", "json", "--otlp-http", "\(port)"] + noOther)
    try waitForPort(port, of: live)
    try send("send=a/1//checkout", "send=a/2/1/charge", to: port)
    live.send(signal)
    let end = try live.end()
    #expect(end.status == 0)
    #expect(try names(end.output) == ["checkout", "charge"])
    #expect(
      end.errors == "traceview: received 2 spans, kept 2, evicted 0, refused 0 requests\n")
  }

  @Test func aTakenPortIsNamedAndTheOthersOpen() throws {
    let (held, port) = (HeldPort(), HeldPort.free())
    let live = try LiveTraceview(
      ["listen", "--print", "json", "--otlp-http", "\(held.number)", "--zipkin", "\(port)"]
        + ["--otlp-grpc", "off", "--datadog", "off"])
    try waitForPort(port, of: live)
    #expect(live.errors.contains("127.0.0.1:\(held.number): the port is taken"), "\(live.errors)")
    #expect(live.errors.contains("'sport = :\(held.number)'"))
    #expect(live.errors.contains("choose another port with --otlp-http"))
    // It takes OTLP, too.
    try send("send=a/1//checkout", to: port)
    live.send(SIGINT)
    #expect(try names(live.end().output) == ["checkout"])
    let none = try Traceview.run(
      ["listen", "--print", "json", "--otlp-http", "\(held.number)"] + noOther)
    #expect(none.status == 66 && none.errors.contains("the port is taken"))
  }

  @Test func aKillLosesNothingOlderThanASecond() throws {
    let (port, file) = (HeldPort.free(), try path("spans.jsonl"))
    let live = try LiveTraceview(
      ["listen", "--print", "json", "--record", file, "--otlp-http", "\(port)"] + noOther)
    try waitForPort(port, of: live)
    try send("send=a/1//checkout", "send=a/2/1/charge", "sleep=1", to: port)
    live.send(SIGKILL)
    _ = try live.end()
    let again = try Traceview.run("--print", "json", file)
    #expect(again.errors.isEmpty)
    #expect(try names(again.output) == ["checkout", "charge"])
  }

  @Test func theOldestMakeRoomAndAreCounted() throws {
    let port = HeldPort.free()
    let live = try LiveTraceview(
      ["listen", "--print", "list", "--limit", "1", "--max-memory", "64KiB"]
        + ["--otlp-http", "\(port)"] + noOther)
    try waitForPort(port, of: live)
    let names = (0..<500).map { "operation-\($0)" }.joined(separator: ",")
    for _ in 0..<4 { try send("calls=\(names)", "sleep=0.2", to: port) }
    live.send(SIGINT)
    let errors = try live.end().errors
    let found = try #require(
      errors.firstMatch(of: /received 2,000 spans, kept ([\d,]+), evicted ([\d,]+)/),
      "\(errors)")
    let counts = [found.1, found.2].compactMap { Int($0.filter { $0 != "," }) }
    #expect(counts.reduce(0, +) == 2_000 && counts[1] > 0, "\(errors)")
  }

  // MARK: Files

  private func line(_ name: String, _ number: Int) -> String {
    """
    {"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"\(String(repeating: "a", count: 32))",\
    "spanId":"000000000000000\(number)","name":"\(name)","startTimeUnixNano":"179536220500000000\(number)",\
    "endTimeUnixNano":"1795362206000000000"}]}]}]}\n
    """
  }

  @Test func aFileIsFollowedUntilItIsEnough() throws {
    let (file, record) = (try path("growing.jsonl"), try path("recorded.jsonl"))
    let live = try LiveTraceview(["-f", file, "--print", "json", "--record", record])
    func waitForSpans(_ count: Int) throws {
      try live.wait(until: "\(count) spans") {
        let text = (try? String(contentsOfFile: record, encoding: .utf8)) ?? ""
        return text.components(separatedBy: "\"spanId\"").count == count + 1
      }
    }
    // It is waited for.
    try live.wait(until: "the recording has begun") {
      FileManager.default.fileExists(atPath: record)
    }
    try Data(line("one", 1).utf8).write(to: URL(filePath: file))
    try waitForSpans(1)
    let handle = try #require(FileHandle(forWritingAtPath: file))
    try handle.seekToEnd()
    let (begin, rest) = (line("two", 2).prefix(50), line("two", 2).dropFirst(50))
    try handle.write(contentsOf: Data(begin.utf8))
    try handle.write(contentsOf: Data(rest.utf8))
    try waitForSpans(2)
    // Rotated.
    try FileManager.default.moveItem(atPath: file, toPath: file + ".1")
    try Data(line("three", 3).utf8).write(to: URL(filePath: file))
    try waitForSpans(3)
    live.send(SIGTERM)
    let end = try live.end()
    #expect(end.status == 0, "\(end.errors)")
    #expect(try names(end.output) == ["one", "two", "three"])
  }

  // MARK: Back ends

  /// Plays Zipkin to those who know the password and the key, and says what it is asked for.
  private static let zipkin = """
    import base64, http.server

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            print(self.path.split("?")[0], flush=True)
            given = self.headers.get("Authorization", "").removeprefix("Basic ")
            knows = base64.b64decode(given) == b"me:hush" and self.headers.get("X-Key") == "silence"
            body = b'[[{"traceId":"000000000000000a","id":"0000000000000001","name":"checkout",' \\
                b'"timestamp":1795362205000000,"duration":1500}]]'
            self.send_response(200 if knows else 401)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body if knows else b"hush silence")
        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()
    """

  @Test func aBackEndIsPolledOnceAndSecretsAreKept() throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", Self.zipkin]
    process.environment = ["PATH": "/usr/bin:/bin"]
    let server = try LiveTraceview(process)
    try server.wait(until: "its port") { server.output.contains("\n") }
    let port = try #require(server.output.split(separator: "\n").first)
    func poll(_ user: String, _ key: String, _ mode: String) throws -> Traceview {
      try Traceview.run(
        ["http://\(user)@127.0.0.1:\(port)", "--backend", "zipkin", "--header", "X-Key=\(key)"]
          + ["--print", mode])
    }
    let json = try poll("me:hush", "silence", "json")
    #expect(json.status == 0, "\(json.errors)")
    #expect(try names(json.output) == ["checkout"])
    #expect(
      server.output.components(separatedBy: "/api/v2/traces\n").count == 2, "\(server.output)")
    let others = [
      try poll("me:hush", "silence", "tree"), try poll("me:hush", "silence", "list"),
      try poll("me:hush", "silence", "problems"),
    ]
    let refused = try poll("me:guess", "silence", "tree")
    #expect(refused.status == 66 && refused.errors.contains("127.0.0.1:\(port)"))
    #expect(refused.errors.contains("401"), "\(refused.errors)")
    for run in others + [json, refused] {
      let text = run.output + run.errors
      #expect(!["hush", "silence", "guess"].contains { text.contains($0) }, "\(text)")
    }
  }
}
