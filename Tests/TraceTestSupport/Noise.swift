/// Bytes that no program wrote.
public enum Noise {
  /// Random bytes.
  public static func bytes(_ count: Int, seed: UInt64) -> [UInt8] {
    var random = SplitMix64(seed: seed)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 8)
    while bytes.count < count {
      var word = random.next()
      for _ in 0..<8 {
        bytes.append(UInt8(truncatingIfNeeded: word))
        word >>= 8
      }
    }
    return Array(bytes.prefix(count))
  }

  /// Pieces of JSON, OTLP and log text in random order: gets further into an importer than bytes.
  public static func jsonPieces(_ count: Int, seed: UInt64) -> [UInt8] {
    let pieces = [
      "{", "}", "[", "]", "\"", ",", ":", "\n", "\r\n", " ", "\\", "\\u", "d83d", "1e20", "-", "0",
      "null", "true", "NaN", "{\"resourceSpans\":[", "{\"resource\":{\"attributes\":[]},",
      "\"scopeSpans\":[{\"scope\":{\"name\":\"s\"},\"spans\":[", "\"schemaUrl\":\"u\"",
      "{\"traceId\":\"0af7651916cd43dd8448eb211c80319c\",\"spanId\":\"b7ad6b7169203331\"}",
      "]}]}]}",
      "\"attributes\":[{\"key\":\"a\",\"value\":{\"intValue\":\"1\"}}]", "log line ", "é",
      "\u{1b}[31m",
      "{\"name\":\"n\",\"context\":{\"trace_id\":\"0x1\",\"span_id\":\"0x2\"},\"start_time\":null}",
      "{\"resourceMetrics\":[", "\"x\":1,",
    ].map { Array($0.utf8) }
    var random = SplitMix64(seed: seed)
    var bytes: [UInt8] = []
    while bytes.count < count {
      bytes += pieces[Int(random.next() % UInt64(pieces.count))]
    }
    return bytes
  }
}
