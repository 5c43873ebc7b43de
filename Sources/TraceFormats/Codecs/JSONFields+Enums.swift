import TraceModel

extension JSONFields {
  /// A span's kind by its name, in any of the ways that systems write it; unspecified, with a note, if
  /// it is none, and without one if it is null or empty.
  mutating func kind(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader
  ) throws(JSONError) -> SpanKind {
    guard let text = try text(bytes, &reader), !text.range.isEmpty else { return .unspecified }
    if let kind = SpanKind(named: bytes, text.range) { return kind }
    notes.add(
      .unexpectedType, at: text.range.lowerBound,
      "no span kind: \(Excerpt.text(bytes, text.range))")
    return .unspecified
  }

  /// A status by its name, in any of the ways that systems write it; unset, with a note, if it is
  /// none, and without one if it is null or empty.
  mutating func status(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader
  ) throws(JSONError) -> SpanStatus {
    guard let text = try text(bytes, &reader), !text.range.isEmpty else { return .unset }
    if let status = SpanStatus(named: bytes, text.range) { return status }
    notes.add(
      .unexpectedType, at: text.range.lowerBound,
      "no status code: \(Excerpt.text(bytes, text.range))")
    return .unset
  }
}
