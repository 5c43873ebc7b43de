public import TraceModel

/// The back ends that can be polled.
public enum BackendKind: String, Sendable, CaseIterable {
  case jaeger
  case victoriatraces
  case zipkin
  case tempo
  case clickhouse
}

/// What to ask a back end for.
public struct BackendQuery: Sendable, Equatable {
  public var service: String?
  public var operation: String?
  /// How far back the first question looks.
  public var since = DurationNanos(3_600_000_000_000)
  /// The most traces of one answer.
  public var limit = 100
  /// The shortest trace or span, as the back end has it.
  public var minDuration: DurationNanos?
  /// One trace, and no other.
  public var traceID: TraceID?
  /// In the back end's language: TraceQL, a condition of SQL, tags of Jaeger as JSON or `k=v k=v`,
  /// Zipkin's annotation query.
  public var query: String?
  /// ClickHouse's.
  public var database = "default"
  public var table = "otel_traces"

  public init() {}
}

/// How to poll, and what for.
public struct PollOptions: Sendable {
  public var query = BackendQuery()
  /// Found by asking if nil.
  public var kind: BackendKind?
  /// From the end of a poll to the next one.
  public var interval = DurationNanos(2_000_000_000)
  /// Polls once and ends.
  public var once = false
  /// Sent with each request; secrets.
  public var headers: [(name: String, value: String)] = []
  /// Takes any certificate.
  public var isInsecure = false

  public init() {}

  /// Options as they are written on a command line; empty or nil is the default. `headers` are
  /// `NAME=VALUE` or `NAME: VALUE`; `environmentHeaders` is what `OTEL_EXPORTER_OTLP_HEADERS` holds.
  ///
  /// - Throws: `SourceError` of the option that is wrong.
  public init(
    service: String? = nil, operation: String? = nil, since: String? = nil, limit: Int? = nil,
    minDuration: String? = nil, traceID: String? = nil, query: String? = nil,
    database: String? = nil, table: String? = nil, backend: String? = nil,
    interval: String? = nil, headers: [String] = [], environmentHeaders: String? = nil,
    isInsecure: Bool = false, once: Bool = false
  ) throws(SourceError) {
    self.query.service = service
    self.query.operation = operation
    if let since { self.query.since = try Self.duration(since, of: "--since") }
    if let limit {
      guard (1...100_000).contains(limit) else {
        throw SourceError(source: "--limit", reason: "takes a number from 1 to 100000")
      }
      self.query.limit = limit
    }
    if let minDuration {
      self.query.minDuration = try Self.duration(minDuration, of: "--min-duration")
    }
    if let traceID {
      let id = Self.traceID(traceID)
      guard let id else {
        throw SourceError(source: "--trace", reason: "takes up to 32 hexadecimal digits")
      }
      self.query.traceID = id
    }
    self.query.query = query
    if let database { self.query.database = database }
    if let table { self.query.table = table }
    if let backend {
      guard let kind = BackendKind(rawValue: backend.lowercased()) else {
        let kinds = BackendKind.allCases.map(\.rawValue).joined(separator: ", ")
        throw SourceError(source: "--backend", reason: "takes one of \(kinds)")
      }
      self.kind = kind
    }
    if let interval {
      self.interval = try Self.duration(interval, of: "--interval")
      guard self.interval >= DurationNanos(100_000_000) else {
        throw SourceError(source: "--interval", reason: "takes 100ms or more")
      }
    }
    for header in headers { self.headers.append(try Self.header(header, of: "--header")) }
    // What was said of the exporter stands back behind what was said here.
    for pair in (environmentHeaders ?? "").split(separator: ",") {
      let header = try Self.header(
        PercentCoding.decode(pair), of: "OTEL_EXPORTER_OTLP_HEADERS")
      let isSaid = self.headers.contains { $0.name.lowercased() == header.name.lowercased() }
      if !isSaid { self.headers.append(header) }
    }
    self.isInsecure = isInsecure
    self.once = once
  }

  private static func header(
    _ text: String, of option: String
  ) throws(SourceError) -> (name: String, value: String) {
    let split = text.firstIndex { $0 == "=" || $0 == ":" } ?? text.endIndex
    let name = trimmed(text[..<split])
    let value = split < text.endIndex ? trimmed(text[text.index(after: split)...]) : ""
    // The value is a secret, and not said.
    guard split < text.endIndex, !name.isEmpty,
      name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && !"()<>@,;\\\"/[]?{}".utf8.contains($0) }),
      value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 9 })
    else { throw SourceError(source: option, reason: "takes NAME=VALUE, in one line") }
    return (name, value)
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while text.first == " " || text.first == "\t" { text.removeFirst() }
    while text.last == " " || text.last == "\t" { text.removeLast() }
    return String(text)
  }

  private static func traceID(_ text: String) -> TraceID? {
    let digits = Array(text.utf8)
    guard (1...32).contains(digits.count) else { return nil }
    var id = TraceID.invalid
    for digit in digits {
      guard let value = Character(UnicodeScalar(digit)).hexDigitValue else { return nil }
      id = TraceID(high: id.high << 4 | id.low >> 60, low: id.low << 4 | UInt64(value))
    }
    return id.isValid ? id : nil
  }

  /// A time such as `90s`, `10m`, `1.5h` or `250ms`.
  private static func duration(
    _ text: String, of option: String
  ) throws(SourceError) -> DurationNanos {
    let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let unit: Double? =
      switch text.dropFirst(number.count) {
      case "ns": 1
      case "us", "µs": 1e3
      case "ms": 1e6
      case "s", "": 1e9
      case "m", "min": 60e9
      case "h": 3_600e9
      case "d": 86_400e9
      default: nil
      }
    guard let unit, let count = Double(number), count > 0, count * unit < 3.2e18 else {
      throw SourceError(source: option, reason: "takes a time such as 10m, 90s or 250ms")
    }
    return DurationNanos(Int64(count * unit))
  }
}
