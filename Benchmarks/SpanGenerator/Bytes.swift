extension Array where Element == UInt8 {
  private static let digits: [UInt8] = Array("0123456789abcdef".utf8)

  /// Appends a number in decimal.
  mutating func appendDecimal(_ number: UInt64) {
    var divisor: UInt64 = 1
    while number / divisor >= 10 { divisor *= 10 }
    var rest = number
    while divisor > 0 {
      append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / divisor))
      rest %= divisor
      divisor /= 10
    }
  }

  /// Appends the low digits of a number in hexadecimal; at most 16 carry anything.
  mutating func appendHexadecimal(_ number: UInt64, digits count: Int = 16) {
    let digits = Self.digits
    for place in stride(from: count - 1, through: 0, by: -1) {
      append(digits[Int(number &>> UInt64(place * 4) & 15)])
    }
  }

  // MARK: Protobuf

  mutating func appendVarint(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest &>>= 7
    }
    append(UInt8(rest))
  }

  mutating func appendField(_ field: UInt8, varint: UInt64) {
    append(field << 3)
    appendVarint(varint)
  }

  mutating func appendField(_ field: UInt8, bytes: [UInt8]) {
    append(field << 3 | 2)
    appendVarint(UInt64(bytes.count))
    self += bytes
  }

  mutating func appendField(_ field: UInt8, fixed64: UInt64) {
    append(field << 3 | 1)
    for byte in 0..<8 { append(UInt8(truncatingIfNeeded: fixed64 &>> UInt64(byte * 8))) }
  }

  mutating func appendField(_ field: UInt8, fixed32: UInt32) {
    append(field << 3 | 5)
    for byte in 0..<4 { append(UInt8(truncatingIfNeeded: fixed32 &>> UInt32(byte * 8))) }
  }

  /// Appends the bytes of a number, the highest first: how identifiers are written.
  mutating func appendBigEndian(_ number: UInt64) {
    for byte in 0..<8 { append(UInt8(truncatingIfNeeded: number &>> UInt64(56 - byte * 8))) }
  }

  /// Begins a field of bytes whose length is known only when it is written: returns the place to
  /// end it with.
  mutating func beginField(_ field: UInt8) -> Int {
    append(field << 3 | 2)
    append(0)
    return count
  }

  /// Ends a field: writes its length, and moves its bytes if the length takes more than a byte.
  mutating func endField(_ start: Int) {
    let length = count - start
    if length < 0x80 {
      self[start - 1] = UInt8(length)
    } else {
      var prefix: [UInt8] = []
      prefix.appendVarint(UInt64(length))
      replaceSubrange(start - 1..<start, with: prefix)
    }
  }
}
