import Foundation
import Glibc

/// The program while it runs on, without a terminal, or another program beside it.
final class LiveTraceview {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  private let process: Process
  private let scratch = try? Scratch()

  /// Starts the program.
  convenience init(_ arguments: [String], environment: [String: String] = [:]) throws {
    try self.init(Traceview.process(arguments, environment: environment))
  }

  init(_ process: Process) throws {
    self.process = process
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: file("output"))
    process.standardError = try FileHandle(forWritingTo: file("errors"))
    try process.run()
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }

  private func file(_ name: String) throws -> URL {
    guard let scratch else { throw Failure(description: "no folder for files") }
    let url = scratch.folder.appending(path: name)
    if !FileManager.default.fileExists(atPath: url.path) { try Data().write(to: url) }
    return url
  }

  private func text(_ name: String) -> String {
    String(decoding: (try? Data(contentsOf: file(name))) ?? Data(), as: UTF8.self)
  }

  var output: String { text("output") }
  var errors: String { text("errors") }

  /// Waits until something is so; fails after a generous time.
  func wait(until what: String, _ condition: () throws -> Bool) throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while try !condition() {
      guard ContinuousClock.now < deadline else {
        throw Failure(description: "never: \(what); errors: \(errors); output: \(output)")
      }
      usleep(10_000)  // Nothing tells what another process has written to a file: it is read again.
    }
  }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Waits for its end; what it did.
  func end() throws -> Traceview {
    try wait(until: "the end") { !process.isRunning }
    return Traceview(status: process.terminationStatus, output: output, errors: errors)
  }
}

/// A folder that goes with its object.
final class Scratch {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appending(path: "command-line-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// The path of a file in it.
  func path(_ name: String) -> String { folder.appending(path: name).path }
}

/// A port of this machine, which nobody else can bind while it is held.
final class HeldPort {
  let number: Int
  private let descriptor: CInt

  init() {
    let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        _ = bind(descriptor, address, length)
        listen(descriptor, 1)
        getsockname(descriptor, address, &length)
      }
    }
    self.descriptor = descriptor
    number = Int(UInt16(bigEndian: address.sin_port))
  }

  deinit { close(descriptor) }

  /// A port at which nobody listens.
  static func free() -> Int { HeldPort().number }
}
