import Testing
import TraceFormats
import TraceModel
import TraceTestSupport

/// Which importer is chosen, and what is said when there is none.
@Suite struct FormatRegistryTests {
  static let names = FormatRegistry.formats.map(\.name)

  static func issue(_ bytes: [UInt8]) -> String {
    let span = bytes.span
    guard FormatRegistry.importer(for: span, isWhole: true) == nil else { return "claimed" }
    return FormatRegistry.unrecognized(span).line
  }

  @Test func namesAndPrioritiesAreUnique() {
    let formats = FormatRegistry.formats
    #expect(Set(formats.map(\.name)).count == formats.count)
    #expect(Set(formats.map(\.priority)).count == formats.count)
    for format in formats {
      #expect(FormatRegistry.named(format.name) != nil)
      #expect(!format.summary.isEmpty && !format.example.isEmpty)
    }
    #expect(FormatRegistry.named("json-text") == JSONTextImporter.self)
    #expect(FormatRegistry.named("otlp-json") == JSONTextImporter.self)
    #expect(FormatRegistry.named("nothing") == nil)
  }

  @Test func aNamedFormatIsTheOnlyOneThatIsRead() throws {
    let jaeger = try Fixture.load("jaeger-json/ui-download/addsubtract.json").bytes
    let otlp = try Fixture.load("otlp-json/opentelemetry-python-1.45.2/three.json").bytes
    let importers = try ["jaeger-json", "otlp-json", "python-console"].map {
      try #require(FormatRegistry.importer(named: $0))
    }
    let counts = importers.map { ImporterReading(jaeger + otlp + jaeger, by: $0).records.count }
    #expect(counts == [8, 3, 0])
    let issue = try #require(ImporterReading(jaeger, by: importers[2]).issues.first)
    #expect(issue.detail.hasPrefix("tried python-console; the input begins with"))
    #expect(FormatRegistry.importer(named: "otlp-protobuf") is OTLPProtobufImporter)
    #expect(FormatRegistry.importer(named: "nothing") == nil)
  }

  @Test func containersSayWhatToDo() {
    let rest = [UInt8](repeating: 0, count: 20)
    #expect(
      Self.issue([0x1f, 0x8b, 8] + rest)
        == "@0 unrecognized-format: compressed twice, inside with gzip: decompress it once")
    #expect(Self.issue([0x28, 0xb5, 0x2f, 0xfd] + rest).contains("inside with zstd"))
    #expect(Self.issue([0, 0, 1, 0, 0x28, 0xb5, 0x2f, 0xfd] + rest).contains("inside with zstd"))
    #expect(Self.issue(Array("PK\u{3}\u{4}".utf8) + rest).contains("zip archive"))
    let tar = [UInt8](repeating: 0, count: 257) + Array("ustar".utf8) + rest
    #expect(Self.issue(tar).contains("tar archive"))
  }

  @Test func otherInputShowsItsFirstBytes() {
    #expect(
      Self.issue([0, 1, 2, 0x7f, 0xff])
        == "@0 unrecognized-format: tried \(Self.names.joined(separator: ", ")); "
        + "the input begins with 00 01 02 7f ff")
    let utf16 = Array("{\"resourceSpans\":[]}".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] })
    #expect(Self.issue([0xff, 0xfe] + utf16).contains("UTF-16"))
    #expect(Self.issue(utf16).contains("UTF-16"))
    #expect(FormatRegistry.unrecognized([UInt8]().span).kind == .emptyInput)
  }

  @Test(arguments: ["", " \n\t", "\u{feff}"])
  func blankInputIsEmpty(text: String) {
    let bytes = Array(text.utf8)
    #expect(FormatRegistry.importer(for: bytes.span, isWhole: true) == JSONTextImporter.self)
    #expect(ImporterReading(text, by: JSONTextImporter.self).issues.map(\.kind) == [.emptyInput])
  }

  @Test func textWithoutSpansSaysWhatWasTried() {
    let text = Self.names.filter { FormatRegistry.named($0) == JSONTextImporter.self }
    let tried =
      "unrecognized-format: tried \(text.joined(separator: ", ")); the input begins with "
    let cases = [
      (
        "# A README\n\nwith {braces} and [links](x).\n",
        "1:1 @0 \(tried)“# A README\\n\\nwith {braces} and [links](x).”"
      ),
      ("\n  [INFO] ready {\"a\": 1}\n", "2:3 @3 \(tried)“[INFO] ready {\"a\": 1}”"),
      ("{\"a\": [1, 2", "1:1 @0 \(tried)“{\"a\": [1, 2”"),
      ("{", "1:1 @0 \(tried)“{”"), ("\u{1b}[31mred", "1:1 @0 \(tried)“\\u{1b}[31mred”"),
    ]
    for (text, issue) in cases {
      for size in [nil, 1, 3] {
        let reading = ImporterReading(text, by: JSONTextImporter.self, pieces: size)
        #expect(reading.issues.map(\.line) == [issue], "in pieces of \(size ?? 0)")
      }
    }
  }

  @Test func theFirstObjectIsCut() {
    for text in [
      #"{"name": "a", "context": {"trace_id": "0x1"#, #"{"resourceSpans":[{"#, #"{"resourceSpans"#,
      "[{\"resourceSpans\":[]},",
    ] {
      let reading = ImporterReading(text, by: JSONTextImporter.self)
      let expected: ImportIssue.Kind =
        text.hasSuffix("Spans") ? .unrecognizedFormat : .truncatedInput
      #expect(reading.issues.map(\.kind) == [expected], "\(text)")
    }
  }

  @Test func textIsNotTakenForALengthOrAMessage() {
    for text in [
      "{\"resourceSpans\":[]}", "\n\n\n\n{\"resourceSpans\":[]}", "\n\n\n\n\n\n\n\n", "    {}",
    ] {
      let bytes = Array(text.utf8)
      #expect(FormatRegistry.importer(for: bytes.span, isWhole: true) == JSONTextImporter.self)
    }
  }

  @Test func severalFormatsInOneStream() throws {
    let bytes =
      try Fixture.load("otlp-json/opentelemetry-python-1.45.2/three.json").bytes
      + Fixture.load("python-console/opentelemetry-sdk-1.45.2/one-trace.txt").bytes
    let reading = ImporterReading(bytes, by: JSONTextImporter.self, pieces: 1000)
    #expect(reading.records.count == 7 && reading.format == "python-console")
    #expect(reading.issues.map(\.kind) == [.skippedText])
  }
}
