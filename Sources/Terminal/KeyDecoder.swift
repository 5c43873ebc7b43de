import CNCurses
import Cells

/// Makes keys of what curses reads: named keys, characters, and the starts of reports.
///
/// Curses knows the keys of the terminal's description. Mouse reports, lone Escapes, and sequences
/// that nobody knows (other modifiers, answers that nobody waits for) are told apart here; the latter
/// are swallowed, so that they never act as keys. An answer of the terminal that has come in part is
/// kept until the rest is there, however long that takes: the network may cut it anywhere.
struct KeyDecoder {
  /// What was read: a character, or one of the names that `CNCurses` gives.
  enum Raw: Equatable {
    case scalar(UInt32)
    case named(Int)
  }

  /// What it comes to.
  enum Decoded: Equatable {
    case key(Key)
    /// The terminal's answer about its background colour: `rgb:1e1e/1e1e/1e1e`.
    case background(String)
    /// The terminal's answer about what kind of terminal it is, which all of them give.
    case attributes
    case nothing
  }

  /// Reads the next of what was typed, waiting for it this many milliseconds.
  typealias Reader = (_ patience: Int32) -> Raw?

  /// Presses at the same place within this time are a double click.
  static let doubleClick = Duration.milliseconds(400)

  /// How long the rest of a sequence may take to arrive, in milliseconds.
  private static let patience: Int32 = 25

  /// How long a lone Escape may be the beginning of an answer, while one is expected.
  static let escapeLimit = Duration.milliseconds(100)
  /// How long an answer is expected that is a whole one. Terminals that have not given it by then are
  /// those that never do.
  private static let answerLimit = Duration.seconds(1)
  /// No answer is as long as that.
  private static let longestAnswer = 256

  private static let escape: UInt32 = 0x1B

  private var unread: [Raw] = []
  /// What `next` has taken so far.
  private var taken: [Raw] = []
  /// How many of `unread` are the beginning of an answer whose rest had not come, and since when.
  private var heldCount = 0
  private var heldSince: ContinuousClock.Instant?
  private var answersEnd: ContinuousClock.Instant?
  private var lastPress: (x: Int, y: Int, at: ContinuousClock.Instant)?

  /// The next thing that has arrived, waiting `patience` milliseconds; `nil` if nothing has.
  mutating func next(
    patience: Int32 = 0, at now: ContinuousClock.Instant = .now, from reader: Reader
  ) -> Decoded? {
    taken = []
    switch take(patience, reader) {
    case nil: return nil
    case .named(let name): return decode(name, now, reader)
    case .scalar(Self.escape):
      let decoded = decodeEscape(now, reader)
      if decoded != nil { (heldCount, heldSince) = (0, nil) }
      if decoded == .attributes { answersEnd = nil }
      // However late it was, the other answer is on its way.
      if case .background = decoded, answersEnd != nil { expectAnswers(at: now) }
      return decoded
    case .scalar(let value): return Self.key(ofScalar: value).map { .key($0) } ?? .nothing
    }
  }

  private mutating func take(_ patience: Int32, _ reader: Reader) -> Raw? {
    let raw = unread.isEmpty ? reader(patience) : unread.removeFirst()
    // What is longer is no answer, and never put back.
    if let raw, taken.count <= Self.longestAnswer { taken.append(raw) }
    return raw
  }

  /// The next scalar of a sequence; what is none stays for later.
  private mutating func takeScalar(_ reader: Reader) -> UInt32? {
    switch take(Self.patience, reader) {
    case nil: return nil
    case .scalar(let value): return value
    case .named(let name):
      unread.insert(.named(name), at: 0)
      return nil
    }
  }

  private static func key(ofScalar value: UInt32) -> Key? {
    switch value {
    case 0x08, 0x7F: .backspace
    case 0x09: .tab
    case 0x0D: .enter
    case 0x01...0x1A: control(value + 0x60)
    case 0x1C...0x1F: control(value + 0x40)
    case 0x00...0x1F, 0x80...0x9F: nil
    default: Unicode.Scalar(value).map { .character(Character($0)) }
    }
  }

