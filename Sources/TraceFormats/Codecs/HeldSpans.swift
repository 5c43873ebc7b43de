import TraceModel

/// Records of spans that wait for others with their events and links, and those that came before
/// their span.
///
/// Bounded: when too much is held, the oldest goes first, with what has come of it.
struct HeldSpans: Sendable {
  struct Key: Hashable, Sendable {
    var traceID: TraceID
    var spanID: SpanID
  }

  /// The bytes of a record, and where it stands.
  struct Record: Sendable {
    var bytes: [UInt8]
    /// Where what is in it, if it is the row of a table.
    var members: [RowMember]?
    var byteOffset: Int

    init(_ bytes: Span<UInt8>, _ members: [RowMember]?, byteOffset: Int) {
      self.bytes = []
      self.bytes.append(bytes, 0..<bytes.count)
      self.members = members
      self.byteOffset = byteOffset
    }
  }

  struct Held: Sendable {
    /// Nil as long as it has not come.
    var span: Record?
    var details: [Record] = []
    /// How many details are still to come.
    var missing = 0
  }

  private var held: [Key: Held] = [:]
  /// The keys of `held` in the order in which they came, and of some that are gone.
  private var order: [Key] = []
  private var first = 0
  /// Those that wait for nothing more.
  private var complete: [Held] = []
  private var byteCount = 0

  init() {}

  func has(_ key: Key) -> Bool { held[key] != nil }

  /// The details that have come of a span.
  func details(of key: Key) -> [Record] { held[key]?.details ?? [] }

  /// Holds a span that waits for `missing` details.
  mutating func add(_ record: Record, _ key: Key, waitsFor missing: Int) {
    // A second span of the same ID: the first waits no longer.
    if held[key]?.span != nil { release(key) }
    update(key, record.bytes.count) {
      $0.span = record
      $0.missing = missing
    }
  }

  /// Holds an event or a link until its span is complete.
  mutating func addDetail(_ record: Record, _ key: Key) {
    update(key, record.bytes.count) {
      $0.details.append(record)
      $0.missing -= 1
    }
  }

  private mutating func update(_ key: Key, _ count: Int, _ body: (inout Held) -> Void) {
    if held[key] == nil { order.append(key) }
    body(&held[key, default: Held()])
    byteCount += count
    if let now = held[key], now.span != nil, now.missing <= 0 { release(key) }
    if order.count > 2 * held.count + 1_024 {
      order = order[first...].filter { held[$0] != nil }
      first = 0
    }
  }

  private mutating func release(_ key: Key) {
    guard let found = held.removeValue(forKey: key) else { return }
    byteCount -= (found.span?.bytes.count ?? 0) + found.details.reduce(0) { $0 + $1.bytes.count }
    complete.append(found)
  }

  /// Takes a span that waits for nothing more, or the oldest if too much is held.
  mutating func nextComplete() -> Held? {
    if complete.isEmpty, byteCount <= ImportLimits.waitingBytes { return nil }
    return next()
  }

  /// Takes a span that waits for nothing more, or the oldest.
  mutating func next() -> Held? {
    while complete.isEmpty, first < order.count {
      release(order[first])
      first += 1
    }
    return complete.isEmpty ? nil : complete.removeFirst()
  }
}
