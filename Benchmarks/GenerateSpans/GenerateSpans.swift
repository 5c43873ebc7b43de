public import ArgumentParser
import Glibc
public import SpanGenerator

extension GeneratorOptions.Shape: ExpressibleByArgument {}
extension GeneratorOptions.Format: ExpressibleByArgument {}

/// Writes spans of a made-up shop.
@main struct GenerateSpans: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate-spans",
    abstract: "Writes spans of a made-up shop in OTLP: the same bytes for the same options.")

  @Option(help: "How many spans.")
  var spans = 1_000

  @Option(help: "Another seed, other spans.")
  var seed: UInt64 = 1

  @Option(help: "How the spans hang together.")
  var shape = GeneratorOptions.Shape.mixed

  @Option(help: "How they are written.")
  var format = GeneratorOptions.Format.otlpJSONLines

  @Option(help: "How many attributes each span has.")
  var attributes = 10

  @Option(help: "How many events each span has, beside those that a few have in any case.")
  var events = 0

  @Option(help: "How many spans an export has: what a line or a frame holds.")
  var batch = 512

  @Option(help: "The file to write; standard output without it.")
  var output: String?

  func run() throws {
    let descriptor =
      if let output { open(output, O_WRONLY | O_CREAT | O_TRUNC, 0o644) } else { STDOUT_FILENO }
    guard descriptor >= 0 else { throw WriteError(place: output ?? "-", number: errno) }
    var generator = SpanGenerator(
      GeneratorOptions(
        spans: spans, seed: seed, shape: shape, format: format, attributes: attributes,
        events: events, batchSize: batch))
    try generator.run { try Self.write($0, to: descriptor, output ?? "standard output") }
    if output != nil, close(descriptor) != 0 {
      throw WriteError(place: output ?? "-", number: errno)
    }
  }

  private static func write(_ bytes: [UInt8], to descriptor: CInt, _ place: String) throws {
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw WriteError(place: place, number: errno) }
      done += count
    }
  }
}

/// Why the spans could not be written.
private struct WriteError: Error, CustomStringConvertible {
  var place: String
  var number: CInt

  var description: String { "\(place): \(String(cString: strerror(number)))" }
}
