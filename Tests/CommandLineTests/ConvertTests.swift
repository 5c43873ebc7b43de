import Foundation
import Testing

/// `traceview convert`: files, errors, and what others say of what it writes.
@Suite struct ConvertTests {
  private let rich = "Fixtures/otlp-json/opentelemetry-python-1.45.2/rich.json"

  /// A folder for one test.
  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "traceview-convert-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  private func names(in folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  @Test func eachFormatIsReadAgain() throws {
    try withFolder { folder in
      let expected = try Traceview.run("--print", "tree", "--utc", rich).output
      for name in ["a.jsonl", "a.pb", "a.jaeger.json", "a.zipkin.json"] {
        let out = folder.appending(path: name).path
        let run = try Traceview.run("convert", rich, "-o", out)
        #expect(run.status == 0 && run.output == "")
        let isOTLP = name == "a.jsonl" || name == "a.pb"
        #expect(run.errors.isEmpty == isOTLP, "\(name): \(run.errors)")
        let tree = try Traceview.run("--print", "tree", "--utc", out)
        #expect(tree.status == 0)
        if isOTLP { #expect(tree.output == expected) }
      }
      #expect(try names(in: folder) == ["a.jaeger.json", "a.jsonl", "a.pb", "a.zipkin.json"])
    }
  }

  @Test func whatIsLostIsSaid() throws {
    let run = try Traceview.run("convert", rich, "-o", "-", "--to", "zipkin-json")
    #expect(run.status == 0 && run.output.hasPrefix("[{\"traceId\":"))
    #expect(run.errors.contains("traceview: zipkin-json: links are left out (in "))
    #expect(run.errors.contains("traceview: zipkin-json: times are cut to microseconds (in "))
  }

  @Test func standardInputAndOutput() throws {
    let input = try Data(contentsOf: Traceview.root.appending(path: rich))
    let piped = try Traceview.run("convert", "-o", "-", "--to", "otlp-jsonl", input: input)
    let named = try Traceview.run("convert", rich, "-o", "-", "--to", "otlp-jsonl")
    #expect(piped.output == named.output && piped.status == 0 && !piped.output.isEmpty)
  }

  @Test func anExistingFileIsReplacedAsAWhole() throws {
    try withFolder { folder in
      let out = folder.appending(path: "out.jsonl")
      try Data("old".utf8).write(to: out)
      // Nothing can be read: the old file stays.
      let empty = folder.appending(path: "empty.json")
      try Data().write(to: empty)
      #expect(try Traceview.run("convert", empty.path, "-o", out.path).status == 66)
      #expect(try String(contentsOf: out, encoding: .utf8) == "old")
      #expect(try Traceview.run("convert", rich, "-o", out.path).status == 0)
      #expect(try String(contentsOf: out, encoding: .utf8).hasPrefix("{\"resourceSpans\""))
      #expect(try names(in: folder) == ["empty.json", "out.jsonl"])
    }
  }

  @Test func errorsAreClearAndLeaveNothing() throws {
    try withFolder { folder in
      let copy = folder.appending(path: "copy.json")
      try FileManager.default.copyItem(at: Traceview.root.appending(path: rich), to: copy)
      let before = try Data(contentsOf: copy)
      let same = try Traceview.run(
        "convert", copy.path, "-o", folder.path + "/../" + folder.lastPathComponent + "/copy.json")
      #expect(same.status == 64 && same.errors.contains("is read, so it cannot be written"))
      #expect(try Data(contentsOf: copy) == before)

      let missing = try Traceview.run("convert", rich, "-o", folder.path + "/none/a.pb")
      #expect(missing.status == 74)
      #expect(missing.errors.contains("/none/a.pb: no such file or directory"))

      let isFolder = try Traceview.run("convert", rich, "-o", folder.path, "--to", "zipkin-json")
      #expect(isFolder.status == 74 && isFolder.errors.contains("is a directory"))

      let full = try Traceview.run("convert", rich, "-o", "/dev/full", "--to", "otlp-protobuf")
      #expect(full.status == 74)
      #expect(full.errors.contains("/dev/full: no space left on device"))

      let noFormat = try Traceview.run("convert", rich, "-o", folder.path + "/a.txt")
      #expect(noFormat.status == 64 && noFormat.errors.contains("otlp-jsonl, otlp-protobuf"))

      let noInput = try Traceview.run("convert", "none.json", rich, "-o", folder.path + "/a.pb")
      #expect(noInput.status == 66 && noInput.errors.contains("none.json: no such file"))
      #expect(try names(in: folder) == ["copy.json"])
    }
  }

