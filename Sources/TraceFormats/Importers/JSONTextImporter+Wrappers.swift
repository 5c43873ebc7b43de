import TraceModel

// Inside the objects and arrays around records.
extension JSONTextImporter {
  /// Where reading goes on behind a record.
  var outside: Mode { wrapper.isOpen ? .wrapper : .text }

  /// Looks at a member that is `depth` deep in an object of which `bytes` are all before the member's
  /// value; `value` is the value's first byte.
  mutating func trigger(
    _ bytes: Span<UInt8>, _ key: Range<Int>, value: UInt8, _ depth: Int
  ) -> JSONTrigger? {
    let isArray = value == UInt8(ascii: "[")
    let isObject = value == UInt8(ascii: "{")
    let found: JSONTrigger?
    if depth > 1 {
      guard isArray || isObject else { return nil }
      found = inside?.keys.find(bytes, key)
    } else {
      noteMember(key, value: bytes.count)
      scanner.memberDepth = 1
      if claimed.expects(key, bytes) { return nil }
      found = triggers.find(bytes, key)
    }
    switch found {
    case .otlp where !readsOTLP: return nil
    case .otlp where !isArray:
      isEmptyOTLP = true
      return nil
    case .otlp, .otherSignal: return found
    case .listOrInside(let object) where isObject:
      scanner.memberDepth = 2
      inside = object
      return nil
    case .list where isArray, .object where isObject, .listOrInside where isArray:
      // Of no format is a record known by such a key alone.
      let isFirst = depth == 1 && shape.members.count == 1
      let isRecord =
        !isFirst && codecs.indices.contains { codecs[$0].claim(shape, bytes).isClaimed }
      return isRecord || wrapper.levels.count >= JSONWrapper.levelLimit ? nil : found
    case .list, .object, .listOrInside, nil: return nil
    }
  }

  /// Begins to walk into the object in `bytes`, which ends before the value that was found, so deep.
  mutating func enter(
    _ trigger: JSONTrigger, _ bytes: Span<UInt8>, depth: Int, base: Int, _ batch: inout SpanBatch
  ) {
    if !wrapper.isOpen {
      wrapper.isClaimed = false
      wrapper.textBefore = skipped
    }
    if !wrapper.isClaimed { noObject(bytes, base: base) }
    wrapper.levels.append(.object)
    if depth > 1 { wrapper.levels.append(.inner) }
    wrapper.expected = .value
    wrapper.member = .walk
    mode = .wrapper
    switch trigger {
    case .list(let format) where !format.isEmpty, .object(let format) where !format.isEmpty:
      endSkipped(&batch)
      recognize(format)
    default: break
    }
    for index in lookingAround { codecs[index].enterWrapper() }
    for member in shape.members where member.value < bytes.count {
      guard let context = JSONContext.keys.find(bytes, member.key) else { continue }
      var reader = JSONReader(at: member.value)
      guard let range = try? reader.skipValue(bytes) else { continue }
      take(context, bytes, range, base: base, &batch)
    }
  }

  /// Reads on around records.
  mutating func readWrapper(
    _ bytes: Span<UInt8>, from start: Int, base: Int, _ batch: inout SpanBatch
  ) -> Int {
    var position = start
    while position < bytes.count, mode == .wrapper, carried == nil {
      let byte = bytes[position]
      if JSONReader.isSpace(byte) {
        let end = bytes.endOfSpace(from: position)
        pass(bytes, position..<end, base: base)
        position = end
        continue
      }
      switch (wrapper.expected, byte) {
      case (.keyOrEnd, UInt8(ascii: "}")), (.elementOrEnd, UInt8(ascii: "]")):
        position = leave(bytes, position, base: base, &batch)
      case (.keyOrEnd, UInt8(ascii: "\"")), (.key, UInt8(ascii: "\"")):
        wrapper.expected = .colon
        wrapper.member = .skip
        position = read(.key, bytes, from: position, base: base, &batch)
      case (.colon, UInt8(ascii: ":")):
        wrapper.expected = .value
        pass(bytes, position..<position + 1, base: base)
        position &+= 1
      case (.value, _), (.element, _), (.elementOrEnd, _):
        position = enterValue(bytes, from: position, base: base, &batch)
      case (.commaOrEnd, UInt8(ascii: ",")):
        wrapper.expected = wrapper.levels.last == .list ? .element : .key
        pass(bytes, position..<position + 1, base: base)
        position &+= 1
      case (.commaOrEnd, UInt8(ascii: "]")) where wrapper.levels.last == .list,
        (.commaOrEnd, UInt8(ascii: "}")) where wrapper.levels.last != .list:
        position = leave(bytes, position, base: base, &batch)
      case (.keyOrEnd, _), (.key, _), (.colon, _), (.commaOrEnd, _):
        broken(JSONError(expectedReason, at: position), bytes, base: base, &batch)
      }
    }
    return position
  }

