public import TraceModel

/// Reads every format that is made of JSON objects: finds them in any text, be it JSON Lines, one
/// large document, an array, or a program's output with spans in between, and hands each to the
/// codec that knows it.
///
/// Most bytes are decoded where they lie in the chunk. What is cut by the end of a chunk (a span, a
/// resource, a small object) is carried over, and a `JSONScanner` finds its end without starting
/// anew, so the work is linear however the input is cut.
public struct JSONTextImporter: SpanImporter {
  public static let format = FormatDescriptor(
    name: "json-text", summary: "JSON objects in any of the formats below, also inside other text",
    example: "", priority: 90)

  public static func sniff(_ prefix: Span<UInt8>, isWhole: Bool) -> Bool {
    // A short payload of MessagePack is mostly text.
    TextSniff.isText(prefix) && !DelimitedTextImporter.sniff(prefix, isWhole: isWhole)
      && !DatadogMessagePackImporter.sniff(prefix, isWhole: isWhole)
      && !CppConsole.sniff(prefix, isWhole: isWhole)
      && !DotNetConsole.sniff(prefix, isWhole: isWhole)
      && !RustConsole.sniff(prefix, isWhole: isWhole)
  }

  /// Where in the grammar of the stream we are, when nothing is carried.
  enum Mode {
    /// Between objects.
    case text
    /// At the brace of an object of which nothing is known.
    case candidate
    /// Inside an OTLP object.
    case otlp
    /// Between the records of an object that is walked into.
    case wrapper
  }

  /// What the carried bytes are the beginning of.
  enum Carried {
    case candidate
    /// An object inside OTLP, with spans in it, that is short enough to wait for.
    case element
    case unit(OTLPJSONStream.Unit)
    /// An object that Node.js has printed.
    case literal
    /// A part of what is around records.
    case wrapped(JSONWrapper.Unit)
    /// Something of which only the end matters.
    case skipped
  }

  var mode = Mode.text
  var carried: Carried?
  var carry: [UInt8] = []
  /// Where in the source `carry` (or what is skipped) begins.
  var carryStart = 0
  var scanner = JSONScanner()
  var literal = JSLiteralScanner()
  var shape = JSONShape()
  /// The candidate has OTLP's key, but no array behind it.
  var isEmptyOTLP = false
  /// The objects and arrays around the records that are read.
  var wrapper = JSONWrapper()
  /// What keys mean, at hand for every member.
  private(set) var triggers = JSONTrigger.keys
  /// What keys mean in the member that the scanner looks into.
  var inside: JSONTrigger.Inside?

  var offset = 0
  /// Where reading began, if not at the beginning.
  var cut: PartCut?
  var lines = LineTracker()
  var skipped = SkippedText()
  /// The offset of a `[` that may be the beginning of text, as in `[INFO] ready`.
  var bracket: Int?
  var stream = OTLPJSONStream()
  var codecs: [any JSONValueCodec] = JSONCodecs.all.map { $0.init() }
  /// The codecs that are told what is around records.
  private(set) lazy var lookingAround = codecs.indices.filter { type(of: codecs[$0]).looksAround }
  /// The codec of objects that Node.js has printed.
  private(set) lazy var literalCodec = codecs.firstIndex { $0 is JSConsole }
  /// The codec that claimed the last record: mostly the next is its own too.
  var recentCodec = 0
  /// The records that this codec has claimed by their keys.
  var claimed = JSONShape.Claimed()
  /// Whether a codec has read any record.
  var hasRecords = false
  /// Whether objects may be OTLP.
  var readsOTLP = true
  var fields = JSONFields()
  /// The format of the last object that was read.
  var recent = ""
  /// The codec whose format that is, if it was noted with a record of it.
  var recognizedCodec: Int?
  /// Whether any object was of a known format.
  var isRecognized = false
  /// Whether the input is one array of objects.
  var array = TopArray.unknown

  /// How far objects are known not to be cut, in the bytes that are read.
  var wholeUntil = 0
  /// The next line feed in the bytes that are read, once it was looked for.
  var nextLineFeed = 0
  /// Whether to walk into the next object in any case.
  var entersFirst = false

  /// The longest record to carry; smaller only in tests.
  var recordLimit = ImportLimits.recordBytes
  /// How many bytes were looked at, all passes together: must stay proportional to the input.
  var examined = 0
  /// How many bytes are carried over at the moment.
  var carriedCount: Int { carry.count }

