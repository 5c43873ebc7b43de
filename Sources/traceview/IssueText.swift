import Cells
import TraceModel

/// Import issues as lines for standard error:
///
///     orders.jsonl:218:57: malformed-record: expected ':' after object key (byte 91324)
struct IssueText {
  let names: [String]

  /// How many issues of one kind and source are written; the rest are counted.
  private static let limit = 5

  /// Writes the issues that are more than worth knowing. Of input without a span all are, and that
  /// there is none.
  func write(_ data: DataSet) {
    let isEmpty = data.store.count == 0
    let entries = data.log.entries.filter { isEmpty || $0.kind.severity > .info }
    write(entries, data.log)
    if isEmpty, entries.allSatisfy({ $0.kind.severity == .info }) {
      let sources = names.map { SafeText.line($0) }.joined(separator: ", ")
      StandardError.complain("no spans in \(sources)")
    }
  }

  private func write(_ entries: [ImportLog.Entry], _ log: ImportLog) {
    for entry in entries {
      for issue in entry.first.prefix(Self.limit) {
        StandardError.write(line(issue, entry.source, log) + "\n")
      }
      if entry.count > Self.limit {
        let name = SafeText.line(self.name(entry.source))
        StandardError.write(
          "\(name): \(entry.kind.rawValue): and \(entry.count - Self.limit) more\n")
      }
    }
  }

  private func name(_ source: SourceID) -> String {
    names.indices.contains(source.rawValue) ? names[source.rawValue] : "?"
  }

  private func line(_ issue: ImportIssue, _ source: SourceID, _ log: ImportLog) -> String {
    var text = SafeText.line(name(source))
    if let place = issue.place { text += ":\(place.line):\(place.column)" }
    text += ": \(issue.kind.rawValue): "
    text += issue.detail.isEmpty ? issue.kind.explanation : SafeText.line(issue.detail)
    return text + " (\(log.byteText(issue, source: source)))"
  }
}
