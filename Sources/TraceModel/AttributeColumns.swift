/// Kinds of attribute values.
public struct AttributeKinds: OptionSet, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static let string = AttributeKinds(rawValue: 1)
  public static let bool = AttributeKinds(rawValue: 2)
  public static let int = AttributeKinds(rawValue: 4)
  public static let double = AttributeKinds(rawValue: 8)
  public static let bytes = AttributeKinds(rawValue: 16)
  /// An array or a map.
  public static let nested = AttributeKinds(rawValue: 32)
}

/// Attributes as columns: 8 bytes each, strings by number, wide numbers aside.
///
/// Used for spans' own attributes and, a second time, for those of events and links. A range of
/// positions belongs to one span, event or link; whose it is stands with the owner.
public struct AttributeColumns: Sendable {
  /// What a payload is; kept in the upper four bits beside the key's number.
  private enum Tag: UInt32 {
    case empty = 0
    case string, bool, smallInt, wideInt, double, bytes, nested
  }

  private var keys: [UInt32] = []
  private var payloads: [UInt32] = []
  private var wide: [UInt64] = []
  private var nested: [AttributeValue] = []

  public init() {}

  public var count: Int { keys.count }

  public mutating func append(key: StringID, string: StringID) {
    append(key, .string, string.rawValue)
  }
  public mutating func append(key: StringID, bytes: StringID) {
    append(key, .bytes, bytes.rawValue)
  }
  public mutating func append(key: StringID, bool: Bool) { append(key, .bool, bool ? 1 : 0) }
  public mutating func append(emptyFor key: StringID) { append(key, .empty, 0) }

  public mutating func append(key: StringID, int: Int64) {
    if let small = Int32(exactly: int) {
      append(key, .smallInt, UInt32(bitPattern: small))
    } else {
      append(key, .wideInt, UInt32(truncatingIfNeeded: wide.count))
      wide.append(UInt64(bitPattern: int))
    }
  }

  public mutating func append(key: StringID, double: Double) {
    append(key, .double, UInt32(truncatingIfNeeded: wide.count))
    wide.append(double.bitPattern)
  }

  /// Appends any value; strings are interned in `strings`.
  public mutating func append(
    key: StringID, value: AttributeValue, strings: inout StringPool
  ) {
    switch value {
    case .empty: append(emptyFor: key)
    case .string(let string): append(key: key, string: strings.intern(string))
    case .bool(let bool): append(key: key, bool: bool)
    case .int(let int): append(key: key, int: int)
    case .double(let double): append(key: key, double: double)
    case .bytes(let bytes): append(key: key, bytes: strings.intern(bytes.span))
    case .array, .map:
      append(key, .nested, UInt32(truncatingIfNeeded: nested.count))
      nested.append(value)
    }
  }

  private mutating func append(_ key: StringID, _ tag: Tag, _ payload: UInt32) {
    keys.append(key.rawValue & 0x0fff_ffff | tag.rawValue << 28)
    payloads.append(payload)
  }

  /// Whether any value is an array or a map.
  public var hasNested: Bool { !nested.isEmpty }

  /// What kind of value stands at a position.
  public func kind(at position: Int) -> AttributeKinds {
    switch Tag(rawValue: keys[position] >> 28) {
    case .string: .string
    case .bool: .bool
    case .smallInt, .wideInt: .int
    case .double: .double
    case .bytes: .bytes
    case .nested: .nested
    case .empty, nil: []
    }
  }

  /// The key at a position, and the value if it is a string: all that search needs of most.
  public func strings(at position: Int) -> (key: StringID, value: StringID?) {
    let key = keys[position]
    let isString = key >> 28 == Tag.string.rawValue
    return (StringID(key & 0x0fff_ffff), isString ? StringID(payloads[position]) : nil)
  }

  /// The key at a position.
  public func key(at position: Int) -> StringID { StringID(keys[position] & 0x0fff_ffff) }

  /// The value at a position.
  public func value(at position: Int, strings: StringPool) -> AttributeValue {
    let payload = payloads[position]
    switch Tag(rawValue: keys[position] >> 28) {
    case .string: return .string(strings[StringID(payload)])
    case .bool: return .bool(payload != 0)
    case .smallInt: return .int(Int64(Int32(bitPattern: payload)))
    case .wideInt: return .int(Int64(bitPattern: wide[Int(payload)]))
    case .double: return .double(Double(bitPattern: wide[Int(payload)]))
    case .bytes: return .bytes(Array(strings.utf8(StringID(payload))))
    case .nested: return nested[Int(payload)]
    case .empty, nil: return .empty
    }
  }

  /// The attributes of a range of positions.
  public func attributes(_ range: Range<Int>, strings: StringPool) -> [Attribute] {
    range.map { Attribute(strings[key(at: $0)], value(at: $0, strings: strings)) }
  }

  /// How many attributes there are, and how many values stand aside: a place to go back to.
  struct Mark {
    fileprivate var keys = 0
    fileprivate var wide = 0
    fileprivate var nested = 0
  }

  var mark: Mark { Mark(keys: keys.count, wide: wide.count, nested: nested.count) }

  /// Forgets what was appended since `mark` was taken.
  mutating func rollBack(to mark: Mark) {
    keys.removeSubrange(mark.keys...)
    payloads.removeSubrange(mark.keys...)
    wide.removeSubrange(mark.wide...)
    nested.removeSubrange(mark.nested...)
  }
}