  public init() {}

  /// Reads the objects of one format only; nil if that is none of objects.
  init?(only format: String) {
    codecs = JSONCodecs.all.filter { $0.format.name == format }.map { $0.init() }
    readsOTLP = format == OTLPJSON.format.name
    guard readsOTLP || !codecs.isEmpty else { return nil }
  }

  /// Reads rows whose fields are named as `columns` says, and nothing else.
  init(rows columns: ColumnMap) {
    codecs = [JSONRows(columns: columns)]
    readsOTLP = false
  }

  // MARK: Reading

  public mutating func read(_ chunk: Span<UInt8>, into batch: inout SpanBatch) {
    var position = 0
    while position < chunk.count {
      if carried == nil {
        position = consume(chunk, from: position, base: offset, &batch)
      } else {
        position = resume(chunk, from: position, &batch)
      }
    }
    offset += chunk.count
    endPass(&batch)
  }

  /// The formats that are read.
  private var names: [String] {
    (readsOTLP ? [OTLPJSON.format.name] : []) + codecs.map { type(of: $0).format.name }
  }

  public mutating func finish(into batch: inout SpanBatch) {
    if case .element = carried { release(isWhole: true, &batch) }
    switch (mode, carried) {
    case (.text, nil):
      let isAllowed = codecs.contains {
        type(of: $0).mayEndOpen && type(of: $0).format.name == recent
      }
      if array == .open, !skipped.isActive, !isAllowed { truncated("an array", &batch) }
    case (.text, .candidate?), (.text, .literal?), (.candidate, _), (.wrapper, _):
      let held = carry
      if case .literal = carried, literal.isKnown { recognize(JSConsole.format.name) }
      if case .candidate = carried, !isRecognized, let format = formatByTelltale(held.span) {
        recognize(format)
      }
      if isRecognized {
        endSkipped(&batch)
        truncated("an object", &batch)
      } else {
        noObject(held.span, base: carryStart)
      }
    case (.text, .skipped?): truncated("an object", &batch)
    case (.otlp, .unit(.span)?): truncated("a span", &batch)
    case (.text, _), (.otlp, _): truncated("an OTLP object", &batch)
    }
    if isRecognized {
      endSkipped(&batch)
    } else if let issue = skipped.take(.unrecognizedFormat, FormatRegistry.tried(names)) {
      batch.issues.append(issue)
    } else {
      batch.issues.append(
        ImportIssue(.emptyInput, byteOffset: 0, detail: "\(offset) bytes without an object in them")
      )
    }
    closeWrappers(&batch)
    for index in codecs.indices { codecs[index].finish(fields: &fields, into: &batch) }
    fields.notes.discard()
    endPass(&batch)
    carried = nil
    carry = []
  }

  /// What has to be done before the batch may be handed on.
  mutating func endPass(_ batch: inout SpanBatch) {
    stream.assignLate(in: &batch)
    batch.isHeld = codecs.contains { $0.isWaiting }
    if isRecognized { batch.format = recent }
  }

  /// Reads `bytes`, which begin at `base` of the source, until they are used up or their rest is
  /// carried.
  ///
  /// `wholeUntil` is how far objects are known not to be cut; `entersFirst`: whether to walk into
  /// the first one in any case.
  mutating func consume(
    _ bytes: Span<UInt8>, from start: Int, base: Int, wholeUntil: Int = 0,
    entersFirst: Bool = false, _ batch: inout SpanBatch
  ) -> Int {
    self.wholeUntil = wholeUntil
    self.entersFirst = entersFirst
    nextLineFeed = 0
    var position = start
    while position < bytes.count, carried == nil {
      switch mode {
      case .text: skipText(bytes, &position, base: base)
      case .candidate: position = readCandidate(bytes, from: position, base: base, &batch)
      case .otlp: position = readOTLP(bytes, from: position, base: base, &batch)
      case .wrapper: position = readWrapper(bytes, from: position, base: base, &batch)
      }
    }
    if carried == nil { lines.advance(to: base + position, in: bytes, base: base) }
    examined &+= position &- start
    return position
  }

