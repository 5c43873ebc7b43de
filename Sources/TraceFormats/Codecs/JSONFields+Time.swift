import TraceModel

/// The unit of a time that is written as a number; the raw value is its power of ten in nanoseconds.
enum TimeUnit: Int {
  case nanoseconds = 0
  case microseconds = 3
  case milliseconds = 6
  case seconds = 9
}

extension JSONFields {
  /// A moment as a number since the epoch, bare or in quotes; unset, with a note, if it is none.
  mutating func time(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, in unit: TimeUnit
  ) throws(JSONError) -> UnixNanos {
    guard let nanos = try nanoseconds(bytes, &reader, in: unit) else { return .unset }
    guard let time = UInt64(exactly: nanos.value) else {
      notes.add(.invalidTime, at: nanos.position, "the time is before 1970")
      return .unset
    }
    return UnixNanos(time)
  }

  /// A length of time as a number, bare or in quotes; nil, with a note, if it is none.
  mutating func duration(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, in unit: TimeUnit
  ) throws(JSONError) -> DurationNanos? {
    try nanoseconds(bytes, &reader, in: unit).map { DurationNanos($0.value) }
  }

  private mutating func nanoseconds(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, in unit: TimeUnit
  ) throws(JSONError) -> (value: Int64, position: Int)? {
    let kind = try reader.peekKind(bytes)
    let start = reader.position
    guard kind == .number || kind == .string else {
      try reader.skipValue(bytes)
      if kind != .null { notes.add(.invalidTime, at: start, "expected a number of \(unit)") }
      return nil
    }
    let range = kind == .number ? try reader.word(bytes) : try reader.string(bytes).range
    if let nanos = NumberText.scaled(bytes, range, by: unit.rawValue) {
      return (nanos, range.lowerBound)
    }
    notes.add(
      .invalidTime, at: range.lowerBound,
      "expected a number of \(unit), found \(Excerpt.text(bytes, range))")
    return nil
  }
}

extension NumberText {
  /// The number in `range` times ten to the power of `power`, rounded to a whole one; nil if it is
  /// no number, or does not fit.
  static func scaled(_ bytes: Span<UInt8>, _ range: Range<Int>, by power: Int) -> Int64? {
    decimal(bytes, range).flatMap { scaled($0, by: power) }
  }

  /// The number times ten to the power of `power`, rounded to a whole one; nil if it does not fit.
  static func scaled(_ number: Decimal, by power: Int) -> Int64? {
    if number.isCut { return nil }
    var digits = number.digits
    var exponent = number.exponent + power
    var lastDigit: UInt64 = 0
    while exponent < 0, digits > 0 {
      lastDigit = digits % 10
      digits /= 10
      exponent += 1
    }
    if exponent == 0, lastDigit >= 5 { digits += 1 }
    while exponent > 0, digits > 0 {
      let (product, overflow) = digits.multipliedReportingOverflow(by: 10)
      if overflow { return nil }
      digits = product
      exponent -= 1
    }
    return Int64(exactly: digits).map { number.isNegative ? -$0 : $0 }
  }
}
