import TraceModel

/// Why protobuf could not be read, and where: an offset in the bytes that the reader was given.
struct ProtobufError: Error, Hashable, Sendable {
  var offset: Int
  var reason: Reason

  init(_ reason: Reason, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  /// What was expected; the raw value is the text that users see.
  enum Reason: String, Sendable {
    /// The bytes end inside a field: with more of them it may be well-formed.
    case endOfInput = "expected more: the message is cut short"
    case varint = "expected a varint of at most 10 bytes"
    case fieldNumber = "expected a field number above 0"
    case wireType = "expected a wire type from 0 to 5"
    case length = "expected a field that ends inside its message"
    case group = "expected the group to end with its own number"
    case nesting = "expected at most 64 nested groups"
  }
}

/// Reads protobuf's wire format field by field. (protobuf.dev, "Encoding".)
///
/// The bytes are given with every call, as for `JSONReader`. Nothing is copied: a string or message
/// is a range.
struct ProtobufReader {
  /// The next byte to look at.
  var position: Int
  /// Where the message ends.
  let end: Int

  /// How the value of a field is written.
  enum WireType: UInt8 {
    case varint = 0
    case fixed64 = 1
    case length = 2
    case groupStart = 3
    case groupEnd = 4
    case fixed32 = 5
  }

  /// A field's number and how its value is written, as one number: a switch over tags is a jump.
  struct Tag: Hashable {
    fileprivate let bits: UInt64

    @inline(__always)
    init(number: UInt32, type: WireType) { bits = UInt64(number) &<< 3 | UInt64(type.rawValue) }
    @inline(__always)
    fileprivate init(bits: UInt64) { self.bits = bits }

    var number: UInt32 { UInt32(truncatingIfNeeded: bits &>> 3) }
    var type: WireType { WireType(rawValue: UInt8(truncatingIfNeeded: bits & 7)) ?? .groupEnd }

    @inline(__always)
    static func varint(_ number: UInt32) -> Tag { Tag(number: number, type: .varint) }
    @inline(__always)
    static func fixed64(_ number: UInt32) -> Tag { Tag(number: number, type: .fixed64) }
    @inline(__always)
    static func length(_ number: UInt32) -> Tag { Tag(number: number, type: .length) }
    @inline(__always)
    static func fixed32(_ number: UInt32) -> Tag { Tag(number: number, type: .fixed32) }
  }

  /// How deep groups may nest; OTLP has none.
  static let groupLimit = 64

  init(_ range: Range<Int>) {
    position = range.lowerBound
    end = range.upperBound
  }

  /// The tag of the next field; nil at the end of the message.
  @inline(__always)
  mutating func nextTag(_ bytes: Span<UInt8>) throws(ProtobufError) -> Tag? {
    guard position < end else { return nil }
    let byte = bytes[position]
    if byte < 0x80, byte >= 8, byte & 7 <= WireType.fixed32.rawValue {
      position &+= 1
      return Tag(bits: UInt64(byte))
    }
    let (tag, next) = try Self.anyTag(bytes, position, end)
    position = next
    return tag
  }

  // What is not inlined gets the position as a value, so that it stays in a register of the caller.

  private static func anyTag(
    _ bytes: Span<UInt8>, _ start: Int, _ end: Int
  ) throws(ProtobufError) -> (tag: Tag, next: Int) {
    let (value, next) = try anyVarint(bytes, start, end)
    guard value & 7 <= WireType.fixed32.rawValue else { throw ProtobufError(.wireType, at: start) }
    guard value >= 8, value >> 3 <= UInt32.max else {
      throw ProtobufError(.fieldNumber, at: start)
    }
    return (Tag(bits: value), next)
  }

  /// A varint; more than 64 bits are cut off, as protobuf readers do.
  @inline(__always)
  mutating func varint(_ bytes: Span<UInt8>) throws(ProtobufError) -> UInt64 {
    if position < end {
      let byte = bytes[position]
      if byte < 0x80 {
        position &+= 1
        return UInt64(byte)
      }
    }
    let (value, next) = try Self.anyVarint(bytes, position, end)
    position = next
    return value
  }

  private static func anyVarint(
    _ bytes: Span<UInt8>, _ start: Int, _ end: Int
  ) throws(ProtobufError) -> (value: UInt64, next: Int) {
    if start &+ 2 <= end, bytes[start] >= 0x80, bytes[start &+ 1] < 0x80 {
      return (UInt64(bytes[start] & 0x7f) | UInt64(bytes[start &+ 1]) &<< 7, start &+ 2)
    }
    if start &+ 10 <= bytes.count, let (value, stop) = longVarint(bytes, at: start), stop <= end {
      return (value, stop)
    }
    var value: UInt64 = 0
    var shift: UInt64 = 0
    var position = start
    while position < end {
      let byte = bytes[position]
      position &+= 1
      value |= UInt64(byte & 0x7f) &<< shift
      if byte < 0x80 { return (value, position) }
      shift &+= 7
      if shift > 63 { throw ProtobufError(.varint, at: start) }
    }
    throw ProtobufError(.endOfInput, at: start)
  }

