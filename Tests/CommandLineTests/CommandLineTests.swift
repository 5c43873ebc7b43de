import Foundation
import Testing

/// The program's contract with a shell: output, errors, exit status.
@Suite struct CommandLineTests {
  private let threeTraces = "Fixtures/python-console/opentelemetry-sdk-1.45.2/three-traces.txt"
  private let oneTrace = "Fixtures/python-console/opentelemetry-sdk-1.45.2/one-trace.txt"

  private func data(_ path: String) throws -> Data {
    try Data(contentsOf: Traceview.root.appending(path: path))
  }

  /// The objects of JSON Lines.
  private func objects(_ text: String) throws -> [[String: Any]] {
    try text.split(separator: "\n").map { line in
      try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }

  @Test func versionAndHelp() throws {
    #expect(try Traceview.run("--version").output == "0.1.0\n")
    let help = try Traceview.run("--help")
    #expect(help.status == 0)
    #expect(help.output.contains("traceview spans.json"))
    #expect(help.output.split(separator: "\n", omittingEmptySubsequences: false).count <= 26)
    #expect(help.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    #expect(try Traceview.run("--list-keys").output.contains("Next orphan or other defect"))
  }

  @Test func formatsAreListedWithAnExampleEach() throws {
    let list = try Traceview.run("formats")
    #expect(list.status == 0)
    let lines = list.output.split(separator: "\n")
    #expect(
      lines.contains { $0.hasPrefix("otlp-json ") } && lines.contains { $0.hasPrefix("csv ") })
    #expect(lines.count.isMultiple(of: 2) && lines.count > 30)
    #expect(try Traceview.run("formats", "--help").output.contains("traceview formats"))
    #expect(try Traceview.run("./formats").errors.contains("no such file"))
  }

  @Test func columnsCanBeNamed() throws {
    let rows = Data("tid,sid,op,begin,len\n1,a,GET,1795362205,1500\n".utf8)
    #expect(try Traceview.run(input: rows).status == 66)
    let run = try Traceview.run(
      "--print", "json", "--map", "trace_id=tid,span_id=sid,name=op,duration_us=len", input: rows)
    let span = try #require(try objects(run.output).first)
    #expect(span["name"] as? String == "GET" && span["traceId"] as? String == "1")
    #expect(span["durationNano"] as? Int == 1_500_000)
    #expect(span["startUnixNano"] as? String == "1795362205000000000")
    let mistake = try Traceview.run("--map", "sid=span_id", oneTrace)
    #expect(mistake.status == 64 && mistake.errors.contains("there is no field 'sid'"))
    #expect(try Traceview.run("--map", "name=op", "--format", "otlp-json", oneTrace).status == 64)
  }

  @Test func placesInCompressedInputSaySo() throws {
    let path = "Fixtures/compressed/otelcol-file-exporter/traces.json.native.zst"
    let cut = try data(path) + data(path).dropLast(100)
    let run = try Traceview.run("--print", "list", input: cut)
    #expect(run.status == 0 && run.errors.contains("the zstd data ends too early"))
    #expect(run.errors.contains(" uncompressed)"))
    let problems = try Traceview.run("--print", "problems", path)
    #expect(problems.output.contains("compressed-input: zstd"))
  }

  @Test func unjoinedTracesAreExplained() throws {
    let run = try Traceview.run(threeTraces)
    #expect(run.status == 0)
    #expect(run.errors == "")
    #expect(run.output.contains("3 traces look like one"))
    #expect(run.output.contains("start_as_current_span"))
    #expect(!run.output.contains("\u{1B}"))
  }

  @Test func fixedProgramIsOneTreeAndSilent() throws {
    let run = try Traceview.run(oneTrace)
    #expect(run.status == 0)
    #expect(run.output.contains("addsubtract"))
    #expect(run.output.contains("├─ add"))
    #expect(!run.output.contains("look like one"))
    let problems = try Traceview.run("--print", "problems", oneTrace)
    #expect(!problems.output.contains("!"))
  }

  @Test func standardInputIsReadWithoutAnArgument() throws {
    let run = try Traceview.run(input: data(threeTraces))
    #expect(run.status == 0)
    #expect(run.output.contains("3 traces look like one"))
    #expect(try Traceview.run("-", input: data(threeTraces)).output == run.output)
  }

  @Test func severalFilesAreOneDataSet() throws {
    let run = try Traceview.run("--print", "list", threeTraces, oneTrace)
    #expect(run.output.contains("subtract"))
    #expect(run.output.split(separator: "\n").count { $0.contains("add") } >= 4)
  }

