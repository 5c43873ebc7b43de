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
    var text = ""
    // A character may have been cut at the end; it is left out rather than shown as damage.
    var whole = bytes
    if isCut {
      var tail = 0
      while tail < 3, let last = whole.last, last & 0xc0 == 0x80 {
        whole.removeLast()
        tail += 1
      }
      if let last = whole.last, last >= 0xc0 { whole.removeLast() }
    }
    for scalar in String(decoding: whole, as: UTF8.self).unicodeScalars {
      switch scalar {
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      default:
        if isPrintable(scalar) {
          text.unicodeScalars.append(scalar)
        } else {
          text += "\\u{\(String(scalar.value, radix: 16))}"
        }
      }
    }
    return "“\(text)\(isCut ? "…" : "")”"
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
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      false
    default: true
    }
  }
}
