import CVectors
import TraceModel

/// Finds where OTLP JSON can be cut, be it lines or one object of a gigabyte.
///
/// A brace, a quote and a letter, with nothing but white space between them, are in well-formed JSON
/// always the beginning of an object: in a string the quote would end it, and no letter follows a
/// string. So a cut is found without reading from the beginning.
struct OTLPJSONCutter: PartCutter {
  /// How far to look for a place where a resource begins, which needs nothing of what stands before
  /// it; behind that a span will do. More than a Collector puts into one `ResourceSpans`, so that what
  /// stands behind the spans (`schemaUrl` does) is in the same part.
  static let window = 2 << 20
  /// How far to look for a first cut: an input that has none until there is no OTLP, and looking on
  /// would cost a good part of reading it.
  static let patience = 64 << 10

  private var hasFound = false

  mutating func cut(in block: Span<UInt8>, base: Int) -> PartCut? {
    guard hasFound || base < Self.patience else { return nil }
    let cut = resource(in: block, base) ?? span(in: block, base)
    if cut != nil { hasFound = true }
    return cut
  }

  /// The first element of `resourceSpans`, or an object that has them.
  private func resource(in block: Span<UInt8>, _ base: Int) -> PartCut? {
    var position = 0
    let end = min(block.count, Self.window)
    while let quote = block.first("\"", "r", from: position, to: end) {
      position = quote + 1
      guard block.stands("resource", at: quote + 1), let brace = brace(before: quote, in: block)
      else { continue }
      if block.stands("\"", at: quote + 9) {
        return PartCut(offset: base + brace, kind: .resourceSpans)
      }
      if block.stands("Spans\"", at: quote + 9) || block.stands("_spans\"", at: quote + 9) {
        return PartCut(offset: base + brace, kind: .whole)
      }
    }
    return nil
  }

  /// The first element of `spans`.
  private func span(in block: Span<UInt8>, _ base: Int) -> PartCut? {
    var position = 0
    while let quote = block.first("\"", "t", from: position, to: block.count) {
      position = quote + 1
      guard block.stands("traceId\"", at: quote + 1) || block.stands("trace_id\"", at: quote + 1),
        let brace = brace(before: quote, in: block), isElement(block, at: brace),
        isSpan(block, at: brace)
      else { continue }
      return PartCut(offset: base + brace, kind: .span)
    }
    return nil
  }

  /// The brace before a key, if the key is the first of its object.
  private func brace(before quote: Int, in block: Span<UInt8>) -> Int? {
    var position = quote - 1
    while position >= 0, JSONReader.isSpace(block[position]) { position -= 1 }
    return position >= 0 && block[position] == UInt8(ascii: "{") ? position : nil
  }

  /// Whether the object at `start` may be the element of a list: a row of its own is none.
  private func isElement(_ block: Span<UInt8>, at start: Int) -> Bool {
    var position = start - 1
    while position >= 0, JSONReader.isSpace(block[position]) { position -= 1 }
    guard position >= 0 else { return false }
    return block[position] == UInt8(ascii: ",") || block[position] == UInt8(ascii: "[")
  }

  /// Whether the object at `start` is a span and no link, which begins alike.
  private func isSpan(_ block: Span<UInt8>, at start: Int) -> Bool {
    var scanner = JSONScanner(memberDepth: 1)
    var position = start
    while case .member(let value) = scanner.scan(block, from: position) {
      let key = start + scanner.key.lowerBound
      if block.stands("startTimeUnixNano\"", at: key)
        || block.stands("start_time_unix_nano\"", at: key)
      {
        return true
      }
      position = value
    }
    return false
  }
}

extension Span where Element == UInt8 {
  /// The first place from `start` on, before `end`, where these two bytes stand.
  fileprivate func first(
    _ one: Unicode.Scalar, _ other: Unicode.Scalar, from start: Int, to end: Int
  ) -> Int? {
    let (one, other) = (UInt8(ascii: one), UInt8(ascii: other))
    var index = start
    while index &+ 17 <= end {
      let length = Int(
        cv_before_pair(vector(at: index), one, vector(at: index &+ 1), other))
      if length < 16 { return index &+ length }
      index &+= 16
    }
    while index &+ 1 < end {
      if self[index] == one, self[index &+ 1] == other { return index }
      index &+= 1
    }
    return nil
  }
}
