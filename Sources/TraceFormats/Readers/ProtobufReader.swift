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

  /// A field's number and how its value is written.
  struct Tag: Hashable {
    var number: UInt32
    var type: WireType
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
    let start = position
    let value = try varint(bytes)
    guard let type = WireType(rawValue: UInt8(truncatingIfNeeded: value & 7)) else {
      throw ProtobufError(.wireType, at: start)
    }
    guard let number = UInt32(exactly: value >> 3), number > 0 else {
      throw ProtobufError(.fieldNumber, at: start)
    }
    return Tag(number: number, type: type)
  }

  /// A varint; more than 64 bits are cut off, as protobuf readers do.
  @inline(__always)
  mutating func varint(_ bytes: Span<UInt8>) throws(ProtobufError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    let start = position
    while position < end {
      let byte = bytes[position]
      position &+= 1
      value |= UInt64(byte & 0x7f) &<< shift
      if byte < 0x80 { return value }
      shift &+= 7
      if shift > 63 { throw ProtobufError(.varint, at: start) }
    }
    throw ProtobufError(.endOfInput, at: start)
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
    var value: UInt32 = 0
    for offset in 0..<4 { value |= UInt32(bytes[position &+ offset]) &<< UInt32(offset &* 8) }
    position &+= 4
    return value
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