  /// Goes on with what is carried.
  mutating func resume(
    _ chunk: Span<UInt8>, from start: Int, _ batch: inout SpanBatch
  ) -> Int {
    guard let carried else { return start }
    let isLiteral = if case .literal = carried { true } else { false }
    let step = isLiteral ? literal.scan(chunk, from: start) : scanner.scan(chunk, from: start)
    let stop: Int
    switch step {
    case .end(let position), .member(let position): stop = position
    case .more: stop = chunk.count
    case .bad(let error): stop = error.offset
    }
    examined &+= stop &- start
    if case .skipped = carried {
      pass(chunk, start..<stop, base: offset)
      lines.advance(to: offset + stop, in: chunk, base: offset)
      switch step {
      case .end: self.carried = nil
      case .bad(let error):
        self.carried = nil
        if mode == .otlp {
          malformed(error, resumingAt: stop, chunk, base: offset, &batch)
        } else {
          skipBroken(&batch)
        }
      case .more, .member: break
      }
      return stop
    }
    if case .element = carried {
      // Not a record: what is longer than we want to wait for is walked into.
    } else if carry.count + stop - start > recordLimit {
      tooLong(chunk, from: start, stop: stop, step, &batch)
      return stop
    }
    carry.append(chunk, start..<stop)
    switch (carried, step) {
    case (.candidate, .member(let position)):
      let held = carry
      if let trigger = trigger(held.span, scanner.key, value: chunk[position], scanner.depth) {
        pull(trigger, &batch)
      }
    case (.element, .more), (.element, .member):
      if carry.count > ImportLimits.heldBytes { release(isWhole: false, &batch) }
    case (.element, .end), (.element, .bad): release(isWhole: true, &batch)
    case (_, .more), (_, .member): break
    case (.candidate, .end): withCarry(&batch) { $0.object($1, $1.indices, base: $2, &$3) }
    case (.candidate, .bad) where mayBeLiteral(carry.span, next: chunk[stop]):
      literal = JSLiteralScanner()
      let held = carry
      _ = literal.scan(held.span, from: 0)
      examined &+= held.count
      self.carried = .literal
    case (.candidate, .bad(let error)):
      withCarry(&batch) { $0.brokenObject(error, $1, at: $1.count, base: $2, &$3) }
    case (.unit(let unit), .end):
      withCarry(&batch) { $0.whole(unit, $1, 0..<$1.count, base: $2, &$3) }
    case (.unit, .bad(let error)):
      withCarry(&batch) { this, bytes, base, batch in
        let shown = this.scanner.damage ?? JSONError(error.reason, at: bytes.count)
        this.malformed(shown, resumingAt: bytes.count, bytes, base: base, &batch)
      }
    case (.literal, .end): withCarry(&batch) { $0.takeLiteral($1, base: $2, &$3) }
    case (.literal, .bad(let error)):
      withCarry(&batch) { $0.brokenLiteral(error, $1, base: $2, &$3) }
    case (.wrapped(let unit), .end):
      withCarry(&batch) { $0.take(unit, $1, $1.indices, base: $2, &$3) }
    case (.wrapped, .bad(let error)):
      withCarry(&batch) { this, bytes, base, batch in
        this.pass(bytes, bytes.indices, base: base)
        this.broken(JSONError(error.reason, at: bytes.count), bytes, base: base, &batch)
      }
    case (.skipped, _): break
    }
    return stop
  }

  /// Empties the carry and reads it.
  mutating func withCarry(
    _ batch: inout SpanBatch, _ body: (inout Self, Span<UInt8>, Int, inout SpanBatch) -> Void
  ) {
    let bytes = carry
    let base = carryStart
    carry = []
    carried = nil
    examined &+= bytes.count
    body(&self, bytes.span, base, &batch)
    if carried == nil { lines.advance(to: base + bytes.count, in: bytes.span, base: base) }
  }

  /// Carries the rest of `bytes`, of which `scanner` has seen all.
  mutating func carry(
    _ kind: Carried, _ bytes: Span<UInt8>, from start: Int, base: Int
  ) {
    lines.advance(to: base + start, in: bytes, base: base)
    carried = kind
    carryStart = base + start
    if case .skipped = kind {
      lines.advance(to: base + bytes.count, in: bytes, base: base)
    } else {
      carry.append(bytes, start..<bytes.count)
    }
  }
}
