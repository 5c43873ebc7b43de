/// Writes batches of spans in one of the formats.
struct BatchEncoder {
  private let catalog: Catalog
  private let format: GeneratorOptions.Format
  private let json: JSONSpanEncoder
  private var protobuf: ProtobufSpanEncoder
  private var isFirst = true

  init(catalog: Catalog, format: GeneratorOptions.Format) {
    self.catalog = catalog
    self.format = format
    json = JSONSpanEncoder(catalog: catalog)
    protobuf = ProtobufSpanEncoder(catalog: catalog)
  }

  /// The bytes of the next batch; none if it is empty.
  mutating func encode(_ batch: [SpanPlan]) -> [UInt8] {
    var bytes: [UInt8] = []
    guard !batch.isEmpty else { return bytes }
    bytes.reserveCapacity(batch.count * 1_400)
    switch format {
    case .otlpJSON, .otlpJSONLines:
      let isOpen = format == .otlpJSON && !isFirst
      bytes += Array((isOpen ? ",\n" : "{\"resourceSpans\":[").utf8)
      for (number, group) in groups(batch).enumerated() {
        if number > 0 { bytes.append(UInt8(ascii: ",")) }
        json.append(group.plans, process: group.process, to: &bytes)
      }
      if format == .otlpJSONLines { bytes += Array("]}\n".utf8) }
    case .otlpProtobuf, .otlpProtobufFrames:
      for group in groups(batch) {
        protobuf.append(group.plans, process: group.process, to: &bytes)
      }
      if format == .otlpProtobufFrames {
        let length = UInt32(truncatingIfNeeded: bytes.count)
        bytes.insert(
          contentsOf: (0..<4).map { UInt8(truncatingIfNeeded: length &>> UInt32(24 - $0 * 8)) },
          at: 0)
      }
    }
    isFirst = false
    return bytes
  }

  /// What has to stand behind the last batch.
  func finish() -> [UInt8] {
    guard format == .otlpJSON else { return [] }
    return Array((isFirst ? "{\"resourceSpans\":[]}\n" : "]}\n").utf8)
  }

  /// The spans of a batch by the process that made them, processes in their own order.
  private func groups(_ batch: [SpanPlan]) -> [(process: Int, plans: [SpanPlan])] {
    var lists = Array(
      repeating: [SpanPlan](), count: catalog.services.count * Catalog.instancesPerService)
    for plan in batch {
      let service = catalog.operations[plan.operation].service
      lists[service * Catalog.instancesPerService + plan.instance].append(plan)
    }
    return lists.enumerated().filter { !$0.element.isEmpty }.map { ($0.offset, $0.element) }
  }
}

/// What both encoders write of spans, events and errors, beside the operation's attributes.
enum Details {
  static func resource(of process: Int, in catalog: Catalog) -> [AttributeTemplate] {
    let service = catalog.services[process / Catalog.instancesPerService]
    // Fixed by the process: the same in every batch and for every seed.
    var random = SplitMix64(seed: UInt64(process) + 77)
    let host = "\(service.name)-\(random.below(90_000) + 10_000)"
    var identifier: [UInt8] = []
    identifier.appendHexadecimal(random.next())
    func text(_ key: String, _ value: String) -> AttributeTemplate {
      AttributeTemplate(key, .choice([Text(value)]))
    }
    return [
      text("service.name", service.name), text("service.namespace", "shop"),
      text("service.version", service.version),
      text("service.instance.id", String(decoding: identifier, as: UTF8.self)),
      text("host.name", host),
      AttributeTemplate("process.pid", .int([random.within(100...60_000)])),
      text("deployment.environment.name", "production"),
      text("telemetry.sdk.name", "opentelemetry"),
      text("telemetry.sdk.language", service.language), text("telemetry.sdk.version", "1.31.0"),
    ]
  }

  static let failures: [Text] = [
    "deadline exceeded", "connection refused", "card declined: insufficient funds",
    "redis: connection pool timeout", "500 Internal Server Error",
  ]
  static let exception: Text = "exception"
  static let exceptionAttributes: [AttributeTemplate] = [
    .init(
      "exception.type",
      .oneOf("TimeoutError", "java.net.ConnectException", "redis.exceptions.ConnectionError")),
    .init("exception.message", .numbered("attempt ", 1...3, " failed: \"upstream\" is gone")),
    .init(
      "exception.stacktrace",
      .oneOf(
        """
        Traceback (most recent call last):
          File "/app/server.py", line 118, in handle
            return self.client.call(request)
        ConnectionError: upstream is gone
        """,
        """
        java.net.ConnectException: Connection refused
        \tat com.shop.payment.Gateway.charge(Gateway.java:88)
        \tat com.shop.payment.Service.handle(Service.java:41)
        """)),
  ]
  static let events: [Text] = ["cache miss", "retry", "message", "order placed"]
  static let eventAttributes: [AttributeTemplate] = [
    .init("app.attempt", .range(1...5)), .init("message.id", .unique("", digits: 8)),
  ]
  static let linkAttributes: [AttributeTemplate] = [.init("link.reason", .oneOf("batch", "retry"))]

  /// The flags of OTLP: sampled, and whether the parent is remote.
  static func flags(of plan: SpanPlan) -> UInt32 {
    0x101 | (plan.marks.contains(.remoteParent) ? 0x200 : 0)
  }

  /// Somewhere in the span.
  static func eventTime(of plan: SpanPlan, _ random: inout SplitMix64) -> UInt64 {
    plan.start + UInt64(random.below(Int(plan.end - plan.start) + 1))
  }
}
