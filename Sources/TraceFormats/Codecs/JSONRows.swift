import TraceModel

/// Decodes rows with recognisable fields: trace and span ID, and times, by their usual names or those
/// that the user gives. What was assumed is an issue, in the words of `--map`.
///
/// Asked last: what any other format claims is not taken for such a row.
struct JSONRows: RowCodec {
  static let format = FormatDescriptor(
    name: "json-rows", summary: "JSON Lines or arrays of rows with recognisable fields",
    example: #"{"trace_id": …, "span_id": …, "name": …, "start": …, "duration_ms": …}"#,
    priority: 80)

  static let telltales: [String] = []
  static let claimsByKeys = true

  private let columns: ColumnMap
  private var span = MappedSpan()
  private var row = Row()
  /// What was reported of rows so far, so that it is not said of each.
  private var reported: Set<Assumption> = []
  /// Rough sums of the fields and units of earlier rows: most rows are like one of them.
  private var knownSums: Set<Int> = []
  private var lastSum = 0
  var keys = RowKeys<RowField>()
  /// What the keys of the row that is decoded say of it.
  private var signs = RowSigns()
  /// Whether rows are first taken for usual ones; false only in tests.
  var readsUsual = true
  /// How many rows in a row were not usual, or not even tried.
  private var doubts = 0
  private static let reportLimit = 100

  init() { self.init(columns: ColumnMap()) }

  init(columns: ColumnMap) { self.columns = columns }

  func claim(_ object: JSONShape, _ bytes: Span<UInt8>) -> JSONClaim {
    var signs = RowSigns()
    for member in object.members {
      let meaning = columns.meaning(bytes, member.key)
      signs.add(RowField(meaning, bytes, member.key).signs)
    }
    return signs.areOfSpan(isMapped: !columns.isEmpty) ? .spans : .none
  }

  /// A field of a row that stands for a field of the span.
  private struct Cell {
    var key: JSONReader.Text
    /// The place of the key.
    var place: Int
    var value: RowValue
    var meaning: SpanColumnMeaning
  }

  private struct Row {
    var cells = SpanColumn.Table<Cell>()
    /// The units of times, where the names do not say them.
    var units = SpanColumn.Table<TimeUnit>()
  }

  /// That a field is taken for something, in a unit.
  private struct Assumption: Hashable {
    var column: SpanColumn
    var name: [UInt8]
    var unit: TimeUnit?
  }

  func meaning(of key: JSONReader.Text, _ bytes: Span<UInt8>) -> RowField? {
    var field = RowField(columns.meaning(bytes, key.range), bytes, key.range)
    if JSONTrigger.keys.find(bytes, key.range) != nil { field.signs |= RowSigns.wrapper }
    return field
  }

  mutating func decode(
    _ bytes: Span<UInt8>, members: [RowMember]?, byteOffset: Int, fields: inout JSONFields,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    begin(byteOffset: byteOffset)
    try takeAll(bytes, members, &fields, &batch)
    try decodeCells(bytes, &fields, &batch)
    report(bytes, &fields)
    span.commit(to: &batch, &fields)
  }

  static let readsUsual = true

  mutating func decodeUsual(
    _ bytes: Span<UInt8>, byteOffset: Int, fields: inout JSONFields, into batch: inout SpanBatch
  ) -> (end: Int, isRead: Bool) {
    guard readsUsual, isHopeful else {
      doubts &+= 1
      return (0, false)
    }
    var reader = JSONReader()
    begin(byteOffset: byteOffset)
    let isCertain = (try? decodeIfCertain(bytes, &reader, &fields, &batch)) ?? false
    guard isCertain else {
      doubts &+= 1
      fields.notes.discard()
      batch.rollBack()
      return (reader.position, false)
    }
    doubts = 0
    span.commit(to: &batch, &fields)
    return (reader.position, true)
  }

  /// Whether the next row may be a usual one. If many were none, one is tried now and then.
  private var isHopeful: Bool { doubts < 8 || doubts % 64 == 0 }

