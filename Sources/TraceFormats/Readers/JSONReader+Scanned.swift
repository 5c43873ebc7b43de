import CVectors
import TraceModel

// Values in bytes that a scanner found nothing wrong with.
extension JSONReader {
  /// Consumes a value of any kind, in bytes that a `JSONScanner` has accepted, and gives the place
  /// of its text.
  ///
  /// Looks at strings and brackets only, so it costs half of `skipValue`. Of other bytes the place
  /// may be wrong, but is in them.
  mutating func skipScannedValue(_ bytes: Span<UInt8>) throws(JSONError) -> Range<Int> {
    switch try peek(bytes) {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      let start = position
      var brackets = Brackets(position: start)
      guard brackets.pass(bytes) else { throw JSONError(.endOfInput, at: bytes.count) }
      position = brackets.position
      return start..<position
    default: return try skipValue(bytes)
    }
  }

  /// Where a search for the bracket that closes the first one stands.
  private struct Brackets {
    var position: Int
    private var depth = 0
    private var isInString = false

    init(position: Int) { self.position = position }

    /// Passes the closing bracket; false if there is none.
    mutating func pass(_ bytes: Span<UInt8>) -> Bool {
      while position &+ 16 <= bytes.count {
        let found = cv_json_brackets(bytes.vector(at: position), isInString ? .max : 0)
        if found.has_escapes {
          if passSingly(bytes, to: position &+ 16) { return true }
          continue
        }
        var left = found.openings | found.closings
        while left != 0 {
          let index = left.trailingZeroBitCount
          left &= left &- 1
          depth &+= found.openings &>> UInt32(index) & 1 == 1 ? 1 : -1
          if depth == 0 {
            position &+= index &+ 1
            return true
          }
        }
        isInString = found.inside != 0
        position &+= 16
      }
      return passSingly(bytes, to: bytes.count)
    }

    /// The same for the bytes up to `end`, and the one behind a backslash that is the last of them.
    private mutating func passSingly(_ bytes: Span<UInt8>, to end: Int) -> Bool {
      while position < end {
        let byte = bytes[position]
        position &+= 1
        switch byte {
        case UInt8(ascii: "\""): isInString.toggle()
        case UInt8(ascii: "\\") where isInString: position &+= 1
        case UInt8(ascii: "{"), UInt8(ascii: "["): if !isInString { depth &+= 1 }
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
          if isInString { continue }
          depth &-= 1
          if depth == 0 { return true }
        default: break
        }
      }
      return false
    }
  }
}