  /// The values of the message in `range` if it is two varints, 1 and 2 in that order, and many bytes
  /// stand behind it.
  @inline(__always)
  static func twoVarints(
    _ bytes: Span<UInt8>, _ range: Range<Int>
  ) -> (first: UInt64, second: UInt64)? {
    let start = range.lowerBound
    guard start &+ 22 <= bytes.count, range.count >= 4, bytes[start] == 0x08,
      let (first, next) = longVarint(bytes, at: start &+ 1), bytes[next] == 0x10,
      let (second, end) = longVarint(bytes, at: next &+ 1), end == range.upperBound
    else { return nil }
    return (first, second)
  }

  /// The varint of up to ten bytes at `start`, and where it ends; nil if it is longer. The ten bytes must
  /// be there.
  @inline(__always)
  private static func longVarint(
    _ bytes: Span<UInt8>, at start: Int
  ) -> (value: UInt64, end: Int)? {
    let word = bytes.word(at: start)
    let last = ~word & 0x8080_8080_8080_8080
    if last != 0 {
      let bitCount = last.trailingZeroBitCount &+ 1
      return (
        sevenBits(word & (~0 &>> UInt64(64 &- bitCount))), start &+ Int(bitCount &>> 3)
      )
    }
    // IDs at random mostly have nine bytes or ten.
    let (ninth, tenth) = (bytes[start &+ 8], bytes[start &+ 9])
    let value = sevenBits(word) | UInt64(ninth & 0x7f) &<< 56
    if ninth < 0x80 { return (value, start &+ 9) }
    return tenth < 0x80 ? (value | UInt64(tenth) &<< 63, start &+ 10) : nil
  }

  /// The lower seven bits of each byte, behind one another.
  @inline(__always)
  private static func sevenBits(_ word: UInt64) -> UInt64 {
    var bits = word & 0x007f_007f_007f_007f | (word & 0x7f00_7f00_7f00_7f00) &>> 1
    bits = bits & 0x0000_3fff_0000_3fff | (bits & 0x3fff_0000_3fff_0000) &>> 2
    return bits & 0x0000_0000_0fff_ffff | (bits & 0x0fff_ffff_0000_0000) &>> 4
  }

  /// The range of a length-delimited value, which is passed.
  @inline(__always)
  mutating func delimited(_ bytes: Span<UInt8>) throws(ProtobufError) -> Range<Int> {
    let start = position
    let length = try varint(bytes)
    guard length <= UInt64(end &- position) else { throw ProtobufError(.length, at: start) }
    let first = position
    position &+= Int(truncatingIfNeeded: length)
    return first..<position
  }

  /// Eight bytes, little-endian.
  @inline(__always)
  mutating func fixed64(_ bytes: Span<UInt8>) throws(ProtobufError) -> UInt64 {
    guard end &- position >= 8 else { throw ProtobufError(.endOfInput, at: position) }
    defer { position &+= 8 }
    return bytes.word(at: position)
  }

  /// Four bytes, little-endian.
  @inline(__always)
  mutating func fixed32(_ bytes: Span<UInt8>) throws(ProtobufError) -> UInt32 {
    guard end &- position >= 4 else { throw ProtobufError(.endOfInput, at: position) }
    defer { position &+= 4 }
    return bytes.half(at: position)
  }

  /// Passes the value of a field whose tag was read.
  mutating func skip(_ tag: Tag, _ bytes: Span<UInt8>) throws(ProtobufError) {
    var groups: [UInt32] = []
    var tag = tag
    while true {
      switch tag.type {
      case .varint: _ = try varint(bytes)
      case .fixed64: _ = try fixed64(bytes)
      case .fixed32: _ = try fixed32(bytes)
      case .length: _ = try delimited(bytes)
      case .groupStart:
        guard groups.count < Self.groupLimit else { throw ProtobufError(.nesting, at: position) }
        groups.append(tag.number)
      case .groupEnd:
        guard groups.popLast() == tag.number else { throw ProtobufError(.group, at: position) }
      }
      if groups.isEmpty { return }
      guard let next = try nextTag(bytes) else { throw ProtobufError(.endOfInput, at: position) }
      tag = next
    }
  }
}
