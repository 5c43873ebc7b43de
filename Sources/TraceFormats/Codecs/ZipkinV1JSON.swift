import TraceModel

/// Decodes spans of Zipkin's v1 JSON. (zipkin-api, `zipkin-api.yaml`.)
///
/// What kind a span is, and of which service, is said by its annotations; one span may hold both
/// halves of a call, which become two.
struct ZipkinV1JSON: JSONValueCodec {
  static let format = FormatDescriptor(
    name: "zipkin-v1-json", summary: "Zipkin v1 JSON, with binary annotations",
    example: "py_zipkin with Encoding.V1_JSON", priority: 42)

  static let telltales = ["binaryAnnotations"]

  private var span = MappedSpan()
  private var order = JSONKeyOrder()
  private var partOrder = JSONKeyOrder()
  private var binaryOrder = JSONKeyOrder()
  private var endpointOrder = JSONKeyOrder()

  init() {}

  func claim(_ object: JSONShape, _ bytes: Span<UInt8>) -> JSONClaim {
    guard object.has("traceId", bytes), object.has("id", bytes) else { return .none }
    return object.has("binaryAnnotations", bytes)
      || object.hasInFirst("annotations", "endpoint", bytes) ? .spans : .none
  }

  private enum Field {
    case traceID, spanID, parentID, name, timestamp, duration, annotations, binaryAnnotations
  }
  private static let names = JSONKeyTable<Field>([
    ("traceId", .traceID), ("id", .spanID), ("parentId", .parentID), ("name", .name),
    ("timestamp", .timestamp), ("duration", .duration), ("annotations", .annotations),
    ("binaryAnnotations", .binaryAnnotations),
  ])

  /// The annotations that begin and end a half: `cs` and `cr` a client's, `sr` and `ss` a server's.
  private enum Core {
    case clientStart, clientEnd, serverStart, serverEnd, producer, consumer

    var kind: SpanKind {
      switch self {
      case .clientStart, .clientEnd: .client
      case .serverStart, .serverEnd: .server
      case .producer: .producer
      case .consumer: .consumer
      }
    }
  }
  private static let cores = JSONKeyTable<Core>([
    ("cs", .clientStart), ("cr", .clientEnd), ("sr", .serverStart), ("ss", .serverEnd),
    ("ms", .producer), ("mr", .consumer),
  ])

  private struct Annotation {
    var time = UnixNanos.unset
    var value = JSONReader.Text(range: 0..<0)
    var core: Core?
    var endpoint = ZipkinEndpoint()
  }

  private struct BinaryAnnotation {
    var key = JSONReader.Text(range: 0..<0)
    var value = JSONValue.empty
    var endpoint = ZipkinEndpoint()
  }

  /// What is the same in both halves.
  private struct Common {
    var draft = SpanDraft()
    var traceID: TraceID?
    var spanID: SpanID?
    var duration: DurationNanos?
    var annotations: [Annotation] = []
    var binaryAnnotations: [BinaryAnnotation] = []
  }

  mutating func decode(
    _ bytes: Span<UInt8>, byteOffset: Int, fields: inout JSONFields, into batch: inout SpanBatch
  ) throws(JSONError) {
    var common = Common()
    common.draft.byteOffset = byteOffset
    var reader = JSONReader()
    try reader.enterObject(bytes)
    order.begin()
    while let (field, _) = try Self.names.next(bytes, &reader, &order) {
      switch field {
      case .traceID: common.traceID = try fields.unpaddedTraceID(bytes, &reader)
      case .spanID: common.spanID = try fields.unpaddedSpanID(bytes, &reader)
      case .parentID:
        common.draft.parentSpanID = try fields.unpaddedSpanID(bytes, &reader, isOptional: true)
      case .name: common.draft.name = try fields.interned(bytes, &reader, &batch.strings)
      case .timestamp: common.draft.start = try fields.time(bytes, &reader, in: .microseconds)
      case .duration: common.duration = try fields.duration(bytes, &reader, in: .microseconds)
      case .annotations:
        common.annotations = try annotations(bytes, &reader, &fields, &batch.strings)
      case .binaryAnnotations:
        common.binaryAnnotations = try binaryAnnotations(bytes, &reader, &fields, &batch.strings)
      case nil: try reader.skipValue(bytes)
      }
    }
    if common.draft.parentSpanID == common.spanID { common.draft.parentSpanID = .invalid }
    var kinds: [SpanKind] = []
    for case let kind? in common.annotations.map(\.core?.kind) where !kinds.contains(kind) {
      kinds.append(kind)
    }
    if kinds.isEmpty { kinds = [.unspecified] }
    for kind in kinds {
      commit(kind, isFirst: kind == kinds.first, common, bytes, &fields, into: &batch)
    }
  }

