import Testing
import TraceModel
import TraceTestSupport

@Suite struct ByteWordsTests {
  /// Buffers of every short length, so that reads end where the buffer does.
  private static let buffers: [[UInt8]] = {
    var random = SplitMix64(seed: 1)
    return (0...70).map { length in
      (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }
  }()

  @Test func wordsAreTheBytesInTheirOrder() {
    for bytes in Self.buffers {
      for index in bytes.indices {
        if index + 8 <= bytes.count {
          let expected = bytes[index..<index + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
          #expect(bytes.span.word(at: index) == expected)
        }
        if index + 4 <= bytes.count {
          let expected = bytes[index..<index + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
          #expect(bytes.span.half(at: index) == expected)
        }
        if index + 16 <= bytes.count {
          let vector = bytes.span.vector(at: index)
          #expect((0..<16).allSatisfy { vector[$0] == bytes[index + $0] })
        }
        if index + 64 <= bytes.count {
          let (first, second, third, fourth) = bytes.span.vectors(at: index)
          for (number, vector) in [first, second, third, fourth].enumerated() {
            #expect((0..<16).allSatisfy { vector[$0] == bytes[index + number * 16 + $0] })
          }
        }
      }
    }
  }

  @Test func equalityIsThatOfEachByte() {
    func areEqual(_ one: [UInt8], _ other: [UInt8], count: Int) -> Bool {
      one.span.equals(0..<count, other.span, from: 3)
    }
    for bytes in Self.buffers {
      let shifted = [0, 0, 0] + bytes
      #expect(areEqual(bytes, shifted, count: bytes.count))
      for index in bytes.indices {
        var changed = shifted
        changed[index + 3] ^= 0x40
        #expect(!areEqual(bytes, changed, count: bytes.count))
        #expect(areEqual(bytes, changed, count: index))
      }
    }
  }

  @Test func constantsMatchTheirBytesOnly() {
    func matches(_ bytes: [UInt8], _ range: Range<Int>, _ text: StaticString) -> Bool {
      bytes.span.matches(range, text)
    }
    func hasPrefix(_ bytes: [UInt8], _ range: Range<Int>, _ text: StaticString) -> Bool {
      bytes.span.hasPrefix(text, range)
    }
    let texts: [StaticString] = [
      "", "a", "ab", "abc", "abcd", "abcde", "abcdefg", "abcdefgh", "abcdefghi", "abcdefghijklmno",
      "abcdefghijklmnop", "abcdefghijklmnopq", "abcdefghijklmnopqrstuvwxyz",
    ]
    for text in texts {
      let own = Array("\(text)".utf8)
      // The buffer ends where the text does.
      let bytes = [0, 0] + own
      let range = 2..<bytes.count
      #expect(matches(bytes, range, text))
      #expect(hasPrefix(bytes, range, text))
      #expect(hasPrefix(bytes + [0], 2..<bytes.count + 1, text))
      #expect(!matches(bytes + [0], 2..<bytes.count + 1, text))
      for index in own.indices {
        var changed = bytes
        changed[index + 2] ^= 0x20
        #expect(!matches(changed, range, text))
        #expect(!hasPrefix(changed, range, text))
        #expect(!hasPrefix(bytes, 2..<2 + index, text))
      }
    }
  }

  @Test func appendingCopies() {
    for bytes in Self.buffers {
      var copy: [UInt8] = [1]
      copy.append(copying: bytes.span)
      #expect(copy == [1] + bytes)
    }
  }
}
