import Cells
import TraceFormats
import TraceModel
import TraceTestSupport

/// What holds of an importer and any bytes: it does not trap, however the bytes are cut they give the
/// same, and what it says of them is true.
enum ReaderChecks {
  static func failure(_ bytes: [UInt8], _ importer: any SpanImporter.Type) -> String? {
    let whole = ImporterReading(bytes, by: importer)
    // The same input is always cut alike, so that what was found is found again.
    let hash = Int(
      truncatingIfNeeded: bytes.reduce(UInt64(bytes.count)) { $0 &* 31 &+ UInt64($1) } >> 8)
    for size in [1 + abs(hash % 61), 1 + abs(hash % 509)] {
      let cut = ImporterReading(bytes, by: importer, pieces: size)
      if let text = ImporterChecks.difference(whole, cut) { return "in pieces of \(size): \(text)" }
      // Resources that stand behind their spans may not reach them.
      _ = ImporterReading(bytes, by: importer, pieces: size, replacesBatches: true)
    }
    let size = 61 + abs(hash % 1_021)
    if let text = partFailure(bytes, importer, blocks: size, whole) {
      return "in blocks of \(size): \(text)"
    }
    // Whoever would be chosen by the content must not trap either.
    let prefix = bytes.span.extracting(0..<min(4_096, bytes.count))
    if let chosen = FormatRegistry.importer(for: prefix, isWhole: bytes.count <= 4_096),
      chosen != importer
    {
      _ = ImporterReading(bytes, by: chosen)
    }
    return untruth(in: whole, of: bytes)
  }

  private static func partFailure<Importer: SpanImporter>(
    _ bytes: [UInt8], _ importer: Importer.Type, blocks size: Int, _ whole: ImporterReading
  ) -> String? {
    guard Importer().cutter() != nil else { return nil }
    var joins = 0
    var parts = ImporterReading(bytes, inPartsBy: importer, blocks: size, joins: &joins)
    // A batch without spans has no format.
    parts.format = whole.format
    // What stands behind spans that have gone out with an earlier part cannot reach them, and is said.
    if parts.issues.contains(where: { $0.kind == .resourceAfterSpans }) { return nil }
    // A resource that stands in several parts is decoded in each, and what is wrong with it said again.
    let known = Set(whole.issues.map(\.line))
    parts.issues.removeAll { issue in
      !known.contains(issue.line)
        && whole.issues.contains {
          $0.kind == issue.kind && $0.detail == issue.detail && $0.byteOffset < issue.byteOffset
        }
    }
    return ImporterChecks.difference(whole, parts)
  }

  /// What is said of the bytes and is not so.
  private static func untruth(in reading: ImporterReading, of bytes: [UInt8]) -> String? {
    for offset in reading.byteOffsets where !(0...bytes.count).contains(offset) {
      return "a span at byte \(offset) of \(bytes.count)"
    }
    // The offsets behind the line feeds; column 1 is there.
    let lines = [0] + bytes.indices.filter { bytes[$0] == 0x0a }.map { $0 + 1 }
    for issue in reading.issues {
      guard (0...bytes.count).contains(issue.byteOffset) else {
        return "outside of \(bytes.count) bytes: \(issue.line)"
      }
      if let place = issue.place {
        guard lines.indices.contains(place.line - 1),
          lines[place.line - 1] + place.column - 1 == issue.byteOffset
        else { return "not the place of its byte: \(issue.line)" }
      }
      if let scalar = SafeText.line(issue.detail).unicodeScalars.first(where: isActive) {
        return "U+\(String(scalar.value, radix: 16)) in the text of an issue: \(issue.line)"
      }
    }
    if reading.issues.count(where: { $0.kind == .truncatedInput }) > 1 { return "two ends" }
    return nil
  }

  private static func isActive(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}
