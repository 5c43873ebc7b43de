public import TraceModel

/// A small shop's spans, with one of everything that a screen must show: several services, an error,
/// events, a link, orphans, a child that outlives its parent; and three traces that should be one.
public enum DemoSpans {
  /// 2026-11-22 14:13:21.812 UTC.
  public static let start: UInt64 = 1_795_356_801_812_000_000

  private static let millisecond: UInt64 = 1_000_000

  /// The trace of one checkout.
  public static var checkout: [SpanRecord] {
    var spans = [
      span(1, 0, "frontend", "POST /checkout", .server, 0, 412.6),
      span(2, 1, "api", "POST /api/v1/checkout", .server, 3, 398),
      span(3, 2, "auth", "verify token", .server, 9, 22),
      span(4, 2, "cart", "GET /carts/{id}", .server, 33, 65),
      span(5, 4, "cart", "HGETALL cart:8812", .client, 36.1, 58),
      span(6, 4, "cart", "expire", .internal, 95, 2),
      span(7, 2, "payment", "POST /charges", .server, 100, 221),
      span(8, 7, "payment", "SELECT account", .client, 101, 17),
      span(9, 7, "payment", "fraud score", .internal, 121, 165),
      span(10, 7, "payment", "INSERT charge", .client, 288, 32),
      span(11, 2, "email", "publish receipt", .producer, 395, 8),
      span(12, 1, "frontend", "render page", .internal, 405, 6),
      span(13, 99, "shipping", "POST /quotes", .server, 135, 61),
      span(14, 99, "shipping", "SELECT zones", .client, 143, 24),
    ]
    spans[4].attributes = [
      Attribute("db.system.name", .string("redis")),
      Attribute("db.operation.name", .string("HGETALL")),
      Attribute("server.address", .string("cart-redis")),
      Attribute("server.port", .int(6379)),
      Attribute("cart.id", .string("8812")),
      Attribute("cart.items", .array([.string("A-1"), .int(14), .double(0.5)])),
      Attribute("evil", .string("\u{1B}]0;title\u{7} \u{202E}gnp")),
    ]
    spans[4].events = [
      SpanEvent(time: UnixNanos(start + 38 * millisecond), name: "acquired"),
      SpanEvent(
        time: UnixNanos(start + 93 * millisecond), name: "14 fields",
        attributes: [Attribute("bytes", .int(2_048))]),
    ]
    spans[9].status = .error
    spans[9].statusMessage = "duplicate key"
    spans[6].status = .error
    spans[10].links = [
      SpanLink(traceID: TraceID(high: 9, low: 1), spanID: SpanID(0xadd1))
    ]
    return spans
  }

  /// add, subtract, add: three traces of one span each, as the tutorial's program made them.
  public static var unjoined: [SpanRecord] {
    let spans: [(String, UInt64, UInt64)] = [
      ("add", 0, 25), ("subtract", 74, 82), ("add", 109, 116),
    ]
    return spans.enumerated().map { number, times in
      var span = SpanRecord()
      span.traceID = TraceID(high: 9, low: UInt64(number) + 1)
      span.spanID = SpanID(0xadd1 + UInt64(number))
      span.name = times.0
      span.kind = .internal
      span.start = UnixNanos(start + 60_000 * millisecond + times.1 * 1_000)
      span.end = UnixNanos(start + 60_000 * millisecond + times.2 * 1_000)
      span.resource.attributes = [
        Attribute("telemetry.sdk.language", .string("python")),
        Attribute("service.instance.id", .string("d4234492-7fae-4309-b90a-d4794c84b2ac")),
        Attribute("service.name", .string("addsubtract")),
      ]
      span.scope.name = "addsubtract"
      return span
    }
  }

  /// A data set of these spans.
  public static func dataSet(_ spans: [SpanRecord]) -> DataSet {
    var batch = SpanBatch(source: SourceID(0))
    batch.format = "otlp-json"
    for (number, span) in spans.enumerated() { batch.append(span, byteOffset: number * 1_000) }
    var database = SpanDatabase()
    database.append(batch)
    return database.dataSet
  }

  private static func span(
    _ id: UInt64, _ parent: UInt64, _ service: String, _ name: String, _ kind: SpanKind,
    _ from: Double, _ length: Double
  ) -> SpanRecord {
    var span = SpanRecord()
    span.traceID = TraceID(high: 0x5b8e_fff7_9803_8103, low: 0xd269_b633_813f_c60c)
    span.spanID = SpanID(0x7ad6_b716_9203_3300 + id)
    if parent > 0 { span.parentSpanID = SpanID(0x7ad6_b716_9203_3300 + parent) }
    span.name = name
    span.kind = kind
    span.start = UnixNanos(start + UInt64(from * Double(millisecond)))
    span.end = UnixNanos(start + UInt64((from + length) * Double(millisecond)))
    span.resource.attributes = [
      Attribute("service.name", .string(service)),
      Attribute("telemetry.sdk.language", .string("go")),
    ]
    span.scope = InstrumentationScope(name: "shop/\(service)", version: "1.2.3")
    return span
  }
}
