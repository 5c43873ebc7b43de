public import TraceModel

/// Reads one format: bytes in, spans and issues out.
///
/// An importer is a value with no I/O: the same bytes, cut anywhere, give the same spans and
/// issues. It never throws and never traps: what it cannot read it reports as an issue with its
/// place, and goes on with the next record. Its memory is bounded by the longest record, not by the
/// input, and its time is linear in the input.
///
/// Between two calls of `read` the batch may have been replaced by a fresh one (`batch.number` has
/// changed): numbers of strings, resources and scopes must then be asked for again.
public protocol SpanImporter: Sendable {
  /// Name, description and place in the order of asking.
  static var format: FormatDescriptor { get }

  /// Whether the input that begins with `prefix` is this importer's. `prefix` is up to 4 KiB, and
  /// is all of the input if `isWhole`.
  static func sniff(_ prefix: Span<UInt8>, isWhole: Bool) -> Bool

  init()

  /// What finds the places where an input of this format can be cut; nil if parts cannot be read at
  /// the same time.
  func cutter() -> (any PartCutter)?

  /// Begins at a cut, before it is known what stands before it.
  init(at cut: PartCut)

  /// Puts `next`, which began at a cut and has filled `batch`, in the place of this importer, which
  /// has read everything before the cut; what was not known at the cut is made good in `batch`.
  ///
  /// The result is that of one importer that has read both parts. False, with nothing changed, if
  /// the cut was none: this importer must then read the part itself.
  mutating func join(_ next: Self, _ batch: inout SpanBatch) -> Bool

  /// Whether `join` may still put a part in the place of this importer; once false it stays so.
  var mayJoin: Bool { get }

  /// Reads the next bytes of the input.
  mutating func read(_ chunk: Span<UInt8>, into batch: inout SpanBatch)

  /// Says that the input has ended.
  mutating func finish(into batch: inout SpanBatch)
}

/// What the registry, the help and the README say of a format.
public struct FormatDescriptor: Sendable, Hashable {
  /// Kebab-case; what `--format` takes.
  public var name: String
  /// One line, without a full stop.
  public var summary: String
  /// A program that writes it, or a command that gets it.
  public var example: String
  /// Importers are asked from the lowest to the highest; no two are the same.
  public var priority: Int

  public init(name: String, summary: String, example: String, priority: Int) {
    self.name = name
    self.summary = summary
    self.example = example
    self.priority = priority
  }
}
