import Cells
import TraceModel

/// Attribute values as text: on one line, on many, and as JSON.
enum AttributeText {
  /// The value as people read it: strings without quotes, arrays and maps as JSON.
  static func plain(_ value: AttributeValue) -> String {
    if case .string(let string) = value { return string }
    return json(value)
  }

  /// The value as JSON. Wide integers become strings if `safeIntegers`, as a reader of JSON with
  /// doubles only would change them.
  static func json(_ value: AttributeValue, safeIntegers: Bool = false) -> String {
    var text = ""
    append(value, to: &text, safeIntegers)
    return text
  }

  /// Recursion is bounded: importers keep nesting within `AttributeValue.nestingLimit`.
  private static func append(_ value: AttributeValue, to text: inout String, _ safe: Bool) {
    switch value {
    case .empty: text += "null"
    case .string(let string): text += JSONOutput.quoted(string)
    case .bool(let bool): text += bool ? "true" : "false"
    case .int(let int):
      let isSafe = int.magnitude <= 1 << 53
      text += safe && !isSafe ? "\"\(int)\"" : "\(int)"
    case .double(let double): text += JSONOutput.number(double)
    case .bytes(let bytes): text += "\"" + Base64.encode(bytes) + "\""
    case .array(let values):
      text += "["
      for (index, value) in values.enumerated() {
        if index > 0 { text += "," }
        append(value, to: &text, safe)
      }
      text += "]"
    case .map(let attributes):
      text += "{"
      for (index, attribute) in attributes.enumerated() {
        if index > 0 { text += "," }
        text += JSONOutput.quoted(attribute.key) + ":"
        append(attribute.value, to: &text, safe)
      }
      text += "}"
    }
  }
}
