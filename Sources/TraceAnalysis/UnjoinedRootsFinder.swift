import TraceModel

/// Looks for roots that look like one execution which no span encloses.
///
/// One process, one root after another, and hardly a pause between them:
///
///     |add| |subtract| |add|               idle               |next run|
///         ↑ gap        ↑ gap    a gap beyond the limit ends the burst
///
/// False alarms hurt more than misses. So these stay quiet, each on purpose:
/// - entries (server, consumer): that there are many is normal;
/// - roots with links: the link says that they are separate on purpose (receive and process);
/// - roots that overlap, or while which anything else ran in the process: threads, requests, or a
///   context that was lost inside of a process, for which another cure is right;
/// - bursts of more than `sizeLimit` roots, names that the process uses again and again, and rounds
///   of the same calls: loops;
/// - test runners: each test is a trace on purpose (names that begin with "test", or attributes
///   `test.*`);
/// - everything whose facts do not add up to `threshold`.
struct UnjoinedRootsFinder {
  /// Groups of less confidence are not reported.
  static let threshold = 0.7
  /// How many roots one burst may have.
  static let sizeLimit = 16
  /// How often the process may use each name of a burst on average, all its bursts taken together;
  /// more where processes cannot be told apart, since then those may be runs of one program.
  static let repetitionLimit = (named: 8, unnamed: 32)
  /// How many roots of kind internal may all have one name: more are a loop.
  static let sameNameLimit = 4
  /// A gap is small up to half of the mean duration of the roots beside it, within these limits.
  static let gapLimits = (least: Int64(500_000), most: Int64(100_000_000))
  /// All gaps together may be this many times as long as all roots together (or the least limit).
  static let idleRatio: Int64 = 10

  private let scan: QualityScan
  private var bursts: [RootBurst] = []

  /// The groups in the order of time; `nil` when cancelled.
  static func find(_ scan: QualityScan, _ isCancelled: () -> Bool) -> [UnjoinedRoots]? {
    var finder = UnjoinedRootsFinder(scan)
    guard finder.dropRepeated(isCancelled), finder.dropDisturbed(isCancelled) else { return nil }
    return finder.bursts.compactMap { burst in
      guard !burst.isOfTests(scan.data.store) else { return nil }
      let group = burst.group(scan)
      return group.confidence >= threshold ? group : nil
    }.sorted { one, other in
      if one.extent.start != other.extent.start { return one.extent.start < other.extent.start }
      return scan.data.traces[one.traces[0]].id < scan.data.traces[other.traces[0]].id
    }
  }

  private init(_ scan: QualityScan) {
    self.scan = scan
    let candidates = scan.candidates.sorted(by: RootCandidate.isBefore)
    var first = 0
    while first < candidates.count {
      var end = first + 1
      var isSound = true
      var latest = candidates[first].end
      while end < candidates.count, candidates[end].process == candidates[first].process {
        let gap = candidates[end].start.since(latest)
        guard gap <= Self.gapLimit(candidates[end - 1], candidates[end]) else { break }
        if gap < .zero { isSound = false }
        latest = max(latest, candidates[end].end)
        end += 1
      }
      if isSound, (2...Self.sizeLimit).contains(end - first) {
        let burst = RootBurst(roots: Array(candidates[first..<end]))
        if burst.isDense { bursts.append(burst) }
      }
      first = end
    }
  }

  private static func gapLimit(_ one: RootCandidate, _ other: RootCandidate) -> DurationNanos {
    let mean = one.end.since(one.start).rawValue / 2 + other.end.since(other.start).rawValue / 2
    return DurationNanos(min(max(mean / 2, gapLimits.least), gapLimits.most))
  }

  /// Drops the bursts of loops: counts how often each process uses the names of its roots.
  private mutating func dropRepeated(_ isCancelled: () -> Bool) -> Bool {
    let wanted = Set(bursts.map(\.process))
    guard !wanted.isEmpty else { return true }
    var names = NameTable()
    var counts: [UInt64: Int] = [:]
    func key(_ root: RootCandidate) -> UInt64 {
      let (sealed, index) = scan.data.store.locate(root.row)
      let name = names.number(of: sealed.batch.intervals[index].name, in: sealed)
      return UInt64(UInt32(bitPattern: root.process)) << 32 | UInt64(name)
    }
    for (number, root) in scan.candidates.enumerated() where wanted.contains(root.process) {
      if number % 4_096 == 0, isCancelled() { return false }
      counts[key(root), default: 0] += 1
    }
    bursts = bursts.filter { burst in
      let keys = burst.roots.map { key($0) }
      let distinct = Set(keys)
      if distinct.count > 1, Self.hasRounds(keys) { return false }
      let total = distinct.reduce(0) { $0 + (counts[$1] ?? 0) }
      let isNamed = scan.processes.processes[Int(burst.process)].isNamed
      let limit = isNamed ? Self.repetitionLimit.named : Self.repetitionLimit.unnamed
      guard total <= limit * distinct.count else { return false }
      guard distinct.count == 1, burst.roots.count > Self.sameNameLimit else { return true }
      return burst.roots.allSatisfy { [.client, .producer].contains(scan.data.store[$0.row].kind) }
    }
    return true
  }

  /// Whether the same two or more names follow one another at least twice: SELECT, SET, SELECT, SET.
  private static func hasRounds(_ names: [UInt64]) -> Bool {
    stride(from: 2, through: names.count / 2, by: 1).contains { length in
      zip(names, names.dropFirst(length)).allSatisfy { $0 == $1 }
    }
  }

  /// Drops the bursts during which anything else ran in their process.
  private mutating func dropDisturbed(_ isCancelled: () -> Bool) -> Bool {
    guard !bursts.isEmpty else { return true }
    var watch = BurstWatch(bursts, processCount: scan.processes.processes.count)
    var wasCancelled = false
    scan.data.store.forEachBlock { first, sealed, rows in
      guard !wasCancelled, !isCancelled() else {
        wasCancelled = true
        return
      }
      let numbers = scan.processes.numbers(ofBlock: first.block)
      let (ids, intervals) = (sealed.batch.ids, sealed.batch.intervals)
      for index in rows {
        let interval = intervals[index]
        watch.see(
          SpanExtent(start: interval.start, end: interval.end), of: ids[index].traceID,
          in: numbers[Int(interval.scope.rawValue)])
      }
    }
    bursts = bursts.indices.filter { !watch.isDisturbed[$0] }.map { bursts[$0] }
    return !wasCancelled
  }
}