  /// Decodes the object that is next, as far as it is certain that it is a row of which there is nothing
  /// to say; whether it is.
  private mutating func decodeIfCertain(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    _ batch: inout SpanBatch
  ) throws(JSONError) -> Bool {
    try reader.enterObject(bytes)
    try takeObject(bytes, &reader, &fields, &batch)
    guard signs.areCertain, signs.areOfSpan(isMapped: !columns.isEmpty) else { return false }
    try decodeCells(bytes, &fields, &batch)
    return fields.notes.isEmpty && span.traceID != nil && span.spanID != nil && !isNew(sum)
  }

  /// Begins a row.
  private mutating func begin(byteOffset: Int) {
    span.begin(byteOffset: byteOffset, resolution: .nanosecond)
    row.cells.removeAll()
    row.units.removeAll()
    signs = RowSigns()
  }

  /// Decodes the fields that were found.
  private mutating func decodeCells(
    _ bytes: Span<UInt8>, _ fields: inout JSONFields, _ batch: inout SpanBatch
  ) throws(JSONError) {
    // In the order of the fields, so that the same rows give the same batches.
    var columns = row.cells.columns
    while let column = columns.popFirst() {
      if !column.isTime, let cell = row.cells[column] {
        try decode(cell, as: column, bytes, &fields, &batch)
      }
    }
    try decodeTimes(bytes, &fields, &batch)
  }

  /// Takes note of a field that means something; appends any other as an attribute.
  @inline(__always)
  mutating func take(
    _ place: Int, _ text: JSONReader.Text, _ value: RowValue, _ bytes: Span<UInt8>,
    _ reader: inout JSONReader, _ fields: inout JSONFields, _ batch: inout SpanBatch
  ) throws(JSONError) {
    let field = keys.meaning(place)
    signs.add(field?.signs ?? 0)
    guard let meaning = field?.meaning, let column = meaning.column else {
      guard keys.isResource(place), value.kind == .string else {
        return try attribute(place, text, value, bytes, &reader, &fields, into: &batch)
      }
      let number = keys.number(place, text, bytes, &fields, &batch.strings)
      span.source.add(number, keys.value(place, value, bytes, &fields, &batch.strings))
      return
    }
    if let known = row.cells[column] {
      // The surer name, or the first of two.
      guard known.meaning.isWeak, !meaning.isWeak else {
        reader.position = value.start
        return try attribute(text, bytes, &reader, &fields, &batch)
      }
      var earlier = JSONReader(at: known.value.start)
      try attribute(known.key, bytes, &earlier, &fields, &batch)
    }
    if value.kind == .null { return }
    var cell = Cell(key: text, place: place, value: value, meaning: meaning)
    if !value.isText { cell.value.text.range = try value.range(bytes, &reader) }
    row.cells[column] = cell
  }

  /// Appends the value that is next to the resource, if its key can be nothing else, or to the span.
  private mutating func attribute(
    _ key: JSONReader.Text, _ bytes: Span<UInt8>, _ reader: inout JSONReader,
    _ fields: inout JSONFields, _ batch: inout SpanBatch
  ) throws(JSONError) {
    if ResourceKeys.contain(bytes, key.range), try reader.peekKind(bytes) == .string {
      let keyID = fields.intern(key, bytes, &batch.strings)
      span.source.add(keyID, try fields.interned(bytes, &reader, &batch.strings))
    } else {
      try fields.attribute(key, bytes, &reader, into: &batch)
    }
  }

