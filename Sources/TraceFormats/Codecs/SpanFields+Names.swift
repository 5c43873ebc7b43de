import TraceModel

extension SpanKind {
  private static let names = JSONKeyTable<SpanKind>(
    allCases.flatMap { kind in
      [kind.name, kind.name.uppercased(), capitalized(kind.name)].map { ($0, kind) }
    } + allCases.map { ("SPAN_KIND_" + $0.name.uppercased(), $0) })

  private static func capitalized(_ name: String) -> String {
    name.prefix(1).uppercased() + name.dropFirst()
  }

  /// The kind of that name as systems write it: `server`, `SERVER`, `Server`, `SPAN_KIND_SERVER`.
  init?(named bytes: Span<UInt8>, _ range: Range<Int>) {
    guard let kind = Self.names.find(bytes, range) else { return nil }
    self = kind
  }
}

extension SpanStatus {
  private static let names = JSONKeyTable<SpanStatus>(
    allCases.flatMap { status in
      let name = status.name
      let capitalized = name.prefix(1).uppercased() + name.dropFirst()
      return [name, name.uppercased(), capitalized, "STATUS_CODE_" + name.uppercased()]
        .map { ($0, status) }
    })

  /// The status of that name as systems write it: `error`, `ERROR`, `Error`, `STATUS_CODE_ERROR`.
  init?(named bytes: Span<UInt8>, _ range: Range<Int>) {
    guard let status = Self.names.find(bytes, range) else { return nil }
    self = status
  }
}
