/// Writes spans as OTLP/protobuf. (trace.proto; the numbers are its fields'.)
struct ProtobufSpanEncoder {
  private let catalog: Catalog
  /// For each process its resource, as a field of `ResourceSpans`.
  private var resources: [[UInt8]] = []
  /// For each service its scope, as a field of `ScopeSpans`.
  private let scopes: [[UInt8]]
  /// Text that was just drawn.
  private var text: [UInt8] = []

  init(catalog: Catalog) {
    self.catalog = catalog
    scopes = catalog.services.map { service in
      var bytes: [UInt8] = []
      let scope = bytes.beginField(1)
      bytes.appendField(1, bytes: Array(service.scope.utf8))
      bytes.appendField(2, bytes: Array(service.version.utf8))
      bytes.endField(scope)
      return bytes
    }
    for process in 0..<catalog.services.count * Catalog.instancesPerService {
      var bytes: [UInt8] = []
      var random = SplitMix64(seed: 0)
      let resource = bytes.beginField(1)
      append(Details.resource(of: process, in: catalog), as: 1, &random, to: &bytes)
      bytes.endField(resource)
      resources.append(bytes)
    }
  }

  /// Appends the spans of one process, as `resource_spans` of a `TracesData`.
  mutating func append(_ plans: [SpanPlan], process: Int, to bytes: inout [UInt8]) {
    let resourceSpans = bytes.beginField(1)
    bytes += resources[process]
    let scopeSpans = bytes.beginField(2)
    bytes += scopes[process / Catalog.instancesPerService]
    for plan in plans {
      let span = bytes.beginField(2)
      append(plan, to: &bytes)
      bytes.endField(span)
    }
    bytes.endField(scopeSpans)
    bytes.endField(resourceSpans)
  }

  private mutating func append(_ plan: SpanPlan, to bytes: inout [UInt8]) {
    var random = SplitMix64(seed: plan.seed)
    let operation = catalog.operations[plan.operation]
    appendIDs(plan.traceHigh, plan.traceLow, plan.spanID, to: &bytes)
    if plan.parentID != 0 {
      bytes += [4 << 3 | 2, 8]
      bytes.appendBigEndian(plan.parentID)
    }
    bytes.appendField(5, bytes: operation.name.raw)
    bytes.appendField(6, varint: UInt64(operation.kind))
    bytes.appendField(7, fixed64: plan.start)
    bytes.appendField(8, fixed64: plan.end)
    append(operation.attributes, as: 9, &random, to: &bytes)
    for _ in 0..<catalog.eventCount(of: plan) {
      let name = Details.events[random.below(Details.events.count)]
      appendEvent(
        name, Details.eventAttributes, Details.eventTime(of: plan, &random), &random, to: &bytes)
    }
    if plan.marks.contains(.error) {
      appendEvent(Details.exception, Details.exceptionAttributes, plan.end, &random, to: &bytes)
    }
    if plan.linkSpanID != 0 {
      let link = bytes.beginField(13)
      appendIDs(plan.linkTraceHigh, plan.linkTraceLow, plan.linkSpanID, to: &bytes)
      append(Details.linkAttributes, as: 4, &random, to: &bytes)
      bytes.appendField(6, fixed32: 257)
      bytes.endField(link)
    }
    if plan.marks.contains(.error) {
      let status = bytes.beginField(15)
      bytes.appendField(2, bytes: Details.failures[random.below(Details.failures.count)].raw)
      bytes.appendField(3, varint: 2)
      bytes.endField(status)
    }
    // Field 16: the first whose tag takes two bytes.
    bytes += [0x85, 0x01]
    let flags = Details.flags(of: plan)
    for byte in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: flags &>> UInt32(byte * 8))) }
  }

  private func appendIDs(
    _ high: UInt64, _ low: UInt64, _ span: UInt64, to bytes: inout [UInt8]
  ) {
    bytes += [1 << 3 | 2, 16]
    bytes.appendBigEndian(high)
    bytes.appendBigEndian(low)
    bytes += [2 << 3 | 2, 8]
    bytes.appendBigEndian(span)
  }

  private mutating func appendEvent(
    _ name: Text, _ attributes: [AttributeTemplate], _ time: UInt64,
    _ random: inout SplitMix64, to bytes: inout [UInt8]
  ) {
    let event = bytes.beginField(11)
    bytes.appendField(1, fixed64: time)
    bytes.appendField(2, bytes: name.raw)
    append(attributes, as: 3, &random, to: &bytes)
    bytes.endField(event)
  }

  private mutating func append(
    _ attributes: [AttributeTemplate], as field: UInt8, _ random: inout SplitMix64,
    to bytes: inout [UInt8]
  ) {
    for attribute in attributes {
      let keyValue = bytes.beginField(field)
      bytes += attribute.protobufKey
      let value = bytes.beginField(2)
      text.removeAll(keepingCapacity: true)
      switch attribute.draw(&random, into: &text, escaped: false) {
      case .text: bytes.appendField(1, bytes: text)
      case .bool(let flag): bytes.appendField(2, varint: flag ? 1 : 0)
      case .int(let number): bytes.appendField(3, varint: UInt64(number))
      case .hundredths(let number):
        bytes.appendField(4, fixed64: (Double(number) / 100).bitPattern)
      }
      bytes.endField(value)
      bytes.endField(keyValue)
    }
  }
}
