// swift-tools-version: 6.2
// One section for each target, in the order of the picture in README.md (lowest first).

import PackageDescription

/// Settings of every Swift target.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// Settings of the targets that do no I/O and hold no unsafe code.
let pure = strict + [.strictMemorySafety()]

let package = Package(
  name: "traceview",
  products: [
    .executable(name: "traceview", targets: ["traceview"]),
    // For Scripts/fuzz, which links it with libFuzzer.
    .library(name: "Fuzz", type: .static, targets: ["Fuzz"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
  ],
  targets: [
    // MARK: Cells
    .target(name: "Cells", swiftSettings: pure),
    .testTarget(
      name: "CellsTests", dependencies: ["Cells", "TraceTestSupport"], swiftSettings: strict),

    // MARK: CNCurses
    .target(
      name: "CNCurses",
      linkerSettings: [.linkedLibrary("ncursesw"), .linkedLibrary("tinfo")]),

    // MARK: Terminal
    .target(name: "Terminal", dependencies: ["Cells", "CNCurses"], swiftSettings: strict),
    .testTarget(
      name: "TerminalTests",
      // TerminalProbe and traceview are programs that the tests run.
      dependencies: [
        "Cells", "CNCurses", "SpanGenerator", "Terminal", "TerminalProbe", "TraceTestSupport",
        "traceview",
      ],
      swiftSettings: strict),
    // A small full screen program for the tests to run in a real terminal.
    .executableTarget(
      name: "TerminalProbe", dependencies: ["Cells", "Terminal"],
      path: "Tests/TerminalProbe", swiftSettings: strict),

    // MARK: CVectors
    .target(name: "CVectors"),

    // MARK: TraceModel
    .target(name: "TraceModel", dependencies: ["CVectors"], swiftSettings: pure),
    .testTarget(
      name: "TraceModelTests", dependencies: ["TraceModel", "TraceTestSupport"],
      swiftSettings: strict),

    // MARK: TraceFormats
    .target(
      name: "TraceFormats", dependencies: ["CVectors", "TraceModel"], swiftSettings: pure),
    .testTarget(
      name: "TraceFormatsTests", dependencies: ["TraceFormats", "TraceModel", "TraceTestSupport"],
      exclude: ["Readings"], swiftSettings: strict),

    // MARK: TraceAnalysis
    .target(name: "TraceAnalysis", dependencies: ["TraceModel"], swiftSettings: pure),
    .testTarget(
      name: "TraceAnalysisTests",
      dependencies: ["TraceAnalysis", "TraceFormats", "TraceModel", "TraceTestSupport"],
      swiftSettings: strict),

    // MARK: TraceUI
    .target(
      name: "TraceUI", dependencies: ["Cells", "TraceAnalysis", "TraceModel"], swiftSettings: pure),
    .testTarget(
      name: "TraceUITests",
      dependencies: [
        "Cells", "TraceAnalysis", "TraceFormats", "TraceModel", "TraceTestSupport", "TraceUI",
      ],
      exclude: ["Snapshots"], swiftSettings: strict),

    // MARK: CCompression
    .target(
      name: "CCompression", linkerSettings: [.linkedLibrary("z"), .linkedLibrary("zstd")]),

    // MARK: CCurl
    .target(name: "CCurl", linkerSettings: [.linkedLibrary("dl")]),

    // MARK: TraceSources
    .target(
      name: "TraceSources", dependencies: ["CCompression", "CCurl", "TraceFormats", "TraceModel"],
      swiftSettings: strict),
    .testTarget(
      name: "TraceSourcesTests", dependencies: ["TraceModel", "TraceSources", "TraceTestSupport"],
      swiftSettings: strict),

    // MARK: TraceReceivers
    .target(
      name: "TraceReceivers",
      dependencies: [
        "TraceFormats", "TraceModel", "TraceSources",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOHTTP2", package: "swift-nio-http2"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "TraceReceiversTests",
      dependencies: [
        "TraceModel", "TraceReceivers", "TraceSources", "TraceTestSupport",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP2", package: "swift-nio-http2"),
      ],
      exclude: ["clients"], swiftSettings: strict),

    // MARK: traceview
    .executableTarget(
      name: "traceview",
      dependencies: [
        "Cells", "Terminal", "TraceAnalysis", "TraceFormats", "TraceModel", "TraceReceivers",
        "TraceSources", "TraceUI",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict,
      // Debugging information would be more than half of the program.
      linkerSettings: [
        .unsafeFlags(["-Xlinker", "--strip-debug"], .when(configuration: .release))
      ]),
    // Runs the built program, so it must be built before.
    .testTarget(
      name: "CommandLineTests", dependencies: ["TraceTestSupport", "traceview"],
      swiftSettings: strict),

    // MARK: SpanGenerator
    .target(name: "SpanGenerator", path: "Benchmarks/SpanGenerator", swiftSettings: pure),
    .executableTarget(
      name: "generate-spans",
      dependencies: [
        "SpanGenerator", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks/GenerateSpans", swiftSettings: strict),
    .executableTarget(
      name: "read-spans", dependencies: ["TraceModel", "TraceSources"],
      path: "Benchmarks/ReadSpans", swiftSettings: strict),
    .executableTarget(
      name: "generate-load",
      dependencies: [
        "SpanGenerator", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks/LoadGenerator", swiftSettings: strict),
    .testTarget(
      name: "GenerateSpansTests", dependencies: ["SpanGenerator"], swiftSettings: strict),

    // MARK: ArchitectureTests
    .testTarget(name: "ArchitectureTests", swiftSettings: strict),

    // MARK: TraceTestSupport
    .target(
      name: "TraceTestSupport",
      dependencies: ["Cells", "TraceFormats", "TraceModel"],
      path: "Tests/TraceTestSupport", swiftSettings: strict),

    // MARK: Fuzz
    .target(
      name: "Fuzz",
      dependencies: [
        "Cells", "TraceAnalysis", "TraceFormats", "TraceModel", "TraceSources", "TraceTestSupport",
      ],
      path: "Tests/Fuzz", swiftSettings: strict),
  ]
)
