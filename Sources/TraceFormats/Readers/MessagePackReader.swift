import TraceModel

/// Why MessagePack could not be read, and where: an offset in the bytes that the reader was given.
struct MessagePackError: Error, Hashable, Sendable {
  var offset: Int
  var reason: Reason

  init(_ reason: Reason, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  /// What was expected; the raw value is the text that users see.
  enum Reason: String, Sendable {
    /// The bytes end inside a value: with more of them it may be well-formed.
    case endOfInput = "expected more: the value is cut short"
    case unusedByte = "expected a value, found the byte c1"
    case nesting = "expected at most 256 nested arrays and maps"
    case payload = "expected an array of traces"
    case strings = "expected fewer strings: they need too much memory"
  }
}

/// Reads MessagePack value by value. (msgpack, `spec.md`.)
///
/// The bytes are given with every call, as for `ProtobufReader`. Nothing is copied: a string is a
/// range. Of arrays and maps only the beginning is read; their elements are the next values.
struct MessagePackReader {
  /// The next byte to look at.
  var position: Int

  init(at position: Int = 0) { self.position = position }

  /// A value, or the beginning of one.
  enum Value: Equatable {
    case null
    case bool(Bool)
    case int(Int64)
    /// An integer that needs no sign, or that `int` cannot hold.
    case uint(UInt64)
    case double(Double)
    case string(Range<Int>)
    case binary(Range<Int>)
    /// A value of an application's own type.
    case other(Range<Int>)
    case array(Int)
    case map(Int)

    /// How many values stand in it.
    var childCount: Int {
      switch self {
      case .array(let count): count
      case .map(let count): 2 * count
      default: 0
      }
    }
  }

  /// The next value. The range of its bytes may go beyond those that are there.
  @inline(__always)
  mutating func head(_ bytes: Span<UInt8>) throws(MessagePackError) -> Value {
    guard position < bytes.count else { throw MessagePackError(.endOfInput, at: position) }
    let start = position
    let byte = bytes[start]
    position += 1
    switch byte {
    case 0x00...0x7f: return .uint(UInt64(byte))
    case 0x80...0x8f: return .map(Int(byte & 0x0f))
    case 0x90...0x9f: return .array(Int(byte & 0x0f))
    case 0xa0...0xbf: return .string(range(Int(byte & 0x1f)))
    case 0xe0...0xff: return .int(Int64(Int8(bitPattern: byte)))
    case 0xc0: return .null
    case 0xc2, 0xc3: return .bool(byte == 0xc3)
    case 0xca: return .double(Double(Float(bitPattern: UInt32(try number(bytes, 4, start)))))
    case 0xcb: return .double(Double(bitPattern: try number(bytes, 8, start)))
    case 0xcc...0xcf: return .uint(try number(bytes, 1 << Int(byte - 0xcc), start))
    case 0xd0...0xd3:
      let width = 1 << Int(byte - 0xd0)
      let shift = UInt64(64 - 8 * width)
      return .int(Int64(bitPattern: try number(bytes, width, start) << shift) >> Int64(shift))
    case 0xc4...0xc6: return .binary(range(try length(bytes, 1 << Int(byte - 0xc4), start)))
    case 0xd9...0xdb: return .string(range(try length(bytes, 1 << Int(byte - 0xd9), start)))
    case 0xdc, 0xdd: return .array(try length(bytes, 2 << Int(byte - 0xdc), start))
    case 0xde, 0xdf: return .map(try length(bytes, 2 << Int(byte - 0xde), start))
    // One byte more says what type it is.
    case 0xc7...0xc9: return .other(range(try length(bytes, 1 << Int(byte - 0xc7), start) + 1))
    case 0xd4...0xd8: return .other(range(1 << Int(byte - 0xd4) + 1))
    default: throw MessagePackError(.unusedByte, at: start)
    }
  }

  /// The next value, all of whose bytes must be there.
  mutating func next(_ bytes: Span<UInt8>) throws(MessagePackError) -> Value {
    let start = position
    let value = try head(bytes)
    guard position <= bytes.count else { throw MessagePackError(.endOfInput, at: start) }
    return value
  }

  /// Passes the next bytes.
  private mutating func range(_ count: Int) -> Range<Int> {
    defer { position += count }
    return position..<position + count
  }

  private mutating func length(
    _ bytes: Span<UInt8>, _ width: Int, _ start: Int
  ) throws(MessagePackError) -> Int {
    Int(truncatingIfNeeded: try number(bytes, width, start))
  }

