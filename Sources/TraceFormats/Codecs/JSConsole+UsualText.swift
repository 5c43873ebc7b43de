import TraceModel

// Spans as Node.js nearly always prints them, read where they stand. Members may come in any order, but
// must be those of a span, with nothing to say of them; any other object is turned into JSON as a whole
// and decoded as such. This file decides how fast a span is read, never what is read.
extension JSConsole {
  mutating func decodeUsual(
    _ bytes: Span<UInt8>, byteOffset: Int, fields: inout JSONFields, into batch: inout SpanBatch
  ) -> (end: Int, isRead: Bool) {
    guard readsUsual else { return (0, false) }
    span.begin(byteOffset: byteOffset, resolution: .microsecond)
    table.follow(batch)
    table.beginResource()
    habits.follow(batch.number)
    place = habits.first(of: .empty)
    do throws(JSLiteralReader.Unusual) {
      try usualSpan(bytes, &fields, into: &batch)
      guard fields.notes.isEmpty else { throw JSLiteralReader.Unusual() }
    } catch {
      fields.notes.discard()
      batch.rollBack()
      return (literal.position, false)
    }
    span.draft.scope = table.scope(in: &batch)
    span.commit(to: &batch, &fields)
    return (literal.position, true)
  }

  /// Reads the members of the object, whose brace is the first byte.
  private mutating func usualSpan(
    _ bytes: Span<UInt8>, _ fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSLiteralReader.Unusual) {
    literal.position = 1
    var hasResource = false
    var count = 0
    var isFirst = true
    while let key = try literal.nextKey(bytes, isFirst: &isFirst) {
      let field = Self.names.find(bytes, key)
      count += 1
      // What `JSLiteralScanner` takes for an object.
      if count == 1, field != .traceID, field != .resource { throw JSLiteralReader.Unusual() }
      switch field {
      case .resource:
        try usualSource(bytes, &fields, isResource: true)
        hasResource = true
      case .scope: try usualSource(bytes, &fields, isResource: false)
      case .traceID: span.traceID = try usualTraceID(bytes)
      case .spanID where bytes.matches(key, "id"): span.spanID = try usualSpanID(bytes)
      case .parentID:
        span.draft.parentSpanID = .invalid
        if try !literal.skipNull(bytes) { span.draft.parentSpanID = try usualSpanID(bytes) }
      case .parentContext:
        let parent = try literal.skipNull(bytes) ? Context() : usualContext(bytes)
        span.draft.parentSpanID = parent.spanID
        if let isRemote = parent.isRemote { span.draft.flags = isRemote ? 0x300 : 0x100 }
      case .traceState: span.draft.traceState = try usualText(bytes, &fields, &batch.strings)
      case .name:
        span.draft.name = try usualText(bytes, &fields, &batch.strings)
        place = habits.first(of: span.draft.name)
      case .kind:
        let number = try usualUInt32(bytes)
        span.draft.kind = SpanKind(rawValue: UInt8(clamping: number &+ 1)) ?? .unspecified
      case .timestamp:
        guard let time = UInt64(exactly: try usualNanos(bytes, in: .microseconds)) else {
          throw JSLiteralReader.Unusual()
        }
        span.draft.start = UnixNanos(time)
      case .duration:
        span.duration = DurationNanos(try usualNanos(bytes, in: .microseconds))
      case .attributes: try usualAttributes(bytes, &fields, isDetail: false, into: &batch)
      case .status: try usualStatus(bytes, &fields, &batch.strings)
      case .events: try usualEvents(bytes, &fields, into: &batch)
      case .links: try usualLinks(bytes, &fields, into: &batch)
      default: throw JSLiteralReader.Unusual()
      }
    }
    // What makes it a span of this format.
    guard hasResource, span.traceID != nil, span.spanID != nil, count <= JSONShape.memberLimit
    else { throw JSLiteralReader.Unusual() }
  }

  // MARK: Parts of a span

  private mutating func usualSource(
    _ bytes: Span<UInt8>, _ fields: inout JSONFields, isResource: Bool
  ) throws(JSLiteralReader.Unusual) {
    // With the colon, so that no JSON is the same text.
    let start = literal.position &- 1
    let last = isResource ? lastResource : lastScope
    let end = start &+ last.count
    if !last.isEmpty, end <= bytes.count, bytes.equals(start..<end, last.span, from: 0) {
      literal.position = end
      let number = table.number(of: last.span)
      if isResource ? table.hasResource(number) : table.hasScope(number) {
        _ = isResource ? table.setResource(number) : table.setScope(number)
        return
      }
      literal.position = start &+ 1
    }
    try literal.convert(bytes)
    let json = literal.json
    guard !isResource || JSONShape.isObject(json.span, with: "attributes") else {
      throw JSLiteralReader.Unusual()
    }
    let text = bytes.extracting(start..<literal.position)
    do throws(JSONError) {
      try setSource(
        table.number(of: text), json.span, JSONReader(), &fields, isResource: isResource)
    } catch { throw JSLiteralReader.Unusual() }
    if isResource {
      lastResource.removeAll(keepingCapacity: true)
      lastResource.append(copying: text)
    } else {
      lastScope.removeAll(keepingCapacity: true)
      lastScope.append(copying: text)
    }
  }

