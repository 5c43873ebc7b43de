import TraceModel

/// Turns an object that Node.js has printed into JSON.
///
/// Total: what has no counterpart (`[Array]`, `Map(1)`, a date) becomes a string, `undefined` null.
struct JSLiteralText {
  private let bytes: [UInt8]
  private var index = 0
  private(set) var output: [UInt8] = []
  /// For each open bracket whether it is an object's.
  private var isObject: [Bool] = []
  /// Whether a key comes next.
  private var expectsKey = false

  /// The JSON text of the literal in `bytes`.
  static func json(_ bytes: Span<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    text.append(bytes, bytes.indices)
    var converter = JSLiteralText(bytes: text)
    converter.convert()
    return converter.output
  }

  private init(bytes: [UInt8]) {
    self.bytes = bytes
    output.reserveCapacity(bytes.count + bytes.count / 4)
  }

  private mutating func convert() {
    while let byte = peek() {
      switch byte {
      case UInt8(ascii: "{"): open(isObject: true)
      case UInt8(ascii: "["):
        // `[Array]` stands for what is nested too deeply; arrays have a space or nothing inside.
        if isLetter(at: index + 1) { special() } else { open(isObject: false) }
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
      case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"): string()
      default: word()
      }
    }
  }

  /// The next byte that is not white space.
  private mutating func peek() -> UInt8? {
    while index < bytes.count, JSONReader.isSpace(bytes[index]) { index += 1 }
    return index < bytes.count ? bytes[index] : nil
  }

  private func isLetter(at index: Int) -> Bool {
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
  private mutating func string() {
    output.append(UInt8(ascii: "\""))
    while true {
      let quote = bytes[index]
      index += 1
      while index < bytes.count, bytes[index] != quote {
        let end = bytes.span.endOfJSONText(from: index, before: quote)
        append(index..<end)
        index = end
        if index < bytes.count, bytes[index] != quote { character() }
      }
      index += 1
      let end = index
      guard peek() == UInt8(ascii: "+") else {
        index = min(end, bytes.count)
        break
      }
      index += 1
      guard let next = peek(),
        next == UInt8(ascii: "'") || next == UInt8(ascii: "\"") || next == UInt8(ascii: "`")
      else { break }
    }
    output.append(UInt8(ascii: "\""))
  }

  /// Writes a part of the text as it is.
  private mutating func append(_ range: Range<Int>) { output += bytes[range] }

  /// One character of a string, by the escapes of JSON.
  private mutating func character() {
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
        output += [UInt8(ascii: "\\"), escape]
      case UInt8(ascii: "x"): output += Array("\\u00".utf8)
      case UInt8(ascii: "v"): output += Array("\\u000b".utf8)
      default: output.append(escape)
      }
    default: output.append(byte)
    }
  }

  /// `[Array]`, `[Function: f]`, or the name of a class before its members.
  private mutating func special() {
    let start = index
    while index < bytes.count, bytes[index] != UInt8(ascii: "]") { index += 1 }
    index = min(index + 1, bytes.count)
    text(start..<index)
  }

  /// A key, a number, a word; or anything else up to what can follow a value.
  private mutating func word() {
    let start = index
    scan: while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: ","), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "["),
        UInt8(ascii: "]"), 0x0a:
        break scan
      case UInt8(ascii: ":") where expectsKey: break scan
      default: index &+= 1
      }
    }
    var end = index
    while end > start, JSONReader.isSpace(bytes[end - 1]) { end -= 1 }
    text(start..<end)
  }

  /// Writes a word that has no quotes: as it is if JSON has it too.
  private mutating func text(_ range: Range<Int>) {
    // The name of a class before its members: `Resource {`.
    if let next = peek(), next == UInt8(ascii: "{") || next == UInt8(ascii: "[") { return }
    // `... 20 more items` where no key is.
    if expectsKey, peek() != UInt8(ascii: ":") { return dropComma() }
    let isPlain = !expectsKey && (isNumber(range) || isWord(range))
    if isPlain {
      append(range)
    } else if !expectsKey, bytes.span.matches(range, "undefined") {
      output += Array("null".utf8)
    } else if !expectsKey, let last = range.last, bytes[last] == UInt8(ascii: "n"),
      isNumber(range.lowerBound..<last)
    {
      append(range.lowerBound..<last)
    } else {
      output.append(UInt8(ascii: "\""))
      if bytes.span.endOfJSONText(from: range.lowerBound) >= range.upperBound {
        append(range)
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

  private func isNumber(_ range: Range<Int>) -> Bool {
    // Most words are told by their first byte.
    guard let first = range.first, bytes[first] <= UInt8(ascii: "9") else { return false }
    return NumberText.decimal(bytes.span, range) != nil
  }

  private static let words = ["true", "false", "null", "NaN", "Infinity", "-Infinity"]

  private func isWord(_ range: Range<Int>) -> Bool {
    Self.words.contains { bytes.span.matches(range, text: $0) }
  }
}
