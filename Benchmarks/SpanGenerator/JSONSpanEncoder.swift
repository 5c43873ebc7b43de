/// Writes spans as OTLP/JSON.
struct JSONSpanEncoder {
  private let catalog: Catalog
  /// For each process all that stands before its spans.
  private let heads: [[UInt8]]
  /// For each operation from its name to where its start time begins.
  private let names: [[UInt8]]

  private let beforeTrace = Array("{\"traceId\":\"".utf8)
  private let beforeSpan = Array("\",\"spanId\":\"".utf8)
  private let beforeParent = Array("\",\"parentSpanId\":\"".utf8)
  private let beforeFlags = Array("\",\"flags\":".utf8)
  private let beforeEnd = Array("\",\"endTimeUnixNano\":\"".utf8)
  private let beforeAttributes = Array("\",\"attributes\":[".utf8)
  private let beforeEvents = Array(",\"events\":[".utf8)
  private let beforeEventTime = Array("{\"timeUnixNano\":\"".utf8)
  private let beforeEventName = Array("\",\"name\":\"".utf8)
  private let beforeLinks = Array(",\"links\":[".utf8)
  private let linkFlags = Array("],\"flags\":257}]".utf8)
  private let okStatus = Array(",\"status\":{}}".utf8)
  private let beforeMessage = Array(",\"status\":{\"message\":\"".utf8)
  private let afterMessage = Array("\",\"code\":2}}".utf8)
  private let closing = Array("]}]}".utf8)

  init(catalog: Catalog) {
    self.catalog = catalog
    names = catalog.operations.map {
      Array(",\"name\":\"".utf8) + $0.name.json
        + Array("\",\"kind\":\($0.kind),\"startTimeUnixNano\":\"".utf8)
    }
    let processes = catalog.services.count * Catalog.instancesPerService
    heads = (0..<processes).map { process in
      let service = catalog.services[process / Catalog.instancesPerService]
      var bytes = Array("{\"resource\":{\"attributes\":[".utf8)
      var random = SplitMix64(seed: 0)
      Self.append(Details.resource(of: process, in: catalog), &random, to: &bytes)
      bytes += Array(
        ("]},\"scopeSpans\":[{\"scope\":{\"name\":\"\(service.scope)\",\"version\":"
          + "\"\(service.version)\"},\"spans\":[").utf8)
      return bytes
    }
  }

  /// Appends the spans of one process, as a `ResourceSpans`.
  func append(_ plans: [SpanPlan], process: Int, to bytes: inout [UInt8]) {
    bytes += heads[process]
    for (number, plan) in plans.enumerated() {
      if number > 0 { bytes.append(UInt8(ascii: ",")) }
      append(plan, to: &bytes)
    }
    bytes += closing
  }

  private func append(_ plan: SpanPlan, to bytes: inout [UInt8]) {
    var random = SplitMix64(seed: plan.seed)
    bytes += beforeTrace
    bytes.appendHexadecimal(plan.traceHigh)
    bytes.appendHexadecimal(plan.traceLow)
    bytes += beforeSpan
    bytes.appendHexadecimal(plan.spanID)
    if plan.parentID != 0 {
      bytes += beforeParent
      bytes.appendHexadecimal(plan.parentID)
    }
    bytes += beforeFlags
    bytes.appendDecimal(UInt64(Details.flags(of: plan)))
    bytes += names[plan.operation]
    bytes.appendDecimal(plan.start)
    bytes += beforeEnd
    bytes.appendDecimal(plan.end)
    bytes += beforeAttributes
    Self.append(catalog.operations[plan.operation].attributes, &random, to: &bytes)
    bytes.append(UInt8(ascii: "]"))
    appendEvents(of: plan, &random, to: &bytes)
    if plan.linkSpanID != 0 {
      bytes += beforeLinks
      bytes += beforeTrace
      bytes.appendHexadecimal(plan.linkTraceHigh)
      bytes.appendHexadecimal(plan.linkTraceLow)
      bytes += beforeSpan
      bytes.appendHexadecimal(plan.linkSpanID)
      bytes += beforeAttributes
      Self.append(Details.linkAttributes, &random, to: &bytes)
      bytes += linkFlags
    }
    guard plan.marks.contains(.error) else {
      bytes += okStatus
      return
    }
    bytes += beforeMessage
    bytes += Details.failures[random.below(Details.failures.count)].json
    bytes += afterMessage
  }

  private func appendEvents(
    of plan: SpanPlan, _ random: inout SplitMix64, to bytes: inout [UInt8]
  ) {
    let count = catalog.eventCount(of: plan)
    guard count > 0 || plan.marks.contains(.error) else { return }
    bytes += beforeEvents
    for number in 0..<count {
      if number > 0 { bytes.append(UInt8(ascii: ",")) }
      let name = Details.events[random.below(Details.events.count)]
      appendEvent(
        name, Details.eventAttributes, Details.eventTime(of: plan, &random), &random, to: &bytes)
    }
    if plan.marks.contains(.error) {
      if count > 0 { bytes.append(UInt8(ascii: ",")) }
      appendEvent(Details.exception, Details.exceptionAttributes, plan.end, &random, to: &bytes)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  private func appendEvent(
    _ name: Text, _ attributes: [AttributeTemplate], _ time: UInt64,
    _ random: inout SplitMix64, to bytes: inout [UInt8]
  ) {
    bytes += beforeEventTime
    bytes.appendDecimal(time)
    bytes += beforeEventName
    bytes += name.json
    bytes += beforeAttributes
    Self.append(attributes, &random, to: &bytes)
    bytes += [UInt8(ascii: "]"), UInt8(ascii: "}")]
  }

  private static func append(
    _ attributes: [AttributeTemplate], _ random: inout SplitMix64, to bytes: inout [UInt8]
  ) {
    for (number, attribute) in attributes.enumerated() {
      if number > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes += attribute.jsonHead
      switch attribute.draw(&random, into: &bytes, escaped: true) {
      case .text: break
      case .int(let number): bytes.appendDecimal(UInt64(number))
      case .hundredths(let number):
        bytes.appendDecimal(UInt64(number / 100))
        bytes.append(UInt8(ascii: "."))
        bytes.append(UInt8(ascii: "0") + UInt8(number / 10 % 10))
        bytes.append(UInt8(ascii: "0") + UInt8(number % 10))
      case .bool(let value): bytes += value ? Self.trueBytes : Self.falseBytes
      }
      bytes += attribute.jsonTail
    }
  }

  private static let trueBytes = Array("true".utf8)
  private static let falseBytes = Array("false".utf8)
}
