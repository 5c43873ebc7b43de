public import TraceModel

/// Roots in different traces that look like one execution which no span encloses.
///
///     trace 1   |add|
///     trace 2          |subtract|
///     trace 3                      |add|
///     proposed  |- - - - - - - - - - - |     `extent`
public struct UnjoinedRoots: Sendable, Hashable {
  /// The traces, in the order of time.
  public var traces: [TraceRow]
  /// Their roots, in the same order.
  public var roots: [SpanRow]
  /// From 0 to 1: how sure it is; groups below `UnjoinedRootsFinder.threshold` are not reported.
  public var confidence: Double
  /// The facts that speak for it, as the user reads them.
  public var evidence: [String]
  /// What to add to the program.
  public var cure: EnclosingSpanCure
  /// From the first start to the last end of all spans of the traces.
  public var extent: SpanExtent

  public init(
    traces: [TraceRow], roots: [SpanRow], confidence: Double, evidence: [String],
    cure: EnclosingSpanCure, extent: SpanExtent
  ) {
    self.traces = traces
    self.roots = roots
    self.confidence = confidence
    self.evidence = evidence
    self.cure = cure
    self.extent = extent
  }
}
