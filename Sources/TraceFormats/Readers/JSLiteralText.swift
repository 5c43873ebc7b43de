import TraceModel

/// Turns what Node.js has printed into JSON.
///
/// Total: what has no counterpart (`[Array]`, `Map(1)`, a date) becomes a string, `undefined` null.
struct JSLiteralText: Sendable {
  private var index = 0
  private(set) var output: [UInt8] = []
  /// For each open bracket whether it is an object's.
  private var isObject: [Bool] = []
  /// Whether a key comes next.
  private var expectsKey = false
  /// Whether to give up where `JSLiteralScanner` finds something else.
  private var isStrict = false

  init() {}

  /// The JSON text of the literal in `bytes`.
  static func json(_ bytes: Span<UInt8>) -> [UInt8] {
    var converter = JSLiteralText()
    converter.output.reserveCapacity(bytes.count + bytes.count / 4)
    while let byte = converter.peek(bytes) { converter.convert(byte, bytes) }
    return converter.output
  }

  /// Makes `output` the JSON text of the value at `start`, which is a member's, and finds what follows
  /// it; nil if that is not in the bytes, or if the value is not printed as usual.
  mutating func convertValue(_ bytes: Span<UInt8>, at start: Int) -> Int? {
    index = start
    output.removeAll(keepingCapacity: true)
    isObject.removeAll(keepingCapacity: true)
    expectsKey = false
    isStrict = true
    while let byte = peek(bytes) {
      if isObject.isEmpty, Self.endsValue(byte) {
        return JSONScanner.endOfWhole(output.span, from: 0) == output.count ? index : nil
      }
      convert(byte, bytes)
    }
    return nil
  }

  /// Gives up, if that is wanted: nothing is next any more. Whether it did.
  private mutating func giveUp(_ bytes: Span<UInt8>) -> Bool {
    if isStrict { index = bytes.count }
    return isStrict
  }

  /// Whether a byte is one that follows a value.
  @inline(__always)
  static func endsValue(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")
  }

