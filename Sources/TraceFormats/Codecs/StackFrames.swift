import TraceModel

/// Stack traces as lists of frames, of which a line each is kept: `function (file:line)`.
enum StackFrames {
  /// What is kept of a frame.
  enum Part {
    case function, file, line
  }

  /// How a format writes frames.
  struct Style: Sendable {
    /// The keys of what is kept.
    let keys: JSONKeyTable<Part>
    /// Whether a colon is written also where no line is known.
    let alwaysColon: Bool
  }
}

extension JSONFields {
  /// Appends the frames of the array that is next, a line for each object in it, with the notes that
  /// `plainValue` would make of the rest. `depth` is how many arrays and objects are around it.
  mutating func stackTrace(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ style: StackFrames.Style, depth: Int,
    to output: inout [UInt8]
  ) throws(JSONError) {
    var isFirst = true
    var isFirstLine = true
    try reader.enterArray(bytes)
    while try reader.nextElement(bytes, isFirst: &isFirst) {
      guard try reader.peekKind(bytes) == .object else {
        try passValue(bytes, &reader, depth: depth + 1)
        continue
      }
      if !isFirstLine { output.append(UInt8(ascii: "\n")) }
      isFirstLine = false
      try frame(bytes, &reader, style, depth: depth + 1, to: &output)
    }
  }

  private mutating func frame(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ style: StackFrames.Style, depth: Int,
    to output: inout [UInt8]
  ) throws(JSONError) {
    var (function, file): (JSONReader.Text?, JSONReader.Text?) = (nil, nil)
    var line: (text: Range<Int>, number: Int64)?
    var isFirst = true
    try reader.enterObject(bytes)
    while let key = try reader.nextKey(bytes, isFirst: &isFirst) {
      switch style.keys.find(bytes, key) {
      case .function: function = try frameText(bytes, &reader, depth: depth + 1) ?? function
      case .file: file = try frameText(bytes, &reader, depth: depth + 1) ?? file
      case .line where try reader.peekKind(bytes) == .number:
        let text = try reader.word(bytes)
        if case .int(let number) = numberValue(bytes, text) { line = (text, number) }
      case .line, nil: try passMember(key, bytes, &reader, depth: depth + 1)
      }
    }
    if let function { append(function, bytes, to: &output) }
    output.append(UInt8(ascii: " "))
    output.append(UInt8(ascii: "("))
    if let file { append(file, bytes, to: &output) }
    if style.alwaysColon || line != nil { output.append(UInt8(ascii: ":")) }
    if let line {
      // Written as it would be, if it has neither a sign nor zeros in front.
      if bytes[line.text.lowerBound] > UInt8(ascii: "0") {
        output.append(bytes, line.text)
      } else {
        output += "\(line.number)".utf8
      }
    }
    output.append(UInt8(ascii: ")"))
  }

  private mutating func frameText(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, depth: Int
  ) throws(JSONError) -> JSONReader.Text? {
    let value: JSONValue
    switch try reader.peekKind(bytes) {
    case .string: value = .text(try reader.string(bytes))
    case .number: value = numberValue(bytes, try reader.word(bytes))
    case .null, .bool, .array, .object:
      try passValue(bytes, &reader, depth: depth)
      return nil
    }
    guard case .text(let text) = value else { return nil }
    // Noted also if another one takes its place.
    if !text.isASCII { checkUTF8(text, bytes) }
    return text
  }
}