  @Test func jsonIsOneObjectASpanWithTheContractsKeys() throws {
    let run = try Traceview.run("--print", "json", oneTrace)
    let spans = try objects(run.output)
    #expect(spans.count == 4)
    #expect(spans.map { $0["name"] as? String } == ["addsubtract", "add", "subtract", "add"])
    #expect(spans.map { $0["depth"] as? Int } == [0, 1, 1, 1])
    #expect(spans[0]["parentSpanId"] == nil)
    #expect(spans[1]["parentSpanId"] as? String == spans[0]["spanId"] as? String)
    for key in [
      "traceId", "spanId", "depth", "placement", "name", "service", "kind", "startUnixNano",
      "endUnixNano", "durationNano", "selfNano", "status", "attributes", "resource", "scope",
      "events", "source",
    ] {
      #expect(spans[0][key] != nil, "\(key)")
    }
    #expect((spans[0]["source"] as? [String: Any])?["format"] as? String == "python-console")
    let unjoined = try objects(try Traceview.run("--print", "json", threeTraces).output)
    #expect(unjoined.map { $0["unjoinedGroup"] as? Int } == [1, 1, 1])
  }

  @Test func jsonSaysWhatIsWrongAndWhatWasDropped() throws {
    let input = """
      {"resourceSpans":[{"schemaUrl":"https://r","resource":{"droppedAttributesCount":2},\
      "scopeSpans":[{"schemaUrl":"https://s","scope":{"name":"n","droppedAttributesCount":3},\
      "spans":[{"traceId":"","spanId":"00000000000000aa","name":"a","startTimeUnixNano":"5"},\
      {"traceId":"000000000000000000000000000000bb","spanId":"00000000000000bb","name":"b",\
      "startTimeUnixNano":"5","endTimeUnixNano":"6"}]}]}]}
      """
    let run = try Traceview.run("--print", "json", "-", input: Data(input.utf8))
    let spans = try objects(run.output)
    let bad = try #require(spans.first { $0["name"] as? String == "a" })
    #expect(bad["defects"] as? [String] == ["not-ended", "invalid-id"])
    #expect(bad["resourceSchemaUrl"] as? String == "https://r")
    #expect(bad["resourceDroppedAttributesCount"] as? Int == 2)
    let scope = try #require(bad["scope"] as? [String: Any])
    #expect(scope["schemaUrl"] as? String == "https://s")
    #expect(scope["droppedAttributesCount"] as? Int == 3)
    #expect(spans.contains { $0["name"] as? String == "b" && $0["defects"] == nil })
  }

  @Test func problemsAsJSON() throws {
    let run = try Traceview.run("--print", "problems", "--json", threeTraces)
    let problems = try objects(run.output)
    #expect(problems.first?["kind"] as? String == "unjoined-roots")
    #expect((problems.first?["traceIds"] as? [String])?.count == 3)
  }

  @Test func limitAndWidth() throws {
    let run = try Traceview.run("--print", "list", "--limit", "1", "--width", "60", threeTraces)
    let rows = run.output.split(separator: "\n")
    #expect(rows.count { $0.contains("addsub") || $0.contains("unknown_service") } >= 1)
    #expect(rows.allSatisfy { $0.count <= 60 })
  }

  @Test func colorsOnlyWhenAsked() throws {
    #expect(!(try Traceview.run(oneTrace).output.contains("\u{1B}[")))
    #expect(try Traceview.run("--color", "always", oneTrace).output.contains("\u{1B}["))
    let forced = try Traceview.run(oneTrace, environment: ["CLICOLOR_FORCE": "1"])
    #expect(forced.output.contains("\u{1B}["))
    let refused = try Traceview.run(
      oneTrace, environment: ["CLICOLOR_FORCE": "1", "NO_COLOR": "1"])
    #expect(!refused.output.contains("\u{1B}["))
  }

  @Test func asciiByOptionAndByLocale() throws {
    let isASCII = { (text: String) in text.unicodeScalars.allSatisfy(\.isASCII) }
    #expect(isASCII(try Traceview.run("--ascii", oneTrace).output))
    #expect(isASCII(try Traceview.run(oneTrace, environment: ["LANG": "C"]).output))
    #expect(!isASCII(try Traceview.run(oneTrace).output))
  }

  @Test(arguments: [
    (["nowhere.json"], Int32(66), "nowhere.json: no such file or directory"),
    (["Fixtures"], 66, "Fixtures: is a directory"),
    (["--print", "poem"], 64, "poem"),
    (["--format", "poem"], 64, "There is no format 'poem'"),
    (["--limit", "-1"], 64, "limit"),
    (["--max-memory", "much"], 64, "max-memory"),
    (["convert", "a.json", "-o", "a.pb", "--max-memory", "much"], 64, "max-memory"),
    (["--max-memory", "0"], 64, "max-memory"),
    (["Package.swift"], 66, "unrecognized-format"),
  ])
  func wrongUse(arguments: [String], status: Int32, message: String) throws {
    let run = try Traceview.run(arguments)
    #expect(run.status == status, "\(arguments): \(run.errors)")
    #expect(run.errors.contains(message), "\(arguments): \(run.errors)")
    #expect(run.output == "")
  }

