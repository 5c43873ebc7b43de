internal import Foundation
public import TraceFormats
internal import TraceModel

/// What must hold for every importer and any bytes. Each check gives a text for the failure, or
/// nil.
public enum ImporterChecks {
  /// Whether the slow tests run: `TRACEVIEW_SLOW_TESTS=1`.
  public static let isSlow = ProcessInfo.processInfo.environment["TRACEVIEW_SLOW_TESTS"] == "1"

  /// The same bytes in pieces give the same spans and issues as in one.
  public static func sameInPieces(
    _ bytes: [UInt8], by importer: any SpanImporter.Type, sizes: [Int],
    replacingBatches: Bool = true
  ) -> String? {
    let whole = ImporterReading(bytes, by: importer)
    for size in sizes where size > 0 {
      let cut = ImporterReading(bytes, by: importer, pieces: size)
      if let text = difference(whole, cut) { return "in pieces of \(size): \(text)" }
      guard replacingBatches else { continue }
      let replaced = ImporterReading(bytes, by: importer, pieces: size, replacesBatches: true)
      if let text = difference(whole, replaced) {
        return "in pieces of \(size), each with a new batch: \(text)"
      }
    }
    return nil
  }

  /// What differs between two readings.
  public static func difference(_ one: ImporterReading, _ other: ImporterReading) -> String? {
    if one.issues != other.issues {
      let lines = other.issues.map(\.line).joined(separator: "\n  ")
      let expected = one.issues.map(\.line).joined(separator: "\n  ")
      return "issues\n  \(lines)\ninstead of\n  \(expected)"
    }
    if one.records.count != other.records.count {
      return "\(other.records.count) spans instead of \(one.records.count)"
    }
    for (index, pair) in zip(one.records, other.records).enumerated() where pair.0 != pair.1 {
      // Where a value is not a number, a span does not equal itself.
      if SpanTable.text([pair.0]) == SpanTable.text([pair.1]) { continue }
      return "span \(index):\n\(SpanTable.text([pair.1]))\ninstead of\n\(SpanTable.text([pair.0]))"
    }
    if one.byteOffsets != other.byteOffsets { return "other byte offsets" }
    if one.format != other.format { return "format \(other.format) instead of \(one.format)" }
    return nil
  }

  /// A beginning of the bytes gives the first of the spans. (Resource and scope are not compared:
  /// they may stand behind the spans.) `isOpenEnded`: nothing says that a span ends, so the last one
  /// may lack what was cut.
  public static func prefixGivesFirstSpans(
    _ bytes: [UInt8], length: Int, of whole: ImporterReading, by importer: any SpanImporter.Type,
    isOpenEnded: Bool = false
  ) -> String? {
    func bare(_ record: SpanRecord) -> SpanRecord {
      var record = record
      record.resource = Resource()
      record.scope = InstrumentationScope()
      return record
    }
    var reading = ImporterReading(Array(bytes.prefix(length)), by: importer)
    if isOpenEnded { _ = reading.records.popLast() }
    let expected = whole.records.prefix(reading.records.count).map(bare)
    if SpanTable.text(reading.records.map(bare)) != SpanTable.text(Array(expected)) {
      return "the first \(length) bytes give other spans:\n"
        + SpanTable.text(reading.records.map(bare))
    }
    let truncated = reading.issues.filter { $0.kind == .truncatedInput }
    return truncated.count > 1 ? "\(truncated.count) truncated-input issues" : nil
  }
}
