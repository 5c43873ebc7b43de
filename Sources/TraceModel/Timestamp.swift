/// A moment in nanoseconds since the Unix epoch, as OTLP's `fixed64` times have it; 0 is unset.
public struct UnixNanos: Hashable, Sendable, Comparable {
  public var rawValue: UInt64

  @inlinable
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }

  /// The source gave no time.
  @inlinable public static var unset: UnixNanos { UnixNanos(0) }

  @inlinable
  public static func < (one: UnixNanos, other: UnixNanos) -> Bool { one.rawValue < other.rawValue }

  /// The signed distance from `earlier`, cut to what 64 bits hold.
  @inlinable
  public func since(_ earlier: UnixNanos) -> DurationNanos {
    if rawValue >= earlier.rawValue {
      return DurationNanos(Int64(clamping: rawValue - earlier.rawValue))
    }
    return DurationNanos(-Int64(clamping: earlier.rawValue - rawValue))
  }

  /// This moment moved by `distance`, cut to what 64 bits hold.
  @inlinable
  public func advanced(by distance: DurationNanos) -> UnixNanos {
    let (sum, overflow) =
      distance.rawValue >= 0
      ? rawValue.addingReportingOverflow(distance.rawValue.magnitude)
      : rawValue.subtractingReportingOverflow(distance.rawValue.magnitude)
    if overflow { return UnixNanos(distance.rawValue >= 0 ? .max : 0) }
    return UnixNanos(sum)
  }
}

/// How finely a source tells times: two that differ by less may be the same.
public enum TimeResolution: UInt8, Sendable {
  case nanosecond, microsecond, millisecond, second

  /// The length of one step.
  public var step: DurationNanos {
    switch self {
    case .nanosecond: DurationNanos(1)
    case .microsecond: DurationNanos(1_000)
    case .millisecond: DurationNanos(1_000_000)
    case .second: DurationNanos(1_000_000_000)
    }
  }
}

/// A length of time in nanoseconds; negative when a span ends before it starts.
public struct DurationNanos: Hashable, Sendable, Comparable {
  public var rawValue: Int64

  @inlinable
  public init(_ rawValue: Int64) { self.rawValue = rawValue }

  @inlinable public static var zero: DurationNanos { DurationNanos(0) }

  @inlinable
  public static func < (one: DurationNanos, other: DurationNanos) -> Bool {
    one.rawValue < other.rawValue
  }
}
