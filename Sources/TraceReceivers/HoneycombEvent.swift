import FoundationEssentials
import NIOCore

/// What Honeycomb's API has beside the events themselves.
enum HoneycombEvent {
  /// A batch of the one event that is a request's body; when it happened stands in the head.
  static func batch(of body: ByteBuffer, _ head: RequestHead) -> ByteBuffer {
    let given = head.eventTime.map(OTLPAnswer.quoted)
    let time = given ?? OTLPAnswer.quoted(Date().formatted(.iso8601))
    let rate = head.sampleRate.flatMap { Int($0) } ?? 1
    var batch = ByteBuffer(string: "[{\"time\":\(time),\"samplerate\":\(rate),\"data\":")
    batch.writeImmutableBuffer(body)
    batch.writeString("}]")
    return batch
  }

  /// How many elements the array has that is all of `text`: each event of a batch has an answer.
  static func count(in text: Span<UInt8>) -> Int {
    var depth = 0
    var count = 0
    var isInString = false
    var isEmpty = true
    var index = 0
    while index < text.count {
      let byte = text[index]
      index += 1
      if isInString {
        if byte == UInt8(ascii: "\\") { index += 1 }
        if byte == UInt8(ascii: "\"") { isInString = false }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isInString = true
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        if depth == 1 { isEmpty = false }
        depth += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      case UInt8(ascii: ","): if depth == 1 { count += 1 }
      default: break
      }
    }
    return isEmpty ? 0 : count + 1
  }
}