  /// A big-endian number of `width` bytes; if they are not there, the position is `start` again.
  private mutating func number(
    _ bytes: Span<UInt8>, _ width: Int, _ start: Int
  ) throws(MessagePackError) -> UInt64 {
    guard bytes.count - position >= width else {
      position = start
      throw MessagePackError(.endOfInput, at: start)
    }
    if position &+ 8 <= bytes.count {
      // Bytes behind the number are shifted out.
      let value = bytes.word(at: position).byteSwapped &>> UInt64(64 &- 8 &* width)
      position &+= width
      return value
    }
    var value: UInt64 = 0
    for offset in 0..<width { value = value << 8 | UInt64(bytes[position + offset]) }
    position += width
    return value
  }
}

// Values of one kind, nearly always as long as tracers write them. Nil if another kind is next, or not
// all bytes of the value are there.
extension MessagePackReader {
  /// The next value if it is an integer that needs no sign.
  @inline(__always)
  mutating func uint(_ bytes: Span<UInt8>) -> UInt64? {
    guard position < bytes.count else { return nil }
    let byte = bytes[position]
    if byte < 0x80 {
      position &+= 1
      return UInt64(byte)
    }
    if byte == 0xcf, position &+ 9 <= bytes.count { return word(bytes) }
    if byte == 0xce, position &+ 5 <= bytes.count { return UInt64(half(bytes)) }
    guard case .uint(let value) = other(bytes) else { return nil }
    return value
  }

  /// The next value if it is an integer of 64 bits with a sign.
  @inline(__always)
  mutating func int(_ bytes: Span<UInt8>) -> Int64? {
    guard position < bytes.count else { return nil }
    let byte = bytes[position]
    if byte < 0x80 {
      position &+= 1
      return Int64(byte)
    }
    if byte == 0xd3, position &+ 9 <= bytes.count { return Int64(bitPattern: word(bytes)) }
    if byte == 0xce, position &+ 5 <= bytes.count { return Int64(half(bytes)) }
    if byte == 0xcf, position &+ 9 <= bytes.count { return Int64(exactly: word(bytes)) }
    switch other(bytes) {
    case .uint(let value): return Int64(exactly: value)
    case .int(let value): return value
    default: return nil
    }
  }

  /// The next value if it is a double; else the position stays.
  @inline(__always)
  mutating func double(_ bytes: Span<UInt8>) -> Double? {
    guard position < bytes.count, bytes[position] == 0xcb, position &+ 9 <= bytes.count else {
      return nil
    }
    return Double(bitPattern: word(bytes))
  }

  /// Where the next value lies if it is a string.
  @inline(__always)
  mutating func string(_ bytes: Span<UInt8>) -> Range<Int>? {
    guard position < bytes.count else { return nil }
    let byte = bytes[position]
    if byte & 0xe0 == 0xa0 {
      let start = position &+ 1
      position = start &+ Int(byte & 0x1f)
      return position <= bytes.count ? start..<position : nil
    }
    guard case .string(let range) = other(bytes) else { return nil }
    return range
  }

  /// How many members the next value has if it is a map.
  @inline(__always)
  mutating func mapCount(_ bytes: Span<UInt8>) -> Int? {
    guard position < bytes.count else { return nil }
    let byte = bytes[position]
    if byte & 0xf0 == 0x80 {
      position &+= 1
      return Int(byte & 0x0f)
    }
    guard case .map(let count) = other(bytes) else { return nil }
    return count
  }

  /// How many elements the next value has if it is an array.
  mutating func arrayCount(_ bytes: Span<UInt8>) -> Int? {
    guard case .array(let count) = try? next(bytes) else { return nil }
    return count
  }

  /// The next value, written in any way. The position goes there and back as a value, so that it
  /// stays in a register where all is as usual.
  @inline(__always)
  private mutating func other(_ bytes: Span<UInt8>) -> Value? {
    guard let (value, next) = Self.value(bytes, at: position) else { return nil }
    position = next
    return value
  }

  @inline(never)
  private static func value(_ bytes: Span<UInt8>, at position: Int) -> (Value, next: Int)? {
    var reader = MessagePackReader(at: position)
    guard let value = try? reader.next(bytes) else { return nil }
    return (value, reader.position)
  }

  /// The four bytes behind the next one, which are there, big-endian.
  @inline(__always)
  private mutating func half(_ bytes: Span<UInt8>) -> UInt32 {
    defer { position &+= 5 }
    return bytes.half(at: position &+ 1).byteSwapped
  }

  /// The eight bytes behind the next one, which are there, big-endian.
  @inline(__always)
  private mutating func word(_ bytes: Span<UInt8>) -> UInt64 {
    defer { position &+= 9 }
    return bytes.word(at: position &+ 1).byteSwapped
  }
}

/// Looks for the end of a value that comes in pieces; what was looked at is not looked at again.
struct MessagePackScanner {
  /// Where the next value begins, which may be beyond the bytes that are there.
  var position: Int
  /// How many values are still to come until the one that is looked for has ended.
  private var remaining = 1

  init(from position: Int) { self.position = position }

  /// Whether the value ends inside `bytes`, at `position`.
  mutating func scan(_ bytes: Span<UInt8>) throws(MessagePackError) -> Bool {
    var reader = MessagePackReader(at: position)
    defer { position = reader.position }
    while remaining > 0, reader.position < bytes.count {
      do throws(MessagePackError) {
        let (sum, isTooMuch) = remaining.addingReportingOverflow(
          try reader.head(bytes).childCount - 1)
        remaining = isTooMuch ? .max : sum
      } catch {
        if error.reason == .endOfInput { return false }
        throw error
      }
    }
    return remaining == 0 && reader.position <= bytes.count
  }
}
