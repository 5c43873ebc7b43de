/// Turning the escapes of a JSON string into UTF-8.
enum JSONText {
  /// Appends the string in `range` of `bytes` to `output`, without its escapes.
  ///
  /// Total: half a surrogate pair becomes U+FFFD, and a backslash before anything that is no
  /// escape is kept as it stands.
  static func unescape(_ bytes: Span<UInt8>, _ range: Range<Int>, into output: inout [UInt8]) {
    var index = range.lowerBound
    let end = range.upperBound
    while index < end {
      let byte = bytes[index]
      guard byte == UInt8(ascii: "\\"), index &+ 1 < end else {
        let next = bytes.firstIndex(of: UInt8(ascii: "\\"), in: index &+ 1..<end)
        output.append(bytes, index..<next)
        index = next
        continue
      }
      let escape = bytes[index &+ 1]
      index &+= 2
      switch escape {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): output.append(escape)
      case UInt8(ascii: "b"): output.append(0x08)
      case UInt8(ascii: "f"): output.append(0x0c)
      case UInt8(ascii: "n"): output.append(0x0a)
      case UInt8(ascii: "r"): output.append(0x0d)
      case UInt8(ascii: "t"): output.append(0x09)
      case UInt8(ascii: "u"):
        guard let unit = codeUnit(bytes, at: index, end: end) else {
          output.append(UInt8(ascii: "\\"))
          output.append(escape)
          continue
        }
        index &+= 4
        append(scalar(unit, bytes, &index, end), to: &output)
      default:
        output.append(UInt8(ascii: "\\"))
        output.append(escape)
      }
    }
  }

  /// The scalar that `unit` begins; a second half is consumed.
  private static func scalar(
    _ unit: UInt32, _ bytes: Span<UInt8>, _ index: inout Int, _ end: Int
  ) -> UInt32 {
    switch unit {
    case 0xd800...0xdbff:
      guard index &+ 1 < end, bytes[index] == UInt8(ascii: "\\"),
        bytes[index &+ 1] == UInt8(ascii: "u"),
        let low = codeUnit(bytes, at: index &+ 2, end: end), (0xdc00...0xdfff).contains(low)
      else { return 0xfffd }
      index &+= 6
      return 0x1_0000 + (unit - 0xd800) << 10 + (low - 0xdc00)
    case 0xdc00...0xdfff: return 0xfffd
    default: return unit
    }
  }

  private static func codeUnit(_ bytes: Span<UInt8>, at index: Int, end: Int) -> UInt32? {
    guard index &+ 4 <= end else { return nil }
    var unit: UInt32 = 0
    for offset in 0..<4 {
      guard let digit = IDText.hexDigit(bytes[index &+ offset]) else { return nil }
      unit = unit << 4 | UInt32(digit)
    }
    return unit
  }

  private static func append(_ scalar: UInt32, to output: inout [UInt8]) {
    switch scalar {
    case 0..<0x80: output.append(UInt8(truncatingIfNeeded: scalar))
    case 0x80..<0x800:
      output.append(UInt8(truncatingIfNeeded: 0xc0 | scalar >> 6))
      output.append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3f))
    case 0x800..<0x1_0000:
      output.append(UInt8(truncatingIfNeeded: 0xe0 | scalar >> 12))
      output.append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3f))
      output.append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3f))
    default:
      output.append(UInt8(truncatingIfNeeded: 0xf0 | scalar >> 18))
      output.append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 12 & 0x3f))
      output.append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3f))
      output.append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3f))
    }
  }
}
