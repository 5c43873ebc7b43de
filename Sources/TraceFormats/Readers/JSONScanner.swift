/// Finds the end of one JSON value in bytes that come in pieces.
///
/// Checks the grammar of objects, arrays and strings; words (numbers, `true`, `null`, also Python's
/// `NaN` and `Infinity`) are only delimited. What it accepts is what `JSONReader` accepts, and a
/// little more. Nesting costs one bit a level, no recursion.
///
/// A line feed in a string that is followed by `{` is taken for a lost quote: the value is bad, and
/// the brace begins the next one. Other control characters are let through, as programs write them.
///
/// If asked to frame damage, it goes on behind an error by strings and brackets alone, so that a bad
/// span costs only itself; it gives up where that cannot be the same value any more.
struct JSONScanner: Sendable {
  /// Where the scan stopped.
  enum Step {
    /// The value ends before this position.
    case end(Int)
    /// The value of a member begins at this position; its key is at `key`. Scanning goes on from
    /// there.
    case member(Int)
    /// All bytes are used, the value goes on.
    case more
    case bad(JSONError)
  }

  private enum State {
    case value, elementOrEnd, keyOrEnd, key, colon, memberValue, commaOrEnd
    case string, escape, lineFeedInString, word
    /// Behind an error: only brackets and quotes count.
    case damaged
  }

  /// The key of the member that was stopped at, in bytes from the start of the value, without
  /// quotes.
  private(set) var key = 0..<0
  /// How many bytes were scanned so far.
  private(set) var consumed = 0

  /// The first error that was passed over, in bytes from the start of the value.
  private(set) var damage: JSONError?

  /// How deep the members are that are stopped at: 1 for those of the outermost object.
  var memberDepth: Int
  private let framesDamage: Bool
  private var isAfterLineFeed = false
  private var state = State.value
  private var isKey = false
  /// How many arrays and objects are open.
  private(set) var depth = 0
  /// One bit for each of the innermost levels, the last one lowest: whether it is an object.
  private var levels: UInt64 = 0
  /// The levels further out, 64 in each.
  private var outerLevels: [UInt64] = []

  /// `memberDepth`: down to what depth to return `Step.member`. `framesDamage`: whether to look for
  /// the end of a value that is broken.
  init(memberDepth: Int = 0, framesDamage: Bool = false) {
    self.memberDepth = memberDepth
    self.framesDamage = framesDamage
  }

  /// Scans on; the first byte ever must be the first of the value (or white space before it).
  mutating func scan(_ bytes: Span<UInt8>, from start: Int) -> Step {
    var position = start
    let step = scan(bytes, &position, keyBase: consumed &- start)
    consumed &+= position &- start
    return step
  }

