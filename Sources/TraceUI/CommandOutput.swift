import Cells

/// What a command has written, as lines: the last of them, if there are many.
struct CommandOutput: Sendable {
  private(set) var lines: [String] = []
  private(set) var scroll = ScrollState()
  /// How it has ended.
  private(set) var status: Int32?
  /// Why no span came of it.
  private(set) var why: [String] = []
  /// The line that has no end yet.
  private var rest: [UInt8] = []
  /// Whether a carriage return came, so that what follows takes the place of that line.
  private var isReturned = false

  static let lineLimit = 10_000
  private static let widthLimit = 4_096

  var count: Int { lines.count + (rest.isEmpty ? 0 : 1) }

  subscript(index: Int) -> String {
    lines.indices.contains(index) ? lines[index] : Self.text(rest)
  }

  mutating func take(_ news: CommandNews, height: Int) {
    switch news {
    case .output(let bytes):
      let wasAtEnd = scroll.cursor >= count - 1
      append(bytes)
      if wasAtEnd { scroll.cursor = count - 1 }
    case .ended(let status, let why):
      self.status = status
      self.why = why
    }
    scroll.keepInView(count: count, height: height)
  }

  private mutating func append(_ bytes: [UInt8]) {
    for byte in bytes {
      if byte == UInt8(ascii: "\n") {
        lines.append(Self.text(rest))
        rest.removeAll(keepingCapacity: true)
        isReturned = false
      } else if byte == UInt8(ascii: "\r") {
        isReturned = true
      } else {
        if isReturned { rest.removeAll(keepingCapacity: true) }
        isReturned = false
        if rest.count < Self.widthLimit { rest.append(byte) }
      }
    }
    if lines.count > Self.lineLimit {
      let extra = lines.count - Self.lineLimit
      lines.removeFirst(extra)
      scroll.cursor = max(0, scroll.cursor - extra)
      scroll.top = max(0, scroll.top - extra)
    }
  }

  /// A line without what drives a terminal: colours are left out.
  private static func text(_ line: [UInt8]) -> String {
    var shown: [UInt8] = []
    var index = 0
    while index < line.count {
      let byte = line[index]
      index += 1
      if byte == 0x1b, index < line.count, line[index] == UInt8(ascii: "[") {
        // A control sequence ends with a byte from @ to ~. (ECMA-48, 5.4.)
        index += 1
        while index < line.count, !(0x40...0x7e).contains(line[index]) { index += 1 }
        index += 1
      } else if byte == UInt8(ascii: "\t") {
        shown += Array(repeating: UInt8(ascii: " "), count: 8 - shown.count % 8)
      } else {
        shown.append(byte)
      }
    }
    return SafeText.line(String(decoding: shown, as: UTF8.self))
  }

  mutating func scroll(by distance: Int, height: Int) {
    scroll.cursor = min(max(0, scroll.cursor + distance), max(0, count - 1))
    scroll.keepInView(count: count, height: height)
  }
}
