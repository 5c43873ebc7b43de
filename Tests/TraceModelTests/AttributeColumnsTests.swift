import Testing
import TraceModel
import TraceTestSupport

@Suite struct AttributeColumnsTests {
  private static let values: [AttributeValue] = [
    .empty, .string(""), .string("text"), .string("\u{0}é🧵"), .bool(true), .bool(false), .int(0),
    .int(-1), .int(Int64(Int32.max)), .int(Int64(Int32.max) + 1), .int(Int64(Int32.min)),
    .int(Int64(Int32.min) - 1), .int(.max), .int(.min), .double(0), .double(1.5),
    .double(.infinity), .double(-.infinity), .double(.greatestFiniteMagnitude), .bytes([]),
    .bytes([0, 255]), .array([]), .array([.int(1), .string("a"), .array([.bool(true)])]), .map([]),
    .map([Attribute("k", .map([Attribute("k", .double(2))])), Attribute("k", .empty)]),
  ]

  @Test func valuesComeBack() {
    var columns = AttributeColumns()
    var strings = StringPool()
    let expected = Self.values.enumerated().map { Attribute("key \($0 % 5)", $1) }
    for attribute in expected {
      columns.append(
        key: strings.intern(attribute.key), value: attribute.value, strings: &strings)
    }
    #expect(columns.count == expected.count)
    #expect(columns.attributes(0..<columns.count, strings: strings) == expected)
    #expect(columns.attributes(3..<5, strings: strings) == Array(expected[3..<5]))
    #expect(columns.attributes(2..<2, strings: strings).isEmpty)
  }

  @Test func bitsOfNumbersComeBack() {
    // Among them some that a float holds, and some that it seems to.
    let doubles = [
      -0.0, .nan, Double(bitPattern: 0x7ff8_0000_0000_0001), .leastNonzeroMagnitude, 0.1, 1.5, -3,
      1e300, 16_777_216, 16_777_217, Double(Float.leastNonzeroMagnitude),
      Double(Float.leastNonzeroMagnitude) / 2, Double(Float.greatestFiniteMagnitude),
      Double(bitPattern: 0x7ff0_0000_0000_0001), Double(bitPattern: 0x7ff0_0000_2000_0000),
      Double(bitPattern: 0xfff8_0000_2000_0000),
    ]
    var columns = AttributeColumns()
    for double in doubles { columns.append(key: .empty, double: double) }
    let found = doubles.indices.map { columns.value(at: $0, strings: StringPool()) }
    for (value, double) in zip(found, doubles) {
      guard case .double(let number) = value else {
        Issue.record("\(value) is no double")
        continue
      }
      #expect(number.bitPattern == double.bitPattern)
    }
  }

  @Test func onlyStringsAreStrings() {
    var columns = AttributeColumns()
    var strings = StringPool()
    for value in Self.values { columns.append(key: .empty, value: value, strings: &strings) }
    for (position, value) in Self.values.enumerated() {
      if case .string(let text) = value {
        #expect(columns.strings(at: position).value.map { strings[$0] } == text)
      } else {
        #expect(columns.strings(at: position).value == nil, "\(value)")
      }
    }
  }

  @Test func bytesThatAreNoTextStayBytes() {
    let bytes: [UInt8] = [0xff, 0x80]
    var columns = AttributeColumns()
    var strings = StringPool()
    columns.append(key: .empty, bytes: strings.intern(bytes.span))
    columns.append(emptyFor: strings.intern("k"))
    #expect(columns.value(at: 0, strings: strings) == .bytes(bytes))
    #expect(columns.value(at: 1, strings: strings) == .empty)
    #expect(strings[columns.key(at: 1)] == "k")
  }

  @Test func randomAttributesComeBack() {
    for seed: UInt64 in 0..<100 {
      var spans = RandomSpans(seed: seed)
      var columns = AttributeColumns()
      var strings = StringPool()
      let lists = (0..<5).map { _ in spans.attributes(9) }
      var ranges: [Range<Int>] = []
      for list in lists {
        let start = columns.count
        for attribute in list {
          columns.append(
            key: strings.intern(attribute.key), value: attribute.value, strings: &strings)
        }
        ranges.append(start..<columns.count)
      }
      let found = ranges.map { columns.attributes($0, strings: strings) }
      #expect(found == lists, "seed \(seed)")
    }
  }
}
