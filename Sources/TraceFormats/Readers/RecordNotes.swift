import TraceModel

/// What was found wrong while one record was decoded, before it is known where the record lies in
/// the input, and whether it is kept.
struct RecordNotes: Sendable {
  /// An issue with its place in the bytes that were decoded.
  struct Note: Sendable {
    var kind: ImportIssue.Kind
    var position: Int
    var detail: String
  }

  private(set) var notes: [Note] = []
  private var hasInvalidUTF8 = false
  private var hasBase64 = false
  /// Whether it was noted that there are IDs in base64, which is done once.
  private(set) var reportedBase64 = false
  private var assumptions: Set<String> = []
  /// The one that was noted last: most records have it again.
  private var lastAssumption = ""

  var isEmpty: Bool { notes.isEmpty }

  /// Adds a note. Invalid UTF-8 is noted once for each record.
  mutating func add(_ kind: ImportIssue.Kind, at position: Int, _ detail: String) {
    if kind == .invalidUTF8 {
      if hasInvalidUTF8 { return }
      hasInvalidUTF8 = true
    } else if kind == .base64ID {
      // A file has them in every span or in none: one note for all of the input will do.
      if hasBase64 || reportedBase64 { return }
      hasBase64 = true
    }
    if kind == .assumption {
      // The same holds for all of the input.
      if detail == lastAssumption { return }
      lastAssumption = detail
      guard assumptions.insert(detail).inserted else { return }
    }
    guard notes.count < ImportLimits.issuesPerRecord else { return }
    notes.append(Note(kind: kind, position: position, detail: detail))
  }

  /// Takes over what `previous`, for what stands before, has noted once and for all.
  mutating func follow(_ previous: RecordNotes) {
    reportedBase64 = reportedBase64 || previous.reportedBase64
    assumptions.formUnion(previous.assumptions)
  }

  /// Forgets the notes of a record that is decoded again, or not at all.
  mutating func discard() {
    if notes.isEmpty { return }
    notes.removeAll(keepingCapacity: true)
    hasInvalidUTF8 = false
    hasBase64 = false
  }

  /// The notes of a record that was kept; the next record begins.
  mutating func take() -> [Note] {
    if notes.isEmpty { return [] }
    defer { discard() }
    if hasBase64 { reportedBase64 = true }
    return notes
  }
}
