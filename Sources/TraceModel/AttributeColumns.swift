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

/// Attributes in 8 bytes each, behind one another: strings by number, wide numbers aside.
///
/// Used for spans' own attributes and, a second time, for those of events and links. A range of
/// positions belongs to one span, event or link; whose it is stands with the owner.
public struct AttributeColumns: Sendable {
  /// One attribute: in the upper half what it is (4 bits) and the number of its key, in the lower
  /// half its value, or where that stands.
  public struct Entry: Sendable {
    @usableFromInline let bits: UInt64

    @inlinable
    init(_ key: StringID, _ tag: Tag, _ payload: UInt32) {
      let head = tag.rawValue &<< 28 | key.rawValue & 0x0fff_ffff
      bits = UInt64(head) &<< 32 | UInt64(payload)
    }

    /// An attribute without a value.
    @inlinable
    public init(emptyFor key: StringID) { self.init(key, .empty, 0) }
    @inlinable
    public init(key: StringID, string: StringID) { self.init(key, .string, string.rawValue) }
    @inlinable
    public init(key: StringID, bytes: StringID) { self.init(key, .bytes, bytes.rawValue) }
    @inlinable
    public init(key: StringID, bool: Bool) { self.init(key, .bool, bool ? 1 : 0) }
    @inlinable
    public init(key: StringID, int: Int32) { self.init(key, .smallInt, UInt32(bitPattern: int)) }

    @inlinable var key: StringID {
      StringID(UInt32(truncatingIfNeeded: bits &>> 32) & 0x0fff_ffff)
    }
    @inlinable var tag: Tag? { Tag(rawValue: UInt32(truncatingIfNeeded: bits &>> 60)) }
    @inlinable var payload: UInt32 { UInt32(truncatingIfNeeded: bits) }
  }

  /// What a payload is.
  @usableFromInline enum Tag: UInt32 {
    case empty = 0
    case string, bool, smallInt, wideInt, double, bytes, nested
    /// A double that a float holds, as most are that were counted or typed.
    case float
  }

  @usableFromInline var entries: [Entry] = []
  @usableFromInline var wide: [UInt64] = []
  private var nested: [AttributeValue] = []

  public init() {}

  public var count: Int { entries.count }

  /// About how many bytes of memory a compact copy takes.
  var byteCount: Int {
    (entries.count + wide.count) * MemoryLayout<UInt64>.size
      + nested.count * 4 * MemoryLayout<AttributeValue>.stride
  }

  @inlinable
  public mutating func append(_ entry: Entry) { entries.append(entry) }
  public mutating func append(emptyFor key: StringID) { append(Entry(emptyFor: key)) }
  @inlinable
  public mutating func append(key: StringID, string: StringID) {
    append(Entry(key: key, string: string))
  }
  public mutating func append(key: StringID, bytes: StringID) {
    append(Entry(key: key, bytes: bytes))
  }
  public mutating func append(key: StringID, bool: Bool) { append(Entry(key: key, bool: bool)) }
  @inlinable
  public mutating func append(key: StringID, int: Int64) { append(entry(key: key, int: int)) }
  @inlinable
  public mutating func append(key: StringID, double: Double) {
    append(entry(key: key, double: double))
  }

  /// What to append for an integer: wide ones are put aside.
  @inlinable
  public mutating func entry(key: StringID, int: Int64) -> Entry {
    if let small = Int32(exactly: int) { return Entry(key: key, int: small) }
    return Entry(key, .wideInt, putAside(UInt64(bitPattern: int)))
  }

  /// What to append for a double: one that no float holds to the last bit is put aside.
  @inlinable
  public mutating func entry(key: StringID, double: Double) -> Entry {
    let float = Float(double)
    if Double(float).bitPattern == double.bitPattern { return Entry(key, .float, float.bitPattern) }
    return Entry(key, .double, putAside(double.bitPattern))
  }

  /// Where a value stands that has no room in an entry.
  @usableFromInline
  mutating func putAside(_ value: UInt64) -> UInt32 {
    wide.append(value)
    return UInt32(truncatingIfNeeded: wide.count &- 1)
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
      append(Entry(key, .nested, UInt32(truncatingIfNeeded: nested.count)))
      nested.append(value)
    }
  }

  /// Whether any value is an array or a map.
  public var hasNested: Bool { !nested.isEmpty }

  /// What kind of value stands at a position.
  public func kind(at position: Int) -> AttributeKinds {
    switch entries[position].tag {
    case .string: .string
    case .bool: .bool
    case .smallInt, .wideInt: .int
    case .double, .float: .double
    case .bytes: .bytes
    case .nested: .nested
    case .empty, nil: []
    }
  }

  /// The key at a position, and the value if it is a string: all that search needs of most.
  @inlinable
  public func strings(at position: Int) -> (key: StringID, value: StringID?) {
    let entry = entries[position]
    return (entry.key, entry.tag == .string ? StringID(entry.payload) : nil)
  }

  /// The key at a position.
  public func key(at position: Int) -> StringID { entries[position].key }

  /// The value at a position.
  public func value(at position: Int, strings: StringPool) -> AttributeValue {
    let payload = entries[position].payload
    switch entries[position].tag {
    case .string: return .string(strings[StringID(payload)])
    case .bool: return .bool(payload != 0)
    case .smallInt: return .int(Int64(Int32(bitPattern: payload)))
    case .wideInt: return .int(Int64(bitPattern: wide[Int(payload)]))
    case .double: return .double(Double(bitPattern: wide[Int(payload)]))
    case .float: return .double(Double(Float(bitPattern: payload)))
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
    fileprivate var entries = 0
    fileprivate var wide = 0
    fileprivate var nested = 0
  }

  var mark: Mark { Mark(entries: entries.count, wide: wide.count, nested: nested.count) }

  /// Forgets what was appended since `mark` was taken.
  mutating func rollBack(to mark: Mark) {
    entries.removeSubrange(mark.entries...)
    wide.removeSubrange(mark.wide...)
    nested.removeSubrange(mark.nested...)
  }

  /// The same attributes in as little memory as they need.
  func compact() -> AttributeColumns {
    var columns = AttributeColumns()
    columns.entries = entries.exactCopy()
    columns.wide = wide.exactCopy()
    columns.nested = nested.exactCopy()
    return columns
  }

  /// Forgets all attributes and keeps the memory.
  mutating func removeAll() {
    entries.removeAll(keepingCapacity: true)
    wide.removeAll(keepingCapacity: true)
    nested.removeAll(keepingCapacity: true)
  }
}
