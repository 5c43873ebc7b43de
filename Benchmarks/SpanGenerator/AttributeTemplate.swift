/// Text as it is written: its UTF-8, and the same with JSON's escapes.
struct Text: ExpressibleByStringLiteral {
  let raw: [UInt8]
  let json: [UInt8]

  init(stringLiteral text: String) { self.init(text) }

  init(_ text: String) {
    raw = Array(text.utf8)
    var escaped: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): escaped += [UInt8(ascii: "\\"), byte]
      case UInt8(ascii: "\n"): escaped += Array("\\n".utf8)
      case UInt8(ascii: "\t"): escaped += Array("\\t".utf8)
      default: escaped.append(byte)
      }
    }
    json = escaped
  }
}

/// How the values of an attribute are drawn.
enum ValueTemplate {
  case choice([Text])
  /// `prefix`, a number of the range, `suffix`.
  case numbered(Text, ClosedRange<Int>, Text = "")
  /// `prefix` and that many hexadecimal digits: different on each span.
  case unique(Text, digits: Int)
  /// A private IPv4 address.
  case address
  case int([Int])
  case range(ClosedRange<Int>)
  /// A number with two decimals, given in hundredths.
  case decimal(ClosedRange<Int>)
  case flag

  /// One of a few names.
  static func oneOf(_ texts: Text...) -> ValueTemplate { .choice(texts) }
}

/// What was drawn. Text stands in the buffer that it was drawn into.
enum DrawnValue {
  case text
  case int(Int)
  case hundredths(Int)
  case bool(Bool)
}

/// The key of an attribute, ready to be written, and how its values are drawn.
struct AttributeTemplate {
  let value: ValueTemplate
  /// From the opening brace to where the value starts.
  let jsonHead: [UInt8]
  /// From the end of the value to the closing brace.
  let jsonTail: [UInt8]
  /// The key as field 1 of a `KeyValue`.
  let protobufKey: [UInt8]

  init(_ key: String, _ value: ValueTemplate) {
    self.value = value
    let (member, quote) =
      switch value {
      case .choice, .numbered, .unique, .address: ("stringValue", "\"")
      case .int, .range: ("intValue", "\"")
      case .decimal: ("doubleValue", "")
      case .flag: ("boolValue", "")
      }
    jsonHead = Array("{\"key\":\"\(key)\",\"value\":{\"\(member)\":\(quote)".utf8)
    jsonTail = Array("\(quote)}}".utf8)
    var encoded: [UInt8] = []
    encoded.appendField(1, bytes: Array(key.utf8))
    protobufKey = encoded
  }

  /// Draws a value; text is appended to `bytes`, with JSON's escapes if `escaped`.
  func draw(_ random: inout SplitMix64, into bytes: inout [UInt8], escaped: Bool) -> DrawnValue {
    switch value {
    case .choice(let texts):
      let text = texts[random.below(texts.count)]
      bytes += escaped ? text.json : text.raw
      return .text
    case .numbered(let prefix, let range, let suffix):
      bytes += escaped ? prefix.json : prefix.raw
      bytes.appendDecimal(UInt64(random.within(range)))
      bytes += escaped ? suffix.json : suffix.raw
      return .text
    case .unique(let prefix, let digits):
      bytes += escaped ? prefix.json : prefix.raw
      bytes.appendHexadecimal(random.next(), digits: digits)
      return .text
    case .address:
      let word = random.next()
      bytes += [UInt8(ascii: "1"), UInt8(ascii: "0")]
      for part in 0..<3 {
        bytes.append(UInt8(ascii: "."))
        bytes.appendDecimal(word &>> UInt64(part * 8) & 0xff)
      }
      return .text
    case .int(let values): return .int(values[random.below(values.count)])
    case .range(let range): return .int(random.within(range))
    case .decimal(let range): return .hundredths(random.within(range))
    case .flag: return .bool(random.below(2) == 1)
    }
  }
}
