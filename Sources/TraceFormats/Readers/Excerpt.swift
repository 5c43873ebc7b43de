/// A short piece of the input, made fit for a message.
enum Excerpt {
  /// The first bytes as text in quotes; what is not printable is escaped, what is cut is marked.
  static func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
    let end = min(range.upperBound, range.lowerBound + ImportLimits.excerptBytes)
    let slice = (range.lowerBound..<end).map { bytes[$0] }
    return text(slice, isCut: end < range.upperBound)
  }

  /// `bytes` as text in quotes, with a mark if they are not all.
  static func text(_ bytes: [UInt8], isCut: Bool) -> String {
    let whole = isCut ? withoutCutCharacter(bytes) : bytes
    let isPlain = whole.allSatisfy { (0x20...0x7e).contains($0) }
    let text = isPlain ? String(decoding: whole, as: UTF8.self) : escaped(whole)
    return "“\(text)\(isCut ? "…" : "")”"
  }

  /// The bytes as text; what is not printable is escaped.
  private static func escaped(_ whole: [UInt8]) -> String {
    var text: [UInt8] = []
    for scalar in String(decoding: whole, as: UTF8.self).unicodeScalars {
      switch scalar {
      case "\n": text += "\\n".utf8
      case "\r": text += "\\r".utf8
      case "\t": text += "\\t".utf8
      default:
        if isPrintable(scalar) {
          text += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
        } else {
          text += "\\u{\(String(scalar.value, radix: 16))}".utf8
        }
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes without a character at their end that is not complete: it is left out rather than
  /// shown as damage.
  private static func withoutCutCharacter(_ bytes: [UInt8]) -> [UInt8] {
    var start = bytes.count
    while start > 0, bytes.count - start < 3, bytes[start - 1] & 0xc0 == 0x80 { start -= 1 }
    guard start > 0, bytes[start - 1] >= 0xc0 else { return bytes }
    let length = bytes[start - 1] >= 0xf0 ? 4 : bytes[start - 1] >= 0xe0 ? 3 : 2
    return bytes.count - start + 1 < length ? Array(bytes.prefix(start - 1)) : bytes
  }

  /// Up to 16 bytes as hexadecimal pairs.
  static func hexadecimal(_ bytes: Span<UInt8>) -> String {
    var pairs: [String] = []
    for index in bytes.indices.prefix(16) {
      pairs.append((bytes[index] < 16 ? "0" : "") + String(bytes[index], radix: 16))
    }
    return pairs.joined(separator: " ") + (bytes.count > 16 ? " …" : "")
  }

  /// Whether a terminal shows the scalar as itself, without side effects.
  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    // Most are, and looking up the category costs much.
    if scalar.isASCII { return (0x20...0x7e).contains(scalar.value) }
    return switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      false
    default: true
    }
  }
}
