/// A trace's identifier: 16 bytes, read as two big-endian numbers.
///
/// 64-bit identifiers stand in the low half. All zeros is invalid. (OpenTelemetry specification,
/// Trace API, SpanContext.)
public struct TraceID: Hashable, Sendable, Comparable {
  public var high: UInt64
  public var low: UInt64

  @inlinable
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  public static let invalid = TraceID(high: 0, low: 0)

  @inlinable public var isValid: Bool { high | low != 0 }

  /// Lower-case hexadecimal, 32 digits.
  public var description: String { high.hexadecimal + low.hexadecimal }

  @inlinable
  public static func < (one: TraceID, other: TraceID) -> Bool {
    one.high != other.high ? one.high < other.high : one.low < other.low
  }
}

/// A span's identifier: 8 bytes, read as one big-endian number; unique only inside its trace.
public struct SpanID: Hashable, Sendable, Comparable {
  public var rawValue: UInt64

  @inlinable
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }

  /// All zeros: no span. As a parent it means that the span is a root.
  public static let invalid = SpanID(0)

  @inlinable public var isValid: Bool { rawValue != 0 }

  /// Lower-case hexadecimal, 16 digits.
  public var description: String { rawValue.hexadecimal }

  @inlinable
  public static func < (one: SpanID, other: SpanID) -> Bool { one.rawValue < other.rawValue }
}

extension TraceID: CustomStringConvertible {}
extension SpanID: CustomStringConvertible {}

extension UInt64 {
  /// 16 lower-case hexadecimal digits.
  var hexadecimal: String {
    let digits = String(self, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