  /// Begins a value: of a member, or an element of a list.
  private mutating func enterValue(
    _ bytes: Span<UInt8>, from start: Int, base: Int, _ batch: inout SpanBatch
  ) -> Int {
    let isElement = wrapper.expected != .value
    let byte = bytes[start]
    wrapper.expected = .commaOrEnd
    if isElement { wrapper.member = .walk }
    switch wrapper.member {
    case .walk where byte == UInt8(ascii: "{"):
      mode = .candidate
      return start
    case .walk where byte == UInt8(ascii: "[") && wrapper.levels.count < JSONWrapper.levelLimit:
      wrapper.levels.append(.list)
      wrapper.expected = .elementOrEnd
      pass(bytes, start..<start + 1, base: base)
      return start + 1
    case .context(let context):
      return read(.context(context), bytes, from: start, base: base, &batch)
    case .walk, .skip: break
    }
    guard
      byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[")
        || JSONReader.beginsWord(byte)
    else {
      broken(JSONError(.value, at: start), bytes, base: base, &batch)
      return start
    }
    scanner = JSONScanner()
    return skipValue(bytes, from: start, base: base, &batch)
  }

  /// Reads a part that is needed whole; where it ends, with its beginning carried if it is cut.
  private mutating func read(
    _ unit: JSONWrapper.Unit, _ bytes: Span<UInt8>, from start: Int, base: Int,
    _ batch: inout SpanBatch
  ) -> Int {
    scanner = JSONScanner()
    let step = scanner.scan(bytes, from: start)
    examined &+= scanner.consumed
    switch step {
    case .end(let end):
      take(unit, bytes, start..<end, base: base, &batch)
      return end
    case .more, .member:
      carry(.wrapped(unit), bytes, from: start, base: base)
      return bytes.count
    case .bad(let error):
      broken(error, bytes, base: base, &batch)
      return error.offset
    }
  }

  /// Takes the part in `range`, which is whole.
  mutating func take(
    _ unit: JSONWrapper.Unit, _ bytes: Span<UInt8>, _ range: Range<Int>, base: Int,
    _ batch: inout SpanBatch
  ) {
    pass(bytes, range, base: base)
    switch unit {
    case .key:
      let key = range.lowerBound + 1..<range.upperBound - 1
      if let context = JSONContext.keys.find(bytes, key) {
        wrapper.member = .context(context)
      } else {
        switch JSONTrigger.keys.find(bytes, key) {
        case .list, .object: wrapper.member = .walk
        case .otlp, .otherSignal, .listOrInside, nil: break
        }
      }
    case .context(let context): take(context, bytes, range, base: base, &batch)
    }
  }

  /// Hands the codecs what stands beside their records.
  private mutating func take(
    _ context: JSONContext, _ around: Span<UInt8>, _ range: Range<Int>, base aroundBase: Int,
    _ batch: inout SpanBatch
  ) {
    let bytes = around.extracting(range)
    let base = aroundBase + range.lowerBound
    if case .status = context {
      guard bytes.matches(bytes.indices, "\"PARTIAL\"") else { return }
      lines.advance(to: base, in: around, base: aroundBase)
      return batch.issues.append(
        issue(
          .limitReached, at: 0, bytes, base: base,
          "the server says that this is a part of the trace only"))
    }
    for index in lookingAround {
      do throws(JSONError) {
        try codecs[index].take(context, bytes, fields: &fields, into: &batch)
        guard !fields.notes.isEmpty else { continue }
        lines.advance(to: base, in: around, base: aroundBase)
        addNotes(bytes, base: base, &batch)
      } catch {
        // The scanner has found the value well-formed, so this does not happen.
        fields.notes.discard()
      }
    }
  }

  /// Leaves the innermost level; its last byte is at `position`.
  private mutating func leave(
    _ bytes: Span<UInt8>, _ position: Int, base: Int, _ batch: inout SpanBatch
  ) -> Int {
    pass(bytes, position..<position + 1, base: base)
    let level = wrapper.levels.popLast()
    wrapper.expected = .commaOrEnd
    if level == .object { leaveWrappers(&batch) }
    mode = outside
    return position + 1
  }

  /// Leaves all levels, because no more is known of where we are.
  mutating func closeWrappers(_ batch: inout SpanBatch) {
    guard wrapper.isOpen else { return }
    wrapper.levels = []
    leaveWrappers(&batch)
  }

  /// Tells the codecs that an object around records has ended.
  private mutating func leaveWrappers(_ batch: inout SpanBatch) {
    for index in lookingAround { codecs[index].leaveWrapper(in: &batch) }
  }

  /// What is wrong if not what is expected comes next.
  private var expectedReason: JSONError.Reason {
    switch wrapper.expected {
    case .keyOrEnd, .key: .key
    case .colon: .colon
    case .value, .element, .elementOrEnd: .value
    case .commaOrEnd: wrapper.levels.last == .list ? .commaInArray : .commaInObject
    }
  }

  /// Gives up what is walked in, because it is not well-formed.
  mutating func broken(
    _ error: JSONError, _ bytes: Span<UInt8>, base: Int, _ batch: inout SpanBatch
  ) {
    guard wrapper.isClaimed else {
      closeWrappers(&batch)
      mode = .text
      return
    }
    lines.advance(to: base + error.offset, in: bytes, base: base)
    malformed(error, resumingAt: error.offset, bytes, base: base, &batch)
  }

  /// Passes over bytes around records: text, as long as no record was found.
  mutating func pass(_ bytes: Span<UInt8>, _ range: Range<Int>, base: Int) {
    if !wrapper.isClaimed, skipped.isActive { skipped.append(bytes, range, base: base) }
  }
}
