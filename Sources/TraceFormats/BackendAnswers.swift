import TraceModel

/// Reads what back ends answer beside spans: which services there are, and which traces were found.
public enum BackendAnswers {
  /// A trace that a search has found.
  public struct FoundTrace: Sendable, Hashable {
    /// As the server writes it.
    public var id: String
    /// Changes when the trace has grown: a hash of all that the search says of it.
    public var fingerprint: Int
  }

  /// The texts of an array: the answer itself, or its member `key`. Nil if there is no such array.
  public static func texts(_ bytes: Span<UInt8>, in key: String? = nil) -> [String]? {
    elements(bytes, in: key) { (reader, bytes) throws(JSONError) in
      guard try reader.peekKind(bytes) == .string else { throw JSONError(.value, at: 0) }
      return text(bytes, try reader.string(bytes))
    }
  }

  /// The traces in the member `key`, each an object with the member `idKey`. Nil if the answer is
  /// none of a search.
  public static func traces(
    _ bytes: Span<UInt8>, in key: String, idKey: String
  ) -> [FoundTrace]? {
    elements(bytes, in: key) { (reader, bytes) throws(JSONError) in
      let start = reader.position
      var id: String?
      var isFirst = true
      try reader.enterObject(bytes)
      while let name = try reader.nextKey(bytes, isFirst: &isFirst) {
        if text(bytes, name) == idKey, try reader.peekKind(bytes) == .string {
          id = text(bytes, try reader.string(bytes))
        } else {
          try reader.skipValue(bytes)
        }
      }
      guard let id else { throw JSONError(.key, at: start) }
      var hasher = Hasher()
      for index in start..<reader.position { hasher.combine(bytes[index]) }
      return FoundTrace(id: id, fingerprint: hasher.finalize())
    }
  }

  /// The OTLP message in Tempo's answer in protobuf, `TraceByIDResponse`, and whether Tempo says that
  /// it is only a part of the trace. Nil if it is none.
  public static func tempoTrace(_ bytes: Span<UInt8>) -> (trace: Range<Int>, isPartial: Bool)? {
    var reader = ProtobufReader(0..<bytes.count)
    var trace = 0..<0
    var isPartial = false
    do throws(ProtobufError) {
      while let tag = try reader.nextTag(bytes) {
        switch (tag.number, tag.type) {
        case (1, .length): trace = try reader.delimited(bytes)
        case (3, .varint): isPartial = try reader.varint(bytes) == 1
        default: try reader.skip(tag, bytes)
        }
      }
      return (trace, isPartial)
    } catch {
      return nil
    }
  }

  private static func elements<Element>(
    _ bytes: Span<UInt8>, in key: String?,
    _ element: (inout JSONReader, Span<UInt8>) throws(JSONError) -> Element
  ) -> [Element]? {
    var reader = JSONReader()
    do throws(JSONError) {
      guard let key else { return try array(bytes, &reader, element) }
      var found: [Element]?
      var isFirst = true
      try reader.enterObject(bytes)
      while let name = try reader.nextKey(bytes, isFirst: &isFirst) {
        if text(bytes, name) == key {
          // Without anything found, some servers write `null`.
          found = []
          if try reader.peekKind(bytes) == .array {
            found = try array(bytes, &reader, element)
            continue
          }
        }
        try reader.skipValue(bytes)
      }
      return found
    } catch {
      return nil
    }
  }

  private static func array<Element>(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader,
    _ element: (inout JSONReader, Span<UInt8>) throws(JSONError) -> Element
  ) throws(JSONError) -> [Element] {
    var found: [Element] = []
    var isFirst = true
    try reader.enterArray(bytes)
    while try reader.nextElement(bytes, isFirst: &isFirst) {
      found.append(try element(&reader, bytes))
    }
    return found
  }

  private static func text(_ bytes: Span<UInt8>, _ text: JSONReader.Text) -> String {
    var raw: [UInt8] = []
    if text.hasEscapes {
      JSONText.unescape(bytes, text.range, into: &raw)
    } else {
      for index in text.range { raw.append(bytes[index]) }
    }
    return String(decoding: raw, as: UTF8.self)
  }
}
