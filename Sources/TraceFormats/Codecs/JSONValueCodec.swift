import TraceModel

/// A format whose records are JSON objects that stand for themselves: one file per format.
///
/// The text importer finds the objects; a codec says which are its own, by their keys, and decodes
/// them. (OTLP is walked through by `OTLPJSONStream` instead, because its objects may be larger than
/// memory.)
protocol JSONValueCodec: Sendable {
  static var format: FormatDescriptor { get }

  /// Keys by which an object that is cut short is known to be the format's.
  static var telltales: [String] { get }

  /// Whether an array around the records may lack its end.
  static var mayEndOpen: Bool { get }

  /// Whether `claim` looks at keys only, so that it is the same for objects with the same ones.
  static var claimsByKeys: Bool { get }

  init()

  /// What the object is to this format.
  func claim(_ object: JSONShape, _ bytes: Span<UInt8>) -> JSONClaim

  /// Decodes one object, which is all of `bytes` and begins at `byteOffset` of the source, and
  /// commits its spans to `batch`.
  mutating func decode(
    _ bytes: Span<UInt8>, byteOffset: Int, fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSONError)

  /// Whether objects behind a record of the format are first taken for usual ones.
  static var readsUsual: Bool { get }

  /// Decodes the object that `bytes` begin with, which was not scanned, if it is certain that it is
  /// one that the format claims, and that there is nothing to note; where it ends, or how far was
  /// looked. If it is not read nothing is kept.
  mutating func decodeUsual(
    _ bytes: Span<UInt8>, byteOffset: Int, fields: inout JSONFields, into batch: inout SpanBatch
  ) -> (end: Int, isRead: Bool)

  // For formats that wrap their records in an object, or that say things of records elsewhere.

  /// Whether the codec is told of what is around records.
  static var looksAround: Bool { get }

  /// An object around records begins.
  mutating func enterWrapper()

  /// Takes what stands beside records in the object around them.
  mutating func take(
    _ context: JSONContext, _ bytes: Span<UInt8>, fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError)

  /// The object around records has ended.
  mutating func leaveWrapper(in batch: inout SpanBatch)

  /// Commits what was held back: the input has ended.
  mutating func finish(fields: inout JSONFields, into batch: inout SpanBatch)

  /// Whether rows of the batch wait for what may stand behind them.
  var isWaiting: Bool { get }
}

extension JSONValueCodec {
  static var mayEndOpen: Bool { false }
  static var claimsByKeys: Bool { false }
  static var looksAround: Bool { false }
  static var readsUsual: Bool { false }
  mutating func decodeUsual(
    _ bytes: Span<UInt8>, byteOffset: Int, fields: inout JSONFields, into batch: inout SpanBatch
  ) -> (end: Int, isRead: Bool) { (0, false) }
  mutating func enterWrapper() {}
  mutating func take(
    _ context: JSONContext, _ bytes: Span<UInt8>, fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) {}
  mutating func leaveWrapper(in batch: inout SpanBatch) {}
  mutating func finish(fields: inout JSONFields, into batch: inout SpanBatch) {}
  var isWaiting: Bool { false }
}

/// What an object is to a format.
enum JSONClaim {
  case none
  /// It holds spans.
  case spans
  /// It is the format's, but holds metrics or logs.
  case otherSignal
  /// It is the format's, and says nothing of spans.
  case nothing

  var isClaimed: Bool { self != .none }
}

/// The members of an object that was scanned but not decoded: what formats are told apart by.
struct JSONShape: Sendable {
  /// Where a key lies (without its quotes), and where its value begins.
  struct Member: Sendable {
    var key: Range<Int>
    var value: Int
  }

  /// More members than this are not looked at.
  static let memberLimit = 64

  var members: [Member] = []

  /// Where the value of the member `name` begins.
  @inline(__always)
  func value(of name: StaticString, _ bytes: Span<UInt8>) -> Int? {
    for member in members where bytes.matches(member.key, name) { return member.value }
    return nil
  }

  /// Whether there is a member `name`.
  @inline(__always)
  func has(_ name: StaticString, _ bytes: Span<UInt8>) -> Bool { value(of: name, bytes) != nil }

  /// Whether the member `name` is an object that has a member `inner`.
  func has(_ name: StaticString, _ inner: StaticString, _ bytes: Span<UInt8>) -> Bool {
    guard let start = value(of: name, bytes) else { return false }
    var reader = JSONReader(at: start)
    return (try? Self.hasMember(inner, bytes, &reader)) ?? false
  }

  /// Whether the member `name` is an array whose first element is an object that has a member
  /// `inner`.
  func hasInFirst(_ name: StaticString, _ inner: StaticString, _ bytes: Span<UInt8>) -> Bool {
    // Of an object that is cut short the value may not be there.
    guard let start = value(of: name, bytes), start < bytes.count,
      bytes[start] == UInt8(ascii: "[")
    else { return false }
    var reader = JSONReader(at: start + 1)
    return (try? Self.hasMember(inner, bytes, &reader)) ?? false
  }

  /// Whether `bytes` begin with an object that has a member `name`.
  static func isObject(_ bytes: Span<UInt8>, with name: StaticString) -> Bool {
    var reader = JSONReader()
    return (try? hasMember(name, bytes, &reader)) ?? false
  }

  private static func hasMember(
    _ name: StaticString, _ bytes: Span<UInt8>, _ reader: inout JSONReader
  ) throws(JSONError) -> Bool {
    guard try reader.peekKind(bytes) == .object else { return false }
    try reader.enterObject(bytes)
    var isFirst = true
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      if bytes.matches(key.range, name) { return true }
      try reader.skipValue(bytes)
    }
    return false
  }
}
