/// The texts of IDs that are no hexadecimal numbers in their source.
///
/// An ID is always a number, which spans are joined by. Where the source has any text instead, the
/// number is a hash of it, and the text is kept here to be shown.
public struct IDTexts: Sendable {
  fileprivate var traces: [TraceID: StringID] = [:]
  fileprivate var spans: [SpanID: StringID] = [:]

  public init() {}

  var isEmpty: Bool { traces.isEmpty && spans.isEmpty }

  /// About how many bytes of memory it takes.
  var byteCount: Int { (traces.capacity + spans.capacity) * 24 }
}

extension SpanBatch {
  /// The trace ID that stands for any text.
  public mutating func traceID(named text: Span<UInt8>) -> TraceID {
    let id = TraceID(hashing: text)
    if id.isValid { name(id, text) }
    return id
  }

  /// The span ID that stands for any text.
  public mutating func spanID(named text: Span<UInt8>) -> SpanID {
    let id = SpanID(hashing: text)
    if id.isValid { idTexts.spans[id] = strings.intern(text) }
    return id
  }

  /// Keeps the text that the source writes for an ID.
  public mutating func name(_ id: TraceID, _ text: Span<UInt8>) {
    idTexts.traces[id] = strings.intern(text)
  }

  /// The text of a trace ID, if the source writes no hexadecimal number.
  public func textID(of id: TraceID) -> StringID? {
    idTexts.traces.isEmpty ? nil : idTexts.traces[id]
  }

  /// The text of a span ID, if the source writes no hexadecimal number.
  public func textID(of id: SpanID) -> StringID? {
    idTexts.spans.isEmpty ? nil : idTexts.spans[id]
  }

  /// A trace ID of this batch as its source writes it.
  public func text(of id: TraceID) -> String {
    textID(of: id).map { strings[$0] } ?? id.description
  }

  /// A span ID of this batch as its source writes it.
  public func text(of id: SpanID) -> String { textID(of: id).map { strings[$0] } ?? id.description }
}

extension TraceTree {
  /// The ID of a node as its source writes it: of a missing parent as its first orphan does.
  public func spanIDText(at position: Int, in store: SpanStore) -> String {
    let row = rows[position] == .none && position + 1 < rows.count ? position + 1 : position
    guard rows[row] != .none else { return spanIDs[position].description }
    return store[rows[row]].batch.text(of: spanIDs[position])
  }
}

extension TraceID {
  /// A number that is the same for the same text in every run; invalid if it is empty.
  public init(hashing text: Span<UInt8>) {
    self =
      text.isEmpty ? .invalid : TraceID(high: hashOfText(text, 1) | 1, low: hashOfText(text, 2))
  }
}

extension SpanID {
  /// A number that is the same for the same text in every run; invalid if it is empty.
  public init(hashing text: Span<UInt8>) {
    self = text.isEmpty ? .invalid : SpanID(hashOfText(text, 3) | 1)
  }
}

/// FNV-1a, with its bits mixed at the end as splitmix64 does.
private func hashOfText(_ text: Span<UInt8>, _ seed: UInt64) -> UInt64 {
  var state = 0xcbf2_9ce4_8422_2325 ^ seed &* 0x9e37_79b9_7f4a_7c15
  for index in text.indices { state = (state ^ UInt64(text[index])) &* 0x0100_0000_01b3 }
  state = (state ^ state &>> 30) &* 0xbf58_476d_1ce4_e5b9
  state = (state ^ state &>> 27) &* 0x94d0_49bb_1331_11eb
  return state ^ state &>> 31
}
