import TraceModel

extension AttributeValue {
  /// The text that a search sees of a plain value: numbers in decimal, bytes in hexadecimal.
  var searchText: String {
    switch self {
    case .empty, .array, .map: ""
    case .string(let string): string
    case .bool(let bool): bool ? "true" : "false"
    case .int(let int): String(int)
    case .double(let double): "\(double)"
    case .bytes(let bytes):
      bytes.reduce(into: "") { text, byte in
        text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }
  }
}
