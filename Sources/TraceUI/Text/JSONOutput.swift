import TraceModel

/// JSON as text that is shown or written; reading it is up to `TraceFormats`.
enum JSONOutput {
  /// The string as a JSON string. What could act on a terminal, or hide, is escaped: the JSON is
  /// the same, and safe to look at.
  static func quoted(_ string: String) -> String {
    var text = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case let hidden where isHidden(hidden):
        for unit in UTF16.encode(hidden).map({ Array($0) }) ?? [] {
          let digits = String(unit, radix: 16)
          text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }

  /// Controls, directions, and characters without a width.
  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    guard !scalar.isASCII else { return scalar.value < 0x20 || scalar.value == 0x7f }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned: return true
    default: return false
    }
  }

  /// A number; what JSON has no number for becomes a string, as in OTLP JSON.
  static func number(_ double: Double) -> String {
    if double.isNaN { return "\"NaN\"" }
    if double.isInfinite { return double < 0 ? "\"-Infinity\"" : "\"Infinity\"" }
    return "\(double)"
  }

  /// Text that looks like a JSON object or array with more than one member, one member a line;
  /// `nil` for any other text. Looks at brackets and strings only, so that any dialect is good.
  static func indented(_ text: String) -> [String]? {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, let last = bytes.last, bytes.count > 20,
      (first == UInt8(ascii: "{") && last == UInt8(ascii: "}"))
        || (first == UInt8(ascii: "[") && last == UInt8(ascii: "]"))
    else { return nil }
    var lines: [String] = []
    var line: [UInt8] = []
    var depth = 0
    var isInString = false
    var isEscaped = false
    func indentation(_ depth: Int) -> [UInt8] {
      Array(repeating: UInt8(ascii: " "), count: min(depth, AttributeValue.nestingLimit) * 2)
    }
    for (index, byte) in bytes.enumerated() {
      if isInString {
        line.append(byte)
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isInString = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""):
        isInString = true
        line.append(byte)
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        line.append(byte)
        let next = index + 1 < bytes.count ? bytes[index + 1] : 0
        if next == UInt8(ascii: "}") || next == UInt8(ascii: "]") { continue }
        lines.append(String(decoding: line, as: UTF8.self))
        line = indentation(depth)
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        guard depth >= 0 else { return nil }
        let before = index > 0 ? bytes[index - 1] : 0
        if before != UInt8(ascii: "{"), before != UInt8(ascii: "[") {
          lines.append(String(decoding: line, as: UTF8.self))
          line = indentation(depth)
        }
        line.append(byte)
      case UInt8(ascii: ","):
        line.append(byte)
        lines.append(String(decoding: line, as: UTF8.self))
        line = indentation(depth)
      case UInt8(ascii: ":"):
        line += [byte, UInt8(ascii: " ")]
      case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"):
        continue
      default: line.append(byte)
      }
    }
    guard depth == 0, !isInString else { return nil }
    lines.append(String(decoding: line, as: UTF8.self))
    return lines
  }
}
