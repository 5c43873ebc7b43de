import CVectors
import TraceModel

// Values that lie whole in the bytes and are well-formed, as nearly all do and are.
extension JSONScanner {
  /// Where the object or array at `start` ends, if it lies whole in the bytes and a scanner would find
  /// nothing wrong with it; nil if it must be scanned to know.
  static func endOfWhole(_ bytes: Span<UInt8>, from start: Int) -> Int? {
    endOfWhole(bytes, from: start, memberDepth: 0) { _, _, depth in depth }
  }

  /// The same; `member` is told of each member at most `memberDepth` deep: where its key and its value
  /// are, and how deep. It says how deep the next ones may be, or nil if the value must be scanned.
  ///
  /// Of members of the outermost object `guess` is asked first where the value is, from where the key
  /// begins: then `member` is not told. It is nil if the key is not the one that was expected.
  @inline(__always)
  static func endOfWhole(
    _ bytes: Span<UInt8>, from start: Int, memberDepth: Int,
    guess: (_ key: Int) -> Int? = { _ in nil },
    member: (_ key: Range<Int>, _ value: Int, _ depth: Int) -> Int?
  ) -> Int? {
    let count = bytes.count
    var memberDepth = memberDepth
    var position = start
    var depth = 0
    /// One bit for each level, the innermost lowest: whether it is an object.
    var levels: UInt64 = 0
    while position < count {
      // At the first byte of a value.
      var isKeyNext = false
      switch bytes[position] {
      case UInt8(ascii: "\""):
        guard let quote = bytes.endOfWholeString(from: position &+ 1) else { return nil }
        position = quote &+ 1
      case UInt8(ascii: "{"):
        guard depth < UInt64.bitWidth else { return nil }
        levels = levels &<< 1 | 1
        depth &+= 1
        position = bytes.endOfSpace(from: position &+ 1)
        guard position < count else { return nil }
        isKeyNext = bytes[position] != UInt8(ascii: "}")
      case UInt8(ascii: "["):
        guard depth < UInt64.bitWidth else { return nil }
        levels = levels &<< 1
        depth &+= 1
        position = bytes.endOfSpace(from: position &+ 1)
        guard position < count else { return nil }
        if bytes[position] != UInt8(ascii: "]") { continue }
      case let byte:
        guard JSONReader.beginsWord(byte) else { return nil }
        position = bytes.endOfWord(from: position &+ 1)
      }
      // Behind a value, or before the end of an empty one.
      while !isKeyNext {
        if depth == 0 { return position }
        if let next = bytes.endOfSeparator(UInt8(ascii: ","), at: position) {
          position = next
          guard levels & 1 == 1 else { break }
          isKeyNext = true
          continue
        }
        position = bytes.endOfSpace(from: position)
        guard position < count else { return nil }
        let isObject = levels & 1 == 1
        let byte = bytes[position]
        if byte == UInt8(ascii: ",") {
          position = bytes.endOfSpace(from: position &+ 1)
          guard isObject else { break }
          isKeyNext = true
        } else {
          guard byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else { return nil }
          levels &>>= 1
          depth &-= 1
          position &+= 1
        }
      }
      guard isKeyNext else { continue }
      if depth == 1, memberDepth > 0, let value = guess(position) {
        position = value
        memberDepth = 1
        continue
      }
      guard position < count, bytes[position] == UInt8(ascii: "\""),
        let quote = bytes.endOfWholeString(from: position &+ 1)
      else { return nil }
      let key = position &+ 1..<quote
      if let next = bytes.endOfSeparator(UInt8(ascii: ":"), at: quote &+ 1) {
        position = next
      } else {
        position = bytes.endOfSpace(from: quote &+ 1)
        guard position < count, bytes[position] == UInt8(ascii: ":") else { return nil }
        position = bytes.endOfSpace(from: position &+ 1)
      }
      if depth <= memberDepth {
        guard position < count, let deeper = member(key, position, depth) else { return nil }
        memberDepth = deeper
      }
    }
    return nil
  }
}

extension Span where Element == UInt8 {
  /// The quote that ends the string that begins at `start`; nil if there is none, or a line feed comes
  /// before it.
  @inline(__always)
  fileprivate func endOfWholeString(from start: Int) -> Int? {
    var index = start
    while index &+ 16 <= count {
      let length = Int(cv_plain_text(vector(at: index)))
      index &+= length
      if length == 16 { continue }
      switch self[index] {
      case UInt8(ascii: "\""): return index
      case UInt8(ascii: "\\"): index &+= 2
      default: return nil
      }
    }
    while index < count {
      switch self[index] {
      case UInt8(ascii: "\""): return index
      case UInt8(ascii: "\\"): index &+= 2
      case 0x0a: return nil
      default: index &+= 1
      }
    }
    return nil
  }
}