  /// Commits one half; the first has also what belongs to no half.
  private mutating func commit(
    _ kind: SpanKind, isFirst: Bool, _ common: Common, _ bytes: Span<UInt8>,
    _ fields: inout JSONFields, into batch: inout SpanBatch
  ) {
    span.begin(byteOffset: common.draft.byteOffset, resolution: .microsecond)
    span.draft.parentSpanID = common.draft.parentSpanID
    span.draft.name = common.draft.name
    span.draft.kind = kind
    (span.traceID, span.spanID) = (common.traceID, common.spanID)
    let cores = common.annotations.filter { $0.core?.kind == kind }
    let endpoint =
      cores.first?.endpoint ?? common.binaryAnnotations.first { !isAddress($0, bytes) }?.endpoint
      ?? common.annotations.first?.endpoint ?? ZipkinEndpoint()
    endpoint.addAsLocal(&span, &batch)

    // Times of the span are those of the half that began it; the other has only its annotations.
    span.draft.start = cores.first?.time ?? common.draft.start
    if let last = cores.last, cores.count > 1 { span.draft.end = last.time }
    if isFirst, common.draft.start != .unset {
      span.draft.start = common.draft.start
      span.duration = common.duration
    }
    func isOwn(_ other: ZipkinEndpoint) -> Bool {
      let hasHalf = common.annotations.contains {
        $0.core != nil && $0.endpoint.service == other.service
      }
      return hasHalf ? other.service == endpoint.service : isFirst
    }
    for annotation in common.annotations where annotation.core == nil && isOwn(annotation.endpoint)
    {
      let name = ZipkinJSON.event(annotation.value, bytes, &fields, into: &batch)
      batch.endEvent(time: annotation.time, name: name)
    }
    for annotation in common.binaryAnnotations {
      if isAddress(annotation, bytes) {
        let isServers = bytes.matches(annotation.key.range, "sa")
        if isServers == (kind != .server && kind != .consumer) {
          annotation.endpoint.addAsRemote(&batch)
        }
      } else if isOwn(annotation.endpoint) {
        ZipkinTag.add(annotation.key, annotation.value, bytes, &span, &fields, &batch)
      }
    }
    span.commit(to: &batch, &fields)
  }

  /// Whether a binary annotation says where the other side is: `sa` the server, `ca` the client.
  private func isAddress(_ annotation: BinaryAnnotation, _ bytes: Span<UInt8>) -> Bool {
    guard case .bool(true) = annotation.value else { return false }
    return bytes.matches(annotation.key.range, "sa") || bytes.matches(annotation.key.range, "ca")
  }

  private enum Part {
    case timestamp, key, value, endpoint
  }
  private static let parts = JSONKeyTable<Part>([
    ("timestamp", .timestamp), ("key", .key), ("value", .value), ("endpoint", .endpoint),
  ])

  private mutating func annotations(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    _ strings: inout StringPool
  ) throws(JSONError) -> [Annotation] {
    var all: [Annotation] = []
    guard try fields.enterArray(bytes, &reader) else { return all }
    var isFirst = true
    while try fields.nextObject(bytes, &reader, isFirst: &isFirst) {
      var annotation = Annotation()
      partOrder.begin()
      while let (part, _) = try Self.parts.next(bytes, &reader, &partOrder) {
        switch part {
        case .timestamp: annotation.time = try fields.time(bytes, &reader, in: .microseconds)
        case .value:
          guard let text = try fields.text(bytes, &reader) else { continue }
          annotation.value = text
          annotation.core = Self.cores.find(bytes, text)
        case .endpoint:
          annotation.endpoint = try ZipkinEndpoint(
            bytes, &reader, &fields, &endpointOrder, &strings)
        case .key, nil: try reader.skipValue(bytes)
        }
      }
      all.append(annotation)
    }
    return all
  }

  private mutating func binaryAnnotations(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields,
    _ strings: inout StringPool
  ) throws(JSONError) -> [BinaryAnnotation] {
    var all: [BinaryAnnotation] = []
    guard try fields.enterArray(bytes, &reader) else { return all }
    var isFirst = true
    while try fields.nextObject(bytes, &reader, isFirst: &isFirst) {
      var annotation = BinaryAnnotation()
      binaryOrder.begin()
      while let (part, _) = try Self.parts.next(bytes, &reader, &binaryOrder) {
        switch part {
        case .key:
          guard let text = try fields.text(bytes, &reader) else { continue }
          annotation.key = text
        case .value: annotation.value = try fields.plainValue(bytes, &reader)
        case .endpoint:
          annotation.endpoint = try ZipkinEndpoint(
            bytes, &reader, &fields, &endpointOrder, &strings)
        case .timestamp, nil: try reader.skipValue(bytes)
        }
      }
      all.append(annotation)
    }
    return all
  }
}
