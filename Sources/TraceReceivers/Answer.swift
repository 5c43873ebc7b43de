/// What a request is answered with.
struct Answer {
  var status: Int
  var contentType: String?
  var headers: [(name: String, value: String)] = []
  var body: [UInt8] = []
  /// Whether the connection cannot be used after it.
  var closes = false
  /// What the client did wrong, to be shown; nil if nothing.
  var trouble: String?

  init(_ status: Int, contentType: String? = nil, body: [UInt8] = []) {
    self.status = status
    self.contentType = contentType
    self.body = body
  }

  /// An answer for people.
  static func text(_ status: Int, _ text: String) -> Answer {
    Answer(status, contentType: "text/plain; charset=utf-8", body: Array("\(text)\n".utf8))
  }

  /// An answer for people that says what the client did wrong.
  static func trouble(_ status: Int, _ text: String) -> Answer {
    var answer = Answer.text(status, text)
    answer.trouble = text
    return answer
  }

  /// Asks the client to send the same again in a second.
  mutating func askForRetry() { headers.append(("Retry-After", "1")) }
}

/// The messages that OTLP answers with, as protobuf and as JSON.
enum OTLPAnswer {
  /// `ExportTraceServiceResponse`, with what was not taken; all zero if everything was.
  static func export(rejected: Int, message: String, isJSON: Bool) -> [UInt8] {
    if rejected == 0, message.isEmpty { return isJSON ? Array("{}".utf8) : [] }
    if isJSON {
      return Array(
        "{\"partialSuccess\":{\"rejectedSpans\":\"\(rejected)\",\"errorMessage\":\(quoted(message))}}"
          .utf8)
    }
    return field(1, number(1, rejected) + field(2, Array(message.utf8)))
  }

  /// `google.rpc.Status`. The codes are gRPC's.
  static func status(code: Int, message: String, details: [UInt8] = [], isJSON: Bool) -> [UInt8] {
    if isJSON { return Array("{\"code\":\(code),\"message\":\(quoted(message))}".utf8) }
    return number(1, code) + field(2, Array(message.utf8)) + details
  }

  /// `google.rpc.RetryInfo`: try again in a second.
  static let retryInfo = field(1, number(1, 1))

  /// `google.rpc.Status` with `retryInfo`, as gRPC's clients look for it.
  static func statusWithRetry(code: Int, message: String) -> [UInt8] {
    let any =
      field(1, Array("type.googleapis.com/google.rpc.RetryInfo".utf8)) + field(2, retryInfo)
    return status(code: code, message: message, details: field(3, any), isJSON: false)
  }

  private static func varint(_ value: Int) -> [UInt8] {
    var rest = UInt64(bitPattern: Int64(value))
    var bytes: [UInt8] = []
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  private static func number(_ field: Int, _ value: Int) -> [UInt8] {
    varint(field << 3) + varint(value)
  }

  private static func field(_ number: Int, _ bytes: [UInt8]) -> [UInt8] {
    varint(number << 3 | 2) + varint(bytes.count) + bytes
  }

  /// `text` as a string of JSON.
  static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
