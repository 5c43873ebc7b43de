public import TraceModel

/// A place where reading can begin without what stands before it.
public struct PartCut: Sendable, Hashable {
  /// Where it is in the input, in bytes.
  public let offset: Int
  let kind: Kind

  /// What begins there.
  enum Kind: Sendable {
    /// An object or a message that stands for itself.
    case whole
    /// An element of OTLP's `resourceSpans`.
    case resourceSpans
    /// An element of OTLP's `spans`: its resource and its scope stand before the cut.
    case span
  }
}

/// Looks for places where an input can be cut, so that its parts can be read at the same time.
///
/// It may be wrong: whoever reads what stands before a cut knows whether it is one, and says so in
/// `SpanImporter.join`.
public protocol PartCutter: Sendable {
  /// The first cut in the next block of the input, which begins at `base`; nil if there is none.
  /// Takes much less time than reading the block.
  mutating func cut(in block: Span<UInt8>, base: Int) -> PartCut?
}

extension SpanImporter {
  /// No cuts: one thread reads all of the input.
  public func cutter() -> (any PartCutter)? { nil }

  public init(at cut: PartCut) { self.init() }

  public mutating func join(_ next: Self, _ batch: inout SpanBatch) -> Bool { false }

  public var mayJoin: Bool { true }
}
