import Foundation
import TraceFormats
import TraceModel
import TraceTestSupport

/// What libFuzzer tries with every input. `Scripts/fuzz` builds and runs it; `TRACEVIEW_FUZZ` is the
/// name of the target.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  if let failure = FuzzTarget.chosen(bytes) {
    FileHandle.standardError.write(Data("FOUND: \(failure)\n".utf8))
    abort()
  }
  return 0
}

/// The targets: each takes any bytes and gives a text for what should not be, or nil.
enum FuzzTarget {
  typealias Check = @Sendable ([UInt8]) -> String?

  static let chosen: Check = {
    let name = ProcessInfo.processInfo.environment["TRACEVIEW_FUZZ"] ?? ""
    guard let check = all[name] else {
      let names = all.keys.sorted().joined(separator: " ")
      FileHandle.standardError.write(Data("TRACEVIEW_FUZZ must be one of: \(names)\n".utf8))
      exit(64)
    }
    return check
  }()

  private static let all: [String: Check] = [
    "console": { ReaderChecks.failure($0, JSONTextImporter.self) },
    "console-lines": { bytes in
      ["cpp-console", "dotnet-console", "rust-console"].lazy.compactMap { FormatRegistry.named($0) }
        .compactMap { ReaderChecks.failure(bytes, $0) }.first
    },
    "csv": { ReaderChecks.failure($0, DelimitedTextImporter.self) },
    "datadog-msgpack": { ReaderChecks.failure($0, DatadogMessagePackImporter.self) },
    "decompression": SourceChecks.failure,
    "json": { ReaderChecks.failure($0, JSONTextImporter.self) },
    "lightstep-protobuf": { ReaderChecks.failure($0, LightstepProtobufImporter.self) },
    "otlp-json": { ReaderChecks.failure($0, JSONTextImporter.self) },
    "otlp-protobuf": { ReaderChecks.failure($0, OTLPProtobufImporter.self) },
    "otlp-protobuf-frames": { ReaderChecks.failure($0, OTLPProtobufFramesImporter.self) },
    "query": QueryChecks.failure,
    "writers": WriterChecks.failure,
  ]
}