  private mutating func scan(
    _ bytes: Span<UInt8>, _ position: inout Int, keyBase: Int
  ) -> Step {
    let count = bytes.count
    var sum: UInt64 = 0
    while position < count {
      switch state {
      case .string:
        position = bytes.endOfPlainText(from: position, sum: &sum)
        if position == count { return .more }
        let byte = bytes[position]
        if byte == UInt8(ascii: "\"") {
          if passBehindString(bytes, &position, keyBase) { continue }
          if damage != nil {
            state = .damaged
          } else if isKey {
            key = key.lowerBound..<max(key.lowerBound, position &+ keyBase)
            state = .colon
          } else if depth == 0 {
            position &+= 1
            return .end(position)
          } else {
            state = .commaOrEnd
          }
        } else {
          state = byte == UInt8(ascii: "\\") ? .escape : .lineFeedInString
        }
        position &+= 1
        continue
      case .escape:
        state = .string
        position &+= 1
        continue
      case .lineFeedInString:
        if bytes[position] == UInt8(ascii: "{") { return .bad(JSONError(.quote, at: position)) }
        state = .string
        continue
      case .word:
        while JSONReader.isWord(bytes[position]) {
          position &+= 1
          if position == count { return .more }
        }
        if depth == 0 { return .end(position) }
        state = .commaOrEnd
        continue
      case .damaged:
        if let step = passDamage(bytes[position], &position) { return step }
        continue
      case .value, .elementOrEnd, .keyOrEnd, .key, .colon, .memberValue, .commaOrEnd: break
      }
      while JSONReader.isSpace(bytes[position]) {
        position &+= 1
        if position == count { return .more }
      }
      let byte = bytes[position]
      switch state {
      case .memberValue:
        state = .value
        return .member(position)
      case .colon:
        guard byte == UInt8(ascii: ":") else {
          if begin(JSONError(.colon, at: position), keyBase) { continue }
          return .bad(JSONError(.colon, at: position))
        }
        state = depth <= memberDepth ? .memberValue : .value
      case .keyOrEnd where byte == UInt8(ascii: "}"), .elementOrEnd where byte == UInt8(ascii: "]"):
        if pop() {
          position &+= 1
          return .end(position)
        }
      case .key, .keyOrEnd:
        guard byte == UInt8(ascii: "\"") else {
          if begin(JSONError(.key, at: position), keyBase) { continue }
          return .bad(JSONError(.key, at: position))
        }
        isKey = true
        if depth <= memberDepth { key = position &+ 1 &+ keyBase..<position &+ 1 &+ keyBase }
        state = .string
      case .commaOrEnd:
        let isObject = levels & 1 == 1
        if byte == UInt8(ascii: ",") {
          state = isObject ? .key : .value
        } else if byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
          if pop() {
            position &+= 1
            return .end(position)
          }
        } else {
          let error = JSONError(isObject ? .commaInObject : .commaInArray, at: position)
          if begin(error, keyBase) { continue }
          return .bad(error)
        }
      default:
        switch byte {
        case UInt8(ascii: "\""):
          isKey = false
          state = .string
        case UInt8(ascii: "{"):
          push(isObject: true)
          state = .keyOrEnd
        case UInt8(ascii: "["):
          push(isObject: false)
          state = .elementOrEnd
        default:
          guard JSONReader.beginsWord(byte) else {
            if begin(JSONError(.value, at: position), keyBase) { continue }
            return .bad(JSONError(.value, at: position))
          }
          state = .word
        }
      }
      position &+= 1
    }
    return .more
  }

  /// Passes the quote at `position`, which ends a string, with what is most usual behind it, as the
  /// states would one by one; false, with nothing passed, if something else is there.
  @inline(__always)
  private mutating func passBehindString(
    _ bytes: Span<UInt8>, _ position: inout Int, _ keyBase: Int
  ) -> Bool {
    guard position &+ 3 < bytes.count, levels & 1 == 1, damage == nil else { return false }
    let byte = bytes[position &+ 1]
    var next = position &+ 2
    if bytes[next] == 0x20 { next &+= 1 }
    if isKey {
      // Only the value of a member deeper down, or of one whose key nobody asks for.
      guard byte == UInt8(ascii: ":"), depth > memberDepth else { return false }
      if bytes[next] == UInt8(ascii: "\"") {
        isKey = false
        position = next &+ 1
      } else {
        state = .value
        position = next
      }
      return true
    }
    guard byte == UInt8(ascii: ","), bytes[next] == UInt8(ascii: "\"") else { return false }
    isKey = true
    position = next &+ 1
    if depth <= memberDepth { key = position &+ keyBase..<position &+ keyBase }
    return true
  }

  /// Begins to pass over damage at `error`; false if that is not wanted, or not possible.
  private mutating func begin(_ error: JSONError, _ base: Int) -> Bool {
    guard framesDamage, depth > 0 else { return false }
    damage = JSONError(error.reason, at: error.offset &+ base)
    state = .damaged
    isAfterLineFeed = false
    return true
  }

  /// Passes one byte behind an error.
  private mutating func passDamage(_ byte: UInt8, _ position: inout Int) -> Step? {
    let isLineStart = isAfterLineFeed
    isAfterLineFeed = byte == 0x0a
    switch byte {
    case UInt8(ascii: "\""):
      isKey = false
      state = .string
    case UInt8(ascii: "{") where isLineStart: return .bad(JSONError(.newObject, at: position))
    case UInt8(ascii: "{"), UInt8(ascii: "["): push(isObject: byte == UInt8(ascii: "{"))
    case UInt8(ascii: "}"), UInt8(ascii: "]"):
      guard levels & 1 == (byte == UInt8(ascii: "}") ? 1 : 0) else {
        return .bad(JSONError(.value, at: position))
      }
      let isEnd = pop()
      state = .damaged
      position &+= 1
      return isEnd ? .end(position) : nil
    default: break
    }
    position &+= 1
    return nil
  }

  private mutating func push(isObject: Bool) {
    if depth > 0, depth & 63 == 0 {
      outerLevels.append(levels)
      levels = 0
    }
    levels = levels &<< 1 | (isObject ? 1 : 0)
    depth &+= 1
  }

  /// Closes a level; whether it was the outermost.
  private mutating func pop() -> Bool {
    levels &>>= 1
    depth &-= 1
    if depth > 0, depth & 63 == 0 { levels = outerLevels.popLast() ?? 0 }
    state = .commaOrEnd
    return depth == 0
  }
}