  private mutating func decode(
    _ cell: Cell, as column: SpanColumn, _ bytes: Span<UInt8>, _ fields: inout JSONFields,
    _ batch: inout SpanBatch
  ) throws(JSONError) {
    let value = cell.value
    let kind = value.kind
    var reader = JSONReader(at: value.start)
    func text() throws(JSONError) -> StringID {
      try internedText(cell.place, value, bytes, &reader, &fields, &batch.strings)
    }
    switch column {
    case .traceID: span.traceID = try fields.namedTraceID(value, bytes, &reader, &batch)
    case .spanID: span.spanID = try fields.namedSpanID(value, bytes, &reader, &batch)
    case .parentID:
      guard !Self.isNothing(bytes, value.text.range) else { return }
      span.draft.parentSpanID = try fields.namedSpanID(
        value, bytes, &reader, &batch, isOptional: true)
    case .name: span.draft.name = try text()
    case .service: span.addToSource(.serviceName, try text(), &batch)
    case .statusMessage: span.draft.statusMessage = try text()
    case .traceState: span.draft.traceState = try text()
    case .scopeName: span.source.scopeName = try text()
    case .scopeVersion: span.source.scopeVersion = try text()
    case .kind where kind == .string:
      if let kind = SpanKind(named: bytes, value.text.range) {
        span.draft.kind = kind
      } else {
        try keep(cell, bytes, &fields, &batch)
      }
    case .status where kind == .string:
      if let status = SpanStatus(named: bytes, value.text.range) {
        span.draft.status = status
      } else {
        try keep(cell, bytes, &fields, &batch)
      }
    case .status where kind == .number:
      let number = try fields.uint32(value, bytes, &reader)
      // A larger one is a status of HTTP, or of anything else.
      if number <= 2, let status = SpanStatus(rawValue: UInt8(number)) {
        span.draft.status = status
      } else {
        try keep(cell, bytes, &fields, &batch)
      }
    case .error where kind == .bool:
      if JSONFields.isTrue(value, bytes) { span.draft.status = .error }
    case .attributes where kind == .object:
      try fields.flatAttributes(bytes, &reader, into: &batch)
    case .resource where kind == .object:
      for attribute in try fields.flatAttributeList(bytes, &reader) {
        if case .string(let text) = attribute.value {
          span.source.add(batch.strings.intern(attribute.key), batch.strings.intern(text))
        } else {
          batch.withAttributes {
            $0.append(key: $1.intern(attribute.key), value: attribute.value, strings: &$1)
          }
        }
      }
    case .kind, .status, .error, .attributes, .resource, .start, .end, .duration:
      try keep(cell, bytes, &fields, &batch)
    }
  }

  /// Keeps a field whose value is not what its name says as an attribute.
  private mutating func keep(
    _ cell: Cell, _ bytes: Span<UInt8>, _ fields: inout JSONFields, _ batch: inout SpanBatch
  ) throws(JSONError) {
    var reader = JSONReader(at: cell.value.start)
    try attribute(cell.key, bytes, &reader, &fields, &batch)
    row.cells[cell.meaning.column ?? .attributes] = nil
  }

  /// The ways to write that a span has no parent.
  private static func isNothing(_ bytes: Span<UInt8>, _ text: Range<Int>) -> Bool {
    // IDs are longer.
    if text.count > 4 { return false }
    return ["", "0", "null", "NULL", "None", "nil", "-", "-1"].contains { bytes.matches(text, $0) }
  }
}

// Times, whose units are mostly left open.
extension JSONRows {
  private mutating func decodeTimes(
    _ bytes: Span<UInt8>, _ fields: inout JSONFields, _ batch: inout SpanBatch
  ) throws(JSONError) {
    let start = try moment(.start, bytes, &fields)
    let end = try moment(.end, bytes, &fields)
    if let start { span.draft.start = start }
    guard let cell = row.cells[.duration] else {
      if let end { span.draft.end = end }
      return
    }
    if start != nil, let end {
      // It says what is known.
      span.draft.end = end
      return try keep(cell, bytes, &fields, &batch)
    }
    // Numbers of one row have one unit; beside a time as text, milliseconds are most usual.
    let unit =
      cell.meaning.unit ?? row.units[.start] ?? row.units[.end] ?? row.cells[.start]?.meaning.unit
      ?? row.cells[.end]?.meaning.unit ?? .milliseconds
    var reader = JSONReader(at: cell.value.start)
    guard let duration = try fields.duration(cell.value, bytes, &reader, in: unit) else { return }
    if cell.meaning.unit == nil { row.units[.duration] = unit }
    if let end, start == nil {
      span.draft.end = end
      span.draft.start = end.advanced(by: DurationNanos(0 &- duration.rawValue))
    } else if start != nil {
      span.duration = duration
    } else {
      try keep(cell, bytes, &fields, &batch)
    }
  }

