import Foundation
import Testing
import TraceModel
import TraceTestSupport

@testable import TraceReceivers

/// Real clients of other people send spans, which arrive as they were made.
///
/// `Scripts/test` installs the clients; without it, or without PyPI, these tests say that they are skipped.
@Suite struct ClientTests {
  private static let root = Fixture.folder.deletingLastPathComponent()
  private static let environment = root.appending(path: ".build/clients-venv")

  /// Whether the clients are installed; prints if they are not.
  private static let hasClients: Bool = {
    let isThere = FileManager.default.fileExists(
      atPath: environment.appending(path: "requirements.txt").path)
    if !isThere { print("SKIPPED: real clients: Scripts/test installs them from PyPI") }
    return isThere
  }()

  /// Runs a program of the environment; its output if it failed.
  private func run(
    _ program: String, _ arguments: [String], environment more: [String: String] = [:]
  ) throws {
    let process = Process()
    let output = Pipe()
    process.executableURL = Self.environment.appending(path: "bin/" + program)
    process.arguments = arguments
    // What the machine is set to must not matter.
    process.environment = ProcessInfo.processInfo.environment.filter {
      !$0.key.hasPrefix("OTEL_") && !$0.key.hasPrefix("DD_")
        && !$0.key.lowercased().hasSuffix("_proxy")
    }.merging(more) { $1 }
    process.standardOutput = output
    process.standardError = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let text = String(
      decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(text.suffix(2_000))")
  }

  /// Has a client of this folder send its trace of three spans to a receiver of the kind.
  private func expectTrace(
    of name: String, _ kind: ReceiverKind, _ script: String, _ arguments: [String] = [],
    environment: (String) -> [String: String] = { _ in [:] }
  ) throws {
    let running = try Running(kind)
    let endpoint = "http://127.0.0.1:\(running.receiver.boundPort)"
    let path = Self.root.appending(path: "Tests/TraceReceiversTests/clients/\(script)").path
    try run("python3", [path] + arguments + [endpoint], environment: environment(endpoint))
    #expect(running.wait { running.spans.count >= 3 })
    print("real client: \(name): \(running.spans.count) spans")
    #expect(running.names == ["charge", "checkout", "reserve"])
    let root = running.spans.first { $0.name == "checkout" }
    #expect(root?.parentSpanID.isValid == false)
    for child in running.spans where child.name != "checkout" {
      #expect(child.parentSpanID == root?.spanID)
      #expect(child.traceID == root?.traceID)
    }
    #expect(
      running.spans.allSatisfy { span in
        span.resource.attributes.contains(Attribute("service.name", .string("shop")))
      })
    #expect(running.issues.filter { $0.kind.severity > .info }.isEmpty)
    #expect(running.receiver.activity.troubles.isEmpty)
  }

  @Test(.enabled(if: hasClients)) func openTelemetryByHTTP() throws {
    try expectTrace(of: "OTLP/HTTP", .otlpHTTP, "otlp.py", ["http"])
  }

  @Test(.enabled(if: hasClients)) func openTelemetryByGRPC() throws {
    try expectTrace(of: "OTLP/gRPC", .otlpGRPC, "otlp.py", ["grpc"])
  }

  @Test(.enabled(if: hasClients)) func openTelemetryForZipkin() throws {
    try expectTrace(of: "Zipkin", .zipkin, "otlp.py", ["zipkin"])
  }

  @Test(.enabled(if: hasClients)) func datadog() throws {
    try expectTrace(of: "ddtrace", .datadog, "datadog.py") { endpoint in
      ["DD_TRACE_AGENT_URL": endpoint, "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "false"]
    }
  }

  @Test(.enabled(if: hasClients)) func libhoney() throws {
    try expectTrace(of: "libhoney", .honeycomb, "honeycomb.py")
  }

  @Test(.enabled(if: hasClients)) func newRelic() throws {
    try expectTrace(of: "newrelic-telemetry-sdk", .newRelic, "new_relic.py")
  }

  /// The tutorial, with the port of either protocol and with the protocols mixed up.
  @Test(
    .enabled(if: hasClients), arguments: [ReceiverKind.otlpHTTP, .otlpGRPC],
    ["http/protobuf", "grpc"])
  func tutorial(_ kind: ReceiverKind, _ protocolName: String) throws {
    let running = try Running(kind)
    try run(
      "opentelemetry-instrument",
      ["python3", Fixture.folder.appending(path: "programs/aa.py").path],
      environment: [
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:\(running.receiver.boundPort)",
        "OTEL_EXPORTER_OTLP_PROTOCOL": protocolName, "OTEL_BSP_SCHEDULE_DELAY": "100",
        "PATH": Self.environment.appending(path: "bin").path + ":/usr/bin:/bin",
      ])
    #expect(running.wait { running.spans.count >= 3 })
    print("real client: opentelemetry-instrument, \(protocolName): \(running.spans.count) spans")
    #expect(running.names == ["add", "add", "subtract"])
    #expect(Set(running.spans.map(\.traceID)).count == 3)
    #expect(
      running.receiver.activity.requests.keys.first
        == (protocolName == "grpc" ? .otlpGRPC : .otlpHTTP))
  }
}
