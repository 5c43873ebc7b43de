import CNCurses
import Cells

/// Makes keys of what curses reads: named keys, characters, and the starts of reports.
///
/// Curses knows the keys of the terminal's description. Mouse reports, lone Escapes, and sequences
/// that nobody knows (other modifiers, late answers to queries) are told apart here; the latter are
/// swallowed, so that they never act as keys.
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

  private static let escape: UInt32 = 0x1B

  private var unread: [Raw] = []
  private var lastPress: (x: Int, y: Int, at: ContinuousClock.Instant)?

  /// The next thing that has arrived, waiting `patience` milliseconds; `nil` if nothing has.
  mutating func next(
    patience: Int32 = 0, at now: ContinuousClock.Instant = .now, from reader: Reader
  ) -> Decoded? {
    switch take(patience, reader) {
    case nil: nil
    case .named(let name): decode(name, now, reader)
    case .scalar(Self.escape): decodeEscape(reader)
    case .scalar(let value): Self.key(ofScalar: value).map { .key($0) } ?? .nothing
    }
  }

  private mutating func take(_ patience: Int32, _ reader: Reader) -> Raw? {
    unread.isEmpty ? reader(patience) : unread.removeFirst()
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

// MARK: Sequences

extension KeyDecoder {
  /// What an escape character is, that begins no sequence that curses knows.
  private mutating func decodeEscape(_ reader: Reader) -> Decoded {
    // Curses has waited already; what belongs to it is here by now.
    guard let introducer = take(0, reader) else { return .key(.escape) }
    guard case .scalar(let value) = introducer, value < 0x80,
      ["[", "O", "]", "P", "_", "^"].contains(Character(Unicode.Scalar(UInt8(value)))),
      let first = takeScalar(reader)
    else {
      unread.insert(introducer, at: 0)
      return .key(.escape)
    }
    switch introducer {
    case .scalar(0x5B): return decodeControlSequence(first, reader)
    case .scalar(0x4F): return .nothing  // keypad keys: one character
    default: return decodeString(first, isCommand: introducer == .scalar(0x5D), reader)
    }
  }

  /// CSI: parameters, then a final byte.
  private mutating func decodeControlSequence(_ first: UInt32, _ reader: Reader) -> Decoded {
    var byte: UInt32? = first
    while let value = byte, (0x20..<0x40).contains(value) { byte = takeScalar(reader) }
    let isAttributes = first == 0x3F && byte == 0x63  // "?", then "c"
    return isAttributes ? .attributes : .nothing
  }

  /// OSC, DCS and the like: anything up to BEL or ESC \.
  private mutating func decodeString(
    _ first: UInt32, isCommand: Bool, _ reader: Reader
  ) -> Decoded {
    var text = ""
    var byte: UInt32? = first
    while let value = byte, value != 0x07 {
      if value == Self.escape {
        if let next = takeScalar(reader), next != 0x5C { unread.insert(.scalar(next), at: 0) }
        break
      }
      // Whoever sends more is no terminal that answers us.
      if text.utf8.count < 256, let scalar = Unicode.Scalar(value) {
        text.unicodeScalars.append(scalar)
      }
      byte = takeScalar(reader)
    }
    let prefix = "11;"
    guard isCommand, text.hasPrefix(prefix) else { return .nothing }
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