  private mutating func usualContext(
    _ bytes: Span<UInt8>
  ) throws(JSLiteralReader.Unusual) -> Context {
    var context = Context()
    try literal.enter(UInt8(ascii: "{"), bytes)
    var isFirst = true
    while let key = try literal.nextKey(bytes, isFirst: &isFirst) {
      switch Self.names.find(bytes, key) {
      case .traceID: context.traceID = try usualTraceID(bytes)
      case .spanID: context.spanID = try usualSpanID(bytes)
      case .flags: context.flags = try usualUInt32(bytes)
      case .isRemote:
        guard case .bool(let isRemote) = try literal.value(bytes) else {
          throw JSLiteralReader.Unusual()
        }
        context.isRemote = isRemote
      default: _ = try literal.value(bytes)
      }
    }
    return context
  }

  private mutating func usualStatus(
    _ bytes: Span<UInt8>, _ fields: inout JSONFields, _ strings: inout StringPool
  ) throws(JSLiteralReader.Unusual) {
    try literal.enter(UInt8(ascii: "{"), bytes)
    var isFirst = true
    while let key = try literal.nextKey(bytes, isFirst: &isFirst) {
      switch Self.names.find(bytes, key) {
      case .code:
        let code = try usualUInt32(bytes)
        span.draft.status = SpanStatus(rawValue: UInt8(clamping: code)) ?? .unset
      case .message: span.draft.statusMessage = try usualText(bytes, &fields, &strings)
      default: _ = try literal.value(bytes)
      }
    }
  }

  private mutating func usualEvents(
    _ bytes: Span<UInt8>, _ fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSLiteralReader.Unusual) {
    try literal.enter(UInt8(ascii: "["), bytes)
    var isFirst = true
    while try literal.nextElement(bytes, isFirst: &isFirst) {
      try literal.enter(UInt8(ascii: "{"), bytes)
      var (time, name, dropped) = (UnixNanos.unset, StringID.empty, UInt32(0))
      var isFirstKey = true
      while let key = try literal.nextKey(bytes, isFirst: &isFirstKey) {
        switch Self.names.find(bytes, key) {
        case .name:
          name = try usualText(bytes, &fields, &batch.strings)
          place = habits.first(of: name)
        case .time: time = try usualPairTime(bytes)
        case .attributes: try usualAttributes(bytes, &fields, isDetail: true, into: &batch)
        case .dropped: dropped = try usualUInt32(bytes)
        default: throw JSLiteralReader.Unusual()
        }
      }
      batch.endEvent(time: time, name: name, droppedAttributes: dropped)
    }
  }

  private mutating func usualLinks(
    _ bytes: Span<UInt8>, _ fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSLiteralReader.Unusual) {
    try literal.enter(UInt8(ascii: "["), bytes)
    var isFirst = true
    while try literal.nextElement(bytes, isFirst: &isFirst) {
      try literal.enter(UInt8(ascii: "{"), bytes)
      place = habits.first(of: .empty)
      var (target, dropped) = (Context(), UInt32(0))
      var isFirstKey = true
      while let key = try literal.nextKey(bytes, isFirst: &isFirstKey) {
        switch Self.names.find(bytes, key) {
        case .context: target = try usualContext(bytes)
        case .attributes: try usualAttributes(bytes, &fields, isDetail: true, into: &batch)
        case .dropped: dropped = try usualUInt32(bytes)
        default: throw JSLiteralReader.Unusual()
        }
      }
      batch.endLink(
        traceID: target.traceID, spanID: target.spanID, flags: target.flags,
        droppedAttributes: dropped)
    }
  }