  @Test func filesAreStillViewedWithoutASubcommand() throws {
    #expect(try Traceview.run(rich).status == 0)
    #expect(try Traceview.run("--print", "list", rich).status == 0)
    #expect(try Traceview.run("./" + rich).output == Traceview.run(rich).output)
  }

  /// The Python program with OpenTelemetry's own messages; nil, with a note, if it cannot be made.
  private func python() throws -> URL? {
    let folder = Traceview.root.appending(path: ".build/opentelemetry-proto")
    let python = folder.appending(path: "bin/python3")
    let script = """
      set -e
      test -e '\(folder.path)/done' && exit 0
      python3 -m venv '\(folder.path)'
      '\(python.path)' -m pip install --quiet --disable-pip-version-check \
        --timeout 10 --retries 1 opentelemetry-proto protobuf
      touch '\(folder.path)/done'
      """
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", script]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? python : nil
  }

  @Test func opentelemetrysOwnMessagesReadIt() throws {
    guard let python = try python() else {
      print("Not checked with opentelemetry-proto: python3 -m venv or PyPI cannot be used here.")
      return
    }
    try withFolder { folder in
      let lines = folder.appending(path: "a.jsonl").path
      let message = folder.appending(path: "a.pb").path
      let sources = [
        rich, "Fixtures/otlp-json/damaged/values.json",
        "Fixtures/datadog-msgpack/ddtrace-4.16.0/v04-traces.msgpack",
        "Fixtures/jaeger-json/ui-download/rich.json",
      ].filter { FileManager.default.fileExists(atPath: Traceview.root.appending(path: $0).path) }
      #expect(try Traceview.run(["convert"] + sources + ["-o", lines]).status == 0)
      #expect(try Traceview.run(["convert"] + sources + ["-o", message]).status == 0)
      // protobuf's JSON has base64 where OTLP's has hexadecimal IDs.
      let script = """
        import base64, json, sys
        from google.protobuf import json_format
        from opentelemetry.proto.trace.v1.trace_pb2 import TracesData
        def fix(value):
          if isinstance(value, list): return [fix(v) for v in value]
          if not isinstance(value, dict): return value
          return {k: base64.b64encode(bytes.fromhex(v)).decode()
            if k in ("traceId", "spanId", "parentSpanId") else fix(v) for k, v in value.items()}
        def spans(data):
          return [(r.resource, s.scope, s.schema_url, r.schema_url, span)
            for r in data.resource_spans for s in r.scope_spans for span in s.spans]
        read = []
        for line in open(sys.argv[1], encoding="utf-8"):
          data = TracesData()
          json_format.ParseDict(fix(json.loads(line)), data)
          read += spans(data)
        data = TracesData()
        data.ParseFromString(open(sys.argv[2], "rb").read())
        again = spans(data)
        def text(list): return [[str(part) for part in span] for span in list]
        assert text(read) == text(again), "JSON and protobuf differ"
        for span in read:
          assert len(span[4].trace_id) == 16 and len(span[4].span_id) == 8
        print(len(read))
        """
      let process = Process()
      process.executableURL = python
      process.arguments = ["-c", script, lines, message]
      let (output, errors) = (Pipe(), Pipe())
      process.standardOutput = output
      process.standardError = errors
      try process.run()
      let text = output.fileHandleForReading.readDataToEndOfFile()
      let problem = errors.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0, "\(String(decoding: problem, as: UTF8.self))")
      let list = try Traceview.run(["--print", "json"] + sources).output
      let count = list.split(separator: "\n").count
      #expect(String(decoding: text, as: UTF8.self) == "\(count)\n" && count > 0)
    }
  }
}
