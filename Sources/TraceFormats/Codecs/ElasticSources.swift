import TraceModel

/// What the metadata of Elastic's agents say of the records behind them.
///
/// An agent writes the same before each request, so what was read is known again by its bytes.
struct ElasticSources: Sendable {
  private struct Source: Sendable {
    /// As it was written; empty if there is something to note each time.
    var text: [UInt8] = []
    var resource = Resource()
    /// What the resource is in the batch of that number, once it was asked for.
    var scope: (batch: Int, number: ScopeID)?
  }

  /// How many agents may take turns without being read again, and how long a text is kept.
  private static let limit = 8
  private static let textLimit = 16 << 10

  private var known = [Source()]
  private var current = 0

  init() {}

  /// Reads the metadata that are next: they hold until others come.
  mutating func read(
    _ bytes: Span<UInt8>, _ reader: inout JSONReader, _ fields: inout JSONFields
  ) throws(JSONError) {
    _ = try reader.peek(bytes)
    let start = reader.position
    for index in known.indices where Self.stands(known[index].text, at: start, in: bytes) {
      current = index
      reader.position += known[index].text.count
      return
    }
    let isQuiet = fields.notes.isEmpty
    let list = try fields.flatAttributeList(bytes, &reader)
    var source = Source()
    source.resource.attributes = list.compactMap {
      $0.value == .empty ? nil : Attribute(Self.names[$0.key] ?? $0.key, $0.value)
    }
    let range = start..<reader.position
    // An object ends where it did before; other values go on with what is behind them.
    if isQuiet, fields.notes.isEmpty, range.count <= Self.textLimit,
      bytes[start] == UInt8(ascii: "{")
    {
      source.text.append(bytes, range)
    }
    if known.count < Self.limit {
      current = known.count
      known.append(source)
    } else {
      current = (current + 1) % Self.limit
      known[current] = source
    }
  }

  private static func stands(_ text: [UInt8], at start: Int, in bytes: Span<UInt8>) -> Bool {
    !text.isEmpty && start + text.count <= bytes.count
      && bytes.equals(start..<start + text.count, text.span, from: 0)
  }

  /// The number of what the last metadata described.
  mutating func scope(in batch: inout SpanBatch) -> ScopeID {
    if let scope = known[current].scope, scope.batch == batch.number { return scope.number }
    let number = batch.intern(InstrumentationScope(), of: batch.intern(known[current].resource))
    known[current].scope = (batch.number, number)
    return number
  }

  private static let names = [
    "service.environment": "deployment.environment.name",
    "service.language.name": "telemetry.sdk.language",
    "service.runtime.name": "process.runtime.name",
    "service.runtime.version": "process.runtime.version",
    "service.node.configured_name": "service.instance.id",
    "system.hostname": "host.name", "system.detected_hostname": "host.name",
    "system.configured_hostname": "host.name", "system.architecture": "host.arch",
    "system.platform": "os.type", "system.container.id": "container.id",
  ]
}