  private mutating func usualAttributes(
    _ bytes: Span<UInt8>, _ fields: inout JSONFields, isDetail: Bool, into batch: inout SpanBatch
  ) throws(JSLiteralReader.Unusual) {
    try literal.enter(UInt8(ascii: "{"), bytes)
    var isFirst = true
    while let key = try literal.nextKey(bytes, isFirst: &isFirst) {
      place = habits.next(after: place)
      var number = habits.key(at: place)
      if !habits.isKey(at: place, bytes, key, batch.strings) {
        number = fields.intern(.init(range: key, isASCII: false), bytes, &batch.strings)
        habits.learn(number, at: place, batch.strings)
      }
      if try usualNested(bytes, number, isDetail: isDetail, into: &batch) { continue }
      let start = literal.position
      switch try literal.value(bytes) {
      case .text(let text) where text.hasEscapes:
        batch.append(number, fields.intern(text, bytes, &batch.strings), isDetail: isDetail)
      case .text(let text):
        var value = habits.value(at: place)
        if !habits.isValue(at: place, bytes, text.range, batch.strings) {
          value = fields.intern(text, bytes, &batch.strings)
          habits.learn(value: value, at: place, batch.strings)
        }
        batch.append(number, value, isDetail: isDetail)
      case .number(let range):
        let value = fields.numberValue(bytes, range)
        fields.append(number, value, bytes, isDetail: isDetail, to: &batch)
      case .bool(let bool):
        fields.append(number, .bool(bool), bytes, isDetail: isDetail, to: &batch)
      case .null: fields.append(number, .empty, bytes, isDetail: isDetail, to: &batch)
      case .converted:
        let json = literal.json
        var reader = JSONReader()
        guard let value = try? fields.plainValue(json.span, &reader) else {
          throw JSLiteralReader.Unusual()
        }
        if case .nested(let nested) = value, fields.notes.isEmpty {
          values.learn(nested, bytes, start..<literal.position)
        }
        fields.append(number, value, json.span, isDetail: isDetail, to: &batch)
      }
    }
  }

  /// Appends the array or object that is next, if it was read before; false if it was not.
  @inline(__always)
  private mutating func usualNested(
    _ bytes: Span<UInt8>, _ key: StringID, isDetail: Bool, into batch: inout SpanBatch
  ) throws(JSLiteralReader.Unusual) -> Bool {
    let byte = try literal.peek(bytes)
    let start = literal.position
    guard byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{"), bytes[start &- 1] != 0x0a,
      let known = values.find(bytes, at: start)
    else { return false }
    literal.position = known.end
    if isDetail {
      batch.withDetailAttributes { $0.append(key: key, value: known.value, strings: &$1) }
    } else {
      batch.withAttributes { $0.append(key: key, value: known.value, strings: &$1) }
    }
    return true
  }

  // MARK: Values

  private mutating func usualText(
    _ bytes: Span<UInt8>, _ fields: inout JSONFields, _ strings: inout StringPool
  ) throws(JSLiteralReader.Unusual) -> StringID {
    switch try literal.value(bytes) {
    case .text(let text): return fields.intern(text, bytes, &strings)
    case .null: return .empty
    case .converted:
      let json = literal.json
      var reader = JSONReader()
      guard let text = try? fields.interned(json.span, &reader, &strings) else { break }
      return text
    case .number, .bool: break
    }
    throw JSLiteralReader.Unusual()
  }

  private mutating func usualTraceID(
    _ bytes: Span<UInt8>
  ) throws(JSLiteralReader.Unusual) -> TraceID {
    guard case .text(let text) = try literal.value(bytes), text.range.count == 32,
      let number = IDText.number(bytes, text.range), number != (0, 0)
    else { throw JSLiteralReader.Unusual() }
    return TraceID(high: number.high, low: number.low)
  }

  private mutating func usualSpanID(
    _ bytes: Span<UInt8>
  ) throws(JSLiteralReader.Unusual) -> SpanID {
    guard case .text(let text) = try literal.value(bytes), text.range.count == 16,
      let number = IDText.number(bytes, text.range), number.low != 0
    else { throw JSLiteralReader.Unusual() }
    return SpanID(number.low)
  }

  private mutating func usualUInt32(_ bytes: Span<UInt8>) throws(JSLiteralReader.Unusual) -> UInt32
  {
    guard case .number(let range) = try literal.value(bytes),
      let number = NumberText.uint64(bytes, range), let fitting = UInt32(exactly: number)
    else { throw JSLiteralReader.Unusual() }
    return fitting
  }

  private mutating func usualNanos(
    _ bytes: Span<UInt8>, in unit: TimeUnit
  ) throws(JSLiteralReader.Unusual) -> Int64 {
    guard case .number(let range) = try literal.value(bytes),
      let nanos = NumberText.scaled(bytes, range, by: unit.rawValue)
    else { throw JSLiteralReader.Unusual() }
    return nanos
  }

  private mutating func usualPairTime(
    _ bytes: Span<UInt8>
  ) throws(JSLiteralReader.Unusual) -> UnixNanos {
    try literal.enter(UInt8(ascii: "["), bytes)
    var time = UnixNanos.unset
    var isFirst = true
    for unit in [TimeUnit.seconds, .nanoseconds] {
      guard try literal.nextElement(bytes, isFirst: &isFirst) else {
        throw JSLiteralReader.Unusual()
      }
      time = time.advanced(by: DurationNanos(try usualNanos(bytes, in: unit)))
    }
    guard try !literal.nextElement(bytes, isFirst: &isFirst) else {
      throw JSLiteralReader.Unusual()
    }
    return time
  }
}
