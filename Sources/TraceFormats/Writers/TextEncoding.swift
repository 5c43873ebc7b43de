import TraceModel

// What writers of JSON share.
extension [UInt8] {
  /// Appends the inside of a JSON string: what must be escaped is.
  mutating func append(escaping bytes: Span<UInt8>) {
    reserveCapacity(count + bytes.count)
    for index in bytes.indices {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        append(UInt8(ascii: "\\"))
        append(byte)
      case UInt8(ascii: "\n"): self += "\\n".utf8
      case UInt8(ascii: "\r"): self += "\\r".utf8
      case UInt8(ascii: "\t"): self += "\\t".utf8
      case 0..<0x20: self += ((byte < 16 ? "\\u000" : "\\u00") + String(byte, radix: 16)).utf8
      default: append(byte)
      }
    }
  }

  /// Appends bytes in base64 with padding. (RFC 4648, section 4.)
  mutating func append(base64 bytes: Span<UInt8>) {
    var start = 0
    while start < bytes.count {
      let length = Swift.min(3, bytes.count - start)
      var word = 0
      for offset in 0..<3 {
        word = word << 8 | (offset < length ? Int(bytes[start + offset]) : 0)
      }
      for digit in 0..<4 {
        append(digit <= length ? Self.base64Digit(word >> (18 - 6 * digit) & 63) : 0x3d)
      }
      start += 3
    }
  }

  private static func base64Digit(_ value: Int) -> UInt8 {
    switch value {
    case 0..<26: UInt8(ascii: "A") + UInt8(value)
    case 26..<52: UInt8(ascii: "a") + UInt8(value - 26)
    case 52..<62: UInt8(ascii: "0") + UInt8(value - 52)
    case 62: UInt8(ascii: "+")
    default: UInt8(ascii: "/")
    }
  }
}

extension [UInt8] {
  /// Appends what is JSON already.
  mutating func append(json text: String) { self += text.utf8 }

  /// Appends a string with its quotes.
  mutating func append(quoted text: String) {
    append(UInt8(ascii: "\""))
    append(escaping: text.utf8Span.span)
    append(UInt8(ascii: "\""))
  }

  /// Appends a number; what JSON has no number for becomes a string, as in OTLP JSON.
  mutating func append(double: Double) {
    if double.isNaN { return append(json: "\"NaN\"") }
    if double.isInfinite { return append(json: double < 0 ? "\"-Infinity\"" : "\"Infinity\"") }
    append(json: "\(double)")
  }

  /// Appends the value as plain JSON: binary as base64, what is missing as null. Recursion is
  /// bounded: importers keep nesting within `AttributeValue.nestingLimit`.
  mutating func append(plain value: AttributeValue) {
    switch value {
    case .empty: append(json: "null")
    case .string(let text): append(quoted: text)
    case .bool(let bool): append(json: bool ? "true" : "false")
    case .int(let int): append(json: "\(int)")
    case .double(let double): append(double: double)
    case .bytes(let bytes):
      append(json: "\"")
      append(base64: bytes.span)
      append(json: "\"")
    case .array(let values):
      append(json: "[")
      for (index, value) in values.enumerated() {
        if index > 0 { append(json: ",") }
        append(plain: value)
      }
      append(json: "]")
    case .map(let attributes): append(plain: attributes)
    }
  }

  /// Appends attributes as an object.
  mutating func append(plain attributes: [Attribute]) {
    append(json: "{")
    for (index, attribute) in attributes.enumerated() {
      if index > 0 { append(json: ",") }
      append(quoted: attribute.key)
      append(json: ":")
      append(plain: attribute.value)
    }
    append(json: "}")
  }
}

extension AttributeValue {
  /// The value as text: a string as it is, anything else as JSON without quotes around it.
  var text: String {
    var bytes: [UInt8] = []
    switch self {
    case .string(let text): return text
    case .bytes(let list): bytes.append(base64: list.span)
    case .double(let double) where !double.isFinite:
      return double.isNaN ? "NaN" : double < 0 ? "-Infinity" : "Infinity"
    default: bytes.append(plain: self)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
