import TraceModel

/// What a column of a table of spans, or a field of a row, can be.
enum SpanColumn: String, CaseIterable, Sendable {
  case traceID = "trace_id"
  case spanID = "span_id"
  case parentID = "parent_id"
  case name, service, kind, status
  case statusMessage = "status_message"
  case error, start, end, duration
  case traceState = "trace_state"
  case scopeName = "scope_name"
  case scopeVersion = "scope_version"
  case attributes, resource

  /// All of them, made once.
  static let all = allCases

  /// Whether it is a moment or a length of time, whose unit matters.
  var isTime: Bool { self == .start || self == .end || self == .duration }

  /// A value for some of the columns.
  struct Table<Value: Sendable>: Sendable {
    private var values = [Value?](repeating: nil, count: SpanColumn.all.count)
    /// Which columns have one: what the others had before is not cleared.
    private(set) var columns = Columns()

    subscript(column: SpanColumn) -> Value? {
      get { columns.bits & column.bit != 0 ? values[column.index] : nil }
      set {
        values[column.index] = newValue
        columns.bits = newValue == nil ? columns.bits & ~column.bit : columns.bits | column.bit
      }
    }

    mutating func removeAll() { columns = Columns() }
  }

  /// Some of the columns.
  struct Columns: Sendable {
    fileprivate var bits: UInt32 = 0

    /// Takes out the first one.
    mutating func popFirst() -> SpanColumn? {
      if bits == 0 { return nil }
      let index = bits.trailingZeroBitCount
      bits &= bits &- 1
      return SpanColumn.all[index]
    }
  }

  /// A set of one, for sets that cost nothing.
  var bit: UInt32 { 1 << UInt32(index) }

  /// Its place among all.
  var index: Int {
    switch self {
    case .traceID: 0
    case .spanID: 1
    case .parentID: 2
    case .name: 3
    case .service: 4
    case .kind: 5
    case .status: 6
    case .statusMessage: 7
    case .error: 8
    case .start: 9
    case .end: 10
    case .duration: 11
    case .traceState: 12
    case .scopeName: 13
    case .scopeVersion: 14
    case .attributes: 15
    case .resource: 16
    }
  }
}

/// A name's meaning, and how sure that is.
struct SpanColumnMeaning: Sendable, Hashable {
  /// Nil for fields of log records, by which these are told from spans.
  var column: SpanColumn?
  /// The unit that the name says.
  var unit: TimeUnit?
  /// Taken only if no other name has that meaning: `id`, `timestamp`.
  var isWeak = false
}

/// The usual names of the fields of spans, in any case and with any of `_`, `.`, `-`, `@` and spaces
/// in them.
enum SpanColumnNames {
  /// The meaning of the name in `range`.
  static func find(_ bytes: Span<UInt8>, _ range: Range<Int>) -> SpanColumnMeaning? {
    guard range.count <= longest, let entry = table.entry(of: hash(bytes, range)) else {
      return nil
    }
    // Only letters count, as in the hash.
    var index = 0
    for position in range {
      guard let letter = letter(bytes[position]) else { continue }
      guard index < entry.name.count, entry.name[index] == letter else { return nil }
      index += 1
    }
    return index == entry.name.count ? entry.meaning : nil
  }

  /// A name without what does not count in it: `start_time` is `starttime`.
  static func plain(_ name: String) -> [UInt8] { name.utf8.compactMap { letter($0) } }

  private static let longest = 40