  /// Whether a byte is one of the three quotes.
  @inline(__always)
  static func isQuote(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "`")
  }

  /// Takes what begins with `byte`, which is next.
  private mutating func convert(_ byte: UInt8, _ bytes: Span<UInt8>) {
    switch byte {
    case UInt8(ascii: "{"):
      if index > 0, bytes[index - 1] == 0x0a, giveUp(bytes) { return }
      open(isObject: true)
    case UInt8(ascii: "["):
      // `[Array]` stands for what is nested too deeply; arrays have a space or nothing inside.
      if isLetter(bytes, at: index + 1) { special(bytes) } else { open(isObject: false) }
    case UInt8(ascii: "}"), UInt8(ascii: "]"):
      dropComma()
      output.append(byte)
      _ = isObject.popLast()
      expectsKey = false
      index += 1
    case UInt8(ascii: ","):
      output.append(byte)
      expectsKey = isObject.last == true
      index += 1
    case UInt8(ascii: ":"):
      output.append(byte)
      expectsKey = false
      index += 1
    case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"): string(bytes)
    default: word(bytes)
    }
  }

  /// The next byte that is not white space.
  private mutating func peek(_ bytes: Span<UInt8>) -> UInt8? {
    index = bytes.endOfSpace(from: index)
    return index < bytes.count ? bytes[index] : nil
  }

  private func isLetter(_ bytes: Span<UInt8>, at index: Int) -> Bool {
    index < bytes.count && (bytes[index] | 0x20) &- UInt8(ascii: "a") < 26
  }

  private mutating func open(isObject: Bool) {
    output.append(UInt8(ascii: isObject ? "{" : "["))
    self.isObject.append(isObject)
    expectsKey = isObject
    index += 1
  }

  private mutating func dropComma() {
    if output.last == UInt8(ascii: ",") { output.removeLast() }
  }

  /// A string, or several that are joined by `+` over as many lines.
  private mutating func string(_ bytes: Span<UInt8>) {
    output.append(UInt8(ascii: "\""))
    while true {
      let quote = bytes[index]
      index += 1
      while index < bytes.count, bytes[index] != quote {
        let end = bytes.endOfJSONText(from: index, before: quote)
        output.append(bytes, index..<end)
        index = end
        if index < bytes.count, bytes[index] != quote { character(bytes) }
      }
      index += 1
      let end = index
      guard peek(bytes) == UInt8(ascii: "+") else {
        index = min(end, bytes.count)
        break
      }
      index += 1
      guard let next = peek(bytes), Self.isQuote(next) else { break }
    }
    output.append(UInt8(ascii: "\""))
  }

  /// One character of a string, by the escapes of JSON.
  private mutating func character(_ bytes: Span<UInt8>) {
    let byte = bytes[index]
    index += 1
    switch byte {
    case UInt8(ascii: "\""): output += [UInt8(ascii: "\\"), byte]
    case UInt8(ascii: "\\"):
      guard index < bytes.count else { return output += Array("\\\\".utf8) }
      let escape = bytes[index]
      index += 1
      switch escape {
      case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"), UInt8(ascii: "b"),
        UInt8(ascii: "f"), UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "u"):
        output.append(byte)
        output.append(escape)
      case UInt8(ascii: "x"): output += Array("\\u00".utf8)
      case UInt8(ascii: "v"): output += Array("\\u000b".utf8)
      default:
        if escape == 0x0a, giveUp(bytes) { return }
        output.append(escape)
      }
    default:
      if byte == 0x0a, giveUp(bytes) { return }
      output.append(byte)
    }
  }

  /// `[Array]`, `[Function: f]`, or the name of a class before its members.
  private mutating func special(_ bytes: Span<UInt8>) {
    let start = index
    index += 1
    while index < bytes.count, bytes[index] != UInt8(ascii: "]") {
      switch bytes[index] {
      case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"), UInt8(ascii: "["),
        UInt8(ascii: "{"), UInt8(ascii: "}"):
        if giveUp(bytes) { return }
      default: break
      }
      index += 1
    }
    index = min(index + 1, bytes.count)
    text(bytes, start..<index)
  }

  /// A key, a number, a word; or anything else up to what can follow a value.
  private mutating func word(_ bytes: Span<UInt8>) {
    let start = index
    scan: while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: ","), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "["),
        UInt8(ascii: "]"), 0x0a:
        break scan
      case UInt8(ascii: ":") where expectsKey: break scan
      case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"):
        if giveUp(bytes) { return }
        index &+= 1
      default: index &+= 1
      }
    }
    var end = index
    while end > start, JSONReader.isSpace(bytes[end - 1]) { end -= 1 }
    text(bytes, start..<end)
  }

  /// Writes a word that has no quotes: as it is if JSON has it too.
  private mutating func text(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    // The name of a class before its members: `Resource {`.
    if let next = peek(bytes), next == UInt8(ascii: "{") || next == UInt8(ascii: "[") { return }
    // `... 20 more items` where no key is.
    if expectsKey, peek(bytes) != UInt8(ascii: ":") { return dropComma() }
    let isPlain = !expectsKey && (isNumber(bytes, range) || isWord(bytes, range))
    if isPlain {
      output.append(bytes, range)
    } else if !expectsKey, bytes.matches(range, "undefined") {
      output += Array("null".utf8)
    } else if !expectsKey, let last = range.last, bytes[last] == UInt8(ascii: "n"),
      isNumber(bytes, range.lowerBound..<last)
    {
      output.append(bytes, range.lowerBound..<last)
    } else {
      output.append(UInt8(ascii: "\""))
      if bytes.endOfJSONText(from: range.lowerBound) >= range.upperBound {
        output.append(bytes, range)
        output.append(UInt8(ascii: "\""))
        return
      }
      for index in range {
        if bytes[index] == UInt8(ascii: "\"") || bytes[index] == UInt8(ascii: "\\") {
          output.append(UInt8(ascii: "\\"))
        }
        output.append(bytes[index])
      }
      output.append(UInt8(ascii: "\""))
    }
  }

  private func isNumber(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    // Most words are told by their first byte.
    guard let first = range.first, bytes[first] <= UInt8(ascii: "9") else { return false }
    return NumberText.decimal(bytes, range) != nil
  }

  private func isWord(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    bytes.matches(range, "true") || bytes.matches(range, "false") || bytes.matches(range, "null")
      || bytes.matches(range, "NaN") || bytes.matches(range, "Infinity")
      || bytes.matches(range, "-Infinity")
  }
}
