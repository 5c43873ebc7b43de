/// Tells by its structure whether protobuf is OTLP's: several formats begin with the same byte.
///
/// The bytes may be only the beginning: what is cut off is not held against them.
enum OTLPProtobufSniff {
  /// What was found that other formats do not have.
  private struct Evidence {
    /// Attributes of a resource.
    var attributes = 0
    /// Spans with IDs of the right lengths.
    var spans = 0
  }

  /// Whether the bytes are, or begin, a `TracesData` with something in it.
  static func isTracesData(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    var evidence = Evidence()
    // What was found counts even if there is damage behind it.
    _ = fields(bytes, range) { number, field in
      number == 1 && isResourceSpans(bytes, field, &evidence)
    }
    return evidence.spans > 0 || evidence.attributes > 0
  }

  private static func isResourceSpans(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ evidence: inout Evidence
  ) -> Bool {
    fields(bytes, range) { number, field in
      switch number {
      case 1: isResource(bytes, field, &evidence)
      case 2, 1000: isScopeSpans(bytes, field, &evidence)
      case 3: true
      default: false
      }
    }
  }

  private static func isResource(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ evidence: inout Evidence
  ) -> Bool {
    fields(bytes, range, others: true) { number, field in
      guard number == 1 else { return true }
      return isKeyValue(bytes, field, &evidence)
    }
  }

  private static func isKeyValue(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ evidence: inout Evidence
  ) -> Bool {
    var isFirst = true
    return fields(bytes, range) { number, field in
      // The key stands first, and is text.
      defer { isFirst = false }
      if number == 1 {
        let end = min(field.upperBound, bytes.count)
        guard (field.lowerBound..<end).allSatisfy({ bytes[$0] >= 0x20 }) else { return false }
        if end == field.upperBound, !field.isEmpty { evidence.attributes += 1 }
        return true
      }
      return number == 2 && !isFirst
    }
  }

  private static func isScopeSpans(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ evidence: inout Evidence
  ) -> Bool {
    fields(bytes, range) { number, field in
      switch number {
      case 1, 3: return true
      case 2:
        return isSpan(bytes, field, &evidence)
      default: return false
      }
    }
  }

  /// Whether the fields can be a span's. A trace ID of 16 bytes and a span ID of 8 are evidence;
  /// that they are missing is not held against it, or a damaged span would make the file unreadable.
  private static func isSpan(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ evidence: inout Evidence
  ) -> Bool {
    var lengths: [UInt32: Int] = [:]
    let isFitting = fields(bytes, range, others: true) { number, field in
      if lengths[number] == nil { lengths[number] = field.count }
      return true
    }
    if lengths[1] == 16, lengths[2] == 8 { evidence.spans += 1 }
    return isFitting
  }

  /// Whether all fields (as far as there are bytes) are well-formed and accepted by `body`, which
  /// gets the length-delimited ones; `others`: whether there may be any that are not.
  private static func fields(
    _ bytes: Span<UInt8>, _ range: Range<Int>, others: Bool = false,
    _ body: (UInt32, Range<Int>) -> Bool
  ) -> Bool {
    // `range` may go beyond the bytes.
    let isCut = range.upperBound > bytes.count
    var reader = ProtobufReader(
      range.lowerBound..<max(range.lowerBound, min(range.upperBound, bytes.count)))
    let isOpen = isCut || range.upperBound == bytes.count
    do throws(ProtobufError) {
      while let tag = try reader.nextTag(bytes) {
        guard tag.type == .length else {
          guard others else { return false }
          try reader.skip(tag, bytes)
          continue
        }
        let length = try reader.varint(bytes)
        guard length <= 0x7fff_ffff else { return false }
        let field = reader.position..<reader.position + Int(length)
        if field.upperBound > reader.end, !isOpen { return false }
        if !body(tag.number, field) { return false }
        reader.position = min(field.upperBound, reader.end)
      }
      return true
    } catch {
      return isOpen && error.reason == .endOfInput
    }
  }
}
