import TraceModel

/// Makes a problem of each kind of import issue in each source.
enum ImportIssueProblems {
  static func problems(_ log: ImportLog, _ sourceNames: [String]) -> [Problem] {
    log.entries.map { entry in
      let name = name(of: entry.source, sourceNames)
      let places = entry.first.map {
        place(of: $0, name) + " (\(log.byteText($0, source: entry.source)))"
      }
      return Problem(
        .importIssue, severity(of: entry.kind),
        summary: summary(entry, name, places.first), cause: entry.kind.explanation,
        cure: cure(for: entry.kind), details: details(places, of: entry.count),
        count: entry.count, issueSource: entry.source, firstIssue: entry.first.first)
    }
  }

  private static func name(of source: SourceID, _ names: [String]) -> String {
    names.indices.contains(source.rawValue) ? names[source.rawValue] : "source \(source.rawValue)"
  }

  /// `orders.jsonl:218:57: malformed-record: expected ':'`
  private static func place(of issue: ImportIssue, _ name: String) -> String {
    var text = name
    if let place = issue.place { text += ":\(place.line):\(place.column)" }
    text += ": \(issue.kind.rawValue)"
    if !issue.detail.isEmpty { text += ": \(issue.detail)" }
    return text
  }

  private static func summary(
    _ entry: ImportLog.Entry, _ name: String, _ place: String?
  ) -> String {
    let first = place ?? "\(name): \(entry.kind.rawValue)"
    return entry.count > 1 ? "\(first), and \(CountText.grouped(entry.count - 1)) more" : first
  }

  /// The places but for the first, which the summary names.
  private static func details(_ places: [String], of count: Int) -> [String] {
    let further = Array(places.dropFirst())
    guard count > places.count else { return further }
    return further + ["and \(CountText.grouped(count - places.count)) more"]
  }

  private static func severity(of kind: ImportIssue.Kind) -> Problem.Severity {
    switch kind.severity {
    case .info: .info
    case .warning: .warning
    case .dataLoss: .error
    }
  }

  private static func cure(for kind: ImportIssue.Kind) -> String {
    switch kind {
    case .unrecognizedFormat: "Name the format with --format, or convert the input to OTLP JSON."
    case .emptyInput: "Check that the program that writes it has started, and flushes its spans."
    case .compressedInput: "Nothing to do."
    case .damagedCompression: "Copy it again, or compress it again."
    case .malformedRecord: "Look at that place in the source; what writes it is at fault."
    case .truncatedInput:
      "If it is still being written, read it again when it is complete; else copy it again."
    case .recordTooLong: "Let the writer put fewer spans into one record."
    case .nestingTooDeep, .numberOutOfRange, .unexpectedType:
      "Look at what sets the attribute or field at that place."
    case .invalidUTF8: "Write names and attributes as UTF-8."
    case .invalidID: "Look at what writes the IDs: 32 hexadecimal digits, and 16."
    case .assumption: "Nothing to do if it is right; else write what is left open."
    case .base64ID: "Nothing to do; or write OTLP JSON with hexadecimal IDs."
    case .invalidTime: "Look at what writes the times: nanoseconds since 1970 in OTLP."
    case .resourceAfterSpans: "Write the resource before its spans."
    case .skippedText: "Nothing to do; or write the spans to a file of their own."
    case .otherSignal: "Nothing to do."
    case .limitReached: "Open fewer sources at once, or a part of a large one."
    }
  }
}
