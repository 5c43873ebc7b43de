import TraceModel

/// Walks through one OTLP JSON object, however large, and decodes its leaves: a span, a resource, a
/// scope, a schema URL at a time.
///
/// The objects and arrays around the leaves are only states, so the walk can stop at any byte. The
/// importer hands over leaves when they are whole.
struct OTLPJSONStream: Sendable {
  /// What lies at the position where the walk stopped, to be handed to `take` when it is whole.
  enum Unit: Sendable {
    case key, resource, resourceSchema, scope, scopeSchema, span
    /// A member of another name, or one that should be a list and is none: nothing to decode.
    case other, noList

    /// Whether the bytes are needed once the end is found.
    var isKept: Bool { self != .other && self != .noList }
  }

  /// Where the walk stopped.
  enum Step {
    case unit(Unit)
    /// An object with spans inside begins here; `enterElement` walks into it.
    case element
    /// The object is at its end.
    case end
    /// Another object began inside this one, which was not complete; the walk is in the new one.
    case restarted
    case failed(JSONError)
    /// All bytes are used.
    case more
  }

  /// Where a walk can begin: a whole `TracesData`, or an element of its `resourceSpans`.
  enum Root: Sendable {
    case tracesData, resourceSpans
  }

  private enum Level {
    case tracesData, resourceSpansList, resourceSpans, scopeSpansList, scopeSpans, spanList
    /// Around a bare `ResourceSpans`.
    case bare

    var isList: Bool {
      self == .resourceSpansList || self == .scopeSpansList || self == .spanList
    }
  }
  private enum Expected {
    case begin, keyOrEnd, key, colon, value, elementOrEnd, element, commaOrEnd
  }
  private enum Member {
    case resourceSpans, resource, scopeSpans, scope, spans, schemaURL
  }
  private static let members = JSONKeyTable<Member>(camelCase: [
    ("resourceSpans", .resourceSpans), ("batches", .resourceSpans), ("resource", .resource),
    ("scopeSpans", .scopeSpans),
    ("instrumentationLibrarySpans", .scopeSpans), ("scope", .scope),
    ("instrumentationLibrary", .scope), ("spans", .spans), ("schemaUrl", .schemaURL),
  ])

  private(set) var codec = OTLPJSON()
  private var table = ScopeTable()
  private var levels: [Level] = []
  private var expected = Expected.begin
  private var member: Member?

  init() {}

  /// Begins with an object whose opening brace is next.
  mutating func begin(_ root: Root) {
    levels = [root == .tracesData ? .tracesData : .bare]
    expected = root == .tracesData ? .begin : .element
    table.beginResource()
  }

  /// The levels around a cut.
  private static func levels(at kind: PartCut.Kind) -> [Level] {
    switch kind {
    case .whole: []
    case .resourceSpans: [.tracesData, .resourceSpansList]
    case .span:
      [.tracesData, .resourceSpansList, .resourceSpans, .scopeSpansList, .scopeSpans, .spanList]
    }
  }

  /// Begins at an element of a list.
  mutating func begin(at kind: PartCut.Kind) {
    levels = Self.levels(at: kind)
    expected = .element
    table = ScopeTable(inherits: kind == .span)
  }

  /// Whether such an element would be next.
  func isBefore(_ kind: PartCut.Kind) -> Bool {
    (expected == .element || expected == .elementOrEnd) && levels == Self.levels(at: kind)
  }

  /// Puts `next`, which began at a cut, in the place of this one. For each time that it noted a
  /// resource behind its spans, whether that is so.
  mutating func join(_ next: OTLPJSONStream, _ batch: inout SpanBatch) -> [Bool] {
    var next = next
    let lateNotes = next.table.inherit(from: table, &batch)
    next.codec.fields.notes.follow(codec.fields.notes)
    self = next
    return lateNotes
  }

  /// The notes of the leaf that was taken last.
  mutating func takeNotes() -> [RecordNotes.Note] { codec.fields.notes.take() }

  /// Forgets a leaf that could not be decoded.
  mutating func discardNotes() { codec.fields.notes.discard() }

  /// Gives rows what was learned behind them; to be called before the batch may be handed on.
  mutating func assignLate(in batch: inout SpanBatch) { table.assignLate(in: &batch) }

  // MARK: Walking

  /// Walks on to the next leaf.
  mutating func advance(
    _ bytes: Span<UInt8>, _ position: inout Int, _ batch: inout SpanBatch
  ) -> Step {
    while position < bytes.count {
      let byte = bytes[position]
      if JSONReader.isSpace(byte) {
        position &+= 1
        continue
      }
      switch expected {
      case .begin:
        expected = .keyOrEnd
        position &+= 1
      case .keyOrEnd, .key:
        if byte == UInt8(ascii: "\"") { return .unit(.key) }
        guard expected == .keyOrEnd, byte == UInt8(ascii: "}") else {
          return .failed(JSONError(.key, at: position))
        }
        position &+= 1
        if leave(&batch) { return .end }
      case .colon:
        guard byte == UInt8(ascii: ":") else { return .failed(JSONError(.colon, at: position)) }
        expected = .value
        position &+= 1
      case .value:
        if let step = enterValue(byte, &batch) {
          if case .restarted = step { position &+= 1 }
          return step
        }
        position &+= 1
      case .elementOrEnd where byte == UInt8(ascii: "]"):
        position &+= 1
        if leave(&batch) { return .end }
      case .elementOrEnd, .element:
        if byte == UInt8(ascii: "]") { return .failed(JSONError(.value, at: position)) }
        return byte == UInt8(ascii: "{") && levels.last != .spanList ? .element : .unit(.span)
      case .commaOrEnd:
        let isList = levels.last?.isList ?? false
        if byte == UInt8(ascii: ",") {
          expected = isList ? .element : .key
        } else if byte == (isList ? UInt8(ascii: "]") : UInt8(ascii: "}")) {
          position &+= 1
          if leave(&batch) { return .end }
          continue
        } else {
          return .failed(JSONError(isList ? .commaInArray : .commaInObject, at: position))
        }
        position &+= 1
      }
    }
    return .more
  }