  /// Reading stops with what there is, and says how much that was.
  @Test func aMemoryLimitIsKept() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).jsonl")
    defer { try? FileManager.default.removeItem(at: file) }
    let lines = (10_000..<30_000).map { number in
      #"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"000000000000000000000000000\#(number)","#
        + #""spanId":"00000000000\#(number)","name":"\#(String(repeating: "n", count: 400))\#(number)"}]}]}]}"#
    }
    try Data(lines.joined(separator: "\n").utf8).write(to: file)
    let run = try Traceview.run("--print", "list", "--max-memory", "1MiB", file.path)
    #expect(run.status == 0)
    #expect(run.errors.contains("stopped at --max-memory 1 MiB"), "\(run.errors)")
    #expect(run.errors.contains("the rest was not"), "\(run.errors)")
    #expect(!run.errors.contains("truncated"), "\(run.errors)")
    #expect(!run.output.isEmpty)
    // What is converted is all of it, or nothing.
    let conversion = ["convert", file.path, "-o", "-", "--to", "otlp-jsonl", "--max-memory"]
    let converted = try Traceview.run(conversion + ["1MiB"])
    #expect(converted.status == 66 && converted.output == "")
    #expect(converted.errors.contains("stopped at --max-memory 1 MiB"), "\(converted.errors)")
    // More than a sanitizer takes for itself.
    #expect(try Traceview.run(conversion + ["64GiB"]).status == 0)
    let whole = try Traceview.run("--print", "list", "--max-memory", "64GiB", file.path)
    #expect(whole.errors == "")
  }

  @Test func aMissingFileDoesNotHideTheOthers() throws {
    let run = try Traceview.run("nowhere.json", oneTrace)
    #expect(run.status == 0)
    #expect(run.errors.contains("nowhere.json: no such file"))
    #expect(run.output.contains("addsubtract"))
  }

  @Test func emptyInput() throws {
    for input in ["", " \n\n"] {
      let run = try Traceview.run("-", input: Data(input.utf8))
      #expect(run.status == 66)
      #expect(run.errors.contains("empty-input"))
    }
  }

  @Test func binaryInput() throws {
    let noise = Data((0..<5_000).map { UInt8(truncatingIfNeeded: ($0 * 7919) >> 3 ^ $0) })
    let run = try Traceview.run("-", input: Data([0xff, 0xfe, 0x00, 0x1b]) + noise)
    #expect(run.status == 66)
    #expect(run.errors.contains("unrecognized-format"))
    #expect(!run.errors.contains("\u{1B}"))
  }

  @Test func truncatedFileShowsAllWholeSpansAndSaysWhereItEnds() throws {
    let whole = try data(oneTrace)
    let run = try Traceview.run("--print", "json", "-", input: whole.prefix(whole.count - 500))
    #expect(run.status == 0)
    #expect(run.output.split(separator: "\n").count == 3)
    #expect(run.errors.contains("truncated-input"))
    #expect(run.errors.contains("byte"))
    let strict = try Traceview.run(
      "--strict", "--print", "json", "-", input: whole.prefix(whole.count - 500))
    #expect(strict.status == 1)
  }

  @Test func controlCharactersNeverReachTheOutput() throws {
    let evil = #"""
      {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"a\u001b]0;x\u0007b"}}]},"scopeSpans":[{"scope":{"name":"\u009b31m"},"spans":[{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","name":"\u001b[2Jboom\u202e\r\n","kind":1,"startTimeUnixNano":"1","endTimeUnixNano":"2","status":{"code":2,"message":"\u001b[31m"},"attributes":[{"key":"\u001b","value":{"stringValue":"\u0000"}}]}]}]}]}
      """#
    for mode in ["list", "tree", "problems", "json"] {
      let run = try Traceview.run("--print", mode, "-", input: Data(evil.utf8))
      #expect(run.status == 0)
      for scalar in run.output.unicodeScalars where scalar != "\n" {
        #expect(scalar.value >= 0x20 && !(0x7f...0x9f).contains(scalar.value), "\(mode)")
      }
      if mode != "json" { #expect(!run.output.contains("\u{202E}")) }
    }
  }

  @Test func controlCharactersInNamesOfFilesNeverReachTheTerminal() throws {
    let run = try Traceview.run("no\u{1B}[2J\u{9B}31m\n.json")
    #expect(run.status == 66)
    let name = #"no\e[2J\u{009B}31m\n.json"#
    #expect(run.errors == "traceview: \(name): no such file or directory\n")
  }

  @Test func aReaderThatStopsIsNoError() throws {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    let loop = "for i in 1 2 3 4 5 6 7 8 9; do cat \"$2\"; done"
    process.arguments = ["-c", "{ \(loop); } | \"$1\" --print json | head -1; exit 0", "sh"]
    process.arguments?.append(contentsOf: [
      Traceview.program.path(), Traceview.root.appending(path: oneTrace).path(),
    ])
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(!text.isEmpty)
    #expect(errors.fileHandleForReading.readDataToEndOfFile().isEmpty)
  }
}
