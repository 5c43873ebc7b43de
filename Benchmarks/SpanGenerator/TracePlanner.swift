/// Decides which spans there are, how they hang together and when they run.
struct TracePlanner {
  private let catalog: Catalog
  private var random: SplitMix64
  /// A few spans of earlier traces, which links point to.
  private var linkable: [SpanPlan] = []

  init(catalog: Catalog, random: SplitMix64) {
    self.catalog = catalog
    self.random = random
  }

  /// How many spans the next trace of the mixed shape has: most few, some up to 200.
  mutating func drawSize() -> Int {
    switch random.below(10) {
    case 0, 1: 1
    case 2, 3, 4, 5: random.within(2...20)
    case 6, 7, 8: random.within(10...60)
    default: random.within(60...200)
    }
  }

  /// A number for the generator's own decisions.
  mutating func draw(below limit: UInt64) -> UInt64 { UInt64(random.below(Int(limit))) }

  /// Whether something happens that does so `count` times in ten thousand.
  mutating func happens(_ count: Int) -> Bool { random.happens(count) }

  // MARK: Shapes

  /// A trace of `size` spans: calls from service to service, children one after another or side by
  /// side, nearly all of them inside their parents.
  mutating func tree(size: Int, start: UInt64) -> [SpanPlan] {
    let instances = catalog.services.map { _ in random.below(Catalog.instancesPerService) }
    let entry = random.happens(8_500) ? 0 : random.below(catalog.services.count)
    let length = UInt64(size * random.within(100_000...700_000) + random.within(5_000...400_000))
    let trace = (high: random.identifier(), low: random.identifier())
    var plans: [SpanPlan] = []
    plans.reserveCapacity(size)
    var open: [(span: Int, below: Int)] = []

    func add(_ operation: Int, _ time: ClosedRange<UInt64>, under parent: Parent, below: Int) {
      var plan = SpanPlan()
      (plan.traceHigh, plan.traceLow) = trace
      plan.operation = operation
      plan.instance = instances[catalog.operations[operation].service]
      plan.start = time.lowerBound
      plan.end = time.upperBound
      plan.parentID = parent.id
      if parent.isRemote { plan.marks.insert(.remoteParent) }
      decorate(&plan)
      plans.append(plan)
      if below > 0 { open.append((plans.count - 1, below)) }
    }

    add(pick(catalog.entries[entry]), start...start + length, under: Parent(), below: size - 1)
    while let (span, below) = open.popLast() {
      let plan = plans[span]
      let isCall = catalog.operations[plan.operation].isCall
      let count = isCall ? 1 : min(below, random.within(1...(below > 1_000 ? 40 : 6)))
      // Under one parent in a hundred the children are orphans: they name a span that is not there.
      let isMissing = random.happens(100)
      let parent = Parent(id: isMissing ? random.identifier() : plan.spanID, isRemote: isCall)
      let shares = split(below - count, into: count)
      for (share, slot) in zip(shares, slots(shares, in: plan.start...plan.end, isCall)) {
        let outlives = random.happens(50) ? (slot.upperBound - slot.lowerBound) / 2 : 0
        add(
          child(of: plan.operation, hasChildren: share > 0),
          slot.lowerBound...slot.upperBound + outlives, under: parent, below: share)
      }
    }
    guard let root = plans.first else { return [] }
    if linkable.count < 64 {
      linkable.append(root)
    } else {
      linkable[random.below(linkable.count)] = root
    }
    return plans
  }

  /// A trace in which each span is the only child of the one before.
  mutating func chain(size: Int, start: UInt64) -> [SpanPlan] {
    let operation = pick(catalog.inner[1])
    let trace = (high: random.identifier(), low: random.identifier())
    var parent: UInt64 = 0
    return (0..<UInt64(size)).map { depth in
      var plan = SpanPlan()
      (plan.traceHigh, plan.traceLow) = trace
      plan.operation = operation
      plan.parentID = parent
      plan.start = start + depth * 1_000
      plan.end = start + (UInt64(size) * 2 - depth) * 1_000
      decorate(&plan)
      parent = plan.spanID
      return plan
    }
  }

