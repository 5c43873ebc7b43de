import TraceModel

/// Who took part in a Zipkin span.
struct ZipkinEndpoint: Sendable {
  var service = StringID.empty
  var address = StringID.empty
  var port: Int64 = 0

  private enum Field {
    case service, address, port
  }
  private static let names = JSONKeyTable<Field>([
    ("serviceName", .service), ("ipv4", .address), ("ipv6", .address), ("port", .port),
  ])

  /// Reads an endpoint; an empty one if it is null.
  init(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    _ order: inout JSONKeyOrder, _ strings: inout StringPool
  ) throws(JSONError) {
    guard try fields.enterObject(bytes, &reader) else { return }
    order.begin()
    while let (field, _) = try Self.names.next(bytes, &reader, &order) {
      switch field {
      case .service: service = try fields.interned(bytes, &reader, &strings)
      case .address:
        let text = try fields.interned(bytes, &reader, &strings)
        if address == .empty { address = text }
      case .port: port = Int64(try fields.uint32(bytes, &reader))
      case nil: try reader.skipValue(bytes)
      }
    }
  }

  init() {}

  /// Appends the endpoint as the span's own one.
  func addAsLocal(_ span: inout MappedSpan, _ batch: inout SpanBatch) {
    span.addToSource(.serviceName, service, &batch)
    batch.add("network.local.address", address)
    if port != 0 { batch.add("network.local.port", int: port) }
  }

  /// Appends the endpoint as that of the other side.
  func addAsRemote(_ batch: inout SpanBatch) {
    batch.add("peer.service", service)
    batch.add("network.peer.address", address)
    if port != 0 { batch.add("network.peer.port", int: port) }
  }
}

/// Zipkin's tags: all of them are strings.
enum ZipkinTag {
  private enum Field {
    case error, statusCode, scopeName, scopeVersion
  }
  private static let names = JSONKeyTable<Field>([
    ("error", .error), ("otel.status_code", .statusCode), ("otel.scope.name", .scopeName),
    ("otel.library.name", .scopeName), ("otel.scope.version", .scopeVersion),
    ("otel.library.version", .scopeVersion),
  ])

  /// Adds a tag to the span, which should be a string.
  static func add(
    _ key: JSONReader.Text, _ value: JSONValue, _ bytes: Span<UInt8>, _ span: inout MappedSpan,
    _ fields: inout JSONFields, _ batch: inout SpanBatch
  ) {
    if case .text(let text) = value { return add(key, text, bytes, &span, &fields, &batch) }
    let keyID = fields.internKey(key, bytes, &batch.strings)
    fields.append(keyID, value, bytes, isDetail: false, to: &batch)
  }

  /// Adds a tag to the span: as a field, if it is one, as an attribute of the resource, which
  /// OpenTelemetry's exporter copies into the tags, or as an attribute.
  static func add(
    _ key: JSONReader.Text, _ text: JSONReader.Text, _ bytes: Span<UInt8>, _ span: inout MappedSpan,
    _ fields: inout JSONFields, _ batch: inout SpanBatch
  ) {
    let keyID = fields.internKey(key, bytes, &batch.strings)
    let valueID = fields.internValue(text, of: keyID, bytes, &batch.strings)
    switch names.find(bytes, key) {
    case .error:
      // That there is one says that there was an error, even if it is empty.
      span.draft.status = .error
      if !bytes.matches(text.range, "true") { span.draft.statusMessage = valueID }
    case .statusCode:
      if span.draft.status != .error {
        span.draft.status = SpanStatus(named: bytes, text.range) ?? .unset
      }
    case .scopeName: span.source.scopeName = valueID
    case .scopeVersion: span.source.scopeVersion = valueID
    case nil where bytes.hasPrefix("telemetry.", key.range): span.source.add(keyID, valueID)
    case nil where bytes.hasPrefix("service.", key.range):
      // The name is that of the local endpoint.
      if !bytes.matches(key.range, "service.name") { span.source.add(keyID, valueID) }
    case nil: batch.append(keyID, valueID, isDetail: false)
    }
  }
}
