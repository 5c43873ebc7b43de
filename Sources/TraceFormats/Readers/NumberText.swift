import TraceModel

/// Numbers written as decimal text.
///
/// Integers are read digit by digit and never pass through `Double`, also when they are written
/// with a fraction or an exponent: 1795362205687531330 ns needs 61 bits.
struct NumberText {
  /// A decimal number: sign, up to 19 digits, and a power of ten.
  struct Decimal {
    var isNegative = false
    var digits: UInt64 = 0
    var exponent = 0
    /// Whether it has a fraction or an exponent.
    var isFractional = false
    /// Whether there were more digits before the point than fit.
    var isCut = false
    /// Whether digits behind the point were left out, because there is no room for them.
    var isInexact = false

    /// Takes the digits that are next, as long as there is room for them in any case.
    @inline(__always)
    fileprivate mutating func appendDigits(
      _ bytes: Span<UInt8>, _ index: inout Int, _ end: Int, _ count: inout Int
    ) {
      // Eight at a time, also if some of the eight are none.
      while count <= 10, index &+ 8 <= bytes.count {
        let word = bytes.word(at: index) ^ 0x3030_3030_3030_3030
        let others = (word &+ 0x7676_7676_7676_7676 | word) & 0x8080_8080_8080_8080
        let length = min(others.trailingZeroBitCount &>> 3, end &- index)
        guard length > 0 else { return }
        digits =
          digits &* NumberText.wholePowersOfTen[length]
          &+ NumberText.number(ofDigits: word &<< UInt64(64 &- length &* 8))
        count &+= length
        index &+= length
        if length < 8 { return }
      }
      while index < end, count < 18 {
        let digit = bytes[index] &- UInt8(ascii: "0")
        guard digit < 10 else { return }
        digits = digits &* 10 &+ UInt64(digit)
        count &+= 1
        index &+= 1
      }
    }
  }

  private static let wholePowersOfTen: [UInt64] = [
    1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000,
  ]

  /// The number of eight digits, each a byte from 0 to 9, the first one lowest.
  @inline(__always)
  private static func number(ofDigits word: UInt64) -> UInt64 {
    // Two digits, four, eight: each step joins neighbours.
    let pairs = (word &* 10 &+ word &>> 8) & 0x00ff_00ff_00ff_00ff
    let fours = (pairs &* 100 &+ pairs &>> 16) & 0x0000_ffff_0000_ffff
    return (fours &* 10_000 &+ fours &>> 32) & 0xffff_ffff
  }

  /// The digits of `range`, or nil if it is no decimal number.
  static func decimal(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Decimal? {
    var number = Decimal()
    var index = range.lowerBound
    let end = range.upperBound
    if index < end, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
      number.isNegative = bytes[index] == UInt8(ascii: "-")
      index &+= 1
    }
    // Most numbers have no more digits than fit, and at most a point among them.
    var digitCount = 0
    var afterPoint = false
    number.appendDigits(bytes, &index, end, &digitCount)
    if index < end, bytes[index] == UInt8(ascii: ".") {
      afterPoint = true
      number.isFractional = true
      index &+= 1
      let before = digitCount
      number.appendDigits(bytes, &index, end, &digitCount)
      number.exponent = before &- digitCount
    }
    while index < end {
      let byte = bytes[index]
      let digit = byte &- UInt8(ascii: "0")
      if digit < 10 {
        digitCount &+= 1
        if number.digits < 1_000_000_000_000_000_000 {
          number.digits = number.digits &* 10 &+ UInt64(digit)
          if afterPoint { number.exponent &-= 1 }
        } else if !number.isCut, !number.isInexact, let next = appending(digit, to: number.digits) {
          number.digits = next
          if afterPoint { number.exponent &-= 1 }
        } else if afterPoint {
          number.isInexact = number.isInexact || digit != 0
        } else {
          number.isCut = true
        }
      } else if byte == UInt8(ascii: "."), !afterPoint {
        afterPoint = true
        number.isFractional = true
      } else if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E"), digitCount > 0 {
        number.isFractional = true
        guard let exponent = exponent(bytes, index &+ 1..<end) else { return nil }
        number.exponent &+= exponent
        return number
      } else {
        return nil
      }
      index &+= 1
    }
    return digitCount > 0 ? number : nil
  }

  /// The number in `range`, if it is a whole one that fits 64 bits with a sign.
  static func int64(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int64? {
    decimal(bytes, range).flatMap(int64)
  }

  /// The number, if it is a whole one that fits 64 bits with a sign.
  static func int64(_ number: Decimal) -> Int64? {
    guard !number.isInexact, let magnitude = magnitude(of: number) else { return nil }
    if !number.isNegative { return Int64(exactly: magnitude) }
    return magnitude <= Int64.min.magnitude ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil
  }

  /// The number in `range`, if it is not negative and fits 64 bits; a fraction is cut off.
  static func uint64(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
    guard var number = decimal(bytes, range) else { return nil }
    while number.exponent < 0, number.digits > 0 {
      number.digits /= 10
      number.exponent += 1
    }
    guard let magnitude = magnitude(of: number) else { return nil }
    return number.isNegative && magnitude > 0 ? nil : magnitude
  }

  /// The number in `range`, with the words for what is no number; nil if it is none of these.
  static func double(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Double? {
    guard let number = decimal(bytes, range) else {
      if bytes.matches(range, "NaN") { return .nan }
      if bytes.matches(range, "Infinity") { return .infinity }
      if bytes.matches(range, "-Infinity") { return -.infinity }
      return nil
    }
    // Both factors are exact in a double, so their product or quotient is rounded once.
    if !number.isCut, !number.isInexact, number.digits <= 1 << 53, number.exponent.magnitude <= 22 {
      let power = Self.powersOfTen[Int(number.exponent.magnitude)]
      let value =
        number.exponent < 0 ? Double(number.digits) / power : Double(number.digits) * power
      return number.isNegative ? -value : value
    }
    let text = String(decoding: range.map { bytes[$0] }, as: UTF8.self)
    return Double(text)
  }

  private static let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
    1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  /// The absolute value, if it is whole and fits.
  private static func magnitude(of number: Decimal) -> UInt64? {
    if number.isCut { return nil }
    var digits = number.digits
    var exponent = number.exponent
    if digits == 0 { return 0 }
    while exponent < 0 {
      guard digits % 10 == 0 else { return nil }
      digits /= 10
      exponent += 1
    }
    while exponent > 0 {
      let (product, overflow) = digits.multipliedReportingOverflow(by: 10)
      if overflow { return nil }
      digits = product
      exponent -= 1
    }
    return digits
  }

  private static func appending(_ digit: UInt8, to digits: UInt64) -> UInt64? {
    let (product, overflow) = digits.multipliedReportingOverflow(by: 10)
    let (sum, overflow2) = product.addingReportingOverflow(UInt64(digit))
    return overflow || overflow2 ? nil : sum
  }

  /// What follows the `e`; cut where it no longer matters.
  private static func exponent(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
    var index = range.lowerBound
    var isNegative = false
    if index < range.upperBound,
      bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+")
    {
      isNegative = bytes[index] == UInt8(ascii: "-")
      index &+= 1
    }
    guard index < range.upperBound else { return nil }
    var exponent = 0
    while index < range.upperBound {
      let digit = bytes[index] &- UInt8(ascii: "0")
      guard digit < 10 else { return nil }
      exponent = min(exponent * 10 + Int(digit), 100_000)
      index &+= 1
    }
    return isNegative ? -exponent : exponent
  }
}
