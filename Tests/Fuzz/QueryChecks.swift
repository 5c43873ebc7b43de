import TraceAnalysis
import TraceModel

/// What holds of a search: the first line is looked for in the rest, as slow and simple code finds
/// it.
enum QueryChecks {
  static func failure(_ bytes: [UInt8]) -> String? {
    let parts = bytes.split(separator: 0x0a, maxSplits: 1, omittingEmptySubsequences: false)
    let text = String(decoding: parts.first ?? [], as: UTF8.self)
    let name = String(decoding: parts.count > 1 ? parts[1] : [], as: UTF8.self)
    let query = SpanQuery(text)
    let expected = !text.isEmpty && occurs(text, in: name)
    guard query.matches(name) == expected else { return "\(text) in \(name): not \(expected)" }

    var batch = SpanBatch(source: SourceID(0))
    var record = SpanRecord()
    record.traceID = TraceID(high: 0, low: 1)
    record.spanID = SpanID(1)
    record.name = name
    record.attributes = [
      Attribute("k", .string(name)), Attribute(name, .int(1)),
    ]
    batch.append(record)
    var database = SpanDatabase()
    database.append(batch)
    let found = SpanSearch.traces(query, in: database.dataSet) { false }
    // An ID, a kind or another attribute may match where the name does not.
    return expected && found?.members != [true]
      ? "\(text) is not found in a span named \(name)" : nil
  }

  /// Smart case: a text without upper-case letters does not distinguish them.
  private static func occurs(_ text: String, in name: String) -> Bool {
    let isExact = text.unicodeScalars.contains { $0.properties.isUppercase }
    let needle = Array((isExact ? text : text.lowercased()).utf8)
    let hay = Array((isExact ? name : name.lowercased()).utf8)
    guard needle.count <= hay.count else { return false }
    return (0...(hay.count - needle.count)).contains {
      hay[$0..<$0 + needle.count].elementsEqual(needle)
    }
  }
}
