import TraceModel

/// A way in which the body of a message is compressed.
public enum BodyCoding: String, Sendable {
  case gzip, zstd

  /// Why a body could not be decompressed.
  public enum Failure: Error, Hashable {
    /// It holds more than the limit.
    case tooLarge
    case damaged(String)
  }

  /// All that a body holds, which may be `limit` bytes.
  public func decompress(_ body: [UInt8], limit: Int) throws(Failure) -> [UInt8] {
    var decompressor = Decompressor(
      self == .gzip ? .gzip : .zstd, head: body,
      limits: Decompressor.Limits(anyRatio: limit, ratio: 1, most: limit))
    var output: [UInt8] = []
    // Traces gain about ten times; the room grows where they gain more.
    var room = min(max(body.count * 4, 16 << 10), limit + 1)
    while true {
      switch decompressor.decompress(room, into: &output) {
      case .filled:
        guard output.count <= limit else { throw .tooLarge }
        room = min(max(output.count, 16 << 10), limit + 1)
      case .needsInput:
        if let issue = decompressor.issueAtEnd() { throw .damaged(issue.detail) }
        return output
      case .failed(let issue):
        throw issue.kind == .limitReached ? .tooLarge : .damaged(issue.detail)
      }
    }
  }
}