  @inline(__always)
  private static func letter(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x20: nil
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
    default: byte
    }
  }

  /// FNV-1a of the letters: no copy of the name is made to look it up.
  private static func hash(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for position in range {
      if let letter = letter(bytes[position]) { hash = (hash ^ UInt64(letter)) &* 0x100_0000_01b3 }
    }
    return hash
  }

  private struct Entry: Sendable {
    var name: [UInt8]
    var meaning: SpanColumnMeaning
  }

  /// The names by their hashes: open addressing.
  private struct Table {
    private var entries: [Entry] = []
    private var hashes: [UInt64] = []
    /// The number of an entry plus one, or 0; never more than half full.
    private var slots: [UInt16] = [0, 0]

    mutating func add(_ entry: Entry, hash: UInt64) {
      entries.append(entry)
      hashes.append(hash)
      guard entries.count * 2 > slots.count else { return add(entries.count - 1) }
      slots = Array(repeating: 0, count: slots.count * 4)
      for index in entries.indices { add(index) }
    }

    /// Makes an entry be found, if none before it has its hash.
    private mutating func add(_ index: Int) {
      let slot = slot(of: hashes[index])
      if slots[slot] == 0 { slots[slot] = UInt16(index + 1) }
    }

    @inline(__always)
    func entry(of hash: UInt64) -> Entry? {
      let number = Int(slots[slot(of: hash)])
      return number > 0 ? entries[number &- 1] : nil
    }

    /// The slot that has the hash, or the free one where it belongs.
    @inline(__always)
    private func slot(of hash: UInt64) -> Int {
      var slot = Int(truncatingIfNeeded: hash &>> 32) & (slots.count &- 1)
      while slots[slot] != 0, hashes[Int(slots[slot]) &- 1] != hash {
        slot = (slot &+ 1) & (slots.count &- 1)
      }
      return slot
    }
  }

  private static let table: Table = {
    var table = Table()
    func add(_ name: String, _ meaning: SpanColumnMeaning) {
      let bytes = Array(name.utf8)
      table.add(Entry(name: bytes, meaning: meaning), hash: hash(bytes.span, bytes.indices))
    }
    for (column, names) in names {
      for name in names { add(name, SpanColumnMeaning(column: column)) }
    }
    for name in ["id", "span"] { add(name, SpanColumnMeaning(column: .spanID, isWeak: true)) }
    for name in ["level", "severity", "loglevel", "severitytext", "message", "msg", "body"] {
      add(name, SpanColumnMeaning())
    }
    for (stems, column, isWeak) in times {
      for stem in stems {
        add(stem, SpanColumnMeaning(column: column, isWeak: isWeak))
        for (suffixes, unit) in units {
          for suffix in suffixes where suffix != "s" || column == .duration {
            add(stem + suffix, SpanColumnMeaning(column: column, unit: unit, isWeak: isWeak))
          }
        }
      }
    }
    return table
  }()

  private static let names: [(SpanColumn, [String])] = [
    (.traceID, ["traceid", "tracetraceid", "oteltraceid", "ddtraceid"]),
    (.spanID, ["spanid", "tracespanid", "otelspanid", "ddspanid"]),
    (.parentID, ["parentid", "parentspanid", "parent", "parentspan", "traceparentid"]),
    (.name, ["name", "spanname", "operationname", "operation", "opname"]),
    (.service, ["service", "servicename", "resourceservicename"]),
    (.kind, ["kind", "spankind"]),
    (.status, ["status", "statuscode", "spanstatus", "otelstatuscode"]),
    (.statusMessage, ["statusmessage", "statusdescription", "otelstatusdescription"]),
    (.error, ["error", "iserror", "haserror"]), (.traceState, ["tracestate"]),
    (.scopeName, ["scopename", "libraryname", "otelscopename", "otellibraryname"]),
    (.scopeVersion, ["scopeversion", "libraryversion", "otelscopeversion"]),
    (.attributes, ["attributes", "spanattributes", "tags"]),
    (.resource, ["resource", "resourceattributes"]),
  ]

  private static let times: [([String], SpanColumn, isWeak: Bool)] = [
    (["timestamp", "time", "ts", "datetime"], .start, true),
    (
      ["start", "starttime", "starttimestamp", "startedat", "startat", "begin", "begintime"],
      .start, false
    ),
    (
      ["end", "endtime", "endtimestamp", "endedat", "endat", "finish", "finishtime", "finishedat"],
      .end, false
    ),
    (
      ["duration", "dur", "elapsed", "elapsedtime", "took", "latency", "spanduration"], .duration,
      false
    ),
  ]

  private static let units: [([String], TimeUnit)] = [
    (["ns", "nano", "nanos", "nanoseconds", "unixnano"], .nanoseconds),
    (["us", "micro", "micros", "microseconds"], .microseconds),
    (["ms", "milli", "millis", "milliseconds"], .milliseconds),
    (["s", "sec", "secs", "seconds"], .seconds),
  ]

  /// The unit that `suffix` is.
  static func unit(_ suffix: String) -> TimeUnit? {
    units.first { $0.0.contains(suffix) }?.1
  }
}

/// Which columns of a table, or fields of JSON rows, are what: what the user says of them.
public struct ColumnMap: Sendable, Hashable {
  var meanings: [[UInt8]: SpanColumnMeaning] = [:]

  public init() {}

  /// Whether nothing is said.
  public var isEmpty: Bool { meanings.isEmpty }

  /// Why a text is no map.
  public struct Mistake: Error {
    public let text: String
  }

  /// Reads `span_id=sid,duration_us=took`: a field of a span, for times with a unit if need be, and
  /// the name of its column.
  public init(_ text: String) throws(Mistake) {
    for pair in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let equals = pair.firstIndex(of: "="), pair.index(after: equals) < pair.endIndex else {
        throw Mistake(text: "'\(pair)' is not FIELD=COLUMN, such as span_id=sid")
      }
      let field = String(pair[..<equals])
      guard let meaning = Self.meaning(of: field) else {
        throw Mistake(
          text: "there is no field '\(field)'; there are: "
            + SpanColumn.allCases.map(\.rawValue).joined(separator: ", ")
            + ", and times with _ns, _us, _ms or _s")
      }
      meanings[Array(pair[pair.index(after: equals)...].utf8)] = meaning
    }
  }

  private static func meaning(of field: String) -> SpanColumnMeaning? {
    if let column = SpanColumn(rawValue: field) { return SpanColumnMeaning(column: column) }
    guard let underscore = field.lastIndex(of: "_"),
      let column = SpanColumn(rawValue: String(field[..<underscore])), column.isTime,
      let unit = SpanColumnNames.unit(String(field[field.index(after: underscore)...]))
    else { return nil }
    return SpanColumnMeaning(column: column, unit: unit)
  }

  /// The meaning of the column named by the bytes of `range`.
  func meaning(_ bytes: Span<UInt8>, _ range: Range<Int>) -> SpanColumnMeaning? {
    if meanings.isEmpty { return SpanColumnNames.find(bytes, range) }
    var name: [UInt8] = []
    name.append(bytes, range)
    if let meaning = meanings[name] { return meaning }
    guard let guess = SpanColumnNames.find(bytes, range) else { return nil }
    // What the user has named is not guessed again.
    if meanings.values.contains(where: { $0.column == guess.column }) { return nil }
    return guess
  }
}
