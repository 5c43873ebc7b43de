import TraceModel

/// Roots of one process that follow one another closely.
struct RootBurst {
  /// In the order of time, without overlap; at least one.
  var roots: [RootCandidate]

  var process: Int32 { roots.first?.process ?? 0 }
  var start: UnixNanos { roots.first?.start ?? .unset }
  var end: UnixNanos { roots.last?.end ?? .unset }

  private var gaps: [Int64] {
    zip(roots.dropFirst(), roots).map { $0.start.since($1.end).rawValue }
  }
  private var idle: Int64 { gaps.reduce(0) { $0.addingSaturated($1) } }
  private var busy: Int64 {
    roots.reduce(0) { $0.addingSaturated($1.end.since($1.start).rawValue) }
  }

  /// Whether the gaps are small against the roots themselves.
  var isDense: Bool {
    idle / UnjoinedRootsFinder.idleRatio <= busy || idle <= UnjoinedRootsFinder.gapLimits.least
  }

  /// Whether a test runner made the roots.
  func isOfTests(_ store: SpanStore) -> Bool {
    roots.allSatisfy { root in
      let record = store[root.row].record
      return record.name.lowercased().hasPrefix("test")
        || record.attributes.contains { $0.key.hasPrefix("test.") }
    }
  }

  /// The burst as a group: adds up the facts.
  ///
  ///     50   to begin with                          +10  longest gap 1 ms, or a tenth of the work
  ///     +20  the process is named                   +10  more than one name
  ///      +5  only the service is                    -15  one name (-5 for client and producer)
  ///      +5  one scope                              +15  all that the process did
  ///      -5  several scopes                          +5  half of it; else -10 if it is named
  ///     -10  two roots only                         -20  the process serves requests
  ///                                                 -30  a page in a browser
  ///
  /// The tutorial reaches 99; the rich capture's `tiny` roots, behind a request, 50.
  func group(_ scan: QualityScan) -> UnjoinedRoots {
    let store = scan.data.store
    let spans = roots.map { store[$0.row] }
    let resource = spans.first?.resource ?? Resource()
    let language = resource.string("telemetry.sdk.language")
    let process = scan.processes.processes[Int(self.process)]
    // In hundredths: sums of fractions would not meet the threshold exactly.
    var confidence = 50
    var evidence: [String] = []

    evidence.append(Self.identity(process, resource))
    if process.isNamed {
      confidence += 20
    } else if !process.service.hasPrefix("unknown_service") {
      confidence += 5
    }

    let scopes = Set(spans.map(\.scope.name))
    if scopes.count == 1, let scope = scopes.first, !scope.isEmpty {
      confidence += 5
      evidence.append("same scope \(scope)")
    } else if scopes.count > 1 {
      confidence -= 5
    }

    let longest = DurationNanos(gaps.max() ?? 0)
    evidence.append("one after another, longest gap \(DurationText.short(longest))")
    if longest.rawValue <= 1_000_000 || idle <= busy / 10 { confidence += 10 }

    let names = Set(spans.map(\.name))
    if names.count > 1 {
      confidence += 10
    } else {
      confidence -= spans.allSatisfy { [.client, .producer].contains($0.kind) } ? 5 : 15
    }

    let starters = scan.starters[Int(self.process)]
    if starters == roots.count {
      confidence += 15
      evidence.append("they are all that the process did")
    } else if process.isNamed {
      confidence += starters <= roots.count * 2 ? 5 : -10
    }
    // A process that serves requests does other things in the background, each a trace of its own.
    if scan.entries[Int(self.process)] > 0 { confidence -= 20 }
    // In a page every click and every fetch is a trace of its own.
    if language == "webjs" { confidence -= 30 }
    if roots.count == 2 { confidence -= 10 }
    evidence.append("no span around them")

    let extent = roots.reduce(SpanExtent(start: .unset, end: .unset)) {
      $0.union(scan.data.traces[$1.trace].extent)
    }
    return UnjoinedRoots(
      traces: roots.map(\.trace), roots: roots.map(\.row),
      confidence: Double(min(max(confidence, 0), 99)) / 100,
      evidence: evidence,
      cure: EnclosingSpanCure(sdkLanguage: language, serviceName: process.service), extent: extent)
  }

  /// What says that the roots are of one process.
  private static func identity(_ process: ProcessTable.Process, _ resource: Resource) -> String {
    if let instance = process.instance {
      return "same process (service.instance.id \(CountText.short(instance)))"
    }
    if let pid = process.pid {
      return "same process (process.pid \(pid)\(process.host.map { " on \($0)" } ?? ""))"
    }
    if let container = process.container {
      return "same container or pod (\(CountText.short(container)))"
    }
    return "same service (\(process.service)); nothing says that there is more than one process"
  }
}
