import Testing
import TraceModel
import TraceTestSupport

@testable import TraceFormats

/// Text with spans of several lines each.
@Suite struct LineTextTests {
  private static let span = """
    Activity.TraceId:            0af7651916cd43dd8448eb211c80319c
    Activity.SpanId:             b7ad6b7169203331
    Activity.DisplayName:        one
    Activity.StartTime:          2026-11-24T16:42:57.3390000Z
    Activity.Duration:           00:00:00.0200000


    """

  @Test func whatIsTooLongIsSkippedAndTheNextIsRead() {
    let name = "Activity.DisplayName:        one"
    let long = Self.span.replacing(name, with: name + String(repeating: "x", count: 500))
    let many = Self.span.replacing(
      name, with: Array(repeating: name, count: 20).joined(separator: "\n"))
    let text = Self.span + long + many + String(repeating: "y", count: 500) + "\n" + Self.span
    let bytes = Array(text.utf8)
    for size in [bytes.count, 100, 7, 1] {
      var importer = DotNetConsole()
      importer.text.recordLimit = 400
      var batch = SpanBatch(source: SourceID(0))
      for start in stride(from: 0, to: bytes.count, by: size) {
        let end = min(bytes.count, start + size)
        importer.read(bytes.span.extracting(start..<end), into: &batch)
      }
      importer.finish(into: &batch)
      #expect(batch.count == 2, "in pieces of \(size)")
      let tooLong = batch.issues.filter { $0.kind == .recordTooLong }
      #expect(
        tooLong.map(\.place?.line) == [9, 23, 38], "in pieces of \(size): \(batch.issues)")
    }
  }

  @Test(arguments: ["\n  ", " ", "\n\n"])
  func blankInputIsEmptyFromItsBeginningOn(text: String) {
    let reading = ImporterReading(text, by: DotNetConsole.self)
    #expect(
      reading.issues == [
        ImportIssue(
          .emptyInput, byteOffset: 0, detail: "\(text.utf8.count) bytes without a span in them")
      ])
  }

  @Test(arguments: [
    ("00:00:00", 0), ("00:00:00.0000001", 100), ("1.02:03:04.5", 93_784_500_000_000),
    ("23:59:59.9999999", 86_399_999_999_900),
  ])
  func durations(text: String, nanos: Int64) throws {
    let reading = ImporterReading(
      Self.span.replacing("00:00:00.0200000", with: text), by: DotNetConsole.self)
    let span = try #require(reading.records.first)
    #expect(span.end == span.start.advanced(by: DurationNanos(nanos)) && reading.issues == [])
  }

  @Test(arguments: [
    "", "1", "00:00", "-00:00:01", "a:b:c", "00:00:00.éééééé", "00:00:00.x", "99999999999.00:00:00",
    "4294967295.00:00:00",
  ])
  func whatIsNoDuration(text: String) throws {
    let reading = ImporterReading(
      Self.span.replacing("00:00:00.0200000", with: text), by: DotNetConsole.self)
    let span = try #require(reading.records.first)
    #expect(span.end == .unset && reading.issues.map(\.kind) == [.invalidTime], "\(text)")
  }

  /// No line says that a span ends in what Rust prints.
  @Test(arguments: [
    ("\tStatus: Unset", 1, []), ("\tStatus: Unset\n\tAttributes:\n\t\t ->  n: I64(1)\n", 1, []),
    ("\tKind        : Server\n", 0, [ImportIssue.Kind.truncatedInput]),
    ("\tKind        : Server\nSpan #1\n\tStatus: Ok", 1, [.malformedRecord]),
    (
      "\tStatus: Ok\nLogs\nResource\nLog #0\n\tName        : no span's\n", 1,
      [.skippedText, .skippedText]
    ),
  ])
  func whereASpanOfRustEnds(rest: String, count: Int, issues: [ImportIssue.Kind]) {
    let text = "Span #0\n\tInstrumentation Scope\n\n\tName        : one\n" + rest
    for size in [text.utf8.count, 9, 1] {
      let reading = ImporterReading(Array(text.utf8), by: RustConsole.self, pieces: size)
      #expect(reading.records.count == count && reading.issues.map(\.kind) == issues)
      #expect(reading.records.allSatisfy { $0.name == (rest.contains("#1") ? "" : "one") })
    }
  }

  @Test(arguments: [
    ("Resource\n\t -> \n", false), ("Resource\n\t", false), ("Resource\n\t ->  a=\n", false),
    ("Resource\n\t ->  a=String(Static(\"b\"))", true), ("Spans\nResource", true),
    ("Spans\nand more", false), ("Span #\n", false), ("log\nSpan #12\n", true), ("Span #x", false),
  ])
  func whatRustPrintsIsRecognized(text: String, isIts: Bool) {
    let bytes = Array(text.utf8)
    #expect(RustConsole.sniff(bytes.span, isWhole: true) == isIts)
    _ = ImporterReading(bytes, by: RustConsole.self)
  }

  @Test(arguments: [
    (#"String(Static("a"))"#, AttributeValue.string("a")), (#"String(Owned(""))"#, .string("")),
    (#"String("a")"#, .string("a")), (#"String(Owned("\"\\\u{e9}\t"))"#, .string("\"\\é\t")),
    (#"String(Owned("a"b"))"#, .string(#"String(Owned("a"b"))"#)),
    (#"String(Owned("\u{d800}"))"#, .string(#"String(Owned("\u{d800}"))"#)),
    ("I64(-3)", .int(-3)), ("I64()", .string("I64()")), ("F64(2.5)", .double(2.5)),
    ("F64(-inf)", .double(-.infinity)), ("Bool(true)", .bool(true)),
    ("Bool(1)", .string("Bool(1)")),
    ("Array(I64([1, 2]))", .array([.int(1), .int(2)])), ("Array(F64([]))", .array([])),
    (#"Array(String([Owned("a, ]"), Static("\"")]))"#, .array([.string("a, ]"), .string("\"")])),
    ("Array(Bool([true, no]))", .string("Array(Bool([true, no]))")), ("", .string("")),
    ("(", .string("(")),
    ("Array([])", .string("Array([])")), ("\"", .string("\"")),
  ])
  func valuesOfRust(text: String, value: AttributeValue) {
    let bytes = Array(text.utf8)
    #expect(RustDebugText.value(bytes.span, bytes.indices) == value)
  }
}