  /// A trace in which all spans but one are children of that one.
  mutating func fan(size: Int, start: UInt64) -> [SpanPlan] {
    var plans = chain(size: size, start: start)
    guard let root = plans.first else { return [] }
    for index in plans.indices.dropFirst() {
      plans[index].operation = child(of: root.operation, hasChildren: false)
      plans[index].parentID = root.spanID
      plans[index].end = plans[index].start + 600 + draw(below: 600)
    }
    return plans
  }

  /// Up to `limit` roots of one process in a row, each a trace of its own: calls that no span
  /// encloses.
  mutating func burst(limit: Int, start: UInt64) -> [SpanPlan] {
    var next = start
    let instance = random.below(Catalog.instancesPerService)
    return (0..<min(limit, random.within(2...5))).map { _ in
      var plan = SpanPlan()
      (plan.traceHigh, plan.traceLow) = (random.identifier(), random.identifier())
      plan.operation = pick(catalog.inner[6])
      plan.instance = instance
      plan.start = next
      plan.end = next + 10_000 + draw(below: 20_000)
      decorate(&plan)
      next = plan.end + 1_000 + draw(below: 9_000)
      return plan
    }
  }

  // MARK: Parts

  /// What a span says of its parent; nothing on a root.
  private struct Parent {
    var id: UInt64 = 0
    var isRemote = false
  }

  /// Gives a span its identifier, its seed, and now and then an error, an event or a link.
  private mutating func decorate(_ plan: inout SpanPlan) {
    plan.spanID = random.identifier()
    plan.seed = random.next()
    if random.happens(200) { plan.marks.insert(.error) }
    if random.happens(300) { plan.marks.insert(.event) }
    let isConsumer = catalog.operations[plan.operation].kind == 5
    if !linkable.isEmpty, random.happens(isConsumer ? 5_000 : 30) {
      let target = linkable[random.below(linkable.count)]
      (plan.linkTraceHigh, plan.linkTraceLow) = (target.traceHigh, target.traceLow)
      plan.linkSpanID = target.spanID
    }
  }

  private mutating func pick(_ operations: [Int]) -> Int {
    operations[random.below(operations.count)]
  }

  /// What a child of an operation may be.
  private mutating func child(of operation: Int, hasChildren: Bool) -> Int {
    let parent = catalog.operations[operation]
    if case .call(let callee) = parent.role { return pick(catalog.entries[callee]) }
    let (calls, inner) = (catalog.calls[parent.service], catalog.inner[parent.service])
    if hasChildren { return pick(calls.isEmpty || random.happens(3_500) ? inner : calls) }
    let leaves = catalog.leaves[parent.service]
    return pick(random.happens(6_000) ? leaves : inner)
  }

  /// Splits a number into parts, at random: large and small ones.
  private mutating func split(_ number: Int, into count: Int) -> [Int] {
    var rest = number
    return (0..<count).map { index in
      let left = count - index
      let part = left == 1 ? rest : min(rest, random.below(2 * rest / left + 2))
      rest -= part
      return part
    }
  }

  /// Where the children of a span lie in it.
  private mutating func slots(
    _ shares: [Int], in parent: ClosedRange<UInt64>, _ isCall: Bool
  ) -> [ClosedRange<UInt64>] {
    let length = parent.upperBound - parent.lowerBound
    let areParallel = shares.count > 1 && random.happens(2_500)
    let total = UInt64(shares.reduce(shares.count, +))
    var before: UInt64 = 0
    return shares.map { share in
      var (start, end) = (parent.lowerBound, parent.upperBound)
      if !areParallel {
        let weight = UInt64(share + 1)
        start = parent.lowerBound + length * before / total
        end = parent.lowerBound + length * (before + weight) / total
        before += weight
      }
      let room = end - start
      start += draw(below: room / (isCall ? 20 : 8) + 1)
      end -= draw(below: room / (areParallel ? 3 : 12) + 1)
      return start...max(start, end)
    }
  }
}
