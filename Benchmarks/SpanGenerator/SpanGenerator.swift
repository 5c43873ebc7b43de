/// Makes spans of a made-up shop in OTLP, for benchmarks and tests.
///
/// Spans come as from a Collector that many processes export to: in batches, grouped by process,
/// a span after its children because it ends after them, some late. Memory grows with the traces
/// that run at the same time, not with the number of spans, but for shapes of a single trace.
public struct SpanGenerator {
  private let options: GeneratorOptions
  private var planner: TracePlanner
  private var encoder: BatchEncoder
  private var queue = EmissionQueue()
  private var batch: [SpanPlan] = []
  /// The next trace starts here: 2025-10-09T08:53:20Z and on.
  private var clock: UInt64 = 1_760_000_000_000_000_000
  private var planned = 0

  public init(_ options: GeneratorOptions) {
    self.options = options
    let catalog = Catalog(attributeCount: options.attributes, eventCount: options.events)
    planner = TracePlanner(catalog: catalog, random: SplitMix64(seed: options.seed))
    encoder = BatchEncoder(catalog: catalog, format: options.format)
  }

  /// Generates everything; `write` gets the bytes in pieces of about half a megabyte.
  public mutating func run(_ write: ([UInt8]) throws -> Void) rethrows {
    while planned < options.spans {
      let room = options.spans - planned
      let plans = plan(room)
      planned += plans.count
      for plan in plans { enqueue(plan) }
      advanceClock()
      while let plan = queue.take(before: clock) { try add(plan, write) }
    }
    while let plan = queue.take(before: .max) { try add(plan, write) }
    try write(encoder.encode(batch))
    try write(encoder.finish())
  }

  /// The spans of the next trace, or of the next traces of a burst: at most `room`.
  private mutating func plan(_ room: Int) -> [SpanPlan] {
    switch options.shape {
    case .mixed, .scattered: planner.tree(size: min(room, planner.drawSize()), start: clock)
    case .oneTrace: planner.tree(size: room, start: clock)
    case .deep: planner.chain(size: room, start: clock)
    case .wide: planner.fan(size: room, start: clock)
    case .unjoined: planner.burst(limit: room, start: clock)
    case .single: planner.tree(size: 1, start: clock)
    }
  }

  private mutating func advanceClock() {
    let gap =
      switch options.shape {
      case .unjoined: 2_000_000_000 + planner.draw(below: 3_000_000_000)
      case .single: 50_000 + planner.draw(below: 200_000)
      case .mixed, .scattered, .oneTrace, .deep, .wide: 200_000 + planner.draw(below: 2_000_000)
      }
    clock += gap
  }

  /// Puts a span where its process exports it: soon after its end, sometimes late, rarely twice.
  private mutating func enqueue(_ plan: SpanPlan) {
    let isLate = planner.happens(100)
    let delay = planner.draw(
      below: options.shape == .scattered ? 10_000_000_000 : isLate ? 900_000_000 : 20_000_000)
    queue.add(plan, at: plan.end + delay)
    guard options.shape == .mixed, planned < options.spans, planner.happens(15) else { return }
    var copy = plan
    // An export that was tried again repeats the span; one in five differs, as a span does that was
    // exported before it ended.
    if planner.happens(2_000) { copy.end += 1_000 }
    planned += 1
    queue.add(copy, at: plan.end + delay + planner.draw(below: 5_000_000))
  }

  private mutating func add(_ plan: SpanPlan, _ write: ([UInt8]) throws -> Void) rethrows {
    batch.append(plan)
    guard batch.count == options.batchSize else { return }
    try write(encoder.encode(batch))
    batch.removeAll(keepingCapacity: true)
  }
}
