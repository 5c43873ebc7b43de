import Testing
import TraceFormats
import TraceTestSupport

/// Expects that the fixture at `path` is read as `text` says: spans, then issues behind `!`.
func expectReading(
  of path: String, _ text: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let fixture = try Fixture.load(path)
  let importer = try #require(FormatRegistry.named(fixture.format))
  let reading = ImporterReading(fixture.bytes, by: importer)
  #expect(reading.text == text, "\(path)", sourceLocation: sourceLocation)
}