  /// The moment in a column: ISO 8601 text, or a number in the unit that its name or its size says.
  private mutating func moment(
    _ column: SpanColumn, _ bytes: Span<UInt8>, _ fields: inout JSONFields
  ) throws(JSONError) -> UnixNanos? {
    guard let cell = row.cells[column] else { return nil }
    let range = cell.value.text.range
    if cell.value.kind == .string, range.isEmpty { return nil }
    var reader = JSONReader(at: cell.value.start)
    let number = cell.value.isText ? NumberText.decimal(bytes, range) : nil
    if number == nil, cell.value.kind == .string {
      let time = try fields.iso8601(cell.value, bytes, &reader)
      guard time != .unset else { return nil }
      setResolution(TimeResolution(ofISO8601: range, bytes))
      return time
    }
    guard let unit = cell.meaning.unit ?? number.flatMap(TimeUnit.init(ofMoment:)) else {
      return try fields.time(bytes, &reader, in: .seconds)
    }
    if cell.meaning.unit == nil { row.units[column] = unit }
    let time: UnixNanos
    if let number, let nanos = NumberText.scaled(number, by: unit.rawValue), nanos >= 0 {
      time = UnixNanos(UInt64(nanos))
    } else {
      time = try fields.time(bytes, &reader, in: unit)
    }
    switch unit {
    case .nanoseconds: break
    // Seconds have a fraction, which is seldom of more than six digits.
    case .microseconds, .seconds: setResolution(.microsecond)
    case .milliseconds: setResolution(.millisecond)
    }
    return time == .unset ? nil : time
  }

  private mutating func setResolution(_ resolution: TimeResolution) {
    if resolution.rawValue > span.draft.resolution.rawValue { span.draft.resolution = resolution }
  }

  /// A rough sum of the fields of the row and their units.
  private var sum: Int {
    var sum = 0
    var columns = row.cells.columns
    while let column = columns.popFirst() {
      guard let cell = row.cells[column] else { continue }
      sum = sum &* 31 &+ column.index &* 64 &+ cell.key.range.count
      sum = sum &* 31 &+ (row.units[column]?.rawValue ?? 10)
    }
    return sum
  }

  /// Whether it was not yet said what the fields of rows with that sum were taken for, and may be.
  private mutating func isNew(_ sum: Int) -> Bool {
    if sum == lastSum { return false }
    guard reported.count < Self.reportLimit, knownSums.count < Self.reportLimit,
      !knownSums.contains(sum)
    else {
      lastSum = sum
      return false
    }
    return true
  }

  /// Says once what the fields were taken for.
  private mutating func report(_ bytes: Span<UInt8>, _ fields: inout JSONFields) {
    let sum = sum
    guard isNew(sum) else { return }
    lastSum = sum
    knownSums.insert(sum)
    var assumptions: [Assumption] = []
    for column in SpanColumn.all {
      guard let cell = row.cells[column] else { continue }
      var name: [UInt8] = []
      name.append(bytes, cell.key.range)
      let assumption = Assumption(
        column: column, name: name, unit: row.units[column] ?? cell.meaning.unit)
      if reported.insert(assumption).inserted { assumptions.append(assumption) }
    }
    guard !assumptions.isEmpty else { return }
    let pairs = assumptions.map { assumption in
      let unit = assumption.unit.map { "_" + $0.symbol } ?? ""
      return assumption.column.rawValue + unit + "="
        + String(decoding: assumption.name, as: UTF8.self)
    }
    fields.notes.add(
      .assumption, at: 0, "rows were read with --map \(pairs.joined(separator: ","))")
  }
}