  private static func control(_ value: UInt32) -> Key? {
    Unicode.Scalar(value).map { .control(Character($0)) }
  }

  private static let names: [Int: Key] = [
    CNC_UP: .up, CNC_DOWN: .down, CNC_LEFT: .left, CNC_RIGHT: .right,
    CNC_SHIFT_LEFT: .shiftLeft, CNC_SHIFT_RIGHT: .shiftRight, CNC_HOME: .home, CNC_END: .end,
    CNC_PAGE_UP: .pageUp, CNC_PAGE_DOWN: .pageDown, CNC_ENTER: .enter,
    CNC_SHIFT_TAB: .shiftTab, CNC_BACKSPACE: .backspace, CNC_DELETE: .delete,
  ]

  private mutating func decode(
    _ name: Int, _ now: ContinuousClock.Instant, _ reader: Reader
  ) -> Decoded {
    switch name {
    case CNC_SGR_MOUSE: decodeMouse(now, reader)
    case CNC_OLD_MOUSE: decodeOldMouse(now, reader)
    case CNC_F0...: .key(.function(name - CNC_F0))
    default: Self.names[name].map { .key($0) } ?? .nothing
    }
  }
}

// MARK: Answers

extension KeyDecoder {
  /// The terminal was asked something, last of all for its attributes, which every one tells.
  mutating func expectAnswers(at now: ContinuousClock.Instant = .now) {
    answersEnd = now + Self.answerLimit
  }

  /// Whether the terminal was asked, not long ago, and has not told its attributes.
  func expectsAnswers(at now: ContinuousClock.Instant = .now) -> Bool {
    answersEnd.map { now < $0 } ?? false
  }

  /// When a lone Escape that may begin an answer is taken for the key; `nil` if none is held.
  var escapeDue: ContinuousClock.Instant? {
    heldCount == 1 ? heldSince.map { $0 + Self.escapeLimit } : nil
  }

  /// Puts back what was taken, the beginning of an answer, for when there is more.
  private mutating func hold(_ now: ContinuousClock.Instant) -> Decoded? {
    unread.insert(contentsOf: taken, at: 0)
    heldCount = taken.count
    heldSince = heldSince ?? now
    return nil
  }

  /// Whether a scalar can be of an answer that goes on after a pause, as `rgb:1e1e/1e1e/1e1e` does:
  /// anything else was typed.
  private func continuesAnswer(_ value: UInt32) -> Bool {
    guard heldCount > 0, taken.count > heldCount else { return true }
    guard let scalar = Unicode.Scalar(value) else { return false }
    return "0123456789abcdefABCDEF;:/rg#".unicodeScalars.contains(scalar)
  }
}

// MARK: Sequences

extension KeyDecoder {
  /// What an escape character is, that begins no sequence that curses knows; `nil` if it begins an
  /// answer of which more must come.
  private mutating func decodeEscape(
    _ now: ContinuousClock.Instant, _ reader: Reader
  ) -> Decoded? {
    // Curses has waited already; what belongs to it is here by now.
    guard let introducer = take(0, reader) else {
      let isDue = escapeDue.map { now >= $0 } ?? false
      return expectsAnswers(at: now) && !isDue ? hold(now) : .key(.escape)
    }
    guard case .scalar(let value) = introducer, value < 0x80,
      ["[", "O", "]", "P", "_", "^"].contains(Character(Unicode.Scalar(UInt8(value))))
    else {
      unread.insert(introducer, at: 0)
      return .key(.escape)
    }
    guard let first = takeScalar(reader) else {
      let beginsAnswer = introducer == .scalar(0x5D) || introducer == .scalar(0x5B)
      if beginsAnswer, unread.isEmpty, expectsAnswers(at: now) { return hold(now) }
      unread.insert(introducer, at: 0)
      return .key(.escape)
    }
    switch introducer {
    case .scalar(0x5B): return decodeControlSequence(first, now, reader)
    case .scalar(0x4F): return .nothing  // keypad keys: one character
    default: return decodeString(first, isCommand: introducer == .scalar(0x5D), now, reader)
    }
  }

