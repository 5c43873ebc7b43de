import TraceModel

/// Makes problems of single spans that cannot be right: rings, duplicates, times and IDs.
struct SpanProblems {
  let scan: QualityScan

  func problems() -> [Problem] {
    [rings, ownParents, duplicates, copies, negativeDurations, notEnded, invalidIDs]
      .compactMap { $0 }
  }

  private func traces(_ count: Int) -> String { CountText.counted(count, "trace") }

  private var rings: Problem? {
    let tally = scan.rings
    guard tally.count > 0 else { return nil }
    let spans = CountText.counted(tally.count, "span")
    let ringCount = CountText.counted(scan.ringCount, "ring")
    return Problem(
      .ring, .error,
      summary: scan.ringCount == 1
        ? "\(spans) in \(traces(tally.traceCount)) are each other's ancestors"
        : "\(ringCount) of \(spans) in all, in \(traces(tally.traceCount)): spans that are each other's ancestors",
      cause: "Span IDs that are used again, or a parent ID that was set by hand.",
      cure: "Make a fresh ID for every span, and take the parent from the current context.",
      details: ["Each ring is cut at the span that starts first, which is drawn as a root."],
      traces: tally.traces, spans: tally.spans, count: tally.count)
  }

  private var ownParents: Problem? {
    let tally = scan.ownParents
    guard tally.count > 0 else { return nil }
    return Problem(
      .ring, .error,
      summary:
        "\(CountText.counted(tally.count, "span")) in \(traces(tally.traceCount)) \(tally.count == 1 ? "is its own parent" : "are their own parents")",
      cause: "What writes the spans sets the span's own ID as the parent ID, perhaps for a root.",
      cure: "Leave the parent ID of a root empty; else take the parent from the current context.",
      details: ["A span that is its own parent is drawn as a root."],
      traces: tally.traces, spans: tally.spans, count: tally.count)
  }

  private var duplicates: Problem? {
    let tally = scan.duplicates
    guard tally.count > 0 else { return nil }
    return Problem(
      .duplicateSpan, .warning,
      summary:
        "\(CountText.counted(tally.count, "span")) in \(traces(tally.traceCount)) share their ID with another span of the trace",
      cause:
        "The span was sent twice and changed in between, or IDs are not random (a forked process?).",
      cure: "Send a span once, when it has ended; seed the ID generator anew after a fork.",
      details: ["All of them are shown; children hang under the one that starts first."],
      traces: tally.traces, spans: tally.spans, count: tally.count)
  }

  private var copies: Problem? {
    let tally = scan.copies
    guard tally.count > 0 else { return nil }
    return Problem(
      .duplicateSpan, .info,
      summary:
        "\(tally.count == 1 ? "1 exact copy of a span" : "\(CountText.grouped(tally.count)) exact copies of spans") in \(traces(tally.traceCount)) \(tally.count == 1 ? "is" : "are") not shown",
      cause: "An exporter sends a batch again when the answer is lost, or one file was read twice.",
      cure: "Nothing to do: one of each is shown.", traces: tally.traces, count: tally.count)
  }

  private var negativeDurations: Problem? {
    let tally = scan.negative
    guard tally.count > 0 else { return nil }
    return Problem(
      .negativeDuration, .warning,
      summary:
        "\(CountText.counted(tally.count, "span")) in \(traces(tally.traceCount)) \(CountText.verb(tally.count, "end")) before \(tally.count == 1 ? "it starts" : "they start")",
      cause: "The clock was set back meanwhile, or start and end come from different clocks.",
      cure: "Measure a span with one monotonic clock; the SDK does so if no times are given to it.",
      details: tally.spans.prefix(5).map { row in
        let span = scan.data.store[row]
        return "\(span.name) \(DurationText.short(span.duration)), span \(span.spanIDText)"
      }, traces: tally.traces, spans: tally.spans, count: tally.count)
  }

  private var notEnded: Problem? {
    let tally = scan.notEnded
    guard tally.count > 0 else { return nil }
    return Problem(
      .notEnded, .info,
      summary:
        "\(CountText.counted(tally.count, "span")) in \(traces(tally.traceCount)) \(tally.count == 1 ? "was" : "were") not ended",
      cause: "They were still running when they were written, or the program never ends them.",
      cure: "End every span, on every way out of the code that started it.",
      details: ["A span without an end is shown with no duration."],
      traces: tally.traces, spans: tally.spans, count: tally.count)
  }

  private var invalidIDs: Problem? {
    let tally = scan.invalidIDs
    guard tally.count > 0 else { return nil }
    return Problem(
      .invalidID, .warning,
      summary:
        "\(CountText.counted(tally.count, "span")) \(tally.count == 1 ? "has" : "have") no trace ID or no span ID",
      cause:
        "The ID is missing or all zero: a span that no SDK made, or one that was not recording.",
      cure: "Look at what writes the spans; IDs are 16 and 8 random bytes, never all zero.",
      details: [
        "A span without an ID can have no children; all without a trace ID are one trace here."
      ], traces: tally.traces, spans: tally.spans, count: tally.count)
  }
}
