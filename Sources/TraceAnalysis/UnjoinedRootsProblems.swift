import TraceModel

/// Makes problems of groups of unjoined roots.
enum UnjoinedRootsProblems {
  /// How many groups have a row each; the rest has one together.
  static let rowLimit = 50

  static func problems(_ groups: [UnjoinedRoots], _ store: SpanStore) -> [Problem] {
    var problems = groups.prefix(rowLimit).map { problem($0, store) }
    let rest = groups.dropFirst(rowLimit)
    if let first = rest.first {
      let count = rest.reduce(0) { $0 + $1.traces.count }
      var problem = Problem(
        .unjoinedRoots, .error,
        summary:
          "\(CountText.counted(count, "trace")) more look like \(CountText.counted(rest.count, "execution")) that nothing encloses",
        cause: cause, cure: first.cure.sentence,
        details: rest.prefix(Problem.listed).map { title($0, store) },
        traces: Array(rest.lazy.flatMap(\.traces).prefix(Problem.listed)),
        spans: Array(rest.lazy.flatMap(\.roots).prefix(Problem.listed)), count: count)
      problem.isRest = true
      problems.append(problem)
    }
    return problems
  }

  private static let cause =
    "Each call starts a trace of its own, because no span is active when it is made."

  private static func problem(_ group: UnjoinedRoots, _ store: SpanStore) -> Problem {
    Problem(
      .unjoinedRoots, .error, summary: title(group, store), cause: cause,
      cure: group.cure.sentence, details: group.evidence, traces: group.traces,
      spans: group.roots, count: group.traces.count)
  }

  /// "3 traces look like one: add, subtract, add ran one after another within 116 µs, in one
  /// process, and no span encloses them."
  private static func title(_ group: UnjoinedRoots, _ store: SpanStore) -> String {
    let names = CountText.list(group.roots.map { store[$0].name })
    return
      "\(CountText.counted(group.traces.count, "trace")) look like one: \(names) ran one after another within \(DurationText.short(group.extent.duration)), in one process, and no span encloses them."
  }
}
