import TraceModel

// What the times of rows are by the way they are written.

extension TimeResolution {
  /// The resolution that the digits of a time in ISO 8601 have.
  init(ofISO8601 range: Range<Int>, _ bytes: Span<UInt8>) {
    guard let point = range.first(where: { bytes[$0] == UInt8(ascii: ".") }) else {
      self = .second
      return
    }
    let digits = (point + 1..<range.upperBound).prefix { bytes[$0] &- UInt8(ascii: "0") < 10 }.count
    self = digits <= 3 ? .millisecond : digits <= 6 ? .microsecond : .nanosecond
  }
}

extension TimeUnit {
  /// The unit in which a number, since the epoch, is a moment of our time: from 1973 on no two are
  /// possible. Nil if it is too large for any.
  init?(ofMoment number: NumberText.Decimal) {
    guard let number = NumberText.scaled(number, by: 0) else { return nil }
    switch number.magnitude {
    case 100_000_000_000_000_000...: self = .nanoseconds
    case 100_000_000_000_000...: self = .microseconds
    case 100_000_000_000...: self = .milliseconds
    default: self = .seconds
    }
  }

  /// `ms`
  var symbol: String {
    switch self {
    case .nanoseconds: "ns"
    case .microseconds: "us"
    case .milliseconds: "ms"
    case .seconds: "s"
    }
  }
}