  /// Begins the value of the current member; nil if that is a list to walk into.
  private mutating func enterValue(_ byte: UInt8, _ batch: inout SpanBatch) -> Step? {
    let isArray = byte == UInt8(ascii: "[")
    let list: Level
    switch (levels.last, member) {
    case (.tracesData, .resourceSpans): list = .resourceSpansList
    case (.resourceSpans, .scopeSpans): list = .scopeSpansList
    case (.scopeSpans, .spans): list = .spanList
    case (.resourceSpans, .resource): return .unit(.resource)
    case (.resourceSpans, .schemaURL): return .unit(.resourceSchema)
    case (.scopeSpans, .scope): return .unit(.scope)
    case (.scopeSpans, .schemaURL): return .unit(.scopeSchema)
    case (.resourceSpans, .resourceSpans) where isArray,
      (.scopeSpans, .resourceSpans) where isArray:
      // A line was cut short, and the next one was appended to it.
      table.assignLate(in: &batch)
      begin(.tracesData)
      levels.append(.resourceSpansList)
      expected = .elementOrEnd
      return .restarted
    default: return .unit(.other)
    }
    guard isArray else { return .unit(.noList) }
    levels.append(list)
    expected = .elementOrEnd
    return nil
  }

  /// Walks into the element at which the walk stopped; its brace is consumed.
  mutating func enterElement(_ position: inout Int, _ batch: inout SpanBatch) {
    position &+= 1
    if levels.last == .scopeSpansList {
      table.beginScope()
      levels.append(.scopeSpans)
    } else {
      table.assignLate(in: &batch)
      table.beginResource()
      levels.append(.resourceSpans)
    }
    expected = .keyOrEnd
  }

  /// Leaves a level; whether that was the outermost.
  private mutating func leave(_ batch: inout SpanBatch) -> Bool {
    levels.removeLast()
    if levels.last == .bare { levels.removeLast() }
    expected = .commaOrEnd
    if levels.isEmpty { table.assignLate(in: &batch) }
    return levels.isEmpty
  }

  // MARK: Leaves

  /// Reads the leaf at the reader's position and moves behind it. What it throws with
  /// `endOfInput` may be tried again with more bytes; otherwise `skip` goes on behind the leaf.
  mutating func take(
    _ unit: Unit, _ bytes: Span<UInt8>, _ reader: inout JSONReader, byteOffset: Int,
    into batch: inout SpanBatch
  ) throws(JSONError) {
    let start = reader.position
    table.follow(batch)
    switch unit {
    case .key:
      let key = try reader.string(bytes)
      member = Self.members.find(bytes, key)
      expected = .colon
      return
    case .span:
      if try reader.peekKind(bytes) == .object {
        let scope = table.scope(in: &batch)
        try codec.span(bytes, &reader, scope: scope, byteOffset: byteOffset, into: &batch)
        table.didCommit(to: batch)
      } else {
        try reader.skipValue(bytes)
        codec.fields.notes.add(.malformedRecord, at: start, "expected an object; skipped")
      }
    case .resource: try takeResource(bytes, &reader)
    case .scope: try takeScope(bytes, &reader)
    case .resourceSchema, .scopeSchema:
      guard let text = try codec.fields.text(bytes, &reader) else { break }
      let url = codec.fields.withUTF8(of: text, bytes) { table.number(of: $0) }
      let isInTime =
        unit == .resourceSchema ? table.setResourceSchema(url) : table.setScopeSchema(url)
      if !isInTime { noteLate("schema URL", at: start) }
    case .other, .noList: try reader.skipValue(bytes)
    }
    expected = .commaOrEnd
  }

  /// Goes on behind a leaf that was not decoded.
  mutating func skip() { expected = .commaOrEnd }

  private mutating func takeResource(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader
  ) throws(JSONError) {
    let range = try reader.skipValue(bytes)
    let number = table.number(of: bytes.extracting(range))
    if !table.hasResource(number) {
      var again = JSONReader(at: range.lowerBound)
      table.define(number, as: try codec.resource(bytes, &again))
    }
    if !table.setResource(number) { noteLate("resource", at: range.lowerBound) }
  }

  private mutating func takeScope(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader
  ) throws(JSONError) {
    let range = try reader.skipValue(bytes)
    let number = table.number(of: bytes.extracting(range))
    if !table.hasScope(number) {
      var again = JSONReader(at: range.lowerBound)
      table.define(number, as: try codec.scope(bytes, &again))
    }
    if !table.setScope(number) { noteLate("scope", at: range.lowerBound) }
  }

  private mutating func noteLate(_ name: String, at position: Int) {
    codec.fields.notes.add(
      .resourceAfterSpans, at: position, "the \(name) stands behind spans that were already shown")
  }
}
