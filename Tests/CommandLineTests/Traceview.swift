import Dispatch
import Foundation
import Synchronization

/// Runs the program as a user would, without a terminal.
struct Traceview {
  var status: Int32
  var output: String
  var errors: String

  /// The folder of the package.
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The program that was built with these tests.
  static let program = URL(filePath: CommandLine.arguments[0])
    .deletingLastPathComponent().appending(path: "traceview")

  /// What a sanitizer should know.
  private static let sanitizers = ProcessInfo.processInfo.environment.filter {
    ["ASAN_OPTIONS", "TSAN_OPTIONS"].contains($0.key)
  }

  /// The program in the package's folder, to be started.
  static func process(_ arguments: [String], environment: [String: String]) -> Process {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.currentDirectoryURL = root
    process.environment = ["LANG": "C.UTF-8", "PATH": "/usr/bin:/bin", "TZ": "UTC"]
      .merging(environment) { $1 }
      .merging(sanitizers) { $1 }
    return process
  }

  /// Runs the program in the package's folder and waits for its end.
  static func run(
    _ arguments: String..., input: Data = Data(), environment: [String: String] = [:]
  ) throws -> Traceview {
    try run(arguments, input: input, environment: environment)
  }

  static func run(
    _ arguments: [String], input: Data = Data(), environment: [String: String] = [:]
  ) throws -> Traceview {
    let process = process(arguments, environment: environment)
    let (stdin, stdout, stderr) = (Pipe(), Pipe(), Pipe())
    process.standardInput = stdin
    process.standardOutput = stdout
    process.standardError = stderr
    try process.run()
    // Each pipe has its own thread, so that none can fill and stop the program.
    DispatchQueue.global().async {
      try? stdin.fileHandleForWriting.write(contentsOf: input)
      try? stdin.fileHandleForWriting.close()
    }
    let errors = Held()
    let isRead = DispatchSemaphore(value: 0)
    withExtendedLifetime(isRead) {
      DispatchQueue.global().async { [handle = stderr.fileHandleForReading] in
        let data = handle.readDataToEndOfFile()
        errors.data.withLock { $0 = data }
        isRead.signal()
      }
    }
    let output = stdout.fileHandleForReading.readDataToEndOfFile()
    isRead.wait()
    process.waitUntilExit()
    return Traceview(
      status: process.terminationStatus, output: String(decoding: output, as: UTF8.self),
      errors: String(decoding: errors.data.withLock { $0 }, as: UTF8.self))
  }

  /// Data that one thread gives to another.
  private final class Held: Sendable {
    let data = Mutex(Data())
  }
}
