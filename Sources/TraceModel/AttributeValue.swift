/// The value of an attribute. (common.proto, `AnyValue`.)
///
/// Importers bound how deep arrays and maps nest (`nestingLimit`), so walking one may recurse.
public indirect enum AttributeValue: Hashable, Sendable {
  case empty
  case string(String)
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case bytes([UInt8])
  case array([AttributeValue])
  case map([Attribute])

  /// How deep importers let arrays and maps nest.
  public static let nestingLimit = 64
}

/// A key with its value. Keys with dots are flat, and the same key may occur twice.
public struct Attribute: Hashable, Sendable {
  public var key: String
  public var value: AttributeValue

  public init(_ key: String, _ value: AttributeValue) {
    self.key = key
    self.value = value
  }
}