  /// CSI: parameters, then a final byte.
  private mutating func decodeControlSequence(
    _ first: UInt32, _ now: ContinuousClock.Instant, _ reader: Reader
  ) -> Decoded? {
    let isAnswer = first == 0x3F  // "?"
    var byte: UInt32? = first
    while let value = byte, (0x20..<0x40).contains(value) { byte = takeScalar(reader) }
    if isAnswer, byte == nil, unread.isEmpty, taken.count < Self.longestAnswer { return hold(now) }
    return isAnswer && byte == 0x63 ? .attributes : .nothing  // "c"
  }

  /// OSC, DCS and the like: anything up to BEL or ESC \.
  private mutating func decodeString(
    _ first: UInt32, isCommand: Bool, _ now: ContinuousClock.Instant, _ reader: Reader
  ) -> Decoded? {
    let prefix = "11;"
    var text = ""
    var byte: UInt32? = first
    var isEnding = false
    while let value = byte, value != 0x07 {
      if isEnding {
        if value != 0x5C { unread.insert(.scalar(value), at: 0) }
        break
      }
      if value == Self.escape {
        isEnding = true
      } else if !continuesAnswer(value) {
        unread.insert(.scalar(value), at: 0)
        return .nothing
      } else if text.utf8.count < Self.longestAnswer, let scalar = Unicode.Scalar(value) {
        // Whoever sends more is no terminal that answers us.
        text.unicodeScalars.append(scalar)
      }
      byte = takeScalar(reader)
    }
    let isAnswer = isCommand && (text.hasPrefix(prefix) || prefix.hasPrefix(text))
    if isAnswer, byte == nil, unread.isEmpty, taken.count < Self.longestAnswer { return hold(now) }
    guard isAnswer, text.hasPrefix(prefix) else { return .nothing }
    return .background(String(text.dropFirst(prefix.count)))
  }
}

// MARK: Mouse

extension KeyDecoder {
  /// SGR reports: `0;10;5M` behind the introducer; `m` at the end is a release.
  private mutating func decodeMouse(
    _ now: ContinuousClock.Instant, _ reader: Reader
  ) -> Decoded {
    var numbers = [0]
    while let value = takeScalar(reader) {
      switch value {
      case 0x30...0x39:
        let last = numbers.count - 1
        numbers[last] = min(numbers[last], 9999) * 10 + Int(value - 0x30)
      case 0x3B where numbers.count < 3: numbers.append(0)
      case 0x4D where numbers.count == 3, 0x6D where numbers.count == 3:
        return mouse(numbers[0], numbers[1] - 1, numbers[2] - 1, released: value == 0x6D, now)
      default: return .nothing
      }
    }
    return .nothing
  }

  /// The reports of old: three characters, each 32 more than it says. A release names no button.
  private mutating func decodeOldMouse(
    _ now: ContinuousClock.Instant, _ reader: Reader
  ) -> Decoded {
    guard let button = takeScalar(reader), let x = takeScalar(reader), let y = takeScalar(reader),
      button >= 32, x > 32, y > 32
    else { return .nothing }
    let code = Int(button) - 32
    let released = code & 0b110_0011 == 3
    return mouse(released ? code & ~3 : code, Int(x) - 33, Int(y) - 33, released: released, now)
  }

  /// `code` as xterm has it: two bits of button, three of modifiers, 32 for motion, 64 for wheels.
  private mutating func mouse(
    _ code: Int, _ x: Int, _ y: Int, released: Bool, _ now: ContinuousClock.Instant
  ) -> Decoded {
    guard x >= 0, y >= 0 else { return .nothing }
    switch code & ~0b1_1100 {
    case 64: return .key(.mouse(.wheelUp, x: x, y: y))
    case 65: return .key(.mouse(.wheelDown, x: x, y: y))
    case 32: return .key(.mouse(.drag, x: x, y: y))
    case 0 where released: return .key(.mouse(.release, x: x, y: y))
    case 0:
      if let last = lastPress, last.x == x, last.y == y, now - last.at < Self.doubleClick {
        lastPress = nil
        return .key(.mouse(.doubleClick, x: x, y: y))
      }
      lastPress = (x, y, now)
      return .key(.mouse(.press, x: x, y: y))
    default: return .nothing  // other buttons
    }
  }
}
