import TraceModel

// Spans of v0.5 as tracers write them nearly always: arrays of twelve values, in which strings are
// numbers.
extension DatadogMessagePack {
  /// The head of an array of twelve values.
  static let twelveValues: UInt8 = 0x9c

  /// Reads the array of twelve values that begins at `start`, whose strings are named by number, and
  /// returns where it ends; nil if one is not as usual.
  mutating func numberedMembers(
    _ bytes: Span<UInt8>, from start: Int, _ parts: inout DatadogParts, _ batch: inout SpanBatch
  ) -> Int? {
    var reader = MessagePackReader(at: start &+ 1)
    guard let service = numbered(bytes, &reader, &batch),
      let operation = numbered(bytes, &reader, &batch),
      let resource = numbered(bytes, &reader, &batch),
      let trace = reader.uint(bytes), trace != 0, let span = reader.uint(bytes), span != 0,
      let parent = reader.uint(bytes),
      number(.start, bytes, &reader), number(.duration, bytes, &reader),
      number(.error, bytes, &reader),
      let end = numberedMeta(bytes, from: reader.position, &parts, &batch)
    else { return nil }
    reader.position = end
    guard let count = reader.mapCount(bytes) else { return nil }
    for _ in 0..<count {
      guard let key = numbered(bytes, &reader, &batch), metric(key.id, bytes, &reader, &batch)
      else { return nil }
    }
    guard let type = numbered(bytes, &reader, &batch) else { return nil }
    codec.span.traceID = TraceID(high: 0, low: trace)
    codec.span.spanID = SpanID(span)
    codec.span.draft.parentSpanID = SpanID(parent)
    parts.service = service.id
    parts.operation = operation.id
    parts.resource = resource.id
    parts.type = type.id
    parts.kindOfType = type.meaning?.kindOfType
    return reader.position
  }

  /// Reads the map of attributes that are strings, and returns where it ends; nil if one is not as
  /// usual.
  private mutating func numberedMeta(
    _ bytes: Span<UInt8>, from start: Int, _ parts: inout DatadogParts, _ batch: inout SpanBatch
  ) -> Int? {
    var reader = MessagePackReader(at: start)
    guard let count = reader.mapCount(bytes) else { return nil }
    for _ in 0..<count {
      if let (key, value) = knownPair(bytes, at: reader.position),
        take(key, value, &parts, &batch)
      {
        reader.position &+= 2
        continue
      }
      guard let end = anyPair(bytes, at: reader.position, &parts, &batch) else { return nil }
      reader.position = end
    }
    return reader.position
  }

  /// The strings whose two numbers stand at `start`, if both are below 128 and known.
  @inline(__always)
  private func knownPair(_ bytes: Span<UInt8>, at start: Int) -> (key: Known, value: Known)? {
    guard start &+ 4 <= bytes.count else { return nil }
    let head = Int(bytes.half(at: start))
    let (first, second) = (head & 0xff, head &>> 8 & 0xff)
    guard head & 0x8080 == 0, first < usual.known.count, second < usual.known.count else {
      return nil
    }
    let (key, value) = (usual.known[first], usual.known[second])
    return key.meaning != nil && value.meaning != nil ? (key, value) : nil
  }

  /// Takes a pair of strings; false if the value must be read, or belongs to no field after all.
  @inline(__always)
  private mutating func take(
    _ key: Known, _ value: Known, _ parts: inout DatadogParts, _ batch: inout SpanBatch
  ) -> Bool {
    if case .meta(let field) = key.meaning?.role { return take(field, value, &parts) }
    batch.append(key.id, value.id, isDetail: false)
    return true
  }

  /// Takes a string that says something of the span; false if it is an attribute like any other, or
  /// must be read.
  @inline(__always)
  private mutating func take(
    _ field: DatadogJSON.Meta, _ value: Known, _ parts: inout DatadogParts
  ) -> Bool {
    switch field {
    case .kind:
      codec.span.draft.kind = value.meaning?.kind ?? .unspecified
      return codec.span.draft.kind != .unspecified
    case .environment, .version, .message, .oldMessage:
      codec.take(field, value.id, &parts)
      return true
    case .highHalf, .links, .events: return false
    }
  }

  /// Reads a key and its string, whatever they are, and returns where they end; nil if they are not as
  /// usual.
  private mutating func anyPair(
    _ bytes: Span<UInt8>, at start: Int, _ parts: inout DatadogParts, _ batch: inout SpanBatch
  ) -> Int? {
    var reader = MessagePackReader(at: start)
    guard let key = numbered(bytes, &reader, &batch) else { return nil }
    guard case .meta(let field) = key.meaning?.role else {
      guard let value = numbered(bytes, &reader, &batch) else { return nil }
      batch.append(key.id, value.id, isDetail: false)
      return reader.position
    }
    // What is read is not kept as a string.
    let valueStart = reader.position
    if field == .highHalf || field == .links || field == .events {
      guard let number = reader.uint(bytes), let isTaken = take(field, number, &parts, &batch)
      else { return nil }
      if isTaken { return reader.position }
      reader.position = valueStart
    }
    guard let value = numbered(bytes, &reader, &batch) else { return nil }
    if !take(field, value, &parts) { batch.append(key.id, value.id, isDetail: false) }
    return reader.position
  }

  /// The string whose number is next; nil if it is not as usual.
  @inline(__always)
  private mutating func numbered(
    _ bytes: Span<UInt8>, _ reader: inout MessagePackReader, _ batch: inout SpanBatch
  ) -> Known? {
    guard let number = reader.uint(bytes) else { return nil }
    if number < UInt64(usual.known.count) {
      let known = usual.known[Int(truncatingIfNeeded: number)]
      if known.meaning != nil { return known }
    }
    return addKnown(number, &batch)
  }

  private mutating func addKnown(_ number: UInt64, _ batch: inout SpanBatch) -> Known? {
    guard let range = strings.range(number), strings.text.span.isValidUTF8(range) else {
      return nil
    }
    let id = batch.strings.intern(strings.text.span.extracting(range))
    while usual.known.count <= Int(number) { usual.known.append(Known()) }
    let known = Known(id: id, meaning: usual.meaning(of: id, batch.strings))
    usual.known[Int(number)] = known
    return known
  }

  /// Takes the string of that number as that of a span of v0.4 is taken. One that links were read
  /// from just before is not read again.
  private mutating func take(
    _ field: DatadogJSON.Meta, _ number: UInt64, _ parts: inout DatadogParts,
    _ batch: inout SpanBatch
  ) -> Bool? {
    if field == .links, let links = usual.links, links.number == number {
      batch.repeatLinks(links.range)
      return true
    }
    let text = strings.text
    guard let range = strings.range(number) else { return nil }
    let first = batch.linkCount
    let isTaken = take(field, text.span, range, &parts, &batch)
    if field == .links, isTaken == true { usual.links = (number, first..<batch.linkCount) }
    return isTaken
  }
}
