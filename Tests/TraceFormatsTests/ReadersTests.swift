import Testing
import TraceModel
import TraceTestSupport

@testable import TraceFormats

/// Numbers, times, IDs, keys and escapes, one by one.
@Suite struct ReadersTests {
  static func with<Result>(
    _ text: String, _ body: (Span<UInt8>, Range<Int>) -> Result
  ) -> Result {
    let bytes = Array(text.utf8)
    return body(bytes.span, 0..<bytes.count)
  }

  /// Digits are read several at a time, whatever stands behind them.
  @Test func digitsOfAnyNumber() {
    var random = SplitMix64(seed: 11)
    for _ in 0..<5_000 {
      let digits = String(
        (0..<1 + random.next() % 18).map { _ in
          Character(UnicodeScalar(0x30 + UInt8(random.next() % 10)))
        })
      let rest = ["", "5", "1234567890", ".5", "/:", "x", "\u{ff}"][Int(random.next() % 7)]
      let bytes = Array((digits + rest).utf8)
      #expect(NumberText.int64(bytes.span, 0..<digits.utf8.count) == Int64(digits))
      let point = Int(random.next() % UInt64(digits.count + 1))
      let text = "-" + digits.prefix(point) + "." + digits.dropFirst(point)
      let double = Array((text + rest).utf8)
      #expect(
        NumberText.double(double.span, 0..<text.utf8.count) == Double("-0" + text.dropFirst()))
    }
  }

  @Test func integers() {
    let cases: [(String, Int64?)] = [
      ("0", 0), ("-0", 0), ("9223372036854775807", .max), ("-9223372036854775808", .min),
      ("9223372036854775808", nil), ("1e3", 1000), ("1.5e1", 15), ("1.5", nil), ("15e-1", nil),
      ("150e-1", 15), ("1e18", 1_000_000_000_000_000_000), ("1e20", nil), ("1e999999999999", nil),
      ("0e999999999999", 0), ("", nil), ("-", nil), ("1e", nil), ("1x", nil), ("0x10", nil),
      ("1.7953622056875313e18", 1_795_362_205_687_531_300), ("007", 7), (".5", nil),
      ("100000000000000000000000e-22", nil),
    ]
    for (text, value) in cases {
      #expect(Self.with(text) { NumberText.int64($0, $1) } == value, "\(text)")
    }
  }

  @Test func unsignedIntegersLoseTheirFraction() {
    let cases: [(String, UInt64?)] = [
      ("18446744073709551615", .max), ("18446744073709551616", nil), ("-1", nil), ("-0", 0),
      ("1.9", 1), ("1795362205687531330.75", 1_795_362_205_687_531_330), ("1e-5", 0),
      ("1.79536220568753133E18", 1_795_362_205_687_531_330), ("1e-100000", 0), ("NaN", nil),
    ]
    for (text, value) in cases {
      #expect(Self.with(text) { NumberText.uint64($0, $1) } == value, "\(text)")
    }
  }

  @Test func doublesAreTheNearest() {
    let texts = [
      "0", "-0.0", "0.1", "1e22", "1e23", "123456789012345678901234567890", "5e-324", "1e-400",
      "1.7976931348623157e308", "1e400", "9007199254740993", "0.30000000000000004", "-2.5E-3",
      "3.141592653589793238462643383279",
    ]
    for text in texts {
      let value = Self.with(text) { NumberText.double($0, $1) }
      #expect(value?.bitPattern == Double(text)?.bitPattern, "\(text)")
    }
    #expect(Self.with("NaN") { NumberText.double($0, $1) }?.isNaN == true)
    #expect(Self.with("-Infinity") { NumberText.double($0, $1) } == -.infinity)
    #expect(Self.with("nan") { NumberText.double($0, $1) } == nil)
  }

  @Test func times() {
    let cases: [(String, UInt64?)] = [
      ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.000000001Z", 1),
      ("2026-11-22T15:42:57.340354Z", 1_795_362_177_340_354_000),
      ("2026-11-22T16:42:57.340354+01:00", 1_795_362_177_340_354_000),
      ("2026-11-22 10:12:57,340354-0530", 1_795_362_177_340_354_000),
      ("2024-02-29T00:00:00Z", 1_709_164_800_000_000_000),
      ("2026-11-22T15:42:57", 1_795_362_177_000_000_000),
      ("2026-11-22T15:42:57.3403541239999Z", 1_795_362_177_340_354_123),
      ("1969-12-31T23:59:59Z", nil), ("2555-01-01T00:00:00Z", nil), ("2026-13-01T00:00:00Z", nil),
      ("2026-11-22T15:42Z", 1_795_362_120_000_000_000), ("2026-11-22T15:42:57.Z", nil),
      ("2026-11-22T15:42:57Z ", nil),
      ("2026-11-22T15:42:57+1", nil), ("", nil), ("9999-12-31T23:59:60Z", nil),
    ]
    for (text, value) in cases {
      #expect(Self.with(text) { TimeText.iso8601($0, $1)?.rawValue } == value, "\(text)")
    }
  }

  /// All digits at once or part by part: both must say the same.
  @Test func timesAsUsualAreThoseOfAnyWay() {
    var random = SplitMix64(seed: 11)
    let parts = [
      ["2026", "1970", "1969", "2500", "2501", "2024"], ["-"],
      ["01", "02", "11", "12", "13"], ["-"], ["01", "22", "29", "31", "00"],
      ["T", " ", "T", " ", "t"], ["00", "15", "23", "24"], [":"],
      ["00", "42", "59", "60"], [":"], ["00", "57", "60", "61"],
      ["", ".", ".1", ".340354", ".999999999", ".0000000001"], ["", "Z", "+01:00"],
    ]
    var usual = 0
    for _ in 0..<8_000 {
      var text = parts.map { $0[Int(random.next() % UInt64($0.count))] }.joined()
      if random.next() % 2 == 0 {
        var bytes = Array(text.utf8)
        let place = Int(random.next() % UInt64(bytes.count))
        bytes[place] = UInt8(truncatingIfNeeded: random.next() % 128)
        text = String(decoding: bytes, as: UTF8.self)
      }
      guard let time = Self.with(text, { TimeText.usualISO8601($0, $1) }) else { continue }
      usual += 1
      #expect(Self.with(text) { TimeText.anyISO8601($0, $1) } == time, "\(text)")
    }
    #expect(usual > 100)
  }

  @Test func ids() {
    let hex = "0af7651916cd43dd8448eb211c80319c"
    let id = TraceID(high: 0x0af7_6519_16cd_43dd, low: 0x8448_eb21_1c80_319c)
    func parse(_ text: String) -> TraceID? { Self.with(text) { IDText.traceID($0, $1)?.id } }
    for text in [
      hex, hex.uppercased(), "0x" + hex, "CvdlGRbNQ92ESOshHIAxnA==", "CvdlGRbNQ92ESOshHIAxnA",
    ] {
      #expect(parse(text) == id, "\(text)")
    }
    #expect(parse("8448eb211c80319c") == TraceID(high: 0, low: id.low))
    #expect(Self.with("hEjrIRyAMZw=") { IDText.spanID($0, $1)?.id } == SpanID(id.low))
    #expect(Self.with("hEjrIRyAMZw") { IDText.spanID($0, $1)?.isBase64 } == true)
    for text in ["", "0af7", hex + "0", "g" + hex.dropFirst(), "CvdlGRbNQ92ESOshHIAx*A=="] {
      #expect(parse(text) == nil, "\(text)")
    }
  }

  @Test func keysAreFoundInBothSpellingsAndNoOthers() {
    let names = [
      "a", "traceId", "traceID", "spanId", "droppedAttributesCount", "startTimeUnixNano",
      "instrumentationLibrarySpans", "status", "state",
    ]
    let table = JSONKeyTable(camelCase: names.enumerated().map { ($1, $0) })
    func find(_ text: String) -> Int? {
      // Also with something behind, which must not count.
      let padded = Array((text + "XXXXXXXXXX").utf8)
      let found = table.find(padded.span, 0..<text.utf8.count)
      #expect(found == Self.with(text) { table.find($0, $1) }, "\(text)")
      return found
    }
    for (index, name) in names.enumerated() { #expect(find(name) == index, "\(name)") }
    #expect(find("dropped_attributes_count") == 4 && find("instrumentation_library_spans") == 6)
    for name in [
      "", "b", "traceIdx", "statu", "droppedAttributesCounT", String(repeating: "a", count: 40),
    ] {
      #expect(find(name) == nil, "\(name)")
    }
  }

  @Test func escapes() {
    let cases = [
      (#"a\n\t\"\\\/\b\f\r"#, "a\n\t\"\\/\u{8}\u{c}\r"), (#"\u00e9\ud83d\ude00"#, "é😀"),
      (#"\ud83dx\ude00"#, "\u{fffd}x\u{fffd}"), (#"\ud83d\u0041"#, "\u{fffd}A"),
      (#"\u12\x\"#, #"\u12\x\"#), (#"\u0000"#, "\0"), ("", ""),
    ]
    for (text, value) in cases {
      var output: [UInt8] = []
      Self.with(text) { JSONText.unescape($0, $1, into: &output) }
      #expect(String(decoding: output, as: UTF8.self) == value, "\(text)")
    }
  }

  @Test func pythonsTraceStates() {
    let cases = [
      ("[]", ""), ("['{key=a, value=b}']", "a=b"),
      (
        "['{key=congo, value=t61rcWkgMzE}', '{key=rojo, value=00f067aa0ba902b7}']",
        "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"
      ),
      (#"["{key=a, value=it's}"]"#, "a=it's"), ("{}", "{}"), ("['{key=a", "['{key=a"), ("", ""),
    ]
    for (text, header) in cases { #expect(PythonConsole.traceState(text) == header) }
  }

  @Test func validUTF8IsWhatTheStandardLibrarySays() {
    var random = UInt64(42)
    for _ in 0..<20_000 {
      var bytes: [UInt8] = []
      for _ in 0..<5 {
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let choice = [0x41, 0x80, 0xbf, 0xc1, 0xc3, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0x9f, 0xa0, 0x90]
        bytes.append(UInt8(choice[Int(random >> 33) % choice.count]))
      }
      let isValid = String(validating: bytes, as: UTF8.self) != nil
      #expect(bytes.span.isValidUTF8(0..<bytes.count) == isValid, "\(bytes)")
    }
  }

  @Test func endsOfPlainTextAreThoseOfALoop() {
    var random = SplitMix64(seed: 11)
    let letters: [UInt8] = [0x61, 0x61, 0x20, 0x1f, 0x22, 0x5c, 0x0a, 0x0d, 0x2c, 0x80, 0xff]
    for length in 0..<70 {
      let bytes = (0..<length).map { _ in
        // Mostly letters, so that the end is not always near.
        random.next() % 12 == 0 ? letters[Int(random.next() % UInt64(letters.count))] : 0x61
      }
      for start in 0...length {
        let special = bytes[start...].firstIndex { (byte: UInt8) -> Bool in
          byte < 0x20 || byte == 0x22 || byte == 0x5c
        }
        let end = bytes[start...].firstIndex { [0x2c, 0x0a, 0x0d].contains($0) }
        #expect(bytes.span.endOfJSONText(from: start) == special ?? length)
        #expect(bytes.span.endOfPlainCell(from: start, 0x2c) == end ?? length)
        let stop = bytes[start...].firstIndex { $0 < 0x20 || [0x22, 0x5c, 0x2c].contains($0) }
        #expect(bytes.span.endOfJSONText(from: start, before: 0x2c) == stop ?? length)
      }
    }
  }

  @Test func endsOfLiteralTextAreThoseOfALoop() {
    var random = SplitMix64(seed: 12)
    let marks = Array("'\"`{}[]".utf8)
    let letters = marks + Array(" ;=\\a\n".utf8) + [0x1b, 0xdb, 0xfb]
    for length in 0..<70 {
      let bytes = (0..<length).map { _ in
        random.next() % 12 == 0 ? letters[Int(random.next() % UInt64(letters.count))] : 0x20
      }
      for start in 0...length {
        let rest = bytes[start...]
        let mark = rest.firstIndex { marks.contains($0) }
        #expect(bytes.span.endOfLiteralText(from: start) == mark ?? length)
        let quote = rest.firstIndex(of: 0x22)
        let part = bytes.span.extracting(start..<length)
        #expect(part.firstQuote == (quote ?? length) - start)
      }
    }
  }

  @Test func endsOfSpaceAndOfWhatNeedsNoEscapeAreThoseOfALoop() {
    var random = SplitMix64(seed: 12)
    for length in 0..<60 {
      let bytes = (0..<length).map { _ in
        random.happens(95) ? random.pick([0x20, 0x09, 0x0a, 0x0d]) : UInt8(ascii: "x")
      }
      let texts = bytes.map { $0 == UInt8(ascii: "x") ? UInt8(ascii: "\\") : $0 }
      for start in 0...length {
        let end = bytes[start...].firstIndex(of: UInt8(ascii: "x")) ?? length
        let space = bytes.span.endOfSpace(from: start)
        let text = texts.span.firstIndex(of: UInt8(ascii: "\\"), in: start..<length)
        #expect(space == end && text == end)
      }
    }
  }

  @Test func linesAreCounted() {
    let text = "ab\n\ncd\r\n0123456789\n0123456789abcdef\n"
    let bytes = Array(text.utf8)
    var tracker = LineTracker()
    var (line, column) = (1, 1)
    for index in 0...bytes.count {
      tracker.advance(to: index, in: bytes.span, base: 0)
      #expect(tracker.place == .init(line: line, column: column), "\(index)")
      #expect(
        LineTracker().place(of: index, in: bytes.span, base: 0)
          == .init(line: line, column: column))
      if index < bytes.count, bytes[index] == 10 {
        (line, column) = (line + 1, 1)
      } else {
        column += 1
      }
    }
  }

  @Test func lineFeedsOfLongTextsAreCounted() {
    var random = SplitMix64(seed: 14)
    for share in [0, 1, 50, 100] {
      let bytes = (0..<10_000).map { _ in random.happens(share) ? UInt8(0x0a) : 0x20 }
      for _ in 0..<20 {
        let start = random.below(5_000)
        let range = start..<start + random.below(5_000)
        let found = bytes.span.lineFeeds(in: range)
        #expect(found.count == bytes[range].count { $0 == 0x0a })
        #expect(found.last == bytes[range].lastIndex(of: 0x0a))
      }
    }
  }

  @Test func wordsEndWhereALoopEndsThem() {
    for byte in UInt8.min...UInt8.max {
      for length in [0, 1, 15, 16, 17, 40] {
        let bytes = [UInt8](repeating: UInt8(ascii: "7"), count: length) + [byte, byte]
        let end = bytes.span.endOfWord(from: 0)
        #expect(end == (JSONReader.isWord(byte) ? bytes.count : length))
      }
    }
  }

  @Test func excerptsAreSafe() {
    func excerpt(_ text: String) -> String { Self.with(text) { Excerpt.text($0, $1) } }
    #expect(excerpt("a\u{1b}[31m\n\u{202e}b") == #"“a\u{1b}[31m\n\u{202e}b”"#)
    #expect(excerpt(String(repeating: "é", count: 30)) == "“\(String(repeating: "é", count: 24))…”")
    #expect(
      excerpt("x" + String(repeating: "é", count: 30)) == "“x\(String(repeating: "é", count: 23))…”"
    )
    #expect(excerpt("") == "“”")
  }
}
